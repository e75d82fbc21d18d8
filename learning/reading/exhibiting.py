"""What hangs in an exhibition for a reader, asked when it is looked at: consent taken back is gone with the next click.

What hangs is gone through once, in SQL, for the filters and the number of pieces at a time; the pieces themselves are asked for by twenty.
"""

import datetime
from collections import Counter
from dataclasses import dataclass
from enum import Enum

import django_filters
from django.core.paginator import Page as PaginatedPage
from django.core.paginator import Paginator
from django.db.models import Count, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Left
from wagtail.models import Page

from cms.core.visibility import VisibilityQuerySet, unsatisfied_restrictions

from ..judging.choices import JudgingState
from ..organisation.models import Department
from ..periods import Period, PeriodKind, period_of
from ..programme.rights import RUN
from ..topics.areas import ContentArea
from .choices import Consent, ReflectionState
from .models.books import Book
from .models.exhibitions import Judging
from .models.reflections import Reflection
from .text import passages_of

PER_PAGE = 20
FEW = 50  # closed pages that are named in a statement rather than looked up for every piece
BEGINNING = 600  # characters of mark-up from which the first line is taken
FIRST_LINE = 60  # characters
NEWEST_FIRST, OLDEST_FIRST = ("-first_handed_in_at", "-pk"), ("first_handed_in_at", "pk")
FREE_TITLE = "t:"  # begins the address's word for a book that the room does not have


class Season(Enum):
    """When somebody looks at an exhibition."""

    BEFORE = "before"
    OPEN = "open"
    AFTER = "after"


def season_of(page, today: datetime.date) -> Season:
    if page.shown_from and today < page.shown_from:
        return Season.BEFORE
    if page.shown_until and today > page.shown_until:
        return Season.AFTER
    return Season.OPEN


def quarter_of(page) -> Period:
    return period_of(page.quarter_first, PeriodKind.QUARTER)


def hanging(prefix: str = "") -> Q:
    """Condition: accepted, consented to and not taken off the site, whoever looks."""
    return Q(**{f"{prefix}state": ReflectionState.ACCEPTED, f"{prefix}page__live": True}) & ~Q(**{f"{prefix}consent": Consent.NONE})


def hung_in(page, user):
    """The reflections of the quarter of `page` that `user`, who may read `page`, may read, too.

    All of them hang below the one room, as `page` does: what closes the room has been asked when `page` was served. To somebody signed in
    hardly anything of the site is closed: that is asked once (one statement), not of every piece.
    """
    pages = VisibilityQuerySet(Page)
    closed = None
    if user.is_authenticated:
        closed = list(unsatisfied_restrictions(user).values_list("page", flat=True)[: FEW + 1])
    if closed is None or len(closed) > FEW:
        beside = pages.beside(page, user)
    else:
        beside = pages.live().below_path(page.path[: -Page.steplen]).filter(depth=page.depth)
        beside = beside.exclude(Q(pk__in=closed) | Q(alias_of__in=closed)) if closed and not user.is_superuser else beside
    return Reflection.objects.accepted().counted_in(quarter_of(page)).filter(Exists(beside.filter(pk=OuterRef("page"))))


@dataclass(frozen=True, slots=True)
class Piece:
    title: str
    url: str
    author: str
    department: str
    book: str
    handed_in_at: datetime.datetime
    first_line: str


class PieceFilter(django_filters.FilterSet):
    """Filters that live in the address; the choices are what really hangs."""

    area = django_filters.ChoiceFilter(label="内容领域", field_name="page__area", empty_label="全部领域")
    department = django_filters.ChoiceFilter(label="科室（单位）", field_name="department_id", empty_label="全部科室")
    book = django_filters.ChoiceFilter(label="读的书", method="of_book", empty_label="全部图书")

    def __init__(self, data, *, queryset, choices):
        super().__init__(data, queryset=queryset)
        for name, values in choices.items():
            self.filters[name].extra["choices"] = values

    def of_book(self, pieces, _name, value):
        if value.startswith(FREE_TITLE):
            return pieces.filter(book=None, book_title=value.removeprefix(FREE_TITLE))
        return pieces.filter(book=value)

    @property
    def is_narrowed(self) -> bool:
        return any(self.data.get(name) for name in self.filters)


@dataclass(frozen=True)
class Hanging:
    """How many pieces there are of each area, department and book: what the filters offer, and what they leave."""

    groups: Counter  # (area, department, book) as the address writes them

    @classmethod
    def of(cls, pieces) -> "Hanging":
        """One statement, whatever the number of pieces."""
        rows = pieces.order_by().values_list("page__area", "department_id", "book_id", "book_title").annotate(pieces=Count("pk"))
        groups = Counter()
        for area, department, book, title, number in rows:
            groups[area or "", str(department or ""), str(book or "") or (title and FREE_TITLE + title)] += number
        return cls(groups)

    def left_by(self, chosen: dict[str, str]) -> int:
        """How many pieces are of what was `chosen` (the filters' values; an empty one narrows nothing)."""
        wanted = [(at, chosen[name]) for at, name in enumerate(("area", "department", "book")) if chosen.get(name)]
        return sum(number for group, number in self.groups.items() if all(group[at] == value for at, value in wanted))

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        """In the order of the areas, of the departments, of the titles. One statement."""
        areas, departments, books = ({group[at] for group in self.groups} - {""} for at in range(3))
        free = {book for book in books if book.startswith(FREE_TITLE)}
        columns = ("place", "label", "pk", "filter_name")
        named = Book.objects.filter(pk__in=books - free).order_by().annotate(place=Value(0), label=F("title"), filter_name=Value("book"))
        known = (
            Department.objects.filter(pk__in=departments)
            .order_by()
            .annotate(place=F("position"), label=F("name"), filter_name=Value("department"))
        )
        found = sorted(named.values_list(*columns).union(known.values_list(*columns), all=True))
        titles = [(str(pk), label) for _place, label, pk, filtered in found if filtered == "book"]
        titles += [(book, book.removeprefix(FREE_TITLE)) for book in free]
        return {
            "area": [(value, label) for value, label in ContentArea.choices if value in areas],
            "department": [(str(pk), label) for _place, label, pk, filtered in found if filtered == "department"],
            "book": sorted(titles, key=lambda title: title[::-1]),
        }


@dataclass(frozen=True)
class ExhibitionView:
    """An exhibition as one reader sees it; `filter` and `pieces` are None where nothing is shown to them today."""

    season: Season
    quarter: Period
    is_clerk: bool
    judging: Judging | None
    filter: PieceFilter | None = None
    pieces: PaginatedPage | None = None
    query: str = ""  # the filters as they stand in the address, for links to other pages of the list

    @property
    def is_shown(self) -> bool:
        return self.pieces is not None

    @property
    def is_judged(self) -> bool:
        return self.judging is not None and self.judging.state == JudgingState.CLOSED

    @property
    def page_numbers(self):
        return self.pieces.paginator.get_elided_page_range(self.pieces.number, on_each_side=2, on_ends=1)

    @property
    def gap(self):
        return Paginator.ELLIPSIS


def exhibit(page, *, user, parameters, today: datetime.date) -> ExhibitionView:
    """What `user` sees of the exhibition `page`. `parameters` is the address's query (a QueryDict); wrong values in it filter nothing.

    Before it opens only those who make it see what is going to hang; when it is over it stays open to whoever is signed in. Three
    statements; for somebody signed in two more, and the permissions.
    """
    season = season_of(page, today)
    is_clerk = user.is_authenticated and user.has_perm(RUN)
    seen_by_all = season == Season.OPEN or (season == Season.AFTER and user.is_authenticated)
    common = {
        "season": season,
        "quarter": quarter_of(page),
        "is_clerk": is_clerk,
        "judging": Judging.objects.filter(exhibition=page.pk).first() if user.is_authenticated else None,
    }
    if not (seen_by_all or is_clerk):
        return ExhibitionView(**common)
    hung = hung_in(page, user)
    present = Hanging.of(hung)
    filtered = PieceFilter(parameters, queryset=hung, choices=present.choices())
    narrowed = filtered.qs  # wrong values in the address are dropped on the way
    number = present.left_by(filtered.form.cleaned_data)
    shown = Paginator(range(number), PER_PAGE).get_page(parameters.get("page"))
    shown.object_list = pieces_of(narrowed, shown.object_list, of=number, room_url=page.ancestor_chain[-1].get_url() or "/")
    query = parameters.copy()
    query.pop("page", None)
    return ExhibitionView(**common, filter=filtered, pieces=shown, query=query.urlencode())


def pieces_of(pieces, places: range, *, of: int, room_url: str) -> list[Piece]:
    """Those at `places` of so many, newest first; one statement.

    Which they are is asked first, from the nearer end: the rows of the others are never put together, and most are not even passed over.
    """
    if not places:
        return []
    first, last = (places.start, places.stop) if places.start <= of // 2 else (of - places.stop, of - places.start)
    wanted = pieces.order_by(*(NEWEST_FIRST if first == places.start else OLDEST_FIRST)).values("pk")[first:last]
    rows = (
        Reflection.objects.filter(pk__in=wanted)
        .order_by(*NEWEST_FIRST)
        .values_list(
            "page__title",
            "page__slug",
            "page__author_name",
            "department__name",
            "page__book_name",
            "first_handed_in_at",
            Left("html", BEGINNING),
        )
    )
    return [
        Piece(title, f"{room_url}{slug}/", author, department or "", book, handed_in_at, first_line_of(beginning))
        for title, slug, author, department, book, handed_in_at, beginning in rows
    ]


def first_line_of(html: str) -> str:
    """The beginning of the first paragraph; of the first passage where there is none. `html` may break off anywhere, in a tag, too."""
    opened = html.rfind("<")
    passages = passages_of(html[:opened] if opened > html.rfind(">") else html)
    text = next((passage.text for passage in passages if not passage.is_heading), passages[0].text if passages else "")
    return text if len(text) <= FIRST_LINE else f"{text[:FIRST_LINE]}……"
