"""What is behind one cell: who has done it, by which sessions, and who has not."""

import datetime
from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import OuterRef, Subquery

from ...evidence import Subject, find_evidence
from ...organisation.models import Department
from ..choices import SessionState
from ..models import PlanItem, Session
from ..scopes import ORGAN, Scope
from .cells import Cell, Part
from .counting import audience_on, cells_of, column_of, counts_for, items_of, keys_of_done


@dataclass(frozen=True, slots=True)
class Row:
    """One subject of a cell with its sessions: those planned for it, whatever became of them, and any other that counts for it."""

    part: Part
    sessions: list[Session]

    @property
    def live_items(self) -> set[int]:
        """Keys of the items that have a session which was not cancelled."""
        return {session.plan_item_id for session in self.sessions if session.state != SessionState.CANCELLED}


@dataclass(frozen=True, slots=True)
class CellDetails:
    """`missing` and `met` are people with the department they are in; None where it is not kept by person.

    `shared` are sessions of the organ that count for every branch or department; they stand in no row.
    """

    cell: Cell
    scope: Scope
    rows: list[Row]
    shared: list[Session] = field(default_factory=list)
    missing: object = None
    met: object = None

    @property
    def behind(self) -> list[PlanItem]:
        """The first item of every subject that lacks something."""
        return [row.part.item for row in self.rows if row.part.outcome.done < row.part.outcome.owed]


def cell_details(*, item: PlanItem, today: datetime.date, scope: tuple[str, int | None] = ORGAN) -> CellDetails | None:
    """The details of the cell that `item` is in, for all subjects of `scope`; None where nobody in `scope` owes such a thing."""
    scope, year, column = Scope(*scope), item.plan.year, column_of(item)
    items = [one for one in items_of(year, scope, series=item.series) if column_of(one) == column]
    if not items:
        return None
    (cell,) = cells_of(items, year=year, scope=scope, today=today)
    if not cell.counts_people:
        return CellDetails(cell, scope, *_rows_and_shared(cell))
    item = items[0]
    if cell.is_ahead or item.state != PlanItem.State.PLANNED:
        return CellDetails(cell, scope, [])
    day = min(item.due_on, today)
    people, done = audience_on(item.requirement, day, scope), keys_of_done(item)
    return CellDetails(cell, scope, [], missing=_placed(people.exclude(pk__in=done), day), met=_placed(people.filter(pk__in=done), day))


def _placed(people, day):
    """Departments in their own order, people by name in them."""
    position = Department.objects.filter(pk=OuterRef("department_on")).values("position")
    return people.with_department_on(day).order_by(Subquery(position), "department_name_on", "sort_key", "pk")


def _rows_and_shared(cell: Cell) -> tuple[list[Row], list[Session]]:
    planned: dict[int, list[Session]] = defaultdict(list)
    for session in Session.objects.filter(plan_item__in=[item.pk for item in cell.items]).with_organiser():
        planned[session.plan_item_id].append(session)
    counted, shared = _counted_sessions(cell), []
    if cell.first_item.owed_by in (Subject.BRANCH, Subject.DEPARTMENT):
        shared = [one for one in counted if one.subject_id is None and any(_counts_for(one, part.item) for part in cell.parts)]
        counted = [one for one in counted if one.subject_id is not None]
    rows = [
        Row(
            part,
            _in_order(
                [
                    *(one for item in part.items for one in planned[item.pk]),
                    *(one for one in counted if one.subject_id == _subject_of(part.item) and _counts_for(one, part.item)),
                ]
            ),
        )
        for part in cell.parts
    ]
    return rows, _in_order(shared)


def _subject_of(item: PlanItem) -> int | None:
    return item.branch_id or item.department_id


def _counts_for(session: Session, item: PlanItem) -> bool:
    """`session` from the rows of an evidence kind."""
    return item.period_first <= session.counted_on <= item.period_last and counts_for(
        item.requirement, format_id=session.format_id, variant=session.variant, series=session.series
    )


def _in_order(sessions) -> list[Session]:
    return sorted({one.pk: one for one in sessions}.values(), key=lambda one: (one.starts_at, one.pk))


def _counted_sessions(cell: Cell) -> list[Session]:
    """Every session that the evidence is made of; none where other rooms keep it."""
    kind = find_evidence(cell.requirement.evidence)
    if kind is None or kind.rows is None:
        return []
    rows = kind.rows()
    if rows.model is not Session:
        return []
    first, last = min(item.period_first for item in cell.items), max(item.period_last for item in cell.items)
    formats = {item.requirement.study_format_id for item in cell.items}
    return list(rows.filter(counted_on__gte=first, counted_on__lte=last, format_id__in=formats).with_organiser())
