import datetime

import pytest

from learning.evidence import Subject
from learning.periods import PeriodKind
from learning.programme.choices import SessionState
from learning.programme.gaps import cell_details
from tests.factories.organisation import DepartmentFactory, PartyBranchFactory, StaffMemberFactory
from tests.factories.programme import PlanItemFactory, RequirementFactory, SessionFactory, at

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 25)
MARCH = datetime.date(2026, 3, 28)


class TestCellDetails:
    def branches(self, number=2):
        rule = RequirementFactory(owed_by="branch", evidence="programme.collective", per="month")
        return rule, [
            PlanItemFactory(
                requirement=rule,
                owed_by="branch",
                branch=branch,
                subject_key=f"branch:{branch.pk}",
                period_kind=PeriodKind.MONTH,
                planned_on=MARCH,
            )
            for branch in PartyBranchFactory.create_batch(number)
        ]

    def test_has_a_row_for_each_branch_and_says_once_what_counts_for_all(self):
        rule, (one, other) = self.branches()
        organ = SessionFactory(planned_on=MARCH, starts_at=at(2026, 3, 10), formats=[rule.study_format], held=True)
        own = SessionFactory(
            planned_on=MARCH,
            starts_at=at(2026, 3, 12),
            formats=[rule.study_format],
            held=True,
            organised_by="branch",
            branch=one.branch,
        )
        SessionFactory(planned_on=datetime.date(2026, 4, 2), formats=[rule.study_format], held=True)
        details = cell_details(item=other, today=TODAY)
        assert [(row.part.item, row.sessions) for row in details.rows] == [(one, [own]), (other, [])]
        assert details.shared == [organ]
        assert details.behind == []

    def test_shows_the_planned_session_whatever_became_of_it(self):
        item = PlanItemFactory(planned_on=MARCH)
        session = SessionFactory(plan_item=item, planned_on=MARCH, state=SessionState.CANCELLED, reason="防汛")
        (row,) = cell_details(item=item, today=TODAY).rows
        assert row.sessions == [session]
        assert row.live_items == set()

    def test_names_those_who_lack_it(self):
        _rule, (one, other) = self.branches()
        assert cell_details(item=one, today=TODAY).behind == [one, other]
        assert cell_details(item=one, today=TODAY, scope=(Subject.BRANCH, other.branch_id)).behind == [other]

    def test_is_nothing_where_the_scope_owes_no_such_thing(self):
        item = PlanItemFactory(planned_on=MARCH)
        assert cell_details(item=item, today=TODAY, scope=(Subject.BRANCH, PartyBranchFactory().pk)) is None

    def test_gathers_the_weeks_of_a_month(self):
        rule = RequirementFactory(per="week", is_floor=False)
        weeks = [PlanItemFactory(requirement=rule, period_kind=PeriodKind.WEEK, planned_on=datetime.date(2026, 3, day)) for day in (10, 17)]
        PlanItemFactory(requirement=rule, period_kind=PeriodKind.WEEK, planned_on=datetime.date(2026, 4, 7))
        assert [row.part.item for row in cell_details(item=weeks[1], today=TODAY).rows] == weeks

    def test_tells_people_who_did_it_from_those_who_did_not(self):
        rule = RequirementFactory(owed_by="staff", evidence="programme.attendance")
        item = PlanItemFactory(requirement=rule, owed_by="staff", planned_on=MARCH)
        second, first = DepartmentFactory(position=2), DepartmentFactory(position=1)
        late, early, met = (StaffMemberFactory(posted_to=place) for place in (second, first, first))
        SessionFactory(planned_on=MARCH, formats=[rule.study_format], held=True, attended_by=[met])
        details = cell_details(item=item, today=TODAY)
        assert list(details.missing) == [early, late]
        assert details.missing[0].department_name_on == first.name
        assert list(details.met) == [met]
        assert list(cell_details(item=item, today=TODAY, scope=(Subject.DEPARTMENT, second.pk)).missing) == [late]

    def test_has_no_names_before_the_period_begins(self):
        rule = RequirementFactory(owed_by="staff", evidence="programme.attendance")
        item = PlanItemFactory(requirement=rule, owed_by="staff", planned_on=MARCH)
        details = cell_details(item=item, today=datetime.date(2025, 12, 1))
        assert (details.missing, details.rows) == (None, [])

    def test_is_one_row_for_all_people_where_no_room_keeps_it_by_person(self):
        rule = RequirementFactory(owed_by="staff", evidence="nobody.keeps")
        item = PlanItemFactory(requirement=rule, owed_by="staff", planned_on=MARCH)
        details = cell_details(item=item, today=TODAY)
        assert details.missing is None
        assert details.behind == [item]
