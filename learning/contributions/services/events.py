"""Creditable events that the site records by itself."""

import datetime

from django.db import transaction

from ...periods import local_day
from ..choices import EventKind
from ..models import CreditableEvent, MediaArticle
from .scoring import rescore


@transaction.atomic
def complete_commission(article: MediaArticle, *, by, now: datetime.datetime) -> CreditableEvent | None:
    """约稿完成: once, when the office has taken a piece that answers a call. Call it with the article's row held."""
    if article.commission_id is None or article.events.filter(kind=EventKind.COMMISSION).exists():
        return None
    event = CreditableEvent.objects.create(
        article=article,
        kind=EventKind.COMMISSION,
        happened_on=local_day(now),
        note=f"应约：{article.commission.topic}",
        entered_at=now,
        entered_by=by,
    )
    rescore([article.pk], now=now)
    return event
