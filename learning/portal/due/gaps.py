"""What the plan asks of what somebody runs or leads."""

import datetime

from django.urls import reverse

from ...evidence import Subject
from ...programme.gaps.cells import SOON
from ...programme.owing import Owing
from .rows import DueRow, Kind, State, basis, in_words


def gap_rows(found: list[Owing], today: datetime.date) -> list[DueRow]:
    """What falls due soon, a row each; what is behind already, one row with its number."""
    behind = [one for one in found if one.due_on < today]
    soon = [one for one in found if one.due_on >= today]
    rows = [
        DueRow(
            kind=Kind.GAP,
            title=f"{one.requirement.name}（{one.period.label_in_year}）",
            when=f"{in_words(one.due_on, today)}前",
            due_on=one.due_on,
            state=State.SOON if one.due_on - today <= SOON else State.LATER,
            detail="尚未完成" if one.item.owed_by == Subject.ORGAN else f"{_names(one.names)}尚未完成",
            why=basis(one.requirement),
            action="看缺口",
            url=reverse("gap_cell", args=[one.item.pk]),
        )
        for one in soon
    ]
    if behind:
        last = behind[-1]
        rows.append(
            DueRow(
                kind=Kind.GAP,
                title=f"今年有 {len(behind)} 项没有按期完成",
                when=f"最近一项{in_words(last.due_on, today)}到期",
                due_on=today,
                state=State.OVERDUE,
                detail=f"{last.requirement.name}（{last.period.label_in_year}）" + ("等" if len(behind) > 1 else ""),
                why="年度计划里由您负责或牵头",
                action="看缺口",
                url=reverse("gaps"),
            )
        )
    return rows


def _names(names: tuple[str, ...]) -> str:
    return f"{'、'.join(names[:3])}等 {len(names)} 个" if len(names) > 3 else "、".join(names)
