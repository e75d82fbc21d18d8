"""The leader's one screen: five numbers, five exceptions, the trend, what waits for a signature. Every number opens where it was added up."""

import datetime
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse

from ..contributions.choosing import chosen_of
from ..contributions.models import Placement
from ..contributions.research_board import Board as ResearchBoard
from ..contributions.research_board import board_of as research_board_of
from ..contributions.research_rights import ResearchRights
from ..contributions.rights import ContributionRights
from ..periods import Period, PeriodKind, period_of
from ..portfolio.choices import State as HaveState
from ..portfolio.coverage import YearCoverage, coverage_of
from ..portfolio.totals import Totals, totals_by_department
from ..programme.gaps import CellState, Grid, gap_grid
from ..programme.models import AnnualPlan
from ..programme.rate_trend import RateTrend, months_until, rate_trend
from ..programme.rates import FEW, Figure, GroupRates, by_month
from ..programme.rights import Rights
from ..programme.scopes import ORGAN
from .due import DueRow, Kind, due_of
from .leader_concerns import Concern, concerns_of
from .page_reviews import page_review_rows

TO_SIGN = frozenset({Kind.DECIDE, Kind.CHECK, Kind.REVIEW, Kind.JUDGING, Kind.CONFIRM})
SHOWN = 4  # of what waits for a signature; the rest is in 我的学习


@dataclass(frozen=True, slots=True)
class Number:
    """What it rests on (`basis`) stands beside it; `url` is where it was added up."""

    label: str
    value: str
    unit: str
    basis: str
    url: str


@dataclass(frozen=True)
class LeaderPage:
    numbers: list[Number]
    concerns: list[Concern]
    trend: RateTrend
    coverage: YearCoverage
    waiting: list[DueRow]

    @property
    def to_sign(self) -> list[DueRow]:
        return self.waiting[:SHOWN]

    @property
    def more(self) -> int:
        return len(self.waiting) - len(self.to_sign)


def leader_page_of(rights: Rights, *, now: datetime.datetime) -> LeaderPage:
    """For whoever sees everything of the programme. A constant number of statements."""
    today = rights.today
    year = period_of(today, PeriodKind.YEAR)
    months = months_until(period_of(today, PeriodKind.MONTH))
    trend = rate_trend(by_month(months))
    grid = _grid(rights)
    totals = totals_by_department(today.year, today)
    research = research_board_of(today.year, rights=ResearchRights(ContributionRights(rights)), today=today)
    return LeaderPage(
        numbers=[
            _attendance(trend, months),
            _haves(totals, today.year),
            _gaps(grid, today.year),
            _adopted(year),
            _research(research),
        ],
        concerns=concerns_of(grid=grid, totals=totals, research=research, now=now, today=today),
        trend=trend,
        coverage=coverage_of(today.year, today),
        waiting=waiting_for(rights, now=now),
    )


def waiting_for(rights: Rights, *, now: datetime.datetime) -> list[DueRow]:
    """What waits for the signature of the holder of `rights`: what the due list asks them to decide, and pages in review."""
    rows = [row for row in due_of(rights, now=now).rows if row.kind in TO_SIGN and row.is_to_do]
    return sorted([*rows, *page_review_rows(rights.user, rights.today)], key=lambda row: row.order)


def _grid(rights: Rights) -> Grid | None:
    """None where there is no plan, or none that was published."""
    plan = AnnualPlan.objects.filter(year=rights.today.year).first()
    if plan is None or (plan.state == AnnualPlan.State.DRAFT and not rights.is_clerk):
        return None
    return gap_grid(year=rights.today.year, today=rights.today)


def _attendance(trend: RateTrend, months: list[Period]) -> Number:
    """Of the last month that anybody was expected in: this one, except in its first days."""
    shown: GroupRates | None = trend.last
    month = months[-1] if shown is None else months[trend.months.index(shown)]
    label = f"{month.label_in_year}出勤率"
    query = {"year": month.first.year, "quarter": f"m{month.first.month}", "scope": ORGAN.text}
    url = f"{reverse('attendance_summary')}?{urlencode(query)}"
    if shown is None:
        return Number(label, "—", "", "近 12 个月还没有点过名的学习活动", url)
    rates = shown.rates
    basis = f"{shown.people} 人应到 {rates.expected} 人次；请假 {rates.leave}、公差 {rates.duty}，已补学 {rates.made_up}"
    return Number(label, shown.attendance.text, "", basis, url)


def _haves(totals: Totals, year: int) -> Number:
    """Cells that are 有, of those that somebody owes."""
    whole = totals.whole
    cells = {state: sum(counts[state] for counts in whole.states.values()) for state in HaveState}
    asked = sum(cells.values()) - cells[HaveState.EXEMPT]
    figure = Figure(cells[HaveState.HAVE], asked, whole.people < FEW)
    basis = f"{whole.people} 人应有 {asked} 项，已有 {cells[HaveState.HAVE]}；待补 {cells[HaveState.TO_DO]}、缺 {cells[HaveState.LACKING]}"
    return Number("五有完成", figure.text, "", basis, reverse("five_haves_year", args=[year]))


def _gaps(grid: Grid | None, year: int) -> Number:
    url = f"{reverse('gaps')}?{urlencode({'year': year, 'scope': ORGAN.text})}"
    if grid is None:
        return Number("计划缺口", "—", "", f"{year}年度计划尚未发布", url)
    late, missed = grid.counts[CellState.LATE], grid.counts[CellState.MISSED]
    return Number("计划缺口", str(grid.behind), "格", f"全年 {sum(grid.counts.values())} 格，待补 {late}、已逾期 {missed}", url)


def _adopted(year: Period) -> Number:
    """Articles with a confirmed use this year, as the standings count the whole bureau."""
    found = Placement.objects.confirmed().in_period(year).aggregate(articles=Count("article", distinct=True), uses=Count("pk"))
    url = f"{reverse('contribution_standings')}?{chosen_of(year).query}"
    return Number("稿件采用", str(found["articles"]), "篇", f"{year.label}采用 {found['uses']} 次，同一篇只计一篇", url)


def _research(board: ResearchBoard) -> Number:
    counts = board.counts
    basis = f"应交 {counts['owing']} 个科室，进行中 {counts['under_way']}、未申报 {counts['nothing']}"
    url = f"{reverse('research')}?{urlencode({'year': board.year})}"
    return Number("调研报告", f"{counts['handed_in']}/{counts['owing']}", "个科室已交", basis, url)
