"""What the plan asks of one person alone, most of it reading and writing; and what the reading room has on their desk."""

import datetime

from django.urls import reverse

from ...periods import PeriodKind, local_day, period_of
from ...portfolio.entrances import entrance_of
from ...programme.gaps.cells import SOON
from ...programme.owing import OwnOwing
from ...programme.rights import Rights
from ...reading.choices import ReflectionState
from ...reading.desk import JudgingToDo, OwnText, TextToReview, reading_desk
from ...reading.facts import REFLECTION
from .rows import DueRow, Kind, State, basis, few, in_words


def reading_rows(rights: Rights, debts: list[OwnOwing]) -> list[DueRow]:
    """`debts` are those of the holder of `rights` (`owing(...).own`). One statement."""
    today = rights.today
    last_quarter = period_of(today, PeriodKind.QUARTER).previous
    desk = reading_desk(rights.user, rights.staff, since=last_quarter.first)
    reviews = sorted(desk.reviews, key=lambda one: (not one.is_mine, one.due_on, one.handed_in_at, one.pk))
    return [
        *_debt_rows(debts, desk.own, today, rights.staff.pk),
        *(_returned_row(one, today) for one in desk.own if one.is_returned),
        *few((_review_row(one, today) for one in reviews), "篇心得待评阅"),
        *(_judging_row(one, today) for one in desk.judgings),
    ]


def _debt_rows(debts: list[OwnOwing], own: list[OwnText], today: datetime.date, staff_id: int):
    drafts = sorted((one for one in own if one.is_draft), key=lambda one: one.moved_at, reverse=True)
    quarters = {debt.period.first for debt in debts if debt.requirement.evidence == REFLECTION}
    for debt in debts:
        if debt.requirement.evidence != REFLECTION:
            yield _debt_row(debt, debt.lacking, None, today, staff_id)
        elif (lacking := debt.lacking - _on_the_way(debt, own)) > 0:
            yield _debt_row(debt, lacking, _draft_for(debt, drafts, quarters, today), today, staff_id)


def _on_the_way(debt: OwnOwing, own: list[OwnText]) -> int:
    """Those that answer `debt` though they do not count for it: given back, which has a row of its own, or handed in after its quarter."""

    def answers(one: OwnText) -> bool:
        if one.is_draft:
            return False
        if local_day(one.first_handed_in_at) in debt.period:
            return one.state == ReflectionState.RETURNED
        return one.meant_for == debt.period.first

    return sum(answers(one) for one in own)


def _draft_for(debt: OwnOwing, drafts: list[OwnText], quarters, today) -> OwnText | None:
    """The newest that was begun for it; in its own quarter, failing that, the newest that was begun for none of the `quarters` asked for."""
    begun = [one for one in drafts if one.meant_for == debt.period.first]
    if not begun and today in debt.period:
        begun = [one for one in drafts if one.meant_for not in quarters]
    return begun[0] if begun else None


def _debt_row(debt: OwnOwing, lacking: int, draft: OwnText | None, today, staff_id: int) -> DueRow:
    rule, is_late = debt.requirement, debt.due_on < today
    entrance = entrance_of(rule.evidence)
    said = [f"还差 {lacking} {entrance.unit if entrance else '项'}"] if rule.quantity > 1 else []
    said += [f"草稿“{draft.title}”，{in_words(local_day(draft.moved_at), today)}保存"] if draft and draft.title else []
    said += [entrance.once_late] if is_late and entrance and entrance.once_late else []
    said += [] if entrance else ["完成后自动记入，不用登记"]
    in_time = State.SOON if debt.due_on - today <= SOON else State.LATER
    return DueRow(
        kind=Kind.OWN,
        title=f"{rule.name}（{debt.period.label_in_year}）",
        when=f"{in_words(debt.due_on, today)}{'到期' if is_late else '前'}",
        due_on=debt.due_on,
        state=State.OVERDUE if is_late else in_time,
        detail="；".join(said),
        why=basis(rule),
        action="继续写" if draft else entrance.action if entrance else "",
        url=reverse("write_reflection", args=[draft.pk])
        if draft
        else entrance.url(year=debt.period.first.year, staff_id=staff_id, period=debt.period)
        if entrance
        else "",
    )


def _returned_row(one: OwnText, today) -> DueRow:
    day = local_day(one.moved_at)
    return DueRow(
        kind=Kind.REFLECTION,
        title=f"心得：{one.title or '（未写题目）'}",
        when=f"{in_words(day, today)}退回",
        due_on=day,
        due_at=one.moved_at,
        state=State.SENT_BACK,
        detail=f"意见：{one.note}" if one.note else "意见写在批注里，请点开看",
        why="改好再交，仍按首次提交的季度计算",
        action="去改",
        url=reverse("write_reflection", args=[one.pk]),
    )


def _review_row(one: TextToReview, today) -> DueRow:
    is_late = one.due_on < today
    return DueRow(
        kind=Kind.REVIEW,
        title=f"{one.author}的心得",
        when=f"{in_words(one.due_on, today)}{'到期' if is_late else '前'}",
        due_on=one.due_on,
        state=State.OVERDUE if is_late else State.TO_REVIEW,
        detail=one.title,
        why=f"{in_words(local_day(one.handed_in_at), today)}提交，{'由您评阅' if one.is_mine else '还没有人认领'}",
        action="评阅",
        url=reverse("review_reflection", args=[one.pk]),
    )


def _judging_row(one: JudgingToDo, today) -> DueRow:
    is_late = one.due_on is not None and one.due_on < today
    due = f"{in_words(one.due_on, today)}{'到期' if is_late else '前'}" if one.due_on else "请尽早"
    return DueRow(
        kind=Kind.JUDGING,
        title=f"{one.title}评分",
        when=due,
        due_on=one.due_on or local_day(one.opened_at),
        state=State.OVERDUE if is_late else State.TO_JUDGE,
        detail=f"还有 {one.waiting} 篇没有评",
        why="您是评委",
        action="评分",
        url=reverse("judging", args=[one.pk]),
    )
