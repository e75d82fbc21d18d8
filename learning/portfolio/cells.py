"""What a person's year makes of each have: 有, 待补, 缺. Pure: rules, periods and records go in, cells come out; nothing is read or written.

A line is one requirement row in one of its periods; only rows in force count, each with its 依据. A cell is judged by its lines and by
whether there is any record at all; `totals.py` asks the same question of everybody in SQL, and a test holds the two to one answer.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..evidence import Have
from ..periods import Period
from .choices import State


@dataclass(frozen=True, slots=True)
class Record:
    """A fact that some room keeps of the person. `url` is empty where it has no page; the same record can fill two haves, by two kinds."""

    kind: str
    label: str
    record_id: int
    title: str
    counted_on: datetime.date
    happened_on: datetime.date
    have: Have | None = None
    url: str = ""

    @property
    def is_late(self) -> bool:
        return self.happened_on > self.counted_on

    @property
    def iso_day(self) -> str:
        return self.happened_on.isoformat()

    @property
    def short_day(self) -> str:
        """Within its year."""
        return self.iso_day[5:]


@dataclass(frozen=True, slots=True)
class Line:
    """`owed` is a number of things; done never counts beyond it. `excuse` says why nothing is owed. `use` is that of the row in force."""

    series: str
    name: str
    period: Period
    due_on: datetime.date
    owed: int
    in_time: int
    late: int
    basis: str
    use: str
    evidence: str
    is_floor: bool
    excuse: str = ""
    state: State = State.AHEAD

    @property
    def done(self) -> int:
        return min(self.in_time + self.late, self.owed)

    @property
    def lacking(self) -> int:
        return 0 if self.state in (State.EXEMPT, State.HAVE) else self.owed - self.done

    def is_overdue(self, today: datetime.date) -> bool:
        return self.is_floor and self.state in (State.TO_DO, State.LACKING) and self.due_on < today


@dataclass(frozen=True, slots=True)
class Cell:
    """`has_private`: there is something of which nobody learns more (a note)."""

    have: Have
    state: State
    lines: tuple[Line, ...] = ()
    records: tuple[Record, ...] = ()
    has_private: bool = False

    @property
    def to_supply(self) -> list[Line]:
        """What can still be done something about, the earliest due first."""
        return sorted((line for line in self.lines if line.state is State.TO_DO), key=lambda line: line.due_on)

    @property
    def lost(self) -> list[Line]:
        """What is lacking for good: its period is over."""
        return [line for line in self.lines if line.state is State.LACKING]


def state_of_line(line: Line, *, today: datetime.date) -> State:
    """What comes late is still taken while the period runs; what is no floor is never lacking."""
    if line.in_time + line.late >= line.owed:
        return State.HAVE
    if line.excuse:
        return State.EXEMPT
    if today < line.period.first:
        return State.AHEAD
    if today <= line.period.last:
        return State.TO_DO
    return State.LACKING if line.is_floor else State.EXEMPT


def state_of_cell(lines: Sequence[Line], *, has_records: bool, is_over: bool, today: datetime.date) -> State:
    """`is_over`: the year has ended. Something overdue is 缺 where there is nothing at all or no time left, else 待补; a cell with records and
    nothing overdue is 有, though a later period may still ask for more."""
    if any(line.is_overdue(today) for line in lines):
        return State.LACKING if is_over or not has_records else State.TO_DO
    if has_records:
        return State.HAVE
    for state in (State.TO_DO, State.AHEAD):
        if any(line.state is state for line in lines):
            return state
    return State.EXEMPT


@dataclass(frozen=True, slots=True)
class Place:
    """A posting within the year (R13: 单位变动): both days clipped to nothing, as they were entered."""

    department_id: int
    department: str
    title: str
    is_primary: bool
    is_head: bool
    started_on: datetime.date
    ended_on: datetime.date | None


@dataclass(frozen=True, slots=True)
class PersonYear:
    """Everything a file shows that is computed. `others` are lines of requirements that fill no have (述学, 每月一书)."""

    year: int
    staff_id: int
    name: str
    employee_number: str
    as_of: datetime.date
    places: tuple[Place, ...]
    cells: tuple[Cell, ...]
    others: tuple[Line, ...] = ()
    records: tuple[Record, ...] = field(default=())  # of every kind that is not private, by day

    @property
    def is_over(self) -> bool:
        return self.as_of > datetime.date(self.year, 12, 31)

    @property
    def state_keys(self) -> dict[str, str]:
        """`cell_plan` and the others, as a lock keeps them and `totals` gives them."""
        return {f"cell_{cell.have.value}": cell.state.key for cell in self.cells}

    @property
    def counts(self) -> dict[State, int]:
        return {state: sum(cell.state is state for cell in self.cells) for state in State}

    @property
    def others_recorded(self) -> list[Record]:
        return [record for record in self.records if record.have is None]
