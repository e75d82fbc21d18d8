"""What the reading room's page shows to a reader: this month's books, new arrivals, what hangs, who was honoured."""

import datetime
from dataclasses import dataclass

from django.db.models import F

from cms.core.visibility import visible_pages

from ..periods import PeriodKind, period_of
from .covers import with_covers
from .holdings import newest_reflections
from .models.books import Book
from .models.reflections import Reflection
from .models.stars import ReadingStar
from .months import MonthBooks, month_front

ARRIVALS = 6
REFLECTIONS = 5
EXHIBITIONS = 2
STARS = 60  # more than any quarter honours


@dataclass(frozen=True)
class Front:
    month: MonthBooks | None
    is_this_month: bool
    arrivals: list[Book]
    exhibitions: list  # pages with `quarter_label` and `is_open`, the newest first
    reflections: list[Reflection]
    stars: list[ReadingStar]
    stars_quarter: str


def front_of(user, *, today: datetime.date) -> Front:
    """In seven statements whatever the room holds."""
    month = month_front(today, or_before=True)
    arrivals = list(Book.objects.newest_arrivals(today)[:ARRIVALS])
    with_covers([*(month.listed if month else []), *arrivals])
    stars = _stars(user, today)
    return Front(
        month=month,
        is_this_month=bool(month) and month.month == today.replace(day=1),
        arrivals=arrivals,
        exhibitions=_exhibitions(user, today),
        reflections=newest_reflections(user, limit=REFLECTIONS),
        stars=stars,
        stars_quarter=_quarter(stars[0].selection.quarter_first).label if stars else "",
    )


def _quarter(day: datetime.date):
    return period_of(day, PeriodKind.QUARTER)


def _exhibitions(user, today: datetime.date) -> list:
    """Those that are open, or else the newest one. Asked from the page tree: the page types are loaded after this."""
    pages = visible_pages(user).filter(exhibitionpage__isnull=False)
    pages = pages.annotate(
        quarter_first=F("exhibitionpage__quarter_first"),
        shown_from=F("exhibitionpage__shown_from"),
        shown_until=F("exhibitionpage__shown_until"),
    )
    newest = list(pages.order_by("-quarter_first")[:EXHIBITIONS])
    for page in newest:
        page.quarter_label = _quarter(page.quarter_first).label
        page.is_open = (page.shown_from or today) <= today <= (page.shown_until or today)
    return [page for page in newest if page.is_open] or newest[:1]


def _stars(user, today: datetime.date) -> list[ReadingStar]:
    """Those decided for this quarter, or else for the last one; outside the bureau not before the public notice stands (R58)."""
    since = _quarter(today).previous.first
    decided = ReadingStar.objects.filter(selection__decided_at__isnull=False, selection__quarter_first__gte=since)
    if not user.is_authenticated:
        decided = decided.filter(selection__notice__live=True)
    decided = list(decided.select_related("selection", "staff").order_by("-selection__quarter_first", "staff__sort_key", "pk")[:STARS])
    return [star for star in decided if star.selection_id == decided[0].selection_id]
