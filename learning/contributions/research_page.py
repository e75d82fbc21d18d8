"""A report as whoever may read it sees it: its facts, what may be done with it, what happened to it."""

import datetime
from dataclasses import dataclass

from wagtail.models import ModelLogEntry

from .models import ResearchEntry, ResearchReport
from .research_board import STAGES, Stage
from .services.research_steps import ACTION
from .services.research_work import LABELS, TEXTS


@dataclass(frozen=True, slots=True)
class Happened:
    """A line of the history."""

    at: datetime.datetime
    step: str
    by: str
    note: str


@dataclass(frozen=True)
class ReportPage:
    """`entry` is its place in a closed judging; `is_judged` says that it is in one, open or closed."""

    report: ResearchReport
    stage: Stage | None  # None: withdrawn
    entry: ResearchEntry | None
    is_judged: bool
    members: list
    visits: list
    field_days: int
    files: list
    outcomes: list
    history: list[Happened]
    revisions: int


def page_of(report: ResearchReport) -> ReportPage:
    """Seven statements, whatever there is."""
    visits = list(report.visits.all())
    days = {day for visit in visits for day in range(visit.began_on.toordinal(), visit.ended_on.toordinal() + 1)}
    entries = list(report.entries.select_related("judging"))
    closed = next((entry for entry in entries if entry.judging.closed_at), None)
    is_best = closed is not None and closed.is_best
    return ReportPage(
        report=report,
        stage=Stage.BEST if is_best else STAGES.get(report.state),
        entry=closed,
        is_judged=bool(entries),
        members=list(report.members.select_related("staff", "department")),
        visits=visits,
        field_days=len(days),
        files=list(report.files.all()),
        outcomes=list(report.outcomes.select_related("placement__outlet")),
        history=history_of(report),
        revisions=report.revisions.count(),
    )


def history_of(report: ResearchReport) -> list[Happened]:
    """From the audit log, the latest first. One statement."""
    entries = ModelLogEntry.objects.for_instance(report).filter(action=ACTION).select_related("user").order_by("-timestamp", "-pk")
    return [
        Happened(entry.timestamp, entry.data.get("step", ""), entry.user.get_full_name() if entry.user else "", entry.data.get("note", ""))
        for entry in entries
    ]


def parts_of(report: ResearchReport) -> list[tuple[str, list[str]]]:
    """(heading, paragraphs) of what is written."""
    return [(LABELS[name], paragraphs_of(getattr(report, name))) for name in TEXTS if getattr(report, name)]


def paragraphs_of(text: str) -> list[str]:
    """A line is a paragraph."""
    return [line.strip() for line in text.split("\n") if line.strip()]
