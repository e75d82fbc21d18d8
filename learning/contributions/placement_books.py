"""The list of placements as a table to take away: the rows that the screen's filters leave, all pages of them."""

from ..programme.books import Column, Sheet
from .placing import Listed, rows_of

HEADER = (
    Column("刊发日期", 12), Column("刊发标题", 44), Column("媒体", 20), "级别", "类别", "权重类别", "版面或栏目", "位置", Column("篇幅", 8),
    Column("有图", 6), Column("转载", 6), Column("供稿科室（单位）", 24), Column("作者", 20), Column("稿件标题", 44), Column("成稿日期", 12),
    Column("网址", 30), Column("计分", 6), Column("不计分的原因", 20), Column("确认日期", 12),
)  # fmt: skip
CHUNK = 500  # rows at a time, with what belongs to them


def placements_sheet(shown: Listed) -> Sheet:
    narrowed = "，按查找条件" if shown.is_narrowed else ""
    return Sheet(
        name="采用", header=HEADER, rows=_rows(shown), notes=[f"{shown.chosen.label}采用{narrowed}，共 {shown.page.paginator.count} 条"]
    )


def _rows(shown: Listed):
    for row in rows_of(shown.filter).iterator(chunk_size=CHUNK):
        article = row.article
        yield [
            row.published_on,
            row.title,
            row.outlet.name,
            row.get_level_display(),
            row.get_medium_display(),
            row.get_weight_class_display(),
            row.page,
            row.get_position_display(),
            row.length,
            row.has_picture,
            row.is_reprint,
            "、".join(line.department.name for line in article.departments.all()),
            "、".join(line.name for line in article.authors.all()),
            article.title,
            article.written_on,
            row.url,
            row.is_scored,
            row.unscored_reason,
            row.confirmed_at,
        ]
