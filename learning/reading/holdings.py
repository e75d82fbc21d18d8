"""图书阅览室: what the room holds and what is new in it (R39); one book with what was said of it."""

import datetime
from dataclasses import dataclass

import django_filters
from django.core.paginator import Page as PaginatedPage
from django.core.paginator import Paginator

from ..topics.areas import ContentArea
from .covers import with_covers
from .models.books import Book, ListedBook
from .models.reflections import Reflection
from .months import seen_by

PER_PAGE = 20
NEWEST = 6
REFLECTIONS = 5
LONGEST_SEARCH = 60  # characters


class BookFilter(django_filters.FilterSet):
    """Filters that live in the address."""

    q = django_filters.CharFilter(label="书名、作者、出版社或 ISBN", method="find", max_length=LONGEST_SEARCH)
    area = django_filters.ChoiceFilter(label="内容领域", choices=ContentArea.choices, empty_label="全部领域")
    held = django_filters.ChoiceFilter(label="在哪里", choices=[("room", "阅览室有的")], empty_label="全部图书", method="only_held")

    def find(self, books, _name, words):
        return books.find(words)

    def only_held(self, books, _name, _value):
        return books.in_reading_room()

    @property
    def is_narrowed(self) -> bool:
        return any(self.data.get(name) for name in self.filters)


@dataclass(frozen=True)
class Holdings:
    filter: BookFilter
    books: PaginatedPage
    arrivals: list[Book]  # on the first page of all books only
    query: str  # the filters as they stand in the address, for links to other pages of the list

    @property
    def is_narrowed(self) -> bool:
        return self.filter.is_narrowed

    @property
    def page_numbers(self):
        return self.books.paginator.get_elided_page_range(self.books.number, on_each_side=2, on_ends=1)

    @property
    def gap(self):
        return self.books.paginator.ELLIPSIS


@dataclass(frozen=True)
class BookFacts:
    """Where a book was recommended and why, and what colleagues wrote on it that the reader may read."""

    listings: list[ListedBook]
    reflections: list[Reflection]


def holdings_of(parameters, *, today: datetime.date) -> Holdings:
    """One page of the books. `parameters` is the address's query (a QueryDict); wrong values in it filter nothing."""
    filtered = BookFilter(parameters, queryset=Book.objects.all())
    page = Paginator(filtered.qs.order_by("title", "pk"), PER_PAGE).get_page(parameters.get("page"))
    is_front = page.number == 1 and not filtered.is_narrowed
    arrivals = list(Book.objects.newest_arrivals(today)[:NEWEST]) if is_front else []
    shown = list(page.object_list)
    with_covers([*shown, *arrivals])
    page.object_list = shown
    query = parameters.copy()
    query.pop("page", None)
    return Holdings(filtered, page, arrivals, query.urlencode())


def facts_of(book: Book, *, user) -> BookFacts:
    """In two statements."""
    listings = ListedBook.objects.filter(book=book, monthly_list__in=seen_by(user).order_by().values("pk"))
    return BookFacts(
        listings=list(listings.select_related("monthly_list").order_by("-monthly_list__month")),
        reflections=newest_reflections(user, book=book, limit=REFLECTIONS),
    )


def newest_reflections(user, *, limit: int, **about) -> list[Reflection]:
    """The exhibited ones last handed in that `user` may read; `about` narrows them to a book or a group. In one statement.

    In the order of an index, so that the first few are found without looking at all of them.
    """
    shown = Reflection.objects.exhibited_to(user).filter(**about).select_related("page", "author", "department", "book")
    return list(shown.order_by("-first_handed_in_at", "-pk")[:limit])
