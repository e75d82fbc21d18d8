"""Outlets × departments: how often each used what came from each, and what it scored. Counted in SQL; every cell opens its pieces."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Sum

from ..organisation.models import Department
from .choices import Level, Medium, Position, WeightClass
from .choosing import Days
from .models import Outlet, Placement, RuleSet, ScoreShare
from .rounding import points_text
from .scoring.engine import measure
from .scoring.facts import Record
from .scoring_facts import rules_from

NOTHING = Decimal(0)
NO_DEPARTMENT = "未写明科室"
LEVELS = list(Level.values)


@dataclass(frozen=True, slots=True)
class Cell:
    """`department` is None for pieces that are of no department."""

    department: int | None
    name: str = ""
    number: int = 0
    points: Decimal = NOTHING

    @property
    def points_text(self) -> str:
        return points_text(self.points)

    @property
    def is_empty(self) -> bool:
        return not (self.number or self.points)


@dataclass(frozen=True, slots=True)
class Column:
    key: int | None
    name: str
    short_name: str
    total: Cell


@dataclass(frozen=True, slots=True)
class Row:
    """An outlet as it stands on the last day. `weight` is what the rules of that day give for one ordinary first publication there, None
    where they give nothing or there are none; `giving` names the line that gives it."""

    key: int
    name: str
    level: str
    medium: str
    weight_class: str
    weight: Decimal | None
    giving: str
    cells: list[Cell]
    total: Cell

    @property
    def filled(self) -> list[Cell]:
        return [cell for cell in self.cells if not cell.is_empty]

    @property
    def level_label(self) -> str:
        return Level(self.level).label if self.level else "未定级"

    @property
    def medium_label(self) -> str:
        return Medium(self.medium).label

    @property
    def class_label(self) -> str:
        return "" if self.weight_class in ("", None, WeightClass.NONE) else WeightClass(self.weight_class).label

    @property
    def weight_text(self) -> str:
        return points_text(self.weight)


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows and columns with something in them only; what is summed are cells, so that both sums agree. A piece of two departments is in two
    cells: `placements` is how many there were."""

    columns: list[Column]
    rows: list[Row]
    total: Cell
    placements: int
    rules: RuleSet | None

    @property
    def counts_some_twice(self) -> bool:
        return self.total.number > self.placements


def matrix_of(days: Days, *, uses: Collection[str], today: datetime.date) -> Matrix:
    """Seven statements, however much there is."""
    cells = _cells(days, uses)
    day = min(days.last, today)
    departments = {one.pk: one for one in Department.objects.all()}
    outlets = list(Outlet.objects.graded_on(day).filter(pk__in={outlet for outlet, _department in cells}))
    rules = RuleSet.objects.in_force_on(day).prefetch_related("rules").first()
    order = [pk for pk in departments if any(column == pk for _outlet, column in cells)]
    order += [None] if any(column is None for _outlet, column in cells) else []
    names = {pk: departments[pk].short_name or departments[pk].name for pk in order if pk is not None}
    rows = [_row(outlet, [(pk, names.get(pk, NO_DEPARTMENT)) for pk in order], cells, rules, day) for outlet in outlets]
    rows.sort(key=lambda row: (LEVELS.index(row.level) if row.level in LEVELS else len(LEVELS), -row.total.number, row.name))
    columns = [_column(pk, departments, _sum(pk, (row.cells[at] for row in rows))) for at, pk in enumerate(order)]
    total = _sum(None, (column.total for column in columns))
    return Matrix(columns, rows, total, Placement.objects.confirmed().in_period(days).count(), rules)


def _cells(days: Days, uses) -> dict[tuple[int, int | None], tuple[int, Decimal]]:
    """(placements, points) by (outlet, department)."""
    counts = Placement.objects.confirmed().in_period(days).order_by()
    counts = counts.values_list("outlet", "article__departments__department").annotate(number=Count("pk"))
    shares = ScoreShare.objects.of_departments().in_period(days).used_for(uses).filter(line__placement__isnull=False).order_by()
    shares = shares.values_list("line__placement__outlet", "department").annotate(total=Sum("points"))
    points = {(outlet, department): total for outlet, department, total in shares}
    numbers = {(outlet, department): number for outlet, department, number in counts}
    return {key: (numbers.get(key, 0), points.get(key, NOTHING)) for key in numbers.keys() | points.keys()}


def _row(outlet: Outlet, order, cells, rules: RuleSet | None, day: datetime.date) -> Row:
    mine = [Cell(pk, name, *cells.get((outlet.pk, pk), (0, NOTHING))) for pk, name in order]
    weight, giving = _weight(outlet, rules, day)
    return Row(
        key=outlet.pk,
        name=outlet.name,
        level=outlet.level or "",
        medium=outlet.medium,
        weight_class=outlet.weight_class or "",
        weight=weight,
        giving=giving,
        cells=mine,
        total=_sum(None, mine),
    )


def _weight(outlet: Outlet, rules: RuleSet | None, day: datetime.date) -> tuple[Decimal | None, str]:
    if rules is None:
        return None, ""
    record = Record(
        key=outlet.pk,
        counted_on=day,
        level=outlet.level or "",
        medium=outlet.medium,
        weight_class=outlet.weight_class or "",
        outlet=outlet.pk,
        position=Position.ORDINARY,
    )
    found = measure(record, rules_from(rules))
    return (found.value, "；".join(part.name for part in found.parts)) if found else (None, "")


def _column(pk: int | None, departments: dict[int, Department], total: Cell) -> Column:
    if pk is None:
        return Column(None, NO_DEPARTMENT, NO_DEPARTMENT, total)
    return Column(pk, departments[pk].name, departments[pk].short_name or departments[pk].name, total)


def _sum(department: int | None, cells) -> Cell:
    number, points = 0, NOTHING
    for cell in cells:
        number, points = number + cell.number, points + cell.points
    return Cell(department, "", number, points)
