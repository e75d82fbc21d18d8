"""A year on one screen: a line for each requirement, a column for each month."""

import datetime
from dataclasses import dataclass

from ..models import Requirement, StudyFormat
from ..scopes import ORGAN, Scope
from .cells import Cell, CellState
from .counting import cells_of, items_of


@dataclass(frozen=True, slots=True)
class Stretch:
    """`span` months of a line: a cell, or nothing owed in them."""

    cell: Cell | None
    span: int


@dataclass(frozen=True, slots=True)
class Line:
    requirement: Requirement
    cells: list[Cell]

    @property
    def stretches(self) -> list[Stretch]:
        """The twelve months, in order."""
        found, column = [], 1
        for cell in self.cells:
            if cell.column > column:
                found.append(Stretch(None, cell.column - column))
            found.append(Stretch(cell, cell.span))
            column = cell.column + cell.span
        return [*found, Stretch(None, 13 - column)] if column < 13 else found

    @property
    def first_to_see(self) -> list[Cell]:
        """What is behind and what is going on; the rest can wait."""
        return [cell for cell in self.cells if cell.state.is_behind or cell.is_now]

    @property
    def others(self) -> list[Cell]:
        return [cell for cell in self.cells if not (cell.state.is_behind or cell.is_now)]


@dataclass(frozen=True, slots=True)
class FormatLines:
    study_format: StudyFormat
    lines: list[Line]

    @property
    def others(self) -> list[tuple[Requirement, list[Cell]]]:
        return [(line.requirement, line.others) for line in self.lines if line.others]


@dataclass(frozen=True, slots=True)
class Grid:
    year: int
    scope: Scope
    formats: list[FormatLines]
    counts: dict[CellState, int]

    @property
    def behind(self) -> int:
        return sum(number for state, number in self.counts.items() if state.is_behind)


def gap_grid(*, year: int, today: datetime.date, scope: tuple[str, int | None] = ORGAN) -> Grid:
    """`scope` is (organ, None), (branch, key) or (department, key)."""
    scope = Scope(*scope)
    cells = cells_of(items_of(year, scope), year=year, scope=scope, today=today)
    counts = dict.fromkeys(CellState, 0)
    lines: dict[tuple, list[Cell]] = {}
    for cell in cells:
        counts[cell.state] += 1
        # A rule that changed its cadence in mid-year has a line for each: their periods overlap.
        lines.setdefault((cell.requirement.series, cell.period.kind), []).append(cell)
    formats: dict[StudyFormat, list[Line]] = {}
    for found in lines.values():
        newest = max((cell.requirement for cell in found), key=lambda rule: rule.in_force_from)
        formats.setdefault(newest.study_format, []).append(Line(newest, sorted(found, key=lambda cell: cell.column)))
    return Grid(year, scope, [FormatLines(*pair) for pair in formats.items()], counts)
