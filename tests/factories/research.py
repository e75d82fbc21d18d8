"""Reports that are written, and their judging."""

import datetime

import factory
from factory.django import DjangoModelFactory

from learning.models import (
    ResearchBallot,
    ResearchBallotLine,
    ResearchEntry,
    ResearchJudge,
    ResearchJudging,
    ResearchReport,
    ResearchRubricLine,
)

from .contributions import ResearchReportFactory
from .programme import at

TEXTS = {name: f"{name}：情况属实。" for name in ("abstract", "problem", "cause", "proposal")}


def written_report(*, state="approved", body="走访以后写成的报告。", **facts) -> ResearchReport:
    """Approved and written, not handed in unless told so."""
    return ResearchReportFactory(state=state, body=body, characters=len(body), **{**TEXTS, **facts})


class ResearchJudgingFactory(DjangoModelFactory):
    """`judged_by=[people with accounts]`; a rubric of two lines (60 and 40) unless `rubric=[(name, points), ...]`."""

    class Meta:
        model = ResearchJudging
        skip_postgeneration_save = True

    year = 2026
    due_on = datetime.date(2026, 12, 10)

    @factory.post_generation
    def judged_by(self, create, people, **extra):
        ResearchJudge.objects.bulk_create([ResearchJudge(judging=self, staff=person) for person in people or ()])

    @factory.post_generation
    def rubric(self, create, lines, **extra):
        for position, (name, points) in enumerate(lines or (("内容", 60), ("表达", 40))):
            ResearchRubricLine.objects.create(judging=self, name=name, max_points=points, position=position)


def cast_research(entry: ResearchEntry, judge, *points, now=None, **facts) -> ResearchBallot:
    """A ballot of `judge` (a person) with `points` for the lines of the rubric, past the services."""
    found = ResearchJudge.objects.get(judging=entry.judging, staff=judge)
    ballot = ResearchBallot.objects.create(entry=entry, judge=found, submitted_at=now or at(2026, 11, 24, 9), **facts)
    lines = entry.judging.rubric.all()
    ResearchBallotLine.objects.bulk_create(
        [ResearchBallotLine(ballot=ballot, line=line, points=given) for line, given in zip(lines, points, strict=False)]
    )
    return ballot
