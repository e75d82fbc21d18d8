"""What the page of a file shows: five cells, each with what is there, what lacks, by when, and the button that supplies it."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.urls import reverse

from ..evidence import Have, find_evidence
from ..organisation.models import StaffMember
from ..periods import local_day
from ..programme.standings import Standings
from ..questions.links import About, ask_url
from .cells import Cell, Line, Record
from .choices import PlanState, State, StatementState
from .contents import ReviewFigure
from .entrances import OF_HAVES, can_still_be_supplied, entrance_of
from .file_words import note_of, summary_of
from .files import FileView
from .models import StudyPlan
from .snapshots import plan_text, statement_text
from .years import first_day, last_day

FEW_RECORDS = 6  # of a cell that are shown at once
YEARS = 8  # offered to choose from
SHORT = {
    Have.PLAN: "学习规划",
    Have.NOTE: "学习笔记",
    Have.REFLECTION: "心得体会",
    Have.RESEARCH: "调研成果",
    Have.APPLICATION: "收获运用",
}


@dataclass(frozen=True, slots=True)
class Button:
    action: str
    url: str
    is_main: bool = False


@dataclass(frozen=True, slots=True)
class LineView:
    """`note` says what there is to say beyond the state: until when, how much lacks, why nothing is owed."""

    line: Line
    note: str
    ask_url: str
    about: str


@dataclass(frozen=True, slots=True)
class RuleView:
    """The lines of one row in force: its name, 依据 and use stand once above them."""

    name: str
    basis: str
    use: str
    is_floor: bool
    lines: list[LineView]
    button: Button | None = None


@dataclass(frozen=True, slots=True)
class RecordGroup:
    label: str
    records: list[Record]

    @property
    def shown(self) -> list[Record]:
        return self.records[:FEW_RECORDS]

    @property
    def rest(self) -> list[Record]:
        return self.records[FEW_RECORDS:]


@dataclass(frozen=True, slots=True)
class CellView:
    cell: Cell
    summary: str
    rules: list[RuleView]
    groups: list[RecordGroup]
    buttons: list[Button]
    ask_url: str
    about: str
    status: str = ""  # what is on the way, though it does not count yet

    @property
    def short(self) -> str:
        return SHORT[self.cell.have]


@dataclass(frozen=True)
class FilePage:
    view: FileView
    person: StaffMember
    year: int
    cells: list[CellView]
    others: list[RuleView]
    records: list[RecordGroup]
    figure: ReviewFigure | None
    is_own: bool

    @property
    def counted(self) -> str:
        """「五有其三」, in words that everybody reads."""
        have = sum(view.cell.state is State.HAVE for view in self.cells)
        exempt = sum(view.cell.state is State.EXEMPT for view in self.cells)
        return f"五项中有 {have} 项" + (f"，{exempt} 项不计" if exempt else "")

    @property
    def primary_url(self) -> str:
        """Of the one button that stands out: it supplies the first thing that lacks."""
        buttons = [button for view in self.cells for button in view.buttons] + [rule.button for rule in self.others if rule.button]
        return next((button.url for button in buttons if button.is_main), "")

    @property
    def plan(self):
        """(text, state in words) of what may be shown; a draft is its writer's alone."""
        if self.view.frozen:
            return self.view.frozen.plan
        plan = self.view.plan
        return plan_text(plan) if plan and (self.is_own or is_shown_to_others(plan)) else None

    @property
    def statement(self):
        return self.view.frozen.statement if self.view.frozen else statement_text(self.view.statement)

    @property
    def has_statement_draft(self) -> bool:
        statement = self.view.statement
        return self.is_own and not self.view.is_frozen and statement is not None and statement.state == StatementState.DRAFT


def is_shown_to_others(plan: StudyPlan) -> bool:
    """What is handed in or was decided on; what was begun only is its writer's alone."""
    return plan.state != PlanState.DRAFT


def page_of(view: FileView, person: StaffMember, *, is_own: bool, figure: ReviewFigure | None, today: datetime.date) -> FilePage:
    """No statement."""
    found, year = view.person_year, view.person_year.year
    maker = _Maker(view, person, year, is_own, today)
    others = [one for one in found.others_recorded if one.kind != "portfolio.statement"]
    return FilePage(
        view=view,
        person=person,
        year=year,
        cells=[maker.cell(cell) for cell in found.cells],
        others=maker.rules(found.others),
        records=_groups(others),
        figure=view.frozen.review if view.frozen else figure,
        is_own=is_own,
    )


@dataclass(frozen=True, slots=True)
class _Maker:
    view: FileView
    person: StaffMember
    year: int
    is_own: bool
    today: datetime.date

    @property
    def supplies(self) -> bool:
        return self.is_own and not self.view.is_frozen

    def cell(self, cell: Cell) -> CellView:
        about = f"{cell.have.label}"
        return CellView(
            cell=cell,
            summary=summary_of(cell, self.today),
            rules=self.rules(cell.lines),
            groups=_groups(cell.records),
            buttons=self.buttons(cell) if self.supplies else [],
            ask_url=self._ask(f"cell:{cell.have.value}", about) if not cell.lines else "",
            about=about,
            status=self._plan_status() if cell.have == Have.PLAN else "",
        )

    def _plan_status(self) -> str:
        plan = self.view.plan
        if plan is None or self.view.is_frozen:
            return ""
        if plan.state == PlanState.HANDED_IN:
            return f"规划已于 {local_day(plan.handed_in_at):%Y-%m-%d} 提交，等待批准；批准以后按提交的日期计。"
        if plan.state == PlanState.RETURNED:
            return f"规划被退回修改：{plan.decision_note}"
        return "规划有草稿，还没有提交。" if plan.state == PlanState.DRAFT and self.is_own else ""

    def rules(self, lines: Sequence[Line]) -> list[RuleView]:
        found = []
        for (name, basis, use, is_floor), group in groupby(lines, key=lambda line: (line.name, line.basis, line.use, line.is_floor)):
            of_rule = list(group)
            found.append(RuleView(name, basis, use, is_floor, [self._line(line) for line in of_rule], self._button_of(of_rule)))
        return found

    def _line(self, line: Line) -> LineView:
        about = f"{line.name}（{line.period.label_in_year}）"
        return LineView(line, note_of(line, self.today), self._ask(f"{line.series}:{line.period.first:%m%d}", about), about)

    def _ask(self, key: str, about: str) -> str:
        what = f"{self.person.name}{self.year}年五有档案：{about}"
        url = reverse("five_haves_file", args=[self.year, self.person.pk])
        return ask_url(About("portfolio", f"pf:{self.year}:{self.person.pk}:{key}"[:80], what[:200], url))

    def _button_of(self, lines: list[Line]) -> Button | None:
        """What fills no have is supplied from its own line: the earliest that still can be."""
        entrance = entrance_of(lines[0].evidence)
        to_do = next((line for line in lines if line.state in (State.TO_DO, State.LACKING)), None)
        kind = find_evidence(lines[0].evidence)
        if not self.supplies or entrance is None or to_do is None or (kind and kind.have):
            return None
        if not can_still_be_supplied(lines[0].evidence, self.year, self.today):
            return None
        return Button(entrance.action, entrance.url(year=self.year, staff_id=self.person.pk, period=to_do.period), is_main=True)

    def buttons(self, cell: Cell) -> list[Button]:
        """The first one supplies what lacks."""
        if cell.have == Have.PLAN:
            return self._plan_buttons()
        entrance, is_now = OF_HAVES[cell.have], self.year == self.today.year
        lacks = cell.state in (State.TO_DO, State.LACKING) or any(line.state is State.TO_DO for line in cell.lines)
        period = cell.to_supply[0].period if cell.to_supply else None
        url = entrance.url(year=self.year, staff_id=self.person.pk, period=period)
        found = []
        if is_now or (cell.have == Have.APPLICATION and self.year == self.today.year - 1):
            found.append(Button(entrance.action, url, is_main=lacks))
        if cell.have == Have.NOTE and self.year >= self.today.year - 1:
            is_declared = self.view.file is not None and self.view.file.notes_on_paper_on is not None
            action = "撤回纸质笔记登记" if is_declared else "登记纸质笔记"
            found.append(Button(action, reverse("paper_notes", args=[self.year]), is_main=lacks and not is_now))
        return found

    def _plan_buttons(self) -> list[Button]:
        plan, address = self.view.plan, [self.year, self.person.pk]
        write, look = reverse("write_study_plan", args=address), reverse("study_plan", args=address)
        if self.year < self.today.year - 1:
            return [Button("看规划", look)] if plan else []
        if plan is None:
            return [Button("写规划", write, is_main=True)]
        action = {PlanState.DRAFT: "继续写规划", PlanState.RETURNED: "修改规划"}.get(plan.state)
        return [Button(action, write, is_main=True)] if action else [Button("看规划", look)]


def _groups(records: Sequence[Record]) -> list[RecordGroup]:
    """By kind, the latest first."""
    in_order = sorted(records, key=lambda one: (one.label, one.kind))
    return [
        RecordGroup(label, sorted(group, key=lambda one: (one.counted_on, one.record_id), reverse=True))
        for label, group in groupby(in_order, key=lambda one: one.label)
    ]


def years_offered(standings: Standings, staff: StaffMember, year: int, today: datetime.date) -> list[int]:
    """The years in which the person was posted, until this one; with `year`, the latest first, at most `YEARS` of them. No statement."""
    postings = standings.all_postings(staff.pk)
    years = {
        one
        for one in range(today.year - YEARS + 1, today.year + 1)
        if any(fact.started_on <= last_day(one) and (fact.ended_on is None or fact.ended_on >= first_day(one)) for fact in postings)
        and not staff.has_left(first_day(one))
    }
    return sorted(years | {year}, reverse=True)


def is_in_scope(standings: Standings, staff: StaffMember, year: int) -> bool:
    """The one-person answer of `years.in_scope`. No statement."""
    return not staff.has_left(first_day(year)) and any(
        fact.started_on <= last_day(year) and (fact.ended_on is None or fact.ended_on >= first_day(year))
        for fact in standings.all_postings(staff.pk)
    )
