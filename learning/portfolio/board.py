"""The board of a department: what it owes, its people's haves, what it contributed, who came, what falls due next.

Everything is of the department of that time and of all below it: people's haves where their file of the year belongs, what they contributed
where they were posted on the day it counts for, attendance where they were at each session. A constant number of statements.
"""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, IntegerField, Min, OuterRef, Q, Value

from ..evidence import EvidenceKind, Have, Subject, all_evidence, kinds_of_people
from ..organisation.models import Department, Posting, StaffMember
from ..organisation.querysets import in_force_on
from ..periods import PeriodKind, periods_of_year
from ..programme.gaps import Cell, Grid, gap_grid
from ..programme.rate_trend import RateTrend, rate_trend
from ..programme.rates import GroupRates, by_month, whole
from ..programme.scopes import Scope
from .choices import State
from .coverage import YearCoverage, coverage_of
from .models import DepartmentStatement
from .totals import DepartmentTotals, Totals, totals_by_department
from .years import first_day, last_day

BEHIND = (State.TO_DO, State.LACKING)
NEXT = 5  # of what falls due
YEARS = 8  # offered to choose from


@dataclass(frozen=True, slots=True)
class Contribution:
    """How many records of a kind there are, and of how many people; `people` is None for what is the department's own."""

    kind: EvidenceKind
    records: int
    people: int | None


@dataclass(frozen=True, slots=True)
class HaveRow:
    """One have of all people together."""

    have: Have
    counts: dict[State, int]

    @property
    def cells(self) -> list[tuple[State, int]]:
        return list(self.counts.items())


@dataclass(frozen=True)
class Board:
    """`grid` is None where there is no plan that the asker may see."""

    department: Department
    keys: list[int]  # it and all below it
    year: int
    today: datetime.date
    grid: Grid | None
    totals: Totals
    contributions: list[Contribution]
    rates: GroupRates
    trend: RateTrend
    coverage: YearCoverage
    statement: DepartmentStatement | None

    @property
    def scope(self) -> Scope:
        return scope_of(self.department)

    @property
    def whole(self) -> DepartmentTotals:
        return self.totals.whole

    @property
    def haves(self) -> list[HaveRow]:
        return [HaveRow(have, counts) for have, counts in self.whole.states.items()]

    @property
    def parts(self) -> list[DepartmentTotals]:
        """The departments below with people of their own; empty where there is only one."""
        return list(self.totals) if len(self.totals) > 1 else []

    @property
    def next_due(self) -> list[Cell]:
        return next_due(self.grid, self.today) if self.grid else []


def scope_of(department: Department) -> Scope:
    return Scope(Subject.DEPARTMENT, department.pk)


def board_of(department: Department, year: int, today: datetime.date, *, with_plan: bool) -> Board:
    """`with_plan`: whether the year has a plan that the asker may see."""
    scope, (span,) = scope_of(department), periods_of_year(year, PeriodKind.YEAR)
    keys = list(scope.department_keys.values_list("pk", flat=True))
    return Board(
        department=department,
        keys=keys,
        year=year,
        today=today,
        grid=gap_grid(year=year, today=today, scope=scope) if with_plan else None,
        totals=totals_by_department(year, today, departments=keys),
        contributions=contributions_of(year, keys),
        rates=whole(span, scope, name=department.name),
        trend=rate_trend(by_month(periods_of_year(year, PeriodKind.MONTH), scope)),
        coverage=coverage_of(year, today, scope=scope),
        statement=DepartmentStatement.objects.filter(department=department, year=year).first(),
    )


def next_due(grid: Grid, today: datetime.date) -> list[Cell]:
    """What is not done and falls due from today on, the earliest first."""
    cells = [cell for group in grid.formats for line in group.lines for cell in line.cells]
    ahead = [cell for cell in cells if cell.due_on >= today and not cell.state.is_done and (cell.is_ahead or cell.outcome.owed)]
    return sorted(ahead, key=lambda cell: cell.due_on)[:NEXT]


def years_of(keys: Collection[int], year: int, today: datetime.date) -> list[int]:
    """Those in which somebody was posted there, at most `YEARS` of them, with `year` and this one; the latest first. One statement."""
    first = Posting.objects.filter(department__in=keys).order_by().aggregate(first=Min("started_on"))["first"]
    since = max(first.year if first else today.year, today.year - YEARS + 1)
    return sorted({*range(since, today.year + 1), year}, reverse=True)


def counted_kinds() -> list[EvidenceKind]:
    """What is counted as a contribution: nothing private, and not the sessions, which the grid and the rates already tell."""
    return [kind for kind in kinds_of_people() if not (kind.is_private or kind.by_format)]


def contributions_of(year: int, keys: Collection[int]) -> list[Contribution]:
    """By the kinds of the evidence contract, those that have any; of people where they were posted on the day it counts for. One statement."""
    people = counted_kinds()
    own = [kind for kind in all_evidence() if kind.subject == Subject.DEPARTMENT and kind.rows is not None and not kind.by_format]
    counts = {
        "records": Count("record_id", distinct=True),
        "people": Count("subject_id", distinct=True),
    }
    parts = [_of_kind(kind, _rows_of(kind, year, keys), counts) for kind in people]
    alone = {"records": Count("pk", distinct=True), "people": Value(None, IntegerField())}
    parts += [_of_kind(kind, kind.rows().filter(_within(year), subject_id__in=keys), alone) for kind in own]
    found = {key: (records, heads) for key, records, heads in parts[0].union(*parts[1:], all=True)} if parts else {}
    return [Contribution(kind, *found[kind.key]) for kind in (*people, *own) if found.get(kind.key, (0, 0))[0]]


def _within(year: int) -> Q:
    return Q(counted_on__gte=first_day(year), counted_on__lte=last_day(year))


def _rows_of(kind: EvidenceKind, year: int, keys: Collection[int]):
    there = Posting.objects.primary().filter(department__in=keys).order_by()
    then = there.filter(in_force_on(OuterRef("counted_on")), staff=OuterRef("subject_id"))
    # Whoever was never there is left out first: few people are looked at day by day.
    return kind.rows().filter(_within(year), Exists(then), subject_id__in=there.values("staff"))


def _of_kind(kind: EvidenceKind, rows, counts):
    rows = rows.order_by().annotate(fact_kind=Value(kind.key)).values("fact_kind")
    return rows.annotate(**{f"fact_{name}": count for name, count in counts.items()}).values_list(
        "fact_kind", "fact_records", "fact_people"
    )


def contributors(kind: EvidenceKind, year: int, keys: Collection[int]):
    """The people behind a kind, annotated with how many records each has there (`records`), by name."""
    rows = _rows_of(kind, year, keys)
    numbers = (
        rows.filter(subject_id=OuterRef("pk")).values("subject_id").annotate(number=Count("record_id", distinct=True)).values("number")
    )
    people = StaffMember.objects.filter(pk__in=rows.values("subject_id"))
    return people.annotate(records=numbers).order_by("sort_key", "pk")


def behind(people, haves: Sequence[Have] = tuple(Have), states: Sequence[State] = BEHIND):
    """Those of `totals.people_of` with one of `haves` in one of `states`."""
    wanted = Q(pk__in=())
    for have in haves:
        wanted |= Q(**{f"cell_{have.value}__in": [state.key for state in states]})
    return people.filter(wanted)
