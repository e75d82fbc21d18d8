"""Small bureaus as they can come to be, holes and overlaps included, drawn by Hypothesis into the database."""

import contextlib
import datetime

from django.db import transaction
from hypothesis import strategies as st

from learning.models import Absence, AnnualPlan, LeadingGroupOffice, PlanItem, StaffMember
from learning.periods import SHANGHAI, PeriodKind, periods_of_year
from learning.portfolio.choices import PlanState, StatementState
from learning.programme.choices import Audience, Window
from tests.factories.contributions import ResearchReportFactory
from tests.factories.organisation import (
    BranchMembershipFactory,
    DepartmentFactory,
    LeadingGroupFactory,
    LeadingGroupOfficeFactory,
    PartyBranchFactory,
    PostingFactory,
    StaffMemberFactory,
)
from tests.factories.pages import make_user
from tests.factories.portfolio import ApplicationFactory, FiveHavesFileFactory, StudyPlanFactory, StudyStatementFactory
from tests.factories.programme import PlanItemFactory, RequirementFactory, StudyFormatFactory
from tests.factories.reading import BookFactory, ReflectionFactory, StudyNoteFactory

YEAR = 2026
EDGES = [(1, 1), (3, 31), (4, 1), (6, 30), (7, 1), (8, 15), (12, 1), (12, 31)]
edges = st.sampled_from([datetime.date(YEAR, *edge) for edge in EDGES] + [datetime.date(2025, 12, 31), datetime.date(2027, 1, 1)])
days = edges | st.dates(datetime.date(2025, 10, 1), datetime.date(2027, 2, 28))
spans = st.tuples(days, days, st.booleans()).map(lambda drawn: (min(drawn[:2]), None if drawn[2] else max(drawn[:2])))
EVIDENCE = (
    "have.plan",
    "have.note",
    "have.reflection",
    "have.research",
    "have.application",
    "reading.reflection",
    "reading.application",
    "reading.note",
    "portfolio.plan",
    "portfolio.application",
    "portfolio.notes_on_paper",
    "portfolio.statement",
    "nobody.keeps",
)


@contextlib.contextmanager
def undone():
    """An example of its own: what it writes is gone when it ends."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


class Bureau:
    """People, of whom two have one name, and places; everything else is drawn."""

    def __init__(self):
        self.departments = [DepartmentFactory(), DepartmentFactory(), DepartmentFactory(closed_on=datetime.date(YEAR, 7, 1))]
        self.branch, self.group, self.study_format = PartyBranchFactory(), LeadingGroupFactory(), StudyFormatFactory()
        self.book = BookFactory()
        names = ["陶思远", "陶思远", "梁静宜"]
        self.people = [StaffMemberFactory(name=name, user=make_user(f"ren{number}")) for number, name in enumerate(names)]

    def fill(self, draw) -> None:
        for person in self.people:
            self.place(draw, person)
        self.rules = [rule for _number in range(draw(st.integers(0, 4))) for rule in self.rule(draw)]
        self.change_plan(draw)
        for person in self.people:
            self.record(draw, person)

    def place(self, draw, person) -> None:
        StaffMember.objects.filter(pk=person.pk).update(left_on=draw(st.none() | st.none() | days))
        person.refresh_from_db()
        starts, is_open = set(), False
        for started_on, ended_on in draw(st.lists(spans, max_size=3)):
            department, is_primary = draw(st.sampled_from(self.departments)), draw(st.booleans())
            if (department, started_on) in starts or (ended_on is None and is_primary and is_open):
                continue
            starts.add((department, started_on))
            is_open = is_open or (is_primary and ended_on is None)
            PostingFactory(
                staff=person,
                department=department,
                started_on=started_on,
                ended_on=ended_on,
                is_primary=is_primary,
                is_head=draw(st.booleans()),
            )
        for started_on, ended_on in draw(st.lists(spans, max_size=1)):
            BranchMembershipFactory(staff=person, branch=self.branch, started_on=started_on, ended_on=ended_on)
        for started_on, ended_on in draw(st.lists(spans, max_size=1)):
            role = draw(st.sampled_from([LeadingGroupOffice.Role.DEPUTY, LeadingGroupOffice.Role.MEMBER]))
            LeadingGroupOfficeFactory(group=self.group, staff=person, role=role, started_on=started_on, ended_on=ended_on)
        for started_on, ended_on in draw(st.lists(spans, max_size=2)):
            Absence.objects.create(staff=person, kind="sick", started_on=started_on, ended_on=ended_on)

    def rule(self, draw) -> list:
        """One, or two versions of it."""
        facts = {
            "study_format": self.study_format,
            "owed_by": "staff",
            "evidence": draw(st.sampled_from(EVIDENCE)),
            "per": draw(st.sampled_from(PeriodKind.values)),
        }
        since, until = draw(spans)
        first = RequirementFactory(in_force_from=since, in_force_until=until, **facts, **self._terms(draw, facts["per"]))
        versions = [first]
        if until is not None and draw(st.booleans()):
            facts["in_force_from"] = until + datetime.timedelta(days=draw(st.sampled_from([1, 1, 40])))
            versions.append(RequirementFactory(series=first.series, **facts, **self._terms(draw, facts["per"])))
        return versions

    def _terms(self, draw, per) -> dict:
        windows = {PeriodKind.YEAR: Window.values, PeriodKind.QUARTER: [Window.WHOLE, Window.LAST_MONTH]}
        return {
            "audience": draw(st.sampled_from([Audience.EVERYBODY, *Audience.values])),
            "quantity": draw(st.integers(1, 3)),
            "is_floor": draw(st.sampled_from([True, True, False])),
            "window": draw(st.sampled_from(windows.get(per, [Window.WHOLE]))),
        }

    def change_plan(self, draw) -> None:
        seen = set()
        for rule in self.rules:
            if not draw(st.booleans()):
                continue
            period = draw(st.sampled_from(periods_of_year(YEAR, PeriodKind(rule.per))))
            if (rule.series, period.first) in seen:
                continue
            seen.add((rule.series, period.first))
            cancelled = {"state": PlanItem.State.CANCELLED, "reason": "防汛值守"} if draw(st.booleans()) else {}
            PlanItemFactory(
                plan__year=YEAR,
                requirement=rule,
                owed_by="staff",
                period_kind=period.kind,
                period_first=period.first,
                period_last=period.last,
                planned_on=period.last,
                due_on=draw(st.dates(period.first, period.last)),
                **cancelled,
            )
        AnnualPlan.objects.update(state=draw(st.sampled_from(AnnualPlan.State.values)))

    def record(self, draw, person) -> None:
        for day in draw(st.lists(days, max_size=3)):
            moment, application = at_noon(day), draw(st.sampled_from(["", "改了流程。"]))
            times = {"first_handed_in_at": moment, "handed_in_at": moment}
            ReflectionFactory(author=person, book=self.book, state="waiting", application=application, **times)
        for day in draw(st.lists(days, max_size=3)):
            ApplicationFactory(staff=person, happened_on=day)
        for day in draw(st.lists(days, max_size=1)):
            moment = at_noon(day)
            StudyNoteFactory(owner=person.user, created_at=moment, updated_at=moment)
        for day in draw(st.lists(days, max_size=1)):
            state = {"state": "handed_in", "handed_in_on": day, "decided_on": day, "declared_on": day}
            ResearchReportFactory(department=self.departments[0], declared_by=person, year=day.year, **state)
        if draw(st.booleans()):
            file = FiveHavesFileFactory(staff=person, year=YEAR, notes_on_paper_on=draw(st.none() | days))
            plan = draw(st.sampled_from([PlanState.DRAFT, PlanState.HANDED_IN, PlanState.APPROVED, PlanState.APPROVED]))
            decided_at = at_noon(draw(days)) if plan == PlanState.APPROVED else None
            StudyPlanFactory(file=file, state=plan, handed_in_at=at_noon(draw(days)), decided_at=decided_at)
            StudyStatementFactory(file=file, state=StatementState.HANDED_IN, handed_in_at=at_noon(draw(days)))


def at_noon(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(12), tzinfo=SHANGHAI)
