"""阅读次数 (R5): a reader counts once a day on a page; robots, previews and HEAD never do."""

import datetime

from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from .models import ReaderMark, ReadingCount


def reader_key(*, day: datetime.date, identity: str) -> str:
    """A keyed hash of `identity` that is another one every day, so that marks of two days cannot be joined."""
    return salted_hmac(f"readership.{day.isoformat()}", identity, algorithm="sha256").hexdigest()


@transaction.atomic
def count_reading(*, page_id: int, day: datetime.date, identity: str) -> int:
    """Count the reader `identity` on the page, once for `day`; returns the page's total.

    Safe to run at once on several nodes: the unique mark decides who counts.
    """
    _mark, is_first = ReaderMark.objects.get_or_create(page_id=page_id, day=day, reader=reader_key(day=day, identity=identity))
    count, _created = ReadingCount.objects.get_or_create(page_id=page_id)
    if is_first:
        ReadingCount.objects.filter(page_id=page_id).update(total=F("total") + 1)
        count.refresh_from_db(fields=["total"])
    return count.total


def forget_readers(*, before: datetime.date) -> int:
    """Delete the marks of days before `before`; the totals stay. Returns how many marks went."""
    deleted, _by_model = ReaderMark.objects.filter(day__lt=before).delete()
    return deleted
