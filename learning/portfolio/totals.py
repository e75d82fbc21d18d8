"""The five cells of everybody at once, in SQL: what `years.year_of` says of one person, here of any number in the same few statements.

What is locked is read from its lock. A cell needs little: whether there is any record, whether a line that is due is lacking, whether a line still runs or is to come. So only
lines that are overdue already count their records; what is not due yet asks no more than who owes it. A property test holds both to one answer.
"""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import reduce
from operator import add, or_
from typing import NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual

from ..evidence import EvidenceKind, Have, find_evidence, kinds_of_people
from ..organisation.models import Department, Posting
from ..periods import Period
from ..programme.gaps.counting import audience_on
from ..programme.models import Requirement
from ..programme.scopes import ORGAN
from .choices import State
from .models import FileLock, FiveHavesFile
from .years import first_day, have_of, in_scope, last_day, owed_lines, place_day, rules_and_changes

CELLS = {have: f"cell_{have.value}" for have in Have}
NOWHERE = "未编入科室"
NOBODY = Q(pk__in=())
MORE_THAN_ANY = 10**9


class OwedLine(NamedTuple):
    """A requirement row in one of its periods, not cancelled; `due_on` as the plan has it."""

    rule: Requirement
    period: Period
    due_on: datetime.date


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
    each have, `cell_<have>`: the key of its State. One statement for the rules, and the one that the queryset is."""
    return _with_name_of_place(_cells(year, today, departments=departments), year, today)


def with_place_then(people, year: int, today: datetime.date):
    """Annotate `department_then` and `department_then_name`: where each person's file of `year` belongs."""
    return _with_name_of_place(_with_place(people, year, today), year, today)


def _with_place(people, year: int, today: datetime.date):
    return people.annotate(department_then=Subquery(_place_then(year, today).values("department")[:1]))


def _with_name_of_place(people, year: int, today: datetime.date):
    return people.annotate(department_then_name=Subquery(_place_then(year, today).values("department__name")[:1]))


def placed_people(year: int, today: datetime.date, *, departments: Collection[int] | None = None):
    """`people_of` without the cells and their rules: for whoever only asks who there is, and where."""
    return _with_name_of_place(_placed(year, today, departments=departments), year, today)


def _placed(year: int, today: datetime.date, *, departments: Collection[int] | None):
    people = in_scope(year)
    if departments is None:
        return _with_place(people, year, today)
    postings = Posting.objects.overlapping(first_day(year), last_day(year)).filter(department__in=departments).order_by()
    people = people.filter(pk__in=postings.values("staff"))
    return _with_place(people, year, today).filter(department_then__in=departments)


def _cells(year: int, today: datetime.date, *, departments: Collection[int] | None):
    lines = _lines_of_haves(year)
    cells = {name: Coalesce(_frozen(name, year), _cell(have, lines[have], year, today)) for have, name in CELLS.items()}
    return _placed(year, today, departments=departments).annotate(**cells)


def _frozen(name: str, year: int) -> Subquery:
    """As the lock of an outer person's file has it; NULL where none is in force."""
    locks = FileLock.objects.in_force().filter(file__staff=OuterRef("pk"), file__year=year).exclude(**{name: ""})
    return Subquery(locks.order_by().values(name)[:1])


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
    for rule, period, due_on, cancelled in owed_lines(*rules_and_changes(year), year):
        if not cancelled and (have := have_of(rule)):
            found[have].append(OwedLine(rule, period, due_on))
    return found


def _cell(have: Have, lines: list[OwedLine], year: int, today: datetime.date) -> Case:
    """What `cells.state_of_cell` says, everything asked once. Whoever has no record of the have has met none of its lines; of a period to come
    nothing is owed but that it will be, whoever somebody may be then."""
    begun = [line for line in lines if line.period.first <= today]
    overdue = [line for line in begun if line.rule.is_floor and line.due_on < today]
    running = [line for line in begun if today <= line.period.last]
    behind = State.LACKING if today > last_day(year) else State.TO_DO
    ahead = State.AHEAD if len(begun) < len(lines) else State.EXEMPT
    with_records = _case((_lacking(overdue, year, today), behind), default=State.HAVE)
    without = _case((_owing(overdue, today), State.LACKING), (_owing(running, today), State.TO_DO), default=ahead)
    return Case(When(_has_records(have, year), then=with_records), default=without, output_field=CharField())


def _case(*branches: tuple[Q, State], default: State) -> Case:
    whens = [When(condition, then=Value(state.key)) for condition, state in branches]
    return Case(*whens, default=Value(default.key), output_field=CharField())


def _any(conditions: Iterable[Q]) -> Q:
    return reduce(or_, conditions, NOBODY)


def _owing(lines: list[OwedLine], today: datetime.date) -> Q:
    """Whoever owes one of them, met or not; lines that the same people owe are asked about once."""
    groups = {(line.rule.audience, min(line.due_on, today)): line.rule for line in lines}
    return _any(Q(Exists(audience_on(rule, day, ORGAN).filter(pk=OuterRef("pk")))) for (_audience, day), rule in groups.items())


def _lacking(lines: list[OwedLine], year: int, today: datetime.date) -> Q:
    """Whoever owes one of them and has not met it."""
    return _any(_owing([line], today) & ~_has_met(line, year) for line in lines)


def _has_records(have: Have, year: int) -> Q:
    kinds = [kind for kind in kinds_of_people() if kind.have == have]
    return _any(Q(Exists(_facts(kind, first_day(year), last_day(year)))) for kind in kinds)


def _has_met(line: OwedLine, year: int) -> Q:
    """Whoever has as much as the line owes; of a week that lies in two years, in the days of this one."""
    first, last = max(line.period.first, first_day(year)), min(line.period.last, last_day(year))
    facts = [_that_count(_facts(kind, first, last), kind, line.rule) for kind in find_evidence(line.rule.evidence).sources]
    if line.rule.quantity == 1:
        return _any(Q(Exists(one)) for one in facts)
    sums = (Subquery(one.values("subject_id").annotate(total=Sum("quantity")).values("total")) for one in facts)
    return Q(GreaterThanOrEqual(reduce(add, (Coalesce(one, 0) for one in sums)), line.rule.quantity))


def _facts(kind: EvidenceKind, first: datetime.date, last: datetime.date):
    """Those of an outer person: each room has an index that leads from the person to them."""
    return kind.rows().filter(subject_id=OuterRef("pk"), counted_on__gte=first, counted_on__lte=last)


def _that_count(rows, kind: EvidenceKind, rule: Requirement):
    """Of a kind that knows formats, what `counts_for` lets through."""
    if not kind.by_format:
        return rows
    rows = rows.filter(format_id=rule.study_format_id)
    return rows.filter(Q(variant=rule.session_kind) | Q(series=rule.series)) if rule.session_kind else rows


def totals_by_department(year: int, today: datetime.date, *, departments: Collection[int] | None = None) -> Totals:
    """Everybody in scope, counted where they belong: no one is in two departments, and who is in none is in a line of its own. Three
    statements, whatever the number of people."""
    files = FiveHavesFile.objects.filter(staff=OuterRef("pk"), year=year)
    locks = FileLock.objects.filter(file__staff=OuterRef("pk"), file__year=year, reopened_at__isnull=True)
    people = _cells(year, today, departments=departments).annotate(
        is_confirmed=Exists(files.filter(confirmed_at__isnull=False)), is_locked=Exists(locks)
    )
    found: dict[int | None, DepartmentTotals] = {}
    known = {state.key: state for state in State}
    for department, is_confirmed, is_locked, *keys, count in _counted(
        people, "department_then", "is_confirmed", "is_locked", *CELLS.values()
    ):
        total = found.setdefault(department, DepartmentTotals(department, NOWHERE))
        states = dict(zip(CELLS, (known[key] for key in keys), strict=True))
        total.add(count, states, is_confirmed=bool(is_confirmed), is_locked=bool(is_locked))
    return _in_order(found)


def _counted(people, *names: str) -> list[tuple]:
    """How many people have the same values of `names`, as rows of the values and the number. One statement.

    The values are worked out once a person, inside; where they are grouped by themselves SQLite works each of them out twice. The limit is
    none: it only keeps SQLite from drawing what is inside out again.
    """
    try:
        inside, params = people.order_by().values(*names)[:MORE_THAN_ANY].query.sql_with_params()
    except EmptyResultSet:
        return []
    columns = ", ".join(connection.ops.quote_name(name) for name in names)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns}, COUNT(*) FROM ({inside}) AS people GROUP BY {columns}", params)  # noqa: S608
        return cursor.fetchall()


def _in_order(found: dict[int | None, DepartmentTotals]) -> Totals:
    """As the departments stand; whoever is in none comes last."""
    in_order = Totals()
    for pk, name in Department.objects.filter(pk__in=[pk for pk in found if pk]).values_list("pk", "name"):
        found[pk].name = name
        in_order.append(found[pk])
    return Totals([*in_order, *(total for pk, total in found.items() if pk is None)])
