"""What is owed and what is there: formats × periods, for the organ, a branch or a department.

A constant number of statements whatever the number of people and sessions: the items, the facts of all kinds of evidence added up
in one, the sessions to come. A cell is judged on the plan: a session that moved counts for the period it was planned for, and is late when it
happened after the period's due day.
"""

import datetime
from collections import defaultdict
from dataclasses import dataclass, field
from enum import Enum

from django.db.models import Count, F, IntegerField, Q, Sum, UUIDField, Value

from ..evidence import Subject, find_evidence
from ..organisation.models import Absence
from ..periods import Period, PeriodKind, period_of
from .facts import ITEM
from .models import PlanItem, Requirement, Session
from .roster import meant_by

SOON = datetime.timedelta(days=7)
# What a fact says beyond its subject and days, and what stands there for a kind that does not say it.
BY_FORMAT = {"format_id": Value(None, IntegerField()), "variant": Value(""), "series": Value(None, UUIDField())}


class CellState(Enum):
    """Word, mark and rank of urgency; the colour is the style sheet's."""

    DONE = ("done", "已完成", "●")
    LATE = ("late", "待补", "◐")
    MISSED = ("missed", "已逾期", "○")
    NOT_DUE = ("not_due", "未到期", "–")
    SOON = ("soon", "将到期", "◔")
    EXCUSED = ("excused", "不计", "／")

    def __init__(self, key, label, mark):
        self.key, self.label, self.mark = key, label, mark


@dataclass(slots=True)
class Cell:
    """One requirement in one column of the year: how many owe it, how many have done it (of them late), and what that makes."""

    requirement: Requirement
    period: Period
    due_on: datetime.date
    owed: int = 0
    done: int = 0
    done_late: int = 0
    has_next: bool = False  # a session is still to come for it
    is_ahead: bool = False  # its period has not begun: nobody has been counted
    item_ids: list[int] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    def state(self, today: datetime.date) -> CellState:
        if self.is_ahead:
            return CellState.NOT_DUE
        if self.owed == 0:
            return CellState.EXCUSED
        if self.done >= self.owed:
            return CellState.DONE
        if today <= self.due_on:
            return CellState.SOON if self.due_on - today <= SOON else CellState.NOT_DUE
        if not self.requirement.is_floor:
            return CellState.EXCUSED
        return CellState.LATE if self.has_next else CellState.MISSED


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A cell as the grid shows it: in month columns `column` to `column + span - 1`."""

    cell: Cell
    state: CellState
    column: int
    span: int

    @property
    def figure(self) -> str:
        return f"{self.cell.done}/{self.cell.owed}" if self.cell.owed and not self.cell.is_ahead else ""

    @property
    def note(self) -> str:
        late = f"，其中 {self.cell.done_late} 项逾期完成" if self.cell.done_late else ""
        reason = f"；{'；'.join(dict.fromkeys(self.cell.reasons))}" if self.cell.reasons else ""
        figure = f"，{self.figure}" if self.figure else ""
        return f"{self.cell.period}：{self.state.label}{figure}{late}，{self.cell.due_on:%Y-%m-%d} 前{reason}"


@dataclass(frozen=True, slots=True)
class Line:
    requirement: Requirement
    cells: list[ShownCell]


@dataclass(frozen=True, slots=True)
class Grid:
    year: int
    scope: tuple[str, int | None]
    formats: list[tuple[object, list[Line]]]
    counts: dict[CellState, int]


def _items(year: int, scope) -> list[PlanItem]:
    level, key = scope
    items = PlanItem.objects.of_year(year).select_related("requirement__study_format")
    if level == Subject.BRANCH:
        items = items.filter(owed_by=Subject.BRANCH, branch=key)
    elif level == Subject.DEPARTMENT:
        items = items.filter(Q(owed_by=Subject.DEPARTMENT, department=key) | Q(owed_by=Subject.STAFF))
    return list(items.order_by("requirement__study_format__position", "requirement__position", "period_first", "number"))


def _fact_days(kinds: set[str], first: datetime.date, last: datetime.date) -> dict[str, list[dict]]:
    """Of every kind that is not of people the facts from `first` to `last`, added up by subject, format, variant and day. One statement for all."""
    parts = []
    for key in sorted(kinds):
        kind = find_evidence(key)
        if kind is None or kind.subject == Subject.STAFF or key == ITEM:
            continue
        names = {name: F(name) for name in BY_FORMAT} if kind.by_format else BY_FORMAT
        rows = kind.rows().filter(counted_on__gte=first, counted_on__lte=last)
        rows = rows.values(
            "subject_id", "counted_on", "happened_on", evidence=Value(key), **{f"fact_{name}": names[name] for name in names}
        )
        parts.append(rows.annotate(total=Sum("quantity")).order_by())
    facts: dict[str, list[dict]] = defaultdict(list)
    if parts:
        for fact in parts[0].union(*parts[1:], all=True):
            facts[fact["evidence"]].append(fact)
    return facts


def _around(year: int) -> tuple[datetime.date, datetime.date]:
    """A year with the weeks that reach into it and out of it."""
    return datetime.date(year - 1, 12, 25), datetime.date(year + 1, 1, 7)


def _counts_for(fact: dict, requirement: Requirement) -> bool:
    """A fact counts for the rule it was planned by, and for every other of its format that asks for its kind or for any."""
    if fact["fact_format_id"] is None:  # of a kind that knows no formats
        return True
    if fact["fact_format_id"] != requirement.study_format_id:
        return False
    return fact["fact_series"] == requirement.series or requirement.session_kind in ("", fact["fact_variant"])


def gap_grid(*, year: int, today: datetime.date, scope: tuple[str, int | None] = (Subject.ORGAN, None)) -> Grid:
    """`scope` is (organ, None), (branch, key) or (department, key)."""
    items = _items(year, scope)
    facts = _fact_days({item.requirement.evidence for item in items}, *_around(year))
    coming = set(Session.objects.to_come().filter(plan_item__plan__year=year).values_list("plan_item", flat=True))
    cells: dict[tuple, Cell] = {}
    for group in _groups(items):
        cell = _cell_of(cells, group, coming)
        if group[0].owed_by == Subject.STAFF:
            _count_people(cell, group[0], scope, today)
        else:
            outcome = outcome_of(group, facts.get(group[0].requirement.evidence, []))
            cell.owed += outcome.owed
            cell.done += outcome.done
            cell.done_late += outcome.late
    return _grid(year, scope, cells, today)


def _groups(items) -> list[list[PlanItem]]:
    """The items of one requirement, subject and period together: numbers 1 to n."""
    groups: dict[tuple, list[PlanItem]] = defaultdict(list)
    for item in items:
        groups[item.requirement_id, item.subject_key, item.period_first].append(item)
    return list(groups.values())


def _cell_key(item: PlanItem) -> tuple:
    """Weeks are gathered in the month their planned day lies in; everything else has a cell of its own."""
    period = period_of(item.planned_on, PeriodKind.MONTH) if item.period_kind == PeriodKind.WEEK else item.period
    return item.series, period


def _cell_of(cells, group, coming) -> Cell:
    series, period = _cell_key(group[0])
    cell = cells.setdefault((series, period), Cell(requirement=group[0].requirement, period=period, due_on=group[0].due_on))
    cell.due_on = max(cell.due_on, group[0].due_on)
    cell.has_next = cell.has_next or any(item.pk in coming for item in group)
    cell.item_ids += [item.pk for item in group]
    cell.reasons += [f"{item.planned_on:%m-%d} {item.reason}" for item in group if item.reason]
    return cell


@dataclass(frozen=True, slots=True)
class Outcome:
    owed: int
    in_time: int
    late: int

    @property
    def done(self) -> int:
        return self.in_time + self.late


def outcome_of(group: list[PlanItem], facts: list[dict]) -> Outcome:
    """What one subject owes in one period and has done: by its facts, or ticked off by hand. Never more than is owed."""
    live = [item for item in group if item.state == PlanItem.State.PLANNED]
    item, due_on = group[0], group[0].due_on
    subject = item.branch_id or item.department_id
    in_time = sum(1 for other in live if other.done_on and other.done_on <= due_on)
    late = sum(1 for other in live if other.done_on and other.done_on > due_on)
    for fact in facts:
        is_own = fact["subject_id"] is None or fact["subject_id"] == subject
        if is_own and item.period_first <= fact["counted_on"] <= item.period_last and _counts_for(fact, item.requirement):
            if fact["happened_on"] <= due_on:
                in_time += fact["total"]
            else:
                late += fact["total"]
    in_time = min(in_time, len(live))
    return Outcome(len(live), in_time, min(late, len(live) - in_time))


def audience_on(requirement: Requirement, day: datetime.date, scope):
    """The people who owe a requirement of people on `day`, within `scope`; not those on long leave."""
    people = meant_by(requirement.audience, day)
    level, key = scope
    if level == Subject.DEPARTMENT:
        people = people.in_department(key, day)
    elif level == Subject.BRANCH:
        people = people.in_branch(key, day)
    return people.exclude(absences__in=Absence.objects.on(day))


def keys_of_done(requirement: Requirement, item: PlanItem, *, by: datetime.date | None = None):
    """Keys of the people who have met `requirement` in the item's period (by a day); None where no room keeps such facts."""
    kind = find_evidence(requirement.evidence)
    if kind is None or kind.subject != Subject.STAFF:
        return None
    rows = kind.rows().filter(counted_on__gte=item.period_first, counted_on__lte=item.period_last)
    if by is not None:
        rows = rows.filter(happened_on__lte=by)
    if kind.by_format:
        rows = rows.filter(format_id=requirement.study_format_id)
        if requirement.session_kind:
            rows = rows.filter(variant=requirement.session_kind)
    met = rows.values("subject_id").annotate(total=Sum("quantity")).filter(total__gte=requirement.quantity)
    return met.values("subject_id")


def _count_people(cell: Cell, item: PlanItem, scope, today) -> None:
    """One statement for a requirement and period, whatever the number of people."""
    if item.state != PlanItem.State.PLANNED:
        return
    if item.period_first > today:
        cell.is_ahead = True
        return
    done = keys_of_done(item.requirement, item)
    if done is None:  # no room keeps it yet: one tick for all
        outcome = outcome_of([item], [])
        cell.owed, cell.done, cell.done_late = outcome.owed, outcome.done, outcome.late
        return
    counts = audience_on(item.requirement, min(item.due_on, today), scope).aggregate(
        owed=Count("pk"),
        met=Count("pk", filter=Q(pk__in=done)),
        in_time=Count("pk", filter=Q(pk__in=keys_of_done(item.requirement, item, by=item.due_on))),
    )
    cell.owed, cell.done, cell.done_late = counts["owed"], counts["met"], counts["met"] - counts["in_time"]


def _grid(year, scope, cells, today) -> Grid:
    rows: dict = {}
    counts = dict.fromkeys(CellState, 0)
    for cell in cells.values():
        state = cell.state(today)
        counts[state] += 1
        column = cell.period.first.month if cell.period.first.year == year else 1
        shown = ShownCell(cell, state, column=column, span=len(cell.period.months))
        rows.setdefault(cell.requirement.study_format, {}).setdefault(cell.requirement.series, (cell.requirement, []))[1].append(shown)
    formats = [
        (study_format, [Line(requirement, sorted(shown, key=lambda one: one.column)) for requirement, shown in lines.values()])
        for study_format, lines in rows.items()
    ]
    return Grid(year, scope, formats, counts)


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """What one branch, department or the organ itself owes in a cell."""

    name: str
    items: list[PlanItem]
    outcome: Outcome
    sessions: list[Session]


@dataclass(frozen=True, slots=True)
class CellDetails:
    """Behind a cell: who has done it and who has not. `missing` and `met` are people, None for what is not owed by people."""

    cell: Cell
    state: CellState
    subjects: list[SubjectRow]
    missing: object = None
    met: object = None


def cell_details(*, item_ids: list[int], today: datetime.date, scope: tuple[str, int | None]) -> CellDetails | None:
    """The details of the cell that `item_ids` are in; None where there are no such items in `scope`."""
    asked = PlanItem.objects.filter(pk__in=item_ids).select_related("plan").first()
    if asked is None:
        return None
    series, period = _cell_key(asked)
    items = [item for item in _items(asked.plan.year, scope) if _cell_key(item) == (series, period)]
    if not items:
        return None
    cells: dict = {}
    coming = set(Session.objects.to_come().filter(plan_item__in=[item.pk for item in items]).values_list("plan_item", flat=True))
    facts = _fact_days({items[0].requirement.evidence}, *_around(asked.plan.year)).get(items[0].requirement.evidence, [])
    sessions: dict[int, list[Session]] = defaultdict(list)
    for session in Session.objects.filter(plan_item__in=[item.pk for item in items]).order_by("starts_at"):
        sessions[session.plan_item_id].append(session)
    subjects = []
    for group in _groups(items):
        cell = _cell_of(cells, group, coming)
        if group[0].owed_by == Subject.STAFF:
            _count_people(cell, group[0], scope, today)
            continue
        outcome = outcome_of(group, facts)
        cell.owed, cell.done, cell.done_late = cell.owed + outcome.owed, cell.done + outcome.done, cell.done_late + outcome.late
        subjects.append(SubjectRow(group[0].subject_name, group, outcome, [session for item in group for session in sessions[item.pk]]))
    cell = next(iter(cells.values()))
    item = items[0]
    done = keys_of_done(item.requirement, item) if item.owed_by == Subject.STAFF else None
    if done is None:
        return CellDetails(cell, cell.state(today), subjects)
    people = audience_on(item.requirement, min(item.due_on, today), scope)
    return CellDetails(cell, cell.state(today), subjects, missing=people.exclude(pk__in=done), met=people.filter(pk__in=done))


@dataclass(frozen=True, slots=True)
class Owing:
    """A requirement in one period that is not met: which subjects lack it, one of their items, until when."""

    requirement: Requirement
    period: Period
    due_on: datetime.date
    item: PlanItem
    names: tuple[str, ...]


def owing(items, *, today: datetime.date, until: datetime.date) -> list[Owing]:
    """Of `items` (a queryset) what is behind or falls due by `until`, earliest first, in two statements. Nothing of what people owe one by one."""
    floors = items.filter(
        state=PlanItem.State.PLANNED, requirement__is_floor=True, due_on__gte=today.replace(month=1, day=1), due_on__lte=until
    )
    rows = floors.exclude(owed_by=Subject.STAFF).select_related("requirement", "branch", "department").order_by("due_on", "pk")
    groups = _groups(rows)
    first = min((group[0].period_first for group in groups), default=today)
    facts = _fact_days({group[0].requirement.evidence for group in groups}, first, until)
    lacking: dict[tuple, list[PlanItem]] = defaultdict(list)
    for group in groups:
        outcome = outcome_of(group, facts.get(group[0].requirement.evidence, []))
        if outcome.done < outcome.owed:
            lacking[group[0].series, group[0].period_first].append(group[0])
    return [
        Owing(found[0].requirement, found[0].period, found[0].due_on, found[0], tuple(item.subject_name for item in found))
        for found in lacking.values()
    ]
