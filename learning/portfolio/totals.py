"""The five cells of everybody at once, in SQL: what `years.year_of` says of one person, here of any number in the same few statements.

A cell needs little: whether there is any record, whether a line that is due is lacking, whether a line still runs or is to come. So only
lines that are overdue already count their records; what is not due yet asks no more than who owes it. A property test holds both to one answer.
"""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, Subquery, Value, When

from ..evidence import Have, Subject, kinds_of_people
from ..organisation.models import Department, Posting
from ..periods import Period
from ..programme.gaps.counting import audience_on, keys_of_done
from ..programme.models import PlanItem, Requirement
from ..programme.scopes import ORGAN
from .choices import State
from .models import FileLock, FiveHavesFile
from .years import changed_items, first_day, have_of, in_scope, last_day, owed_lines, place_day, requirements_of_people

CELLS = {have: f"cell_{have.value}" for have in Have}
NOWHERE = "未编入科室"
NOBODY_MEANT = Q(pk__in=())


@dataclass(frozen=True, slots=True)
class OwedLine:
    """A requirement row in one of its periods, not cancelled; `due_on` as the plan has it."""

    rule: Requirement
    period: Period
    due_on: datetime.date

    def is_overdue(self, today: datetime.date) -> bool:
        """Whether it is, for whoever owes it and has not met it."""
        return self.rule.is_floor and self.has_begun(today) and self.due_on < today

    def has_begun(self, today: datetime.date) -> bool:
        return self.period.first <= today

    def owing(self, today: datetime.date):
        """Keys of the people who owe it."""
        return audience_on(self.rule, min(self.due_on, today), ORGAN).order_by().values("pk")


@dataclass
class DepartmentTotals:
    """A department's people by the state of each cell; `department_id` is None for whoever is in none. People not in scope are not in it."""

    department_id: int | None
    name: str
    people: int = 0
    states: dict[Have, dict[State, int]] = field(default_factory=lambda: {have: dict.fromkeys(State, 0) for have in Have})
    confirmed: int = 0
    locked: int = 0

    def add(self, count: int, states: dict[Have, State], *, is_confirmed: bool, is_locked: bool) -> None:
        self.people += count
        for have, state in states.items():
            self.states[have][state] += count
        self.confirmed += count * is_confirmed
        self.locked += count * is_locked


class Totals(list):
    """Of departments, in their order."""

    @property
    def whole(self) -> DepartmentTotals:
        """All of them together."""
        whole = DepartmentTotals(None, "合计")
        for one in self:
            whole.people += one.people
            whole.confirmed += one.confirmed
            whole.locked += one.locked
            for have, counts in one.states.items():
                for state, count in counts.items():
                    whole.states[have][state] += count
        return whole


def people_of(year: int, today: datetime.date, *, departments: Collection[int] | None = None):
    """Everybody in scope of `year` (of `departments`: keys, of that time), annotated with `department_then`, `department_then_name` and, for
    each have, `cell_<have>`: the key of its State. Two statements for the rules, and the one that the queryset is."""
    place = _place_then(year, today)
    people = _cells(year, today, departments=departments)
    return people.annotate(department_then_name=Subquery(place.values("department__name")[:1]))


def _cells(year: int, today: datetime.date, *, departments: Collection[int] | None):
    people = in_scope(year)
    if departments is not None:
        postings = Posting.objects.overlapping(first_day(year), last_day(year)).filter(department__in=departments).order_by()
        people = people.filter(pk__in=postings.values("staff"))
    among = None if departments is None else people
    lines = _lines_of_haves(year)
    cells = {name: _cell(have, lines[have], year, today, among) for have, name in CELLS.items()}
    people = people.annotate(department_then=Subquery(_place_then(year, today).values("department")[:1]))
    if departments is not None:
        people = people.filter(department_then__in=departments)
    return people.annotate(**cells)


def _place_then(year: int, today: datetime.date):
    """The postings of an outer person, the one that `years.place_of` chooses first."""
    day = place_day(year, today)
    begun = Q(started_on__lte=day)
    holds = begun & (Q(ended_on__isnull=True) | Q(ended_on__gte=day))
    rank = Case(When(holds, then=0), When(begun, then=1), default=2)
    return (
        Posting.objects.overlapping(first_day(year), last_day(year))
        .filter(staff=OuterRef("pk"))
        .order_by(
            rank,
            Case(When(begun & Q(ended_on__lt=day), then=F("ended_on"))).desc(),
            "-is_primary",
            Case(When(begun, then=F("started_on"))).desc(),
            "started_on",
            "pk",
        )
    )


def _lines_of_haves(year: int) -> dict[Have, list[OwedLine]]:
    found = defaultdict(list)
    for rule, period, due_on, cancelled in owed_lines(requirements_of_people(year), changed_items(year), year):
        if not cancelled and (have := have_of(rule)):
            found[have].append(OwedLine(rule, period, due_on))
    return found


def _cell(have: Have, lines: list[OwedLine], year: int, today: datetime.date, among) -> Case:
    """What `cells.state_of_cell` says. Nothing is owed of a period to come but that it will be, whoever somebody may be then."""
    has_records = _has_records(have, year, among)
    overdue = _any(Q(pk__in=line.owing(today)) & ~Q(pk__in=_met(line, year, among)) for line in lines if line.is_overdue(today))
    running = _any(Q(pk__in=line.owing(today)) for line in lines if line.has_begun(today) and today <= line.period.last)
    is_over = today > last_day(year)
    is_ahead = any(not line.has_begun(today) for line in lines)
    return Case(
        When(overdue if is_over else overdue & ~has_records, then=Value(State.LACKING.key)),
        When(overdue, then=Value(State.TO_DO.key)),
        When(has_records, then=Value(State.HAVE.key)),
        When(running, then=Value(State.TO_DO.key)),
        default=Value(State.AHEAD.key if is_ahead else State.EXEMPT.key),
        output_field=CharField(),
    )


def _any(conditions: Iterable[Q]) -> Q:
    return reduce(or_, conditions, NOBODY_MEANT)


def _has_records(have: Have, year: int, among) -> Q:
    kinds = [kind for kind in kinds_of_people() if kind.have == have]
    return _any(Q(pk__in=_subjects(kind, year, among)) for kind in kinds)


def _subjects(kind, year: int, among):
    rows = kind.rows().filter(counted_on__gte=first_day(year), counted_on__lte=last_day(year), subject_id__isnull=False)
    if among is not None:
        rows = rows.filter(subject_id__in=among.order_by().values("pk"))
    return rows.values("subject_id")


def _met(line: OwedLine, year: int, among):
    """Keys of the people who have as much as the line owes; of a week that lies in two years, the days of this one."""
    first, last = max(line.period.first, first_day(year)), min(line.period.last, last_day(year))
    item = PlanItem(requirement=line.rule, owed_by=Subject.STAFF, period_first=first, period_last=last)
    return keys_of_done(item, among=None if among is None else among.order_by())


def totals_by_department(year: int, today: datetime.date, *, departments: Collection[int] | None = None) -> Totals:
    """Everybody in scope, counted where they belong: no one is in two departments, and who is in none is in a line of its own. Four
    statements, whatever the number of people."""
    files = FiveHavesFile.objects.filter(staff=OuterRef("pk"), year=year)
    locks = FileLock.objects.filter(file__staff=OuterRef("pk"), file__year=year, reopened_at__isnull=True)
    people = _cells(year, today, departments=departments).annotate(
        is_confirmed=Exists(files.filter(confirmed_at__isnull=False)), is_locked=Exists(locks)
    )
    rows = people.order_by().values_list("department_then", "is_confirmed", "is_locked", *CELLS.values()).annotate(count=Count("pk"))
    found: dict[int | None, DepartmentTotals] = {}
    known = {state.key: state for state in State}
    for department, is_confirmed, is_locked, *keys, count in rows:
        total = found.setdefault(department, DepartmentTotals(department, NOWHERE))
        states = dict(zip(CELLS, (known[key] for key in keys), strict=True))
        total.add(count, states, is_confirmed=is_confirmed, is_locked=is_locked)
    return _in_order(found)


def _in_order(found: dict[int | None, DepartmentTotals]) -> Totals:
    """As the departments stand; whoever is in none comes last."""
    in_order = Totals()
    for pk, name in Department.objects.filter(pk__in=[pk for pk in found if pk]).values_list("pk", "name"):
        found[pk].name = name
        in_order.append(found[pk])
    return Totals([*in_order, *(total for pk, total in found.items() if pk is None)])
