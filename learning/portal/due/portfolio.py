"""What the files have on somebody's desk: plans, files to confirm, forms of 评学, findings of an inspection."""

import datetime

from django.urls import reverse

from ...periods import local_day
from ...portfolio.desk import FileDesk, FilesToConfirm, FindingOnDesk, PlanOnDesk, ReviewsToFill
from ...programme.gaps.cells import SOON
from ...programme.owing import OwnOwing
from .rows import DueRow, Kind, State, few, in_words

PLANS = ("portfolio.plan", "have.plan")


def still_owed(debts: list[OwnOwing], found: FileDesk) -> list[OwnOwing]:
    """Without a plan that was handed in: others have it in hand, or it was given back and has a row of its own."""
    return [one for one in debts if not (one.requirement.evidence in PLANS and one.period.first.year in found.planned_years)]


def portfolio_rows(found: FileDesk, today: datetime.date) -> list[DueRow]:
    return [
        *(_returned_row(one, today) for one in found.returned),
        *few((_decide_row(one, today) for one in found.to_decide), "份学习规划待批"),
        *(_review_row(one, today) for one in found.reviews),
        *few((_rectify_row(one, today) for one in found.to_rectify), "个检查问题待整改"),
        *few((_check_row(one, today) for one in found.to_check), "个整改待核对"),
        *(_confirm_row(one, today) for one in found.to_confirm),
    ]


def _returned_row(one: PlanOnDesk, today) -> DueRow:
    day = local_day(one.at)
    return DueRow(
        kind=Kind.PLAN,
        title=f"{one.year}年学习规划",
        when=f"{in_words(day, today)}退回",
        due_on=day,
        due_at=one.at,
        state=State.SENT_BACK,
        detail=f"意见：{one.note}" if one.note else "",
        why="改好再交，仍按首次提交的日期计算",
        action="去改",
        url=reverse("write_study_plan", args=[one.year, one.staff_id]),
    )


def _decide_row(one: PlanOnDesk, today) -> DueRow:
    """The button is the look at the file, written down, and leads to the plan."""
    day, about = local_day(one.at), [one.year, one.staff_id]
    return DueRow(
        kind=Kind.DECIDE,
        title=f"学习规划：{one.name}（{one.year}年）",
        when=f"{in_words(day, today)}提交",
        due_on=day,
        due_at=one.at,
        state=State.TO_DECIDE,
        why="批准以后计入“有学习规划”；打开会记入查看记录，本人看得到",
        action="审批",
        url=reverse("look_at_file", args=about) + f"?next={reverse('decide_study_plan', args=about)}",
        is_post=True,
    )


def _review_row(one: ReviewsToFill, today) -> DueRow:
    is_late = one.due_on < today
    return DueRow(
        kind=Kind.REVIEW,
        title=f"{one.year}年评学",
        when=f"{in_words(one.due_on, today)}{'到期' if is_late else '前'}",
        due_on=one.due_on,
        state=State.OVERDUE if is_late else State.TO_REVIEW,
        detail=f"还有 {one.number} 份没有填",
        why="上级、同事和自评，各填一份",
        action="评学",
        url=reverse("study_review", args=[one.pk]),
    )


def _rectify_row(one: FindingOnDesk, today) -> DueRow:
    is_late = one.due_on < today
    in_time = State.TO_RECTIFY if one.due_on - today <= SOON or one.note else State.LATER
    return DueRow(
        kind=Kind.FINDING,
        title=f"学习检查：{one.text}",
        when=f"{in_words(one.due_on, today)}{'到期' if is_late else '前'}",
        due_on=one.due_on,
        state=State.OVERDUE if is_late else in_time,
        detail=f"核对意见：{one.note}" if one.note else "",
        why="检查发现的问题，整改后由发现人销号",
        action="去整改",
        url=reverse("finding", args=[one.pk]),
    )


def _check_row(one: FindingOnDesk, today) -> DueRow:
    day = local_day(one.at) if one.at else one.due_on
    return DueRow(
        kind=Kind.CHECK,
        title=f"{one.name}的整改",
        when=f"{in_words(day, today)}报整改",
        due_on=day,
        due_at=one.at,
        state=State.TO_CHECK,
        detail=one.text,
        why="您发现的问题",
        action="核对",
        url=reverse("finding", args=[one.pk]),
    )


def _confirm_row(one: FilesToConfirm, today) -> DueRow:
    by = datetime.date(one.year, 12, 31)
    is_late = by < today
    return DueRow(
        kind=Kind.CONFIRM,
        title=f"确认{one.year}年五有档案",
        when=f"{in_words(by, today)}{'到期' if is_late else '前'}",
        due_on=by,
        state=State.OVERDUE if is_late else State.TO_CONFIRM,
        detail=f"还有 {one.number} 人没有确认",
        why="您是科室（单位）负责人，确认以后才能锁定",
        action="去确认",
        url=reverse("five_haves_year", args=[one.year]),
    )
