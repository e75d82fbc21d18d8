"""What a leader should know without asking: at most five things that are overdue or furthest behind. Departments and formats, never a person."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count, Min
from django.urls import reverse

from ..contributions.research_board import Board as ResearchBoard
from ..contributions.research_board import Stage
from ..portfolio.choices import FindingState
from ..portfolio.choices import State as HaveState
from ..portfolio.models import Finding
from ..portfolio.totals import DepartmentTotals, Totals
from ..programme.gaps import Cell, Grid
from ..programme.models import MakeUp, Session
from ..programme.rates import FEW
from ..programme.scopes import ORGAN
from .due import State

MOST = 5
LINES = 2  # of the plan
NAMES = 3  # of departments, the rest as a number


@dataclass(frozen=True, slots=True)
class Concern:
    tone: str
    word: str
    mark: str
    title: str
    detail: str
    url: str


def _concern(state: State, title: str, detail: str, url: str) -> Concern:
    return Concern(state.tone, state.word, state.mark, title, detail, url)


def concerns_of(
    *, grid: Grid | None, totals: Totals, research: ResearchBoard, now: datetime.datetime, today: datetime.date
) -> list[Concern]:
    """What has run over a date first, then what is furthest behind. Three statements; the rest comes along."""
    found = [
        *_rectifications(today),
        *_rolls(now),
        *_plan_lines(grid),
        *_research(research),
        *_haves(totals, today.year),
        *_make_ups(today),
    ]
    return found[:MOST]


def names_in_short(names: Sequence[str]) -> str:
    return f"{'、'.join(names[:NAMES])}等 {len(names)} 个" if len(names) > NAMES else "、".join(names)


def _rectifications(today: datetime.date):
    late = Finding.objects.filter(state__in=[FindingState.OPEN, FindingState.RETURNED], due_on__lt=today).order_by()
    rows = list(
        late.values_list("inspected__department__name").annotate(number=Count("pk")).order_by("-number", "inspected__department__name")
    )
    if rows:
        words = names_in_short([f"{name or '未编入科室'} {number} 项" for name, number in rows])
        yield _concern(State.OVERDUE, f"整改逾期 {sum(number for _name, number in rows)} 项", words, reverse("inspections"))


def _rolls(now: datetime.datetime):
    missing = Session.objects.to_come().filter(ends_at__lte=now, roll_completed_at__isnull=True).order_by()
    found = missing.aggregate(number=Count("pk"), first=Min("planned_on"))
    if found["number"]:
        detail = f"计划日期最早的一次是 {found['first']:%Y-%m-%d}；没有点名的不算已举行"
        yield _concern(State.TO_ROLL, f"{found['number']} 次活动已过，还没有点名", detail, reverse("sessions"))


def _plan_lines(grid: Grid | None):
    """The requirements with the most periods that were not met in time."""
    if grid is None:
        return
    lines = [(line, [cell for cell in line.cells if cell.state.is_behind]) for group in grid.formats for line in group.lines]
    worst = sorted((pair for pair in lines if pair[1]), key=lambda pair: -len(pair[1]))[:LINES]
    for line, cells in worst:
        last = max(cells, key=lambda cell: cell.due_on)
        url = f"{reverse('gap_cell', args=[last.first_item.pk])}?{urlencode({'scope': ORGAN.text})}"
        state = last.state
        yield Concern(state.key, state.label, state.mark, f"{line.requirement.name}：{len(cells)} 期没有按期完成", _cell_words(last), url)


def _cell_words(cell: Cell) -> str:
    unit = "人" if cell.counts_people else "项"
    return f"最近是{cell.period.label_in_year}，应完成 {cell.outcome.owed} {unit}，已完成 {cell.outcome.done} {unit}"


def _research(board: ResearchBoard):
    names = [row.department.name for row in board.rows if row.stage == Stage.NOTHING]
    if board.is_hurrying and names:
        url = f"{reverse('research')}?{urlencode({'year': board.year})}"
        yield _concern(State.TO_DECLARE, f"{len(names)} 个科室还没有申报调研选题", names_in_short(names), url)


def lacking(total: DepartmentTotals) -> int:
    return sum(counts[HaveState.LACKING] for counts in total.states.values())


def _haves(totals: Totals, year: int):
    """The department with the most cells that lack something, for each of its people; one of so few that it would be about somebody is none."""
    behind = [one for one in totals if one.department_id and one.people >= FEW and lacking(one)]
    if behind:
        worst = max(behind, key=lambda one: lacking(one) / one.people)
        state = HaveState.LACKING
        title = f"五有缺项人均最多：{worst.name}"
        detail = f"{worst.people} 人共缺 {lacking(worst)} 项；全局有缺项的科室（单位）{len(behind)} 个"
        yield Concern(state.key, state.label, state.mark, title, detail, reverse("department_board", args=[year, worst.department_id]))


def _make_ups(today: datetime.date):
    number = MakeUp.objects.owed().filter(due_on__lt=today).count()
    if number:
        url = f"{reverse('attendance_summary')}?{urlencode({'year': today.year, 'scope': ORGAN.text})}"
        yield _concern(State.TO_MAKE_UP, f"补学逾期 {number} 人次", "请假或缺席以后没有按期补学，完成率因此偏低", url)
