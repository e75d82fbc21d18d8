"""What the home page shows: one lead article, the newest of every column, the five areas with their sizes."""

import datetime
from dataclasses import dataclass

from learning.models import ArticlePage, ColumnPage
from learning.topics.areas import ContentArea

PER_COLUMN = 5


@dataclass(frozen=True)
class FrontColumn:
    page: ColumnPage
    articles: list[ArticlePage]


@dataclass(frozen=True)
class Front:
    lead: ArticlePage | None
    columns: list[FrontColumn]
    areas: list[dict]


def front_of(home, *, user, today: datetime.date) -> Front:
    """The front page below `home` for `user`, in four statements whatever the site holds."""
    articles = ArticlePage.objects.visible_to(user).in_column(home)
    columns = ColumnPage.objects.visible_to(user).child_of(home).order_by("path")
    newest: dict[str, list[ArticlePage]] = {}
    for article in articles.newest_of_each_column(PER_COLUMN):
        newest.setdefault(article.column_path, []).append(article)
    sizes = articles.count_by_area()
    return Front(
        lead=articles.pinned_first(today).first(),
        columns=[FrontColumn(column, newest.get(column.path, [])) for column in columns],
        areas=[{"value": area.value, "label": area.label, "count": sizes.get(area.value, 0)} for area in ContentArea],
    )
