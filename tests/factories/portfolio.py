"""Five-haves files and the rules they are judged by, in the words of the domain."""

import datetime

import factory

from learning.evidence import Subject
from learning.models import (
    Achievement,
    Application,
    FileLook,
    FiveHavesFile,
    ReviewYear,
    StudyPlan,
    StudyReview,
    StudyStatement,
)
from learning.periods import PeriodKind
from learning.portfolio.choices import PlanState, StatementState

from .organisation import StaffMemberFactory
from .programme import RequirementFactory, at

YEAR = 2026


class FiveHavesFileFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = FiveHavesFile

    year = YEAR
    staff = factory.SubFactory(StaffMemberFactory)


class StudyPlanFactory(factory.django.DjangoModelFactory):
    """Handed in and approved in February; `draft=True`, `waiting=True` for those that are not so far."""

    class Meta:
        model = StudyPlan

    class Params:
        draft = factory.Trait(state=PlanState.DRAFT, handed_in_at=None, decided_at=None)
        waiting = factory.Trait(state=PlanState.HANDED_IN, decided_at=None)

    file = factory.SubFactory(FiveHavesFileFactory)
    goals = "学会起草公文，读懂两部教育法规。"
    state = PlanState.APPROVED
    handed_in_at = at(2026, 2, 3)
    decided_at = at(2026, 2, 5)
    saved_at = at(2026, 2, 3)


class StudyStatementFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = StudyStatement

    file = factory.SubFactory(FiveHavesFileFactory)
    text = "一年来，参加集中学习，读了几本书，写了心得，用到了工作中。"
    state = StatementState.HANDED_IN
    handed_in_at = at(2026, 12, 10)
    saved_at = at(2026, 12, 10)


class ApplicationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Application

    staff = factory.SubFactory(StaffMemberFactory)
    happened_on = datetime.date(2026, 5, 12)
    learnt = "公文格式国家标准"
    change = "科室发文改用统一模板，退文从每月四件降到一件。"
    saved_at = at(2026, 5, 12)


class AchievementFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Achievement

    staff = factory.SubFactory(StaffMemberFactory)
    title = "公共管理硕士"
    institution = "某大学"
    started_on = datetime.date(2026, 3, 1)
    saved_at = at(2026, 3, 1)


class FileLookFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = FileLook

    year = YEAR
    staff = factory.SubFactory(StaffMemberFactory)
    looked_on = datetime.date(2026, 11, 30)
    looked_at = at(2026, 11, 30)


class ReviewYearFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ReviewYear

    year = YEAR
    due_on = datetime.date(2026, 12, 25)


class StudyReviewFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = StudyReview

    round = factory.SubFactory(ReviewYearFactory)
    staff = factory.SubFactory(StaffMemberFactory)
    rater = factory.SubFactory(StaffMemberFactory)
    kind = "peer"


def rule_of_people(evidence: str, per=PeriodKind.YEAR, **facts):
    """A requirement of every person."""
    return RequirementFactory(owed_by=Subject.STAFF, evidence=evidence, per=per, **facts)
