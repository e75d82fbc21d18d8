"""Drafts of notices that other rooms ask for (`learning/articles/notices.py`)."""

from django.db import transaction
from django.utils.html import escape
from wagtail.models import Page
from wagtail.rich_text import RichText

from cms.core.services import add_page
from cms.core.slugs import free_slug

from ..articles.models import ColumnPage
from ..articles.notices import NoticeDraftError, NoticeTable, NoticeText
from .models import NoticePage

TITLES = ("公示公告", "通知公示", "通知公告", "公示", "通知")  # what a column of notices is called, the likeliest first


def column_for_notices() -> ColumnPage:
    """The live column that says it holds notices, else where the newest notice stands, else the first one in the menu.

    Raises NoticeDraftError.
    """
    columns = list(ColumnPage.objects.live().order_by("path"))
    for title in TITLES:
        if found := next((column for column in columns if column.title == title), None):
            return found
    newest = NoticePage.objects.live().order_by("-first_published_at", "-pk").first()
    by_path = {column.path: column for column in columns}
    column = by_path.get(newest.path[: -Page.steplen]) if newest else None
    column = column or next((one for one in columns if one.show_in_menus), None)
    if column is None:
        raise NoticeDraftError("网站还没有栏目，公示稿没有地方放。请先在后台建一个栏目，例如“通知公告”。")
    return column


@transaction.atomic
def write_notice(text: NoticeText, *, by) -> NoticePage:
    """An unpublished notice with one revision; whoever asked for it is its owner and sends it through the review. Raises NoticeDraftError."""
    column = column_for_notices()
    body = [*map(_paragraph, text.paragraphs), *map(_table, text.tables), *map(_paragraph, text.closing)]
    body.append(
        ("signature", {"name": text.signed_by, "date": f"{text.composed_on.year}年{text.composed_on.month}月{text.composed_on.day}日"})
    )
    page = NoticePage(
        title=text.title,
        slug=free_slug(text.title, parent=column),
        issuing_body=text.signed_by,
        composed_on=text.composed_on,
        summary=text.paragraphs[0][:300] if text.paragraphs else "",
        body=body,
    )
    return add_page(parent=Page.objects.get(pk=column.pk).specific, page=page, by=by)


def _paragraph(text: str) -> tuple:
    return ("paragraph", RichText(f"<p>{escape(text)}</p>"))


def _table(table: NoticeTable) -> tuple:
    """Its cells are escaped where they are shown: the block's own mark-up takes them for text."""
    return (
        "table",
        {
            "data": [[str(cell) for cell in row] for row in (table.header, *table.rows)],
            "table_caption": table.caption,
            "table_header_choice": "row",
            "first_row_is_table_header": True,
            "first_col_is_header": False,
        },
    )
