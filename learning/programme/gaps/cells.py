"""A cell of the year: what its requirement owes in one period, what is there, and what that makes."""

import datetime
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

from ...periods import Period
from ..models import PlanItem, Requirement

SOON = datetime.timedelta(days=7)


class CellState(Enum):
    """Key for the style sheet, word and mark; in the order of the legend."""

    DONE = ("done", "已完成", "●")
    DONE_LATE = ("done-late", "逾期完成", "◉")
    LATE = ("late", "待补", "◐")
    MISSED = ("missed", "已逾期", "○")
    SOON = ("soon", "将到期", "◔")
    NOT_DUE = ("not-due", "未到期", "–")
    EXCUSED = ("excused", "不计", "／")

    def __init__(self, key, label, mark):
        self.key, self.label, self.mark = key, label, mark

    @property
    def is_behind(self) -> bool:
        return self in (CellState.LATE, CellState.MISSED)

    @property
    def is_done(self) -> bool:
        return self in (CellState.DONE, CellState.DONE_LATE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Numbers of things owed, or of people who owe; done in time and done after the due day. Never more done than owed."""

    owed: int
    in_time: int = 0
    late: int = 0

    @property
    def done(self) -> int:
        return self.in_time + self.late


@dataclass(frozen=True, slots=True)
class Part:
    """What one subject owes of a cell: the organ, a branch, a department; or all people together."""

    items: list[PlanItem]
    outcome: Outcome
    state: CellState

    @property
    def item(self) -> PlanItem:
        return self.items[0]

    @property
    def figure(self) -> str:
        return f"{self.outcome.done}/{self.outcome.owed}" if self.outcome.owed else ""


def state_of(outcome: Outcome, *, due_on: datetime.date, today: datetime.date, is_floor: bool, has_next: bool) -> CellState:
    if outcome.owed == 0:
        return CellState.EXCUSED
    if outcome.done >= outcome.owed:
        return CellState.DONE_LATE if outcome.late else CellState.DONE
    if today <= due_on:
        return CellState.SOON if due_on - today <= SOON else CellState.NOT_DUE
    if not is_floor:
        return CellState.EXCUSED
    return CellState.LATE if has_next else CellState.MISSED


@dataclass
class Cell:
    """One requirement in one column of the year, for all subjects of the scope together; complete before it is asked."""

    requirement: Requirement
    period: Period
    today: datetime.date
    due_on: datetime.date
    parts: list[Part] = field(default_factory=list)
    counts_people: bool = False
    is_ahead: bool = False  # people whose period has not begun: nobody has been counted
    has_next: bool = False  # a session is still to come for it
    session_reasons: list[str] = field(default_factory=list)

    @property
    def items(self) -> list[PlanItem]:
        return [item for part in self.parts for item in part.items]

    @property
    def first_item(self) -> PlanItem:
        return self.parts[0].item

    @cached_property
    def outcome(self) -> Outcome:
        outcomes = [part.outcome for part in self.parts]
        return Outcome(*(sum(getattr(one, name) for one in outcomes) for name in ("owed", "in_time", "late")))

    @cached_property
    def state(self) -> CellState:
        if self.is_ahead:
            return CellState.NOT_DUE
        return state_of(self.outcome, due_on=self.due_on, today=self.today, is_floor=self.requirement.is_floor, has_next=self.has_next)

    @property
    def is_open(self) -> bool:
        """Begun and not done: somebody can be reminded of it. What is no gap any more is not worth a reminder."""
        return self.period.first <= self.today and not self.state.is_done and self.state != CellState.EXCUSED

    @property
    def is_now(self) -> bool:
        return self.today in self.period

    @property
    def figure(self) -> str:
        outcome = self.outcome
        return f"{outcome.done}/{outcome.owed}" if outcome.owed and not self.is_ahead else ""

    @property
    def reasons(self) -> list[str]:
        """Why something was moved or cancelled, each once."""
        planned = [f"{item.moved_from or item.planned_on:%m-%d} {item.reason}" for item in self.items if item.reason]
        return list(dict.fromkeys([*planned, *self.session_reasons]))

    @property
    def note(self) -> str:
        """The cell in words: 已完成 1/1，其中 1 项逾期完成，期限 2026-03-31；03-25 清明节放假，顺延."""
        unit = "人" if self.counts_people else "项"
        figure = f" {self.figure}" if self.figure else ""
        late = f"，其中 {self.outcome.late} {unit}逾期完成" if self.outcome.late else ""
        reasons = f"；{'；'.join(self.reasons)}" if self.reasons else ""
        return f"{self.state.label}{figure}{late}，期限 {self.due_on:%Y-%m-%d}{reasons}"

    @property
    def column(self) -> int:
        return self.period.first.month

    @property
    def span(self) -> int:
        return len(self.period.months)
