"""The whole content of a file, as it is locked, archived and read back: the computed year, what the person wrote, what is kept of each record."""

import datetime
from dataclasses import dataclass, field

from ..evidence import Detail
from .cells import PersonYear


@dataclass(frozen=True, slots=True)
class PlanText:
    goals: str
    books: str
    topics: str
    schedule: str
    state: str  # PlanState label
    decided_by: str = ""
    decided_on: datetime.date | None = None
    decision_note: str = ""


@dataclass(frozen=True, slots=True)
class StatementText:
    text: str
    handed_in_on: datetime.date


@dataclass(frozen=True, slots=True)
class ReviewFigure:
    """The mean of the superior and the peers, as shown (rounded to one decimal, as text), and how many it rests on; None below three."""

    raters: int
    mean: str | None
    total_points: int


@dataclass(frozen=True, slots=True)
class Confirmation:
    by: str
    on: datetime.date
    note: str = ""


@dataclass(frozen=True, slots=True)
class FileContent:
    """`details` by (kind, record id); of private kinds nothing."""

    year: PersonYear
    plan: PlanText | None = None
    statement: StatementText | None = None
    review: ReviewFigure | None = None
    confirmation: Confirmation | None = None
    details: dict[tuple[str, int], Detail] = field(default_factory=dict)
