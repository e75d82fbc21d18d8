"""每月推荐书目 as readers see it: a month, the months before and after, all of them by year (R34)."""

import datetime
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Prefetch

from ..periods import PeriodKind, period_of
from .covers import with_covers
from .models.books import ListedBook, MonthlyList


@dataclass(frozen=True)
class MonthBooks:
    """The list of one month. `previous` and `next` are first days of the months that have one, too."""

    monthly_list: MonthlyList
    listed: list[ListedBook]
    previous: datetime.date | None = None
    next: datetime.date | None = None

    @property
    def month(self) -> datetime.date:
        return self.monthly_list.month

    @property
    def label(self) -> str:
        return period_of(self.month, PeriodKind.MONTH).label


@dataclass(frozen=True, slots=True)
class YearOfLists:
    year: int
    lists: list[MonthlyList]


def seen_by(user):
    """The lists that are there for `user`: whoever makes them sees those that are not out yet, too."""
    lists = MonthlyList.objects.all()
    return lists if user.has_perm("learning.change_monthlylist") else lists.published()


def month_of(month: datetime.date, *, user) -> MonthBooks | None:
    """The list of `month` (its first day) with its covers and neighbours; None where there is none for `user`."""
    lists = seen_by(user)
    monthly_list = lists.filter(month=month).first()
    if monthly_list is None:
        return None
    months = sorted(lists.values_list("month", flat=True))
    at = months.index(month)
    return MonthBooks(
        monthly_list,
        with_covers(monthly_list.listed_books.select_related("book").order_by("sort_order", "pk")),
        previous=months[at - 1] if at else None,
        next=months[at + 1] if at + 1 < len(months) else None,
    )


def month_front(today: datetime.date, *, or_before: bool = False) -> MonthBooks | None:
    """This month's published list, in one statement and without covers; `or_before`: the newest one up to now, where there is none yet."""
    this_month = period_of(today, PeriodKind.MONTH).first
    published = MonthlyList.objects.published()
    published = published.filter(month__lte=this_month) if or_before else published.filter(month=this_month)
    newest = published.order_by("-month").values("pk")[:1]
    listed = list(ListedBook.objects.filter(monthly_list__in=newest).select_related("book", "monthly_list").order_by("sort_order", "pk"))
    return MonthBooks(listed[0].monthly_list, listed) if listed else None


def listed_titles(first: datetime.date, last: datetime.date) -> list[str]:
    """What the published lists of the months from `first` to `last` recommend, the earliest month first. One statement."""
    listed = ListedBook.objects.filter(
        monthly_list__in=MonthlyList.objects.published(), monthly_list__month__gte=first, monthly_list__month__lte=last
    )
    return list(listed.order_by("monthly_list__month", "sort_order", "pk").values_list("book__title", flat=True))


def years_of_lists(user) -> list[YearOfLists]:
    """Every list there is for `user`, with its books, the newest first; in two statements."""
    books = Prefetch("listed_books", ListedBook.objects.select_related("book").order_by("sort_order", "pk"), to_attr="books")
    lists = seen_by(user).prefetch_related(books).order_by("-month")
    return [YearOfLists(year, list(of_year)) for year, of_year in groupby(lists, key=lambda monthly_list: monthly_list.month.year)]
