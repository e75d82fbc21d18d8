"""The findings of an inspection as a table to take away."""

from collections.abc import Iterator

from ..periods import local_day
from ..programme.books import Column, Sheet
from .choices import FindingState
from .inspection_desk import TO_RECTIFY
from .models import Finding, Inspection

HEADER = (
    Column("科室（单位）", 24),
    "姓名",
    Column("检查项", 30),
    Column("问题", 40),
    "程度",
    "整改期限",
    "状态",
    "已逾期",
    "发现人",
    "发现日期",
    Column("整改情况", 40),
    "整改日期",
    Column("核对意见", 30),
    "销号日期",
)


def findings_sheet(inspection: Inspection, today) -> Sheet:
    """`inspection` with its numbers (`inspection_desk.with_numbers`). One statement."""
    scope = f"{inspection.department}及所属" if inspection.department else "全局"
    return Sheet(
        name="检查发现的问题",
        header=HEADER,
        rows=_rows(inspection, today),
        notes=[
            f"{inspection.title}（{inspection.held_on:%Y-%m-%d}，检查{inspection.year}年档案，{scope}）",
            f"抽取 {inspection.sample} 人（共 {inspection.drawn_from} 人），已检查 {inspection.checked} 人；"
            f"问题 {inspection.found} 个，已销号 {inspection.closed} 个，逾期未改 {inspection.overdue} 个。",
        ],
    )


def _rows(inspection: Inspection, today) -> Iterator[list]:
    found = Finding.objects.filter(inspected__inspection=inspection).select_related("inspected__staff", "inspected__department", "line")
    for one in found.order_by("inspected__department__position", "inspected__staff__sort_key", "inspected", "line__position", "pk"):
        yield [
            str(one.inspected.department or ""),
            one.inspected.staff.name,
            one.line.name if one.line else "",
            one.text,
            one.get_severity_display(),
            one.due_on,
            FindingState(one.state).label,
            one.state in TO_RECTIFY and one.due_on < today,
            one.found_by_name,
            local_day(one.found_at),
            one.rectification,
            local_day(one.rectified_at) if one.rectified_at else None,
            one.check_note,
            local_day(one.closed_at) if one.closed_at else None,
        ]
