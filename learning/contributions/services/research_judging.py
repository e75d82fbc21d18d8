"""The judging of a year's reports: prepared by the clerk, opened under shuffled numbers, scored blind, closed with exactly so many best."""

import datetime
import random
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.urls import reverse
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry, Page

from cms.inbox.services import send_messages

from ...articles.notices import NoticeText, draft_notice
from ...judging.ballots import put_ballot, put_conflict, votes_in, voting_judge
from ...judging.choices import JudgingState
from ...judging.errors import JudgingError, UnfinishedError
from ...judging.preparing import Line, check_judges, check_preparing, check_rubric, write_preparation
from ...judging.scoring import rounded, tally
from ...organisation.models import Posting, StaffMember
from ...periods import local_day
from ..best_reports import Standing, in_order
from ..choices import ResearchState
from ..models import ResearchBallot, ResearchEntry, ResearchJudge, ResearchJudging, ResearchReport

ACTION = "contributions.research_judging"
OWN_REPORT = "本人参与或本科室的报告"
SIGNED_BY = "机关党委"
MOST_PLACES = 50
chance = random.SystemRandom()  # nothing that a judge could calculate the teams from

# Only to begin with: nothing in the notice says how reports are judged. The word 示例 stays in it until somebody has rewritten it.
SAMPLE_RUBRIC = (
    Line("选题与调查", 30, "示例：选题来自实际工作，到过现场，情况和数据真实。"),
    Line("问题与原因", 30, "示例：问题找得准，原因分析有依据。"),
    Line("对策与可行", 30, "示例：建议具体可行，对工作有推动。"),
    Line("文字", 10, "示例：条理清楚，语言平实。"),
)


def lock_judging(pk: int) -> ResearchJudging:
    """Everything that changes a judging, and every change of a report of its year, takes this row first."""
    return ResearchJudging.objects.select_for_update().get(pk=pk)


def entries_of(judging: ResearchJudging):
    """What is judged: a report that was withdrawn is out of it."""
    return judging.entries.filter(report__state=ResearchState.HANDED_IN)


@transaction.atomic
def prepare_judging(
    *,
    year: int,
    places: int,
    judges: Sequence[StaffMember],
    rubric: Sequence[Line],
    note: str,
    due_on: datetime.date,
    by,
    now: datetime.datetime,
) -> ResearchJudging:
    """Changed as often as needed until it is opened. Raises JudgingError."""
    made, _is_new = ResearchJudging.objects.get_or_create(year=year, defaults={"created_by": by, "places": places})
    judging = lock_judging(made.pk)
    check_preparing(judging)
    check_judges(judges)
    check_rubric(rubric)
    if due_on < local_day(now):
        raise JudgingError({"due_on": "截止日期已经过去，请改成今天或以后的日期。"})
    if not 1 <= places <= MOST_PLACES:
        raise JudgingError({"places": f"评出篇数须在 1 到 {MOST_PLACES} 之间。"})
    judging.note, judging.due_on, judging.places = note.strip(), due_on, places
    judging.full_clean(exclude=["created_by"])
    judging.save()
    write_preparation(judging, judges=judges, rubric=rubric)
    _log(judging, "筹备评审", by=by, judges=len(judges))
    return judging


@transaction.atomic
def open_judging(*, judging: ResearchJudging, by, now: datetime.datetime, shuffle=chance.shuffle) -> ResearchJudging:
    """Fix what is judged, under numbers that tell nothing, and tell the judges. Closed for a judge is what they took part in, and what the
    department that they head has written. Raises JudgingError."""
    judging = lock_judging(judging.pk)
    if judging.state != JudgingState.PREPARING:
        raise JudgingError(f"评分{judging.get_state_display()}，不用再开始。")
    judges = list(judging.judges.select_related("staff"))
    check_judges([judge.staff for judge in judges])
    reports = list(ResearchReport.objects.handed_in().in_year(judging.year).order_by("pk").prefetch_related("members"))
    if not reports:
        raise JudgingError("这一年还没有提交的调研报告，没有可评的。请等有了再开始。")
    shuffle(reports)
    entries = ResearchEntry.objects.bulk_create(
        [ResearchEntry(judging=judging, report=report, number=number) for number, report in enumerate(reports, start=1)]
    )
    closed = closed_for([judge.staff_id for judge in judges], local_day(now))
    ResearchBallot.objects.bulk_create(
        [
            ResearchBallot(entry=entry, judge=judge, is_conflict=True, conflict_reason=OWN_REPORT, submitted_at=now)
            for entry, report in zip(entries, reports, strict=True)
            for judge in judges
            if is_own(report, judge.staff_id, closed)
        ]
    )
    judging.state, judging.opened_at = JudgingState.OPEN, now
    judging.save(update_fields=["state", "opened_at"])
    _log(judging, "开始评审", by=by, entries=len(entries), judges=len(judges))
    send_messages(
        to=[judge.staff.user_id for judge in judges],
        subject=f"请评分：{judging}（{len(entries)} 篇）",
        text=f"请在 {judging.due_on:%Y-%m-%d} 前评完。只看编号和文字；与作者有利害关系的请声明回避。",
        url=reverse("research_judging", args=[judging.year]),
        key=f"research_judging:{judging.pk}:opened",
        now=now,
    )
    return judging


def closed_for(staff_ids: Sequence[int], day: datetime.date) -> set[tuple[int, int]]:
    """(person, department) for each department that one of them heads on `day`. One statement."""
    return set(Posting.objects.on(day).heads().filter(staff__in=staff_ids).values_list("staff", "department"))


def is_own(report: ResearchReport, staff_id: int, heading: set[tuple[int, int]]) -> bool:
    """Whether a person may not judge `report`: of its team, its declarer, head of its department. `heading` as `closed_for` says it."""
    team = {report.declared_by_id, *(member.staff_id for member in report.members.all())}
    return staff_id in team or (staff_id, report.department_id) in heading


def _to_score(entry: ResearchEntry, by) -> tuple[ResearchJudging, ResearchEntry, ResearchJudge]:
    """Locked, and only where `by` judges it and it is neither closed for them nor withdrawn. Raises JudgingError."""
    judging = lock_judging(entry.judging_id)
    judge = voting_judge(judging, by)
    found = entries_of(judging).filter(pk=entry.pk).first()
    if found is None:
        raise JudgingError("这份报告已撤回，不再参评。请评其他的。")
    if found.ballots.filter(judge=judge, is_conflict=True, conflict_reason=OWN_REPORT).exists():
        raise JudgingError("这是您参与的或本科室的报告，已自动回避。")
    return judging, found, judge


@transaction.atomic
def submit_ballot(*, entry: ResearchEntry, points: dict[int, Decimal], remark: str, by, now: datetime.datetime) -> ResearchBallot:
    """The judge's points for every line (by the lines' keys), until the judging closes. Raises JudgingError."""
    judging, entry, judge = _to_score(entry, by)
    if is_own(entry.report, judge.staff_id, closed_for([judge.staff_id], local_day(now))):
        raise JudgingError("这是您参与的或您现在负责的科室的报告，不能打分。请声明回避。")
    ballot = put_ballot(judging=judging, entry=entry, judge=judge, points=points, remark=remark.replace("\x00", ""), now=now)
    _log(judging, "评分", by=by, number=entry.number)
    return ballot


@transaction.atomic
def declare_conflict(*, entry: ResearchEntry, reason: str, by, now: datetime.datetime) -> ResearchBallot:
    """The judge stands back from a report and says why. Raises JudgingError."""
    judging, entry, judge = _to_score(entry, by)
    if reason.strip() == OWN_REPORT:
        reason = f"{OWN_REPORT}（本人声明）"
    ballot = put_conflict(entry=entry, judge=judge, reason=reason.replace("\x00", ""), now=now)
    _log(judging, "回避", by=by, number=entry.number)
    return ballot


def standings_of(judging: ResearchJudging) -> dict[int, Standing]:
    """By the entries' keys; what has no vote is in it, too. Three statements, whatever the number of judges and entries."""
    facts = entries_of(judging).values_list("pk", "report__handed_in_on", "report__declared_on", "number")
    entries = {pk: days for pk, *days in facts}
    votes = defaultdict(list)
    for entry, vote in votes_in(judging, ResearchBallot.objects.filter(entry__judging=judging)):
        votes[entry].append(vote)
    return {pk: Standing(tally(votes[pk]), *days) for pk, days in entries.items()}


@transaction.atomic
def close_judging(*, judging: ResearchJudging, is_confirmed: bool, by, now: datetime.datetime) -> ResearchJudging:
    """Fix means and places; the first so many are the best (`TIE_RULE`). Tell the teams. Raises UnfinishedError while judges have reports
    left, unless that is confirmed; JudgingError."""
    judging = lock_judging(judging.pk)
    if judging.state != JudgingState.OPEN:
        raise JudgingError(f"评分{judging.get_state_display()}，不用再结束。")
    standings = standings_of(judging)
    order = in_order(standings)
    if not order:
        raise JudgingError("还没有一张评分票，算不出结果。请等评委评了再结束。")
    cast = ResearchBallot.objects.filter(entry__in=standings).count()
    missing = len(standings) * judging.judges.count() - cast
    if missing and not is_confirmed:
        raise UnfinishedError(f"还差 {missing} 张票。确实要结束的，请勾选“没有评完也结束”。")
    ranks = {pk: rank for rank, pk in enumerate(order, start=1)}
    entries = [
        ResearchEntry(
            pk=pk,
            rank=ranks.get(pk),
            is_best=pk in ranks and ranks[pk] <= judging.places,
            mean=rounded(one.tally.mean),
            ballots_counted=len(one.tally.counted),
        )
        for pk, one in standings.items()
    ]
    ResearchEntry.objects.bulk_update(entries, ["rank", "is_best", "mean", "ballots_counted"], batch_size=200)
    judging.state, judging.closed_at = JudgingState.CLOSED, now
    judging.save(update_fields=["state", "closed_at"])
    _log(judging, "结束评审", by=by, entries=len(standings), ballots=cast, missing=missing)
    send_messages(
        to=entries_of(judging).filter(report__members__staff__user__isnull=False).values_list("report__members__staff__user", flat=True),
        subject=f"评审已结束：{judging}",
        text="您参与的调研报告有了结果。分数只有调研组和组织者看得到。",
        url=reverse("research_results", args=[judging.year]),
        key=f"research_judging:{judging.pk}:closed",
        now=now,
    )
    return judging


@transaction.atomic
def draft_commendation(*, judging: ResearchJudging, by, today: datetime.date) -> tuple[Page, bool]:
    """The draft of the notice that commends the best, and whether it is new: while a draft of before is there it is that one.

    Raises JudgingError, NoticeDraftError.
    """
    judging = lock_judging(judging.pk)
    if judging.state != JudgingState.CLOSED:
        raise JudgingError("评审还没有结束，没有可以表彰的名单。")
    if known := drafted_notice(judging):
        return known, False
    page = draft_notice(commendation_of(judging, today=today), by=by)
    _log(judging, "生成表彰通报稿", by=by, page=page.pk)
    return page, True


def drafted_notice(judging: ResearchJudging) -> Page | None:
    """The page that was drafted last, if it is still there: the log remembers which."""
    entries = ModelLogEntry.objects.for_instance(judging).filter(action=ACTION).order_by("-timestamp", "-pk")
    keys = [entry.data["page"] for entry in entries if entry.data.get("page")]
    return Page.objects.filter(pk=keys[0]).first() if keys else None


def commendation_of(judging: ResearchJudging, *, today: datetime.date) -> NoticeText:
    best = (
        entries_of(judging)
        .filter(is_best=True)
        .order_by("rank")
        .select_related("report__department")
        .prefetch_related("report__members__staff")
    )
    listed = [
        f"{entry.rank}. 《{entry.report.title}》（{entry.report.department}：{'、'.join(member.staff.name for member in entry.report.members.all())}）"
        for entry in best
    ]
    return NoticeText(
        title=f"关于表彰{judging.year}年度优质调研报告的通报",
        paragraphs=[
            f"{judging.year}年，各科室围绕重点工作开展调研，共有 {entries_of(judging).count()} 篇调研报告参加评审。经评委不记名盲评，评出优质调研报告 {len(listed)} 篇，现予通报表彰。",
            *listed,
            "希望受表彰的科室和人员珍惜荣誉，推动调研成果转化；各科室要学习先进，把调查研究做实做深。",
        ],
        signed_by=SIGNED_BY,
        composed_on=today,
    )


def _log(judging: ResearchJudging, step: str, *, by, **data) -> None:
    log(instance=judging, action=ACTION, user=by, data={"step": step, **data})
