"""What the home page shows: one lead article, this month's books, the newest of every column, the five areas with their sizes.

Front servers keep the home page of the anonymous for a minute. A reflection can be taken back at any moment and is gone at once: none is
ever on that page, and whoever is signed in sees one, as nobody keeps their pages.
"""

import datetime
from dataclasses import dataclass

from learning.models import ArticlePage, ColumnPage, ReadingReviewPage, Reflection
from learning.reading.exhibiting import first_line_of
from learning.reading.holdings import newest_reflections
from learning.reading.months import MonthBooks, month_front
from learning.topics.areas import ContentArea

PER_COLUMN = 5


@dataclass(frozen=True)
class FrontColumn:
    page: ColumnPage
    articles: list[ArticlePage]


@dataclass(frozen=True)
class ExhibitedPiece:
    reflection: Reflection
    first_line: str


@dataclass(frozen=True)
class Front:
    lead: ArticlePage | None
    columns: list[FrontColumn]
    areas: list[dict]
    month: MonthBooks | None
    piece: ExhibitedPiece | None  # of the exhibition, for whoever is signed in


def front_of(home, *, user, today: datetime.date) -> Front:
    """The front page below `home` for `user`, in five statements whatever the site holds; one more for whoever is signed in."""
    everything = ArticlePage.objects.visible_to(user).in_column(home)
    articles = everything.not_type(ReadingReviewPage)
    columns = ColumnPage.objects.visible_to(user).child_of(home).order_by("path")
    newest: dict[str, list[ArticlePage]] = {}
    for article in articles.newest_of_each_column(PER_COLUMN):
        newest.setdefault(article.column_path, []).append(article)
    sizes = everything.count_by_area()  # as the search behind the numbers finds them
    return Front(
        lead=articles.pinned_first(today).first(),
        columns=[FrontColumn(column, newest.get(column.path, [])) for column in columns],
        areas=[{"value": area.value, "label": area.label, "count": sizes.get(area.value, 0)} for area in ContentArea],
        month=month_front(today),
        piece=_newest_piece(user) if user.is_authenticated else None,
    )


def _newest_piece(user) -> ExhibitedPiece | None:
    for reflection in newest_reflections(user, limit=1):
        return ExhibitedPiece(reflection, first_line_of(reflection.html))
    return None
