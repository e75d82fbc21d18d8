"""The files of a year side by side: totals by department, the people with their five cells, what is confirmed and locked."""

import datetime
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.http import urlencode

from ..evidence import Have
from ..organisation.models import Department, StaffMember
from .choices import State
from .keeping_forms import YearFilters
from .models import FileLock, FiveHavesFile
from .rights import FileRights
from .totals import CELLS, DepartmentTotals, people_of, placed_people, totals_by_department

STATES = {state.key: state for state in State}
SHOWN = (State.HAVE, State.TO_DO, State.LACKING)  # what a table of totals has a column for; the rest is said where there is any
SHORT = {Have.PLAN: "规划", Have.NOTE: "笔记", Have.REFLECTION: "心得", Have.RESEARCH: "调研", Have.APPLICATION: "运用"}
MOST_FOUND = 20  # people of one name


@dataclass(frozen=True, slots=True)
class YearScope:
    """Whose files of a year somebody sees: by name those of `departments` (None: of all), as totals where `sees_totals` all of them."""

    departments: frozenset[int] | None
    sees_names: bool
    sees_totals: bool

    @property
    def totals_of(self) -> frozenset[int] | None:
        return None if self.sees_totals else self.departments


def scope_of(rights: FileRights) -> YearScope | None:
    """None for whoever has only the own file."""
    heads = rights.base.department_ids
    if not rights.is_clerk and not heads and not rights.is_leader:
        return None
    departments = None if rights.is_clerk else frozenset(heads)
    return YearScope(departments, rights.is_clerk or bool(heads), rights.sees_totals)


@dataclass(frozen=True, slots=True)
class StateCount:
    state: State
    number: int
    query: str


@dataclass(frozen=True, slots=True)
class HaveCounts:
    have: Have
    short: str
    counts: list[StateCount]


@dataclass(frozen=True, slots=True)
class TotalsRow:
    """`is_open`: its people may be listed by name."""

    totals: DepartmentTotals
    haves: list[HaveCounts]
    is_open: bool
    query: str


def totals_rows(year: int, today: datetime.date, scope: YearScope) -> tuple[list[TotalsRow], TotalsRow]:
    """Of each department, and of all together. Four statements."""
    found = totals_by_department(year, today, departments=scope.totals_of)
    return [_totals_row(one, scope) for one in found], _totals_row(found.whole, scope)


def _totals_row(totals: DepartmentTotals, scope: YearScope) -> TotalsRow:
    pk = totals.department_id
    is_open = scope.sees_names and (scope.departments is None or pk in scope.departments)
    of_department = {"department": pk} if pk else {}
    haves = [
        HaveCounts(
            have,
            SHORT[have],
            [
                StateCount(state, number, urlencode({**of_department, "have": have.value, "state": state.key}))
                for state, number in counts.items()
                if number or state in SHOWN
            ],
        )
        for have, counts in totals.states.items()
    ]
    return TotalsRow(totals, haves, is_open and (pk is not None or totals.name == "合计"), urlencode(of_department))


def listed_people(year: int, today: datetime.date, scope: YearScope, filters: YearFilters):
    """Those whom the filters leave, by name; each with `department_then_name`, the keys of the five cells, `is_confirmed` and `is_locked`."""
    departments: Collection[int] | None = scope.departments
    if filters.department is not None:
        departments = {filters.department} if departments is None else departments & {filters.department}
    people = with_kept(people_of(year, today, departments=departments), year)
    if filters.have and filters.state:
        people = people.filter(**{CELLS[filters.have]: filters.state.key})
    elif filters.state:
        people = people.filter(_any_cell(filters.state))
    if filters.kept == "locked":
        people = people.filter(is_locked=True)
    elif filters.kept:
        people = people.filter(is_locked=False, is_confirmed=filters.kept == "confirmed")
    if filters.name:
        people = people.filter(name__icontains=filters.name)
    return people.order_by("sort_key", "pk")


def _any_cell(state: State) -> Q:
    found = Q()
    for cell in CELLS.values():
        found |= Q(**{cell: state.key})
    return found


def with_kept(people, year: int):
    files = FiveHavesFile.objects.of_year(year).confirmed().filter(staff=OuterRef("pk"))
    locks = FileLock.objects.in_force().filter(file__staff=OuterRef("pk"), file__year=year)
    return people.annotate(is_confirmed=Exists(files), is_locked=Exists(locks))


@dataclass(frozen=True, slots=True)
class PersonCell:
    have: Have
    short: str
    state: State


@dataclass(frozen=True, slots=True)
class PersonRow:
    person: StaffMember
    department: str
    cells: list[PersonCell]
    is_own: bool
    kept_tone: str
    kept_mark: str
    kept_word: str


def person_rows(people, rights: FileRights) -> list[PersonRow]:
    return [_person_row(person, rights) for person in people]


def _person_row(person, rights: FileRights) -> PersonRow:
    if person.is_locked:
        kept = ("locked", "■", "已锁定")
    elif person.is_confirmed:
        kept = ("done", "●", "已确认")
    else:
        kept = ("open", "–", "未确认")
    cells = [PersonCell(have, SHORT[have], STATES[getattr(person, cell)]) for have, cell in CELLS.items()]
    return PersonRow(person, person.department_then_name or "未编入科室", cells, rights.is_own(person.pk), *kept)


def people_named(name: str, year: int, today: datetime.date) -> list[StaffMember]:
    """For a leader, who has no list of names: those of exactly this name, with where they were (`department_then_name`)."""
    return list(placed_people(year, today).filter(name=name).order_by("department_then_name", "pk")[:MOST_FOUND]) if name else []


def departments_offered(totals: list[TotalsRow]) -> list[tuple[int, str]]:
    """For the filter: those that may be listed."""
    return [(row.totals.department_id, row.totals.name) for row in totals if row.is_open and row.totals.department_id]


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """People of a department whose files nobody has confirmed."""

    department: str
    number: int
    query: str


def left_open(year: int, today: datetime.date) -> list[LeftOpen]:
    """By department, in their order. Two statements."""
    people = with_kept(placed_people(year, today), year).filter(is_locked=False, is_confirmed=False)
    counts = defaultdict(int, people.order_by().values_list("department_then").annotate(Count("pk")))
    departments = Department.objects.filter(pk__in=[pk for pk in counts if pk]).order_by("position", "name")
    found = [LeftOpen(one.name, counts[one.pk], urlencode({"department": one.pk, "kept": "open"})) for one in departments]
    return [*found, LeftOpen("未编入科室", counts[None], "kept=open")] if counts[None] else found
