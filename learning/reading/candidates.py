"""阅读之星: candidates with their numbers, each of which opens into its records. The site counts; people decide (R37).

One GROUP BY a number for everybody employed, never a look-up for a person.
"""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Max, Q

from ..judging.choices import JudgingState
from ..organisation.models import StaffMember
from ..periods import Period, PeriodKind, period_of
from ..programme.choices import ATTENDED_STATUSES, SessionKind
from ..programme.models import Attendance
from .exhibiting import hanging
from .models import Entry, ReadingEntry, Reflection, StarSelection


@dataclass(frozen=True, slots=True)
class Numbers:
    """What one person did in the quarter; `mean` is that of the best judged reflection."""

    books: int = 0
    reflections: int = 0
    exchanges: int = 0
    mean: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Threshold:
    """One number beside what the criteria ask for; `least` is None where they ask for nothing."""

    name: str
    brief: str
    unit: str
    value: int | Decimal | None
    least: int | Decimal | None

    @property
    def is_met(self) -> bool:
        return self.least is None or (self.value is not None and self.value >= self.least)

    @property
    def shortfall(self) -> str:
        return f"{self.name} {_short(self.value)} {self.unit}，标准 {_short(self.least)} {self.unit}"


@dataclass(frozen=True)
class Candidate:
    person: StaffMember
    department: str
    numbers: Numbers
    thresholds: tuple[Threshold, ...]

    @property
    def meets_all(self) -> bool:
        return all(one.is_met for one in self.thresholds)

    @property
    def met(self) -> int:
        return sum(one.is_met for one in self.thresholds)

    @property
    def short_of(self) -> str:
        return "、".join(one.brief for one in self.thresholds if not one.is_met)

    @property
    def shortfalls(self) -> str:
        return "；".join(one.shortfall for one in self.thresholds if not one.is_met)


def _short(value) -> str:
    """As people write it: 90, 86.5; 无 for none."""
    return "无" if value is None else f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, Decimal) else str(value)


def quarter_of(selection: StarSelection) -> Period:
    return period_of(selection.quarter_first, PeriodKind.QUARTER)


def thresholds_of(selection: StarSelection, numbers: Numbers) -> tuple[Threshold, ...]:
    """A number that the criteria set to 0 is shown and asks for nothing."""
    return (
        Threshold("读完", "图书", "本", numbers.books, selection.min_books or None),
        Threshold("通过心得", "心得", "篇", numbers.reflections, selection.min_reflections or None),
        Threshold("参加读书交流", "交流", "次", numbers.exchanges, selection.min_exchanges or None),
        Threshold("展评平均分", "展评", "分", numbers.mean, selection.min_mean),
    )


# What is counted, as the ledger lists it and the table adds it up.
def books_in(quarter: Period):
    return ReadingEntry.objects.finished_in(quarter)


def reflections_in(quarter: Period):
    """Accepted ones, in the quarter of their first hand-in, whether their authors let them be seen or not."""
    return Reflection.objects.accepted().counted_in(quarter)


def exchanges_in(quarter: Period):
    """Exchanges that were held and attended; one that was moved counts for the quarter it was planned in."""
    attended = Attendance.objects.of_held_sessions().in_period(quarter)
    return attended.filter(session__kind=SessionKind.READING_EXCHANGE, status__in=ATTENDED_STATUSES)


def judged_in(quarter: Period):
    """Entries of the quarter's closed judging that have a mean and are still shown."""
    closed = Q(judging__state=JudgingState.CLOSED, judging__exhibition__quarter_first=quarter.first, mean__isnull=False)
    return Entry.objects.filter(closed).filter(hanging("reflection__"))


def candidates_of(selection: StarSelection, *, today: datetime.date, only=None) -> list[Candidate]:
    """Everybody employed at the end of the quarter (or today, while it lasts) who has done anything of what is counted; with `only` (keys)
    just these, done anything or not. Those who meet all criteria first, then by how many they meet, then by name. Five statements.
    """
    quarter = quarter_of(selection)
    day = min(today, quarter.last)
    sources = {
        "books": (books_in(quarter), "staff", Count("pk")),
        "reflections": (reflections_in(quarter), "author", Count("pk")),
        "exchanges": (exchanges_in(quarter), "staff", Count("pk")),
        "mean": (judged_in(quarter), "reflection__author", Max("mean")),
    }
    people = StaffMember.objects.employed_on(day).with_department_on(day)
    if only is None:
        did_something = Q()
        for rows, person, _number in sources.values():
            did_something |= Q(pk__in=rows.order_by().values(person))
        people = people.filter(did_something)
    else:
        people = people.filter(pk__in=only)
    counted: dict[int, dict] = {}
    for name, (rows, person, number) in sources.items():
        if only is not None:
            rows = rows.filter(**{f"{person}__in": only})
        for key, value in rows.order_by().values_list(person).annotate(number=number):
            counted.setdefault(key, {})[name] = value
    found = [_candidate(selection, person, Numbers(**counted.get(person.pk, {}))) for person in people.order_by("sort_key", "pk")]
    return sorted(found, key=lambda one: (not one.meets_all, -one.met))


def _candidate(selection: StarSelection, person: StaffMember, numbers: Numbers) -> Candidate:
    return Candidate(person, person.department_name_on or "", numbers, thresholds_of(selection, numbers))


@dataclass(frozen=True)
class Records:
    """What one candidate's numbers were added up from."""

    books: list[ReadingEntry]
    reflections: list[Reflection]
    exchanges: list[Attendance]
    entries: list[Entry]


def records_of(selection: StarSelection, person: StaffMember) -> Records:
    """Four statements. A reflection that is not to be seen is in it without its title."""
    quarter = quarter_of(selection)
    return Records(
        books=list(books_in(quarter).of(person).select_related("book").order_by("finished_on", "pk")),
        reflections=list(
            reflections_in(quarter).of(person).select_related("book", "page").defer("html").order_by("first_handed_in_at", "pk")
        ),
        exchanges=list(exchanges_in(quarter).filter(staff=person).select_related("session").order_by("session__starts_at", "pk")),
        entries=list(
            judged_in(quarter).filter(reflection__author=person).select_related("judging", "reflection__page").order_by("-mean", "pk")
        ),
    )
