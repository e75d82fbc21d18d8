"""Judging: prepared by a clerk, opened under shuffled numbers, scored by named judges, closed with a result that can be added up again."""

import datetime
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, Sum
from django.urls import reverse
from wagtail.log_actions import log

from cms.inbox.services import send_messages

from ...judging.choices import JudgingState
from ...judging.scoring import Tally, Vote, ranks, rounded, tally
from ...organisation.models import StaffMember
from ...periods import local_day
from ..exhibiting import hanging, quarter_of
from ..models import Ballot, BallotLine, Entry, ExhibitionPage, Judge, Judging, Reflection, RubricLine

MAX_LINES = 6
OWN_WORK = "本人作品"
TENTH = Decimal("0.1")
chance = random.SystemRandom()  # nothing that a judge could calculate the authors from


class JudgingError(ValidationError):
    """The judging cannot be prepared, scored or closed like that; the message is Chinese and says what to do."""


class UnfinishedError(JudgingError):
    """Some judges have entries left; closing has to be confirmed."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the rubric as it is written."""

    name: str
    max_points: int
    guidance: str = ""


# Only to begin with: nothing in the notice says how reflections are judged. The word 示例 stays in it until somebody has rewritten it.
SAMPLE_RUBRIC = (
    Line("主题与理解", 30, "示例：读懂了书，观点明确，有自己的见解。"),
    Line("联系实际", 40, "示例：结合本职工作，说得出改了什么、打算怎么改。"),
    Line("表达", 30, "示例：条理清楚，语言平实，没有空话套话。"),
)


def field_name(line: RubricLine) -> str:
    """What a form calls the points of `line`; errors name it, too."""
    return f"line_{line.pk}"


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
    if judging.state != JudgingState.PREPARING:
        raise JudgingError(f"评分{judging.get_state_display()}，评委和评分项不能再改。")
    _check_judges(judges)
    _check_rubric(rubric)
    if due_on < local_day(now):
        raise JudgingError({"due_on": "截止日期已经过去，请改成今天或以后的日期。"})
    judging.note, judging.due_on = note.strip(), due_on
    judging.full_clean(exclude=["exhibition", "created_by"])
    judging.save()
    judging.judges.exclude(staff__in=judges).delete()
    known = set(judging.judges.values_list("staff_id", flat=True))
    Judge.objects.bulk_create([Judge(judging=judging, staff=one) for one in judges if one.pk not in known])
    judging.rubric.all().delete()
    RubricLine.objects.bulk_create(
        [
            RubricLine(judging=judging, name=line.name, guidance=line.guidance, max_points=line.max_points, position=position)
            for position, line in enumerate(rubric)
        ]
    )
    return judging


def _check_judges(judges: Sequence[StaffMember]) -> None:
    if not judges:
        raise JudgingError({"judges": "请至少写一位评委。"})
    can_sign_in = set(StaffMember.objects.filter(pk__in=[one.pk for one in judges], user__is_active=True).values_list("pk", flat=True))
    if without := [one.name for one in judges if one.pk not in can_sign_in]:
        raise JudgingError({"judges": f"{'、'.join(without)}没有可用的账号，不能在网上评分。请换人，或请系统管理员开通账号。"})


def _check_rubric(rubric: Sequence[Line]) -> None:
    if not rubric:
        raise JudgingError("请至少写一个评分项和它的满分。")
    names = [line.name for line in rubric]
    if len(set(names)) < len(names):
        raise JudgingError("有两个评分项同名，请改一个名称。")


@transaction.atomic
def open_judging(*, judging: Judging, by, now: datetime.datetime, shuffle=chance.shuffle) -> Judging:
    """Fix what is judged, under numbers that tell nothing, and tell the judges. Judges' own pieces are closed for them. Raises JudgingError."""
    judging = lock_judging(judging.pk)
    if judging.state != JudgingState.PREPARING:
        raise JudgingError(f"评分{judging.get_state_display()}，不用再开始。")
    judges = list(judging.judges.select_related("staff"))
    _check_judges([judge.staff for judge in judges])
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
    if judging.state != JudgingState.OPEN:
        raise JudgingError(f"评分{judging.get_state_display()}，不能再改。")
    judge = judging.judges.select_related("staff").filter(staff__user=by.pk).first()
    if judge is None:
        raise JudgingError("您不是这次评分的评委。")
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
    lines = list(judging.rubric.all())
    wrong = {field_name(line): f"请打“{line.name}”的分。" for line in lines if line.pk not in points}
    for line in lines:
        given = points.get(line.pk)
        if given is not None and not (0 <= given <= line.max_points and given == given.quantize(TENTH)):
            wrong[field_name(line)] = f"“{line.name}”须在 0 到 {line.max_points} 之间，最多一位小数。"
    if wrong:
        raise JudgingError(wrong)
    facts = {"is_conflict": False, "conflict_reason": "", "remark": remark.strip(), "submitted_at": now}
    ballot, _created = Ballot.objects.update_or_create(entry=entry, judge=judge, defaults=facts)
    ballot.lines.all().delete()
    BallotLine.objects.bulk_create([BallotLine(ballot=ballot, line=line, points=points[line.pk]) for line in lines])
    log(instance=judging, action="reading.ballot", user=by, data={"number": entry.number})
    return ballot


@transaction.atomic
def declare_conflict(*, entry: Entry, reason: str, by, now: datetime.datetime) -> Ballot:
    """The judge stands back from an entry and says why; points given before are gone. Raises JudgingError."""
    judging, entry, judge = _to_score(entry, by)
    if not reason.strip():
        raise JudgingError({"reason": "请写明回避的原因。"})
    facts = {"is_conflict": True, "conflict_reason": reason.strip(), "remark": "", "submitted_at": now}
    ballot, _created = Ballot.objects.update_or_create(entry=entry, judge=judge, defaults=facts)
    ballot.lines.all().delete()
    log(instance=judging, action="reading.ballot", user=by, data={"number": entry.number, "conflict": True})
    return ballot


def tallies_of(judging: Judging) -> dict[int, Tally]:
    """By the entries' keys; whoever has no vote is in it, too. Three statements, whatever the number of judges and entries."""
    first = judging.rubric.values_list("pk", flat=True).first()
    votes = defaultdict(list, {pk: [] for pk in entries_of(judging).values_list("pk", flat=True)})
    for entry, *vote in votes_in(Ballot.objects.filter(entry__judging=judging).filter(hanging("entry__reflection__")), first):
        votes[entry].append(Vote(*vote))
    return {entry: tally(cast) for entry, cast in votes.items()}


def votes_in(ballots, first: int | None):
    """(entry, ballot, total, points in the line `first`) of those that score. SQLite adds decimals as floats: they come back as tenths."""
    points = Sum("lines__points")
    rows = (
        ballots.filter(is_conflict=False).order_by("pk").annotate(total=points, leading=Sum("lines__points", filter=Q(lines__line=first)))
    )
    for entry, ballot, total, leading in rows.values_list("entry_id", "pk", "total", "leading"):
        yield entry, ballot, (total or Decimal(0)).quantize(TENTH), (leading or Decimal(0)).quantize(TENTH)


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
