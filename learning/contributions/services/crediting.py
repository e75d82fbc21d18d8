"""其他计分事项: an endorsement, a special report and the like, noted by the office on an article."""

import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from wagtail.log_actions import log

from ...periods import local_day
from ..choices import ArticleState, EventKind
from ..models import CreditableEvent, MediaArticle
from ..naming import named_in_log
from ..reviewing import is_left_to_colleagues
from ..rights import RUN
from .locking import lock_article
from .scoring import rescore, strike


class EventError(ValidationError):
    """The event cannot be noted or removed; the message is Chinese and says what to do. Nothing was stored."""


def add_event(
    *,
    article: MediaArticle,
    kind: str,
    level: str = "",
    happened_on: datetime.date,
    given_by: str = "",
    note: str = "",
    by,
    now: datetime.datetime,
) -> CreditableEvent:
    """Raises EventError by field. The same one twice is noted once."""
    _check_office(by)
    given_by, note = given_by.strip(), note.strip()
    if kind == EventKind.ENDORSEMENT and not level:
        raise EventError({"level": "领导批示请选批示领导的级别。"})
    if happened_on > local_day(now):
        raise EventError({"happened_on": f"日期 {happened_on:%Y-%m-%d} 还没有到。请核对。"})
    facts = {"kind": kind, "level": level, "happened_on": happened_on, "given_by": given_by}
    try:
        with transaction.atomic():
            stored = _lock(article.pk)
            if is_left_to_colleagues(by, stored):
                raise EventError("您是这篇稿件的作者，它的计分事项请由宣传科的其他同事登记。")
            if happened_on < stored.written_on:
                raise EventError({"happened_on": f"日期 {happened_on:%Y-%m-%d} 早于稿件的成稿日期 {stored.written_on:%Y-%m-%d}。请核对。"})
            if known := stored.events.filter(**facts).first():
                return known
            event = CreditableEvent(article=stored, note=note, entered_at=now, entered_by=by, **facts)
            event.clean_fields(exclude=["article", "entered_by"])
            event.save()
            log(instance=stored, title=named_in_log(stored), action="contributions.save_event", user=by, data={"event": str(event)})
            rescore([stored.pk], now=now)
            return event
    except IntegrityError:  # the same form twice at once
        return CreditableEvent.objects.get(article=article.pk, **facts)


@transaction.atomic
def remove_event(*, event: CreditableEvent, reason: str, by, now: datetime.datetime) -> None:
    """Removed already, nothing happens. Raises EventError."""
    _check_office(by)
    if not (reason := " ".join(reason.replace("\x00", "").split())[:300]):
        raise EventError({"reason": "请写删去的原因。"})
    stored = _lock(event.article_id)
    known = stored.events.filter(pk=event.pk).first()
    if known is None:
        return
    data = {"event": str(known), "given_by": known.given_by, "reason": reason}
    log(instance=stored, title=named_in_log(stored), action="contributions.remove_event", user=by, data=data)
    strike(events=[known.pk])
    known.delete()
    rescore([stored.pk], now=now)


def _lock(pk: int) -> MediaArticle:
    try:
        article = lock_article(pk)
    except MediaArticle.DoesNotExist as error:
        raise EventError("这篇稿件已被删去。") from error
    if article.state == ArticleState.DRAFT:
        raise EventError("这篇稿件还是草稿，没有报送，不能登记事项。")
    return article


def _check_office(by) -> None:
    if not by.has_perm(RUN):
        raise EventError("计分事项由宣传科登记。")
