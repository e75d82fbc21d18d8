"""The list of articles as a table to take away."""

from ..programme.books import Column, Sheet
from .rights import ContributionRights
from .submissions import rows_to_take

HEADER = (
    Column("报送日期"),
    Column("标题", 46),
    Column("体裁"),
    Column("供稿科室（单位）", 24),
    Column("作者", 24),
    Column("成稿日期"),
    Column("状态"),
    Column("采用次数"),
    Column("原因", 20),
    Column("说明", 30),
)


def articles_sheet(params, rights: ContributionRights) -> Sheet:
    """Exactly what the list shows under the filters of the address `params`, all pages of it."""
    rows, said = rows_to_take(params, rights)
    return Sheet(
        "稿件",
        HEADER,
        (
            (
                row.submitted_on,
                row.title,
                row.genre,
                row.departments,
                row.authors,
                row.written_on,
                row.state_label,
                row.placements,
                row.reason,
                row.note,
            )
            for row in rows
        ),
        notes=[f"筛选：{'；'.join(said)}"] if said else [],
    )
