"""重算: the only way in which old scores change. Asked for with a reason, done in small transactions, kept article by article."""

import datetime
from time import monotonic

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from wagtail.log_actions import log

from ..models import RecalculatedArticle, Recalculation, RuleSet
from ..rights import RUN
from ..scoring_facts import articles_with_records_from, next_articles_with_records_from
from .scoring import remake, settle_since

AT_ONCE = 200  # articles a transaction: nobody waits for the lock for long
INLINE = 2  # seconds that the request which starts one stays with it
IN_JOB = 40  # seconds of every minute
WHY_LENGTH = RecalculatedArticle._meta.get_field("why").max_length


class RecalculationError(ValidationError):
    """It cannot be started like that; the message is Chinese and says what to do."""


@transaction.atomic
def start_recalculation(
    *, reason: str, from_on: datetime.date, by, now: datetime.datetime, rule_set: RuleSet | None = None
) -> Recalculation:
    """Of every article with a record on `from_on` or later. Nothing is computed yet: `carry_on` does. Raises RecalculationError."""
    if not by.has_perm(RUN):
        raise RecalculationError("重算由宣传科发起。")
    reason = " ".join(reason.replace("\x00", "").split())
    if not reason:
        raise RecalculationError({"reason": "请写明为什么重算。"})
    length = Recalculation._meta.get_field("reason").max_length
    if len(reason) > length:
        raise RecalculationError({"reason": f"原因最多 {length} 字，现有 {len(reason)} 字。"})
    if rule_set is None and Recalculation.objects.filter(finished_at__isnull=True, from_on__lte=from_on).exists():
        raise RecalculationError("还有一次重算没有做完，它包括这些记录。请等它做完，再看还有没有要重算的。")
    recalculation = Recalculation.objects.create(
        reason=reason,
        from_on=from_on,
        rule_set=rule_set,
        total=articles_with_records_from(from_on).count(),
        started_at=now,
        started_by=by,
    )
    data = {"reason": reason, "from": str(from_on), "articles": recalculation.total}
    log(instance=recalculation, action="contributions.recalculate", user=by, data=data)
    return recalculation


def carry_on(recalculation: Recalculation, *, now: datetime.datetime, budget: float | None = None) -> Recalculation:
    """Go on where it stopped, for about `budget` seconds, or to the end. Two at once take turns; killed, it goes on with the next call."""
    began = monotonic()
    while _next_articles(recalculation.pk, now):
        if budget is not None and monotonic() - began >= budget:
            break
    else:
        _finish(recalculation.pk, now)
    return Recalculation.objects.get(pk=recalculation.pk)


@transaction.atomic
def _next_articles(pk: int, now: datetime.datetime) -> bool:
    """Whether there may be more."""
    Recalculation.objects.select_for_update().filter(pk=pk).values_list("pk", flat=True).get()
    recalculation = Recalculation.objects.get(pk=pk)
    if recalculation.finished_at is not None:
        return False
    keys = next_articles_with_records_from(recalculation.from_on, after=recalculation.done_to, most=AT_ONCE)
    # A cap looks at a whole year of everybody: once at the end, not with every chunk.
    changes = remake(keys, now=now, settle_before=recalculation.from_on)
    RecalculatedArticle.objects.bulk_create(
        [
            RecalculatedArticle(
                recalculation=recalculation, article_id=one.article, before=one.before, after=one.after, why=one.why[:WHY_LENGTH]
            )
            for one in changes
        ]
    )
    if keys:
        recalculation.done += len(keys)
        recalculation.done_to = keys[-1]
        recalculation.total = max(recalculation.total, recalculation.done)
    recalculation.save(update_fields=["done", "done_to", "total"])
    return len(keys) == AT_ONCE


def _finish(pk: int, now: datetime.datetime) -> None:
    """Killed before its end, it is done again with the next call."""
    recalculation = Recalculation.objects.get(pk=pk)
    if recalculation.finished_at is None:
        settle_since(recalculation.from_on)
        Recalculation.objects.filter(pk=pk, finished_at__isnull=True).update(finished_at=now, total=F("done"))


def carry_on_recalculations(now: datetime.datetime) -> str:
    """For a job every minute: whatever was started goes on until it is done."""
    began = monotonic()
    left = list(Recalculation.objects.filter(finished_at__isnull=True).order_by("pk"))
    for recalculation in left:
        if (budget := IN_JOB - (monotonic() - began)) > 0:
            carry_on(recalculation, now=now, budget=budget)
    unfinished = Recalculation.objects.filter(finished_at__isnull=True).count()
    return f"续做 {len(left)} 次重算，还有 {unfinished} 次没有做完" if left else "没有要续做的重算"
