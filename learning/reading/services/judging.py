"""Judging: prepared by a clerk, opened under shuffled numbers, scored by named judges, closed with a result that can be added up again."""

import datetime
import random
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.urls import reverse
from wagtail.log_actions import log

from cms.inbox.services import send_messages

from ...judging.ballots import put_ballot, put_conflict, votes_in, voting_judge
from ...judging.choices import JudgingState
from ...judging.errors import JudgingError, UnfinishedError
from ...judging.preparing import Line, check_judges, check_preparing, check_rubric, write_preparation
from ...judging.scoring import Tally, ranks, rounded, tally
from ...organisation.models import StaffMember
from ...periods import local_day
from ..exhibiting import hanging, quarter_of
from ..models import Ballot, Entry, ExhibitionPage, Judge, Judging, Reflection

OWN_WORK = "本人作品"
chance = random.SystemRandom()  # nothing that a judge could calculate the authors from


# Only to begin with: nothing in the notice says how reflections are judged. The word 示例 stays in it until somebody has rewritten it.
SAMPLE_RUBRIC = (
    Line("主题与理解", 30, "示例：读懂了书，观点明确，有自己的见解。"),
    Line("联系实际", 40, "示例：结合本职工作，说得出改了什么、打算怎么改。"),
    Line("表达", 30, "示例：条理清楚，语言平实，没有空话套话。"),
)


def lock_judging(pk: int) -> Judging:
    """Everything that changes a judging takes this row first."""
    return Judging.objects.select_for_update(of=("self",)).select_related("exhibition").get(pk=pk)


def entries_of(judging: Judging):
    """What is judged and may be seen: whose author has taken consent back is out of it, open or closed."""
    return judging.entries.filter(hanging("reflection__"))


@transaction.atomic
def prepare_judging(
    *,
    exhibition: ExhibitionPage,
    judges: Sequence[StaffMember],
    rubric: Sequence[Line],
    note: str,
    due_on: datetime.date,
    by,
    now: datetime.datetime,
) -> Judging:
    """Named judges and the lines they score by; changed as often as needed until it is opened. Raises JudgingError."""
    ExhibitionPage.objects.select_for_update(of=("self",)).get(pk=exhibition.pk)
    known = Judging.objects.filter(exhibition=exhibition).values_list("pk", flat=True).first()
    judging = lock_judging(known) if known else Judging(exhibition=exhibition, created_by=by)
    check_preparing(judging)
    check_judges(judges)
    check_rubric(rubric)
    if due_on < local_day(now):
        raise JudgingError({"due_on": "截止日期已经过去，请改成今天或以后的日期。"})
    judging.note, judging.due_on = note.strip(), due_on
    judging.full_clean(exclude=["exhibition", "created_by"])
    judging.save()
    write_preparation(judging, judges=judges, rubric=rubric)
    return judging


@transaction.atomic
def open_judging(*, judging: Judging, by, now: datetime.datetime, shuffle=chance.shuffle) -> Judging:
    """Fix what is judged, under numbers that tell nothing, and tell the judges. Judges' own pieces are closed for them. Raises JudgingError."""
    judging = lock_judging(judging.pk)
    if judging.state != JudgingState.PREPARING:
        raise JudgingError(f"评分{judging.get_state_display()}，不用再开始。")
    judges = list(judging.judges.select_related("staff"))
    check_judges([judge.staff for judge in judges])
    pieces = list(
        Reflection.objects.counted_in(quarter_of(judging.exhibition)).filter(hanging()).order_by("pk").values_list("pk", "author")
    )
    if not pieces:
        raise JudgingError("这一季度还没有通过评阅、作者又同意展示的心得，没有可评的。请等有了再开始。")
    shuffle(pieces)
    entries = Entry.objects.bulk_create(
        [Entry(judging=judging, reflection_id=pk, number=number) for number, (pk, _author) in enumerate(pieces, start=1)]
    )
    Ballot.objects.bulk_create(
        [
            Ballot(entry=entry, judge=judge, is_conflict=True, conflict_reason=OWN_WORK, submitted_at=now)
            for entry, (_pk, author) in zip(entries, pieces, strict=True)
            for judge in judges
            if judge.staff_id == author
        ]
    )
    judging.state, judging.opened_at = JudgingState.OPEN, now
    judging.save(update_fields=["state", "opened_at"])
    log(instance=judging, action="reading.open_judging", user=by, data={"entries": len(entries), "judges": len(judges)})
    send_messages(
        to=[judge.staff.user_id for judge in judges],
        subject=f"请评分：{judging.exhibition.title}（{len(entries)} 篇）",
        text=f"请在 {judging.due_on:%Y-%m-%d} 前评完。只看编号和正文；与作者有利害关系的请声明回避。",
        url=reverse("judging", args=[judging.pk]),
        key=f"judging:{judging.pk}:opened",
        now=now,
    )
    return judging


def _to_score(entry: Entry, by) -> tuple[Judging, Entry, Judge]:
    """Locked, and only where `by` judges it and it is neither their own nor taken back. Raises JudgingError."""
    judging = lock_judging(entry.judging_id)
    judge = voting_judge(judging, by)
    entry = entries_of(judging).select_related("reflection").filter(pk=entry.pk).first()
    if entry is None:
        raise JudgingError("作者已收回展示，这一篇不再参评。请评其他的。")
    if entry.reflection.author_id == judge.staff_id:
        raise JudgingError("这是您本人的作品，已自动回避。")
    return judging, entry, judge


@transaction.atomic
def submit_ballot(*, entry: Entry, points: dict[int, Decimal], remark: str, by, now: datetime.datetime) -> Ballot:
    """The judge's points for every line (by the lines' keys); until the judging closes a later ballot takes the place of the earlier one,
    and of a declared conflict. Raises JudgingError.
    """
    judging, entry, judge = _to_score(entry, by)
    ballot = put_ballot(judging=judging, entry=entry, judge=judge, points=points, remark=remark, now=now)
    log(instance=judging, action="reading.ballot", user=by, data={"number": entry.number})
    return ballot


@transaction.atomic
def declare_conflict(*, entry: Entry, reason: str, by, now: datetime.datetime) -> Ballot:
    """The judge stands back from an entry and says why; points given before are gone. Raises JudgingError."""
    judging, entry, judge = _to_score(entry, by)
    ballot = put_conflict(entry=entry, judge=judge, reason=reason, now=now)
    log(instance=judging, action="reading.ballot", user=by, data={"number": entry.number, "conflict": True})
    return ballot


def tallies_of(judging: Judging) -> dict[int, Tally]:
    """By the entries' keys; whoever has no vote is in it, too. Three statements, whatever the number of judges and entries."""
    votes = defaultdict(list, {pk: [] for pk in entries_of(judging).values_list("pk", flat=True)})
    for entry, vote in votes_in(judging, Ballot.objects.filter(entry__judging=judging).filter(hanging("entry__reflection__"))):
        votes[entry].append(vote)
    return {entry: tally(cast) for entry, cast in votes.items()}


@transaction.atomic
def close_judging(*, judging: Judging, is_confirmed: bool, by, now: datetime.datetime) -> Judging:
    """Fix means and ranks and tell the authors. Raises UnfinishedError while judges have entries left, unless that is confirmed; JudgingError."""
    judging = lock_judging(judging.pk)
    if judging.state != JudgingState.OPEN:
        raise JudgingError(f"评分{judging.get_state_display()}，不用再结束。")
    tallies = tallies_of(judging)
    if not any(found.counted for found in tallies.values()):
        raise JudgingError("还没有一张评分票，算不出结果。请等评委评了再结束。")
    cast = Ballot.objects.filter(entry__in=tallies).count()
    missing = len(tallies) * judging.judges.count() - cast
    if missing and not is_confirmed:
        raise UnfinishedError(f"还差 {missing} 张票。确实要结束的，请勾选“没有评完也结束”。")
    places = ranks(tallies)
    entries = [Entry(pk=pk, rank=places[pk], mean=rounded(found.mean), ballots_counted=len(found.counted)) for pk, found in tallies.items()]
    Entry.objects.bulk_update(entries, ["rank", "mean", "ballots_counted"], batch_size=200)
    judging.state, judging.closed_at = JudgingState.CLOSED, now
    judging.save(update_fields=["state", "closed_at"])
    log(instance=judging, action="reading.close_judging", user=by, data={"entries": len(tallies), "ballots": cast, "missing": missing})
    send_messages(
        to=entries_of(judging).filter(reflection__author__user__isnull=False).values_list("reflection__author__user", flat=True),
        subject=f"评分已结束：{judging.exhibition.title}",
        text="您参评的心得有了结果，只有您本人和组织者看得到分数。",
        url=reverse("judging_results", args=[judging.pk]),
        key=f"judging:{judging.pk}:closed",
        now=now,
    )
    return judging
