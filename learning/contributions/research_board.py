"""The year's board of research: a row for every department that owes a report, from January on; the others' reports below (R42, A10)."""

import datetime
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from django.db.models import Count, Exists, OuterRef, Q, Subquery

from ..organisation.models import Department
from ..programme.models import Requirement
from .choices import OutcomeKind, ResearchState
from .models import ResearchEntry, ResearchReport
from .research_rights import ResearchRights

EVIDENCE = "contributions.research_report"  # what the programme's requirement is counted by
DEFAULT_KINDS = (Department.Kind.SECTION,)
FIRST_YEAR, LAST_YEAR = 2000, 2100
HIDDEN_TITLE = "（评审中，题目在评审结束以后显示）"
HURRY_FROM = 4  # the month from which whoever has nothing stands first


class Stage(IntEnum):
    """How far a report is, or the furthest of a department."""

    NOTHING = 0
    RETURNED = 1
    DECLARED = 2
    APPROVED = 3
    HANDED_IN = 4
    BEST = 5

    @property
    def word(self) -> str:
        return ("未申报", "选题退回", "已申报", "已批准", "已提交", "评为优质")[self]

    @property
    def mark(self) -> str:
        return "○◐◔◑●★"[self]

    @property
    def next(self) -> str:
        """What is to be done now."""
        return ("申报选题", "修改选题后重新申报", "等待机关党委批准", "开展调研，写报告并提交", "等待评审", "推动成果转化并登记去向")[self]

    @property
    def tone(self) -> str:
        return ("missed", "late", "late", "late", "done", "honour")[self]


STAGES = {
    ResearchState.RETURNED: Stage.RETURNED,
    ResearchState.DECLARED: Stage.DECLARED,
    ResearchState.APPROVED: Stage.APPROVED,
    ResearchState.HANDED_IN: Stage.HANDED_IN,
}


@dataclass(frozen=True, slots=True)
class BoardReport:
    """A report as everybody sees it: its title and how far it is. `is_open` says whether this reader may open it.

    A judge sees a text and its length under a number: whoever could look them up here would know whose it is. So the length is told only to
    those who may open the report, and to a judge no title of what is being judged.
    """

    pk: int
    title: str
    department: str
    stage: Stage
    declared_on: datetime.date
    decided_on: datetime.date | None
    handed_in_on: datetime.date | None
    characters: int | None  # None: not told to this reader
    rank: int | None  # among the best
    outcomes: int
    conversions: int
    is_judged: bool  # the judging is over
    is_open: bool

    @property
    def next(self) -> str:
        if self.conversions:
            return "已有转化"
        if self.stage == Stage.HANDED_IN and self.is_judged:
            return "评审已结束；有成果的登记去向"
        return self.stage.next


@dataclass(frozen=True, slots=True)
class Row:
    """A department that owes a report."""

    department: Department
    reports: list[BoardReport]
    may_declare: bool = False
    is_over: bool = False  # the year is: what was not declared is not going to be

    @property
    def stage(self) -> Stage:
        return max((report.stage for report in self.reports), default=Stage.NOTHING)

    @property
    def next(self) -> str:
        return "" if self.is_over else self.stage.next


@dataclass(frozen=True)
class Board:
    year: int
    years: list[int]
    kinds: list[str]  # of the departments that owe one, in words
    basis: str
    rows: list[Row]
    others: list[BoardReport]
    is_hurrying: bool  # whoever has nothing stands first
    counts: Mapping[str, int] = field(default_factory=dict)


def chosen_year(said: str | None, today: datetime.date) -> int:
    """A year as an address writes it; this year for whatever else stands there."""
    if said and said.isascii() and said.isdecimal() and len(said) == 4 and FIRST_YEAR <= int(said) <= LAST_YEAR:
        return int(said)
    return today.year


def reports_with_facts():
    """Annotated with `best_rank` (None for those that are not among the best) and the numbers of their outcomes."""
    judged = ResearchEntry.objects.filter(report=OuterRef("pk"), judging__closed_at__isnull=False)
    best = judged.filter(is_best=True)
    return ResearchReport.objects.annotate(
        is_judged=Exists(judged),
        best_rank=Subquery(best.values("rank")[:1]),
        is_best=Exists(best),
        outcome_count=Count("outcomes", distinct=True),
        conversion_count=Count("outcomes", filter=Q(outcomes__kind=OutcomeKind.CONVERTED), distinct=True),
    )


def board_of(year: int, *, rights: ResearchRights, today: datetime.date) -> Board:
    """Five statements, whatever the number of departments and reports; who may read what is asked of what they bring along."""
    kinds, basis = owing_kinds(year)
    found = list(
        reports_with_facts()
        .in_year(year)
        .exclude(state=ResearchState.WITHDRAWN)
        .select_related("department")
        .prefetch_related("members")
        .defer("body", "abstract", "problem", "cause", "proposal", "purpose")
        .order_by("department__position", "department__name", "declared_on", "pk")
    )
    by_department = defaultdict(list)
    for report in found:
        by_department[report.department_id].append(_shown(report, rights))
    day = min(today, datetime.date(year, 12, 31))  # one that was closed during the year owes none; what it has written stands below
    owing = list(Department.objects.filter(kind__in=kinds).open_on(day).order_by("position", "name"))
    rows = [
        Row(one, by_department.pop(one.pk, []), year == today.year and one.pk in rights.declarable_ids, year < today.year) for one in owing
    ]
    is_hurrying = (year, HURRY_FROM) <= (today.year, today.month) if year == today.year else year < today.year
    if is_hurrying:
        rows.sort(key=lambda row: row.stage != Stage.NOTHING)  # stable: otherwise in the order of the departments
    return Board(
        year=year,
        years=_years(year, today),
        kinds=[Department.Kind(kind).label for kind in kinds],
        basis=basis,
        rows=rows,
        others=[report for reports in by_department.values() for report in reports],
        is_hurrying=is_hurrying,
        counts={
            "owing": len(rows),
            "nothing": sum(row.stage == Stage.NOTHING for row in rows),
            "under_way": sum(Stage.NOTHING < row.stage < Stage.HANDED_IN for row in rows),
            "handed_in": sum(row.stage >= Stage.HANDED_IN for row in rows),
        },
    )


def owing_kinds(year: int) -> tuple[list[str], str]:
    """The kinds of departments that owe a report in `year`, and on what ground: as the programme's requirement says it."""
    rules = list(
        Requirement.objects.filter(evidence=EVIDENCE)
        .in_force_during(datetime.date(year, 1, 1), datetime.date(year, 12, 31))
        .order_by("in_force_from")
        .values_list("department_kinds", "basis")
    )
    wanted = {kind for kinds, _basis in rules for kind in kinds} or set(DEFAULT_KINDS)
    return [kind for kind in Department.Kind.values if kind in wanted], rules[-1][1] if rules else ""


def _shown(report: ResearchReport, rights: ResearchRights) -> BoardReport:
    stage = Stage.BEST if report.is_best else STAGES[report.state]
    is_blinded = rights.is_blinded(report)
    is_open = rights.may_read(report) and not is_blinded
    return BoardReport(
        pk=report.pk,
        title=HIDDEN_TITLE if is_blinded else report.title,
        department=str(report.department),
        stage=stage,
        declared_on=report.declared_on,
        decided_on=report.decided_on,
        handed_in_on=report.handed_in_on,
        characters=report.characters if is_open else None,
        rank=report.best_rank,
        outcomes=report.outcome_count,
        conversions=report.conversion_count,
        is_judged=report.is_judged,
        is_open=is_open,
    )


def _years(year: int, today: datetime.date) -> list[int]:
    """Those that have reports, this one and the one looked at; the latest first."""
    known = ResearchReport.objects.order_by().values_list("year", flat=True).distinct()
    return sorted({*known, year, today.year}, reverse=True)
