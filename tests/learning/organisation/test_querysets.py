"""Who was where on a day, against the same question asked row by row."""

import datetime

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learning.models import Department, Posting, StaffMember
from tests.factories.organisation import BranchMembershipFactory, DepartmentFactory, PostingFactory, StaffMemberFactory
from tests.factories.pages import make_user

pytestmark = pytest.mark.django_db
FIRST = datetime.date(2024, 1, 1)
days = st.integers(0, 40).map(lambda number: FIRST + datetime.timedelta(days=number))
spans = st.tuples(days, st.one_of(st.none(), days)).map(lambda span: span if span[1] is None or span[0] <= span[1] else (span[1], span[0]))
few = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def holds(row, day) -> bool:
    return row.started_on <= day and (row.ended_on is None or day <= row.ended_on)


def make_posting(number, span, *, primary):
    started_on, ended_on = span
    return PostingFactory(staff=StaffMemberFactory(), started_on=started_on, ended_on=ended_on, is_primary=primary, is_head=number % 2 == 0)


class TestDatedRows:
    @few
    @given(st.lists(spans, min_size=1, max_size=5), days, spans)
    def test_hold_on_both_their_days_and_meet_where_they_share_one(self, given_spans, day, asked):
        Posting.objects.all().delete()
        rows = [make_posting(number, span, primary=True) for number, span in enumerate(given_spans)]
        assert set(Posting.objects.on(day)) == {row for row in rows if holds(row, day)}
        end = asked[1] or datetime.date.max
        meeting = {row for row in rows if row.started_on <= end and (row.ended_on or datetime.date.max) >= asked[0]}
        assert set(Posting.objects.overlapping(*asked)) == meeting
        assert set(Posting.objects.heads().on(day)) == {row for row in rows if row.is_head and holds(row, day)}


class TestStaffMembers:
    @few
    @given(st.lists(st.tuples(spans, st.booleans()), min_size=1, max_size=5), days)
    def test_are_where_their_postings_say_on_that_day(self, given_postings, day):
        Posting.objects.all().delete()
        rows = [make_posting(number, span, primary=primary) for number, (span, primary) in enumerate(given_postings)]
        held = [row for row in rows if holds(row, day)]
        assert set(StaffMember.objects.employed_on(day)) == {row.staff for row in held}
        assert set(StaffMember.objects.heads_on(day)) == {row.staff for row in held if row.is_head}
        found = StaffMember.objects.with_department_on(day).exclude(department_on=None)
        assert {(person, person.department_on) for person in found} == {(row.staff, row.department_id) for row in held if row.is_primary}
        for row in rows:
            is_there = row.staff in StaffMember.objects.in_department(row.department, day)
            assert is_there == (row.is_primary and holds(row, day))

    def test_who_have_left_are_not_employed_after_their_last_day(self):
        person = PostingFactory(staff=StaffMemberFactory(left_on=FIRST), started_on=FIRST).staff
        assert person in StaffMember.objects.employed_on(FIRST)
        assert person not in StaffMember.objects.employed_on(FIRST + datetime.timedelta(days=1))

    def test_are_party_members_while_a_membership_holds(self):
        membership = BranchMembershipFactory(started_on=FIRST, ended_on=FIRST)
        assert membership.staff in StaffMember.objects.party_members_on(FIRST)
        assert membership.staff not in StaffMember.objects.party_members_on(FIRST + datetime.timedelta(days=1))

    def test_stand_in_the_list_with_todays_department(self, client, time_machine):
        moved_on = datetime.date(2026, 4, 1)
        before, after = DepartmentFactory(name="原来的科室"), DepartmentFactory(name="以后的科室")
        person = StaffMemberFactory()
        PostingFactory(staff=person, department=before, started_on=FIRST, ended_on=moved_on - datetime.timedelta(days=1))
        PostingFactory(staff=person, department=after, started_on=moved_on)
        client.force_login(make_user("guanli", is_superuser=True))
        for day, shown in ((moved_on - datetime.timedelta(days=1), before), (moved_on, after)):
            time_machine.move_to(datetime.datetime.combine(day, datetime.time(4), tzinfo=datetime.UTC))
            client.force_login(make_user(f"u{day}", is_superuser=True))
            (listed,) = client.get(reverse("staff:index")).context["object_list"]
            assert listed.department_name_on == shown.name


class TestDepartments:
    def test_are_open_before_the_day_they_close(self):
        department = DepartmentFactory(closed_on=FIRST)
        assert department in Department.objects.open_on(FIRST - datetime.timedelta(days=1))
        assert department not in Department.objects.open_on(FIRST)

    def test_hold_everything_below_them(self):
        top = DepartmentFactory()
        second = DepartmentFactory(parent=top)
        third = DepartmentFactory(parent=second)
        other = DepartmentFactory()
        assert set(Department.objects.within(top)) == {top, second, third}
        assert other not in Department.objects.within(top)
