"""Rules, plans and sessions, in the words of the domain."""

import datetime

import factory

from learning.models import AnnualPlan, Attendance, PlanItem, Requirement, Session, StudyFormat
from learning.periods import SHANGHAI, PeriodKind, local_day, period_of
from learning.programme.choices import AttendanceStatus, SessionKind, SessionState

from .organisation import StaffMemberFactory


def at(year, month, day, hour=15, minute=0) -> datetime.datetime:
    """A moment in Shanghai."""
    return datetime.datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


class StudyFormatFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = StudyFormat

    key = factory.Sequence(lambda n: f"format-{n}")
    name = factory.Sequence(lambda n: f"形式{n}")
    position = factory.Sequence(lambda n: n)


class RequirementFactory(factory.django.DjangoModelFactory):
    """Once a quarter, by the organ, in force since 2020."""

    class Meta:
        model = Requirement

    study_format = factory.SubFactory(StudyFormatFactory)
    name = factory.Sequence(lambda n: f"要求{n}")
    evidence = "programme.session"
    basis = "方案第四部分"
    starts_at = datetime.time(15, 0)
    in_force_from = datetime.date(2020, 1, 1)


class SessionFactory(factory.django.DjangoModelFactory):
    """A Tuesday afternoon. `formats=[...]` is what it counts for; `held=True` makes it held; `attended_by=[people]` puts them on its roll,
    `missed_by={person: status}` those who were not there. Without `attended_by` there is no roster."""

    class Meta:
        model = Session
        skip_postgeneration_save = True

    class Params:
        held = factory.Trait(
            state=SessionState.HELD,
            roster_frozen_at=factory.SelfAttribute("starts_at"),
            roll_completed_at=factory.SelfAttribute("ends_at"),
        )

    title = factory.Sequence(lambda n: f"政治理论学习{n}")
    kind = SessionKind.COLLECTIVE
    starts_at = at(2026, 11, 24)
    ends_at = factory.LazyAttribute(lambda session: session.starts_at + datetime.timedelta(hours=2))
    planned_on = factory.LazyAttribute(lambda session: local_day(session.starts_at))
    place = "三楼会议室"

    @factory.post_generation
    def formats(self, create, formats, **extra):
        self.formats.set(formats if formats is not None else [StudyFormatFactory()])

    @factory.post_generation
    def attended_by(self, create, people, **extra):
        for person in people or ():
            AttendanceFactory(session=self, staff=person, status=AttendanceStatus.PRESENT)

    @factory.post_generation
    def missed_by(self, create, people, **extra):
        for person, status in (people or {}).items():
            AttendanceFactory(session=self, staff=person, status=status)


class AttendanceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Attendance

    session = factory.SubFactory(SessionFactory)
    staff = factory.SubFactory(StaffMemberFactory)


class AnnualPlanFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AnnualPlan
        django_get_or_create = ("year",)

    year = 2026


class PlanItemFactory(factory.django.DjangoModelFactory):
    """Owed by the organ in the quarter of `planned_on`, unless told otherwise; due on the quarter's last day."""

    class Meta:
        model = PlanItem

    plan = factory.SubFactory(AnnualPlanFactory, year=factory.LazyAttribute(lambda plan: plan.factory_parent.planned_on.year))
    requirement = factory.SubFactory(RequirementFactory)
    series = factory.SelfAttribute("requirement.series")
    owed_by = "organ"
    subject_key = factory.SelfAttribute("owed_by")
    planned_on = datetime.date(2026, 11, 24)
    period_kind = PeriodKind.QUARTER
    period_first = factory.LazyAttribute(lambda item: period_of(item.planned_on, PeriodKind(item.period_kind)).first)
    period_last = factory.LazyAttribute(lambda item: period_of(item.planned_on, PeriodKind(item.period_kind)).last)
    due_on = factory.SelfAttribute("period_last")
    title = factory.Sequence(lambda n: f"计划项{n}")
