import datetime

import pytest

from learning.models import Absence
from learning.portfolio.superiors import Line, accounts_above, present_on
from tests.factories.bureau import make_bureau
from tests.factories.organisation import DepartmentFactory, PostingFactory, StaffMemberFactory
from tests.factories.pages import make_user
from tests.standing import standing

DAY = datetime.date(2026, 12, 1)
# Departments 1 ⊃ 2 ⊃ 3, and 4 beside; people by number.
LINE = Line(heads={1: [10], 2: [20, 21], 4: [10]}, parents={1: None, 2: 1, 3: 2, 4: None}, leaders=[99])


class TestLine:
    @pytest.mark.parametrize(
        ("staff", "department", "above"),
        [
            (30, 2, 20),  # the head of the department
            (30, 3, 20),  # which has none: the one above
            (20, 2, 10),  # of a head, the head above
            (21, 2, 10),  # of every one of several heads
            (10, 1, 99),  # at last the 组长
            (10, 4, 99),
            (30, 5, 99),  # of a department that nobody knows of
            (30, None, 99),
            (99, 2, None),  # nobody stands above a 组长
        ],
    )
    def test_leads_upwards(self, staff, department, above):
        assert LINE.above(staff, department) == above

    def test_passes_over_whoever_is_not_there(self):
        assert LINE.above(30, 2, among={10, 21, 99}) == 21
        assert LINE.above(30, 2, among={10, 99}) == 10
        assert LINE.above(30, 2, among={30}) is None

    def test_ends_where_departments_stand_in_a_ring(self):
        assert Line(heads={}, parents={1: 2, 2: 1}, leaders=[]).above(30, 1) is None


@standing()
def bureau():
    return make_bureau()


class TestPresentOn:
    def test_is_whoever_is_posted_that_day_by_the_primary_posting(self, bureau, django_assert_num_queries):
        PostingFactory(staff=bureau.member, department=bureau.other, is_primary=False)
        late = StaffMemberFactory()
        PostingFactory(staff=late, department=bureau.office, started_on=DAY + datetime.timedelta(days=1))
        Absence.objects.create(staff=bureau.colleague, kind="sick", started_on=DAY)
        with django_assert_num_queries(3):
            present = present_on(2026, DAY, today=DAY)
        assert present.departments[bureau.member.pk] == bureau.office.pk
        assert late.pk not in present.departments
        assert present.excused == {bureau.colleague.pk}
        assert bureau.colleague.pk not in present.departments
        assert set(present.by_department[bureau.office.pk]) == {bureau.member.pk, bureau.head.pk}

    def test_is_nobody_who_has_left_meanwhile(self, bureau):
        bureau.member.left_on = DAY
        bureau.member.save()
        assert bureau.member.pk in present_on(2026, DAY, today=DAY).departments
        assert bureau.member.pk not in present_on(2026, DAY, today=DAY + datetime.timedelta(days=1)).departments


class TestAccountsAbove:
    def test_is_the_account_of_the_head_or_of_whoever_stands_above(self, bureau):
        assert accounts_above(bureau.member, bureau.office.pk, DAY) == [bureau.head.user_id]
        assert accounts_above(bureau.head, bureau.office.pk, DAY) == [bureau.leader.user_id]
        below = DepartmentFactory(parent=bureau.office)
        PostingFactory(department=below, is_head=True)  # has no account
        off = StaffMemberFactory(user=make_user("tingyong", is_active=False))
        PostingFactory(staff=off, department=below, is_head=True)
        assert accounts_above(StaffMemberFactory(posted_to=below), below.pk, DAY) == [bureau.head.user_id]
        assert accounts_above(bureau.leader, None, DAY) == []
