"""What judges, the clerk, the teams and everybody else see of a judging. Nothing here names a team before it is closed."""

from dataclasses import dataclass

from django.db.models import Q

from ..judging import desks
from ..judging.blinding import blind
from ..judging.desks import Desk, Progress
from .choices import ResearchState
from .models import ResearchEntry, ResearchJudge, ResearchJudging, ResearchReport
from .research_page import paragraphs_of
from .research_rights import ResearchRights
from .services.research_judging import OWN_REPORT, entries_of
from .services.research_work import LABELS, TEXTS

STILL_IN = Q(ballots__entry__report__state=ResearchState.HANDED_IN)


def judge_of(judging: ResearchJudging, rights: ResearchRights) -> ResearchJudge | None:
    return judging.judges.filter(staff=rights.staff).select_related("staff").first() if rights.staff else None


def desk_of(judge: ResearchJudge) -> Desk:
    """One statement."""
    return desks.desk_of(judge, entries_of(judge.judging), own=OWN_REPORT)


def progress_of(judging: ResearchJudging) -> list[Progress]:
    """Two statements, whatever the number of judges."""
    return desks.progress_of(judging, entries_of(judging), STILL_IN)


@dataclass(frozen=True, slots=True)
class BlindReport:
    """A report as a judge reads it: its title is not there (the board of the year tells whose it is), names are blacked out."""

    method: str
    interviewees: int | None
    field_days: int
    characters: int
    parts: list[tuple[str, list[str]]]  # heading, paragraphs


def blind_report(report: ResearchReport) -> BlindReport:
    """`report` with department and declarer joined. Two statements: the team, the visits."""
    department = report.department
    people = [report.declared_by.name, *(member.staff.name for member in report.members.select_related("staff"))]
    hidden = [*people, department.name, department.short_name]
    days = {day for visit in report.visits.all() for day in range(visit.began_on.toordinal(), visit.ended_on.toordinal() + 1)}
    texts = [(LABELS[name], paragraphs_of(blind(getattr(report, name), hidden))) for name in TEXTS if getattr(report, name)]
    return BlindReport(blind(report.method, hidden), report.interviewees, len(days), report.characters, texts)


@dataclass(frozen=True)
class Results:
    """What one reader sees of a closed judging."""

    judging: ResearchJudging
    best: list[ResearchEntry]
    entries: list[ResearchEntry]  # all by rank, those without a vote last; empty without the right
    own: list[ResearchEntry]
    withdrawn: list[int]  # numbers
    with_points: bool
    entered: int


def results_of(judging: ResearchJudging, rights: ResearchRights) -> Results:
    """All points for the clerk and the leaders, the own ones for a team and its head, the best in order for everybody. Two statements."""
    rows = list(
        judging.entries.select_related("report__department")
        .prefetch_related("report__members__staff")
        .defer(*(f"report__{name}" for name in ("body", "abstract", "problem", "cause", "proposal", "purpose")))
    )
    present = [row for row in rows if row.report.state == ResearchState.HANDED_IN]
    present.sort(key=lambda row: (row.rank is None, row.rank, row.number))
    return Results(
        judging=judging,
        best=[row for row in present if row.is_best],
        entries=present if rights.sees_points else [],
        own=[row for row in present if rights.writes(row.report)],
        withdrawn=[row.number for row in rows if row not in present] if rights.sees_points else [],
        with_points=rights.sees_points,
        entered=len(present),
    )
