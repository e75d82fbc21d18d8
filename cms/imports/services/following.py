"""What follows from a batch that has been written, in parts, each a transaction of its own: how far it has come stands on the batch, so
that it goes on where it stopped if the process ends in between."""

import datetime
import time

import structlog
from django.db import transaction

from ..kinds import UnknownKindError, get_kind
from ..models import ImportBatch
from .judging import WRITTEN

FOLLOW = "follow"  # in a batch's options: the number of the last row that has been followed up; gone when all are
PART = 500  # rows
SECONDS = 5  # of a request that may be spent on it; the job does the rest
logger = structlog.get_logger(__name__)


def follow_soon(batch: ImportBatch, *, now: datetime.datetime) -> None:
    """Begin at once; whatever goes wrong or takes too long is left to the job: the import stands."""
    if FOLLOW not in batch.options:
        return
    try:
        follow_batch(batch, now=now, seconds=SECONDS)
    except Exception:
        logger.exception("imports.follow_failed", batch=batch.pk)


def follow_batch(batch: ImportBatch, *, now: datetime.datetime, seconds: float | None = None) -> bool:
    """Whether all is done. Ends early after `seconds`."""
    began = time.monotonic()
    while _follow_part(batch.pk, now):
        if seconds is not None and time.monotonic() - began > seconds:
            return False
    return True


def follow_batches(now: datetime.datetime) -> str:
    """The job: batches whose consequences are not all drawn yet. Safe to run again and twice at once."""
    batches = ImportBatch.objects.filter(state=ImportBatch.State.COMMITTED, options__has_key=FOLLOW).order_by("committed_at")
    done = [follow_batch(batch, now=now) for batch in batches]
    return f"补做 {len(done)} 批导入的后续计算。" if done else "没有要补做的。"


@transaction.atomic
def _follow_part(pk: int, now: datetime.datetime) -> bool:
    """Whether there may be more."""
    ImportBatch.objects.select_for_update().only("pk").get(pk=pk)
    batch = ImportBatch.objects.get(pk=pk)
    if batch.state != ImportBatch.State.COMMITTED or FOLLOW not in batch.options:
        return False
    try:
        kind = get_kind(batch.kind)
    except UnknownKindError:  # its room is gone
        return False
    left = batch.rows.filter(state__in=WRITTEN, number__gt=batch.options[FOLLOW]).order_by("number")
    rows = list(left.values_list("number", "written")[:PART])
    if rows:
        kind.follow([(number, record) for number, records in rows for record in records], now)
        batch.options[FOLLOW] = rows[-1][0]
    if len(rows) < PART:
        del batch.options[FOLLOW]
    batch.save(update_fields=["options"])
    return FOLLOW in batch.options
