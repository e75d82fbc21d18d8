import datetime
from itertools import pairwise

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learning.models import Posting
from learning.portfolio.checks_of_postings import Need, postings_to_check, stretches
from learning.portfolio.totals import totals_by_department
from learning.portfolio.years import in_scope
from tests.factories.organisation import DepartmentFactory, PostingFactory, StaffMemberFactory

from .bureaus import YEAR, Bureau, days, undone

TODAY = datetime.date(2026, 11, 30)
LONG_AGO = datetime.date(2020, 1, 1)


def day(month, number):
    return datetime.date(2026, month, number)


@pytest.fixture
def office(db):
    return DepartmentFactory(name="办公室")


@pytest.fixture
def other(db):
    return DepartmentFactory(name="人事科")


@pytest.fixture
def person(db):
    return StaffMemberFactory(name="陶思远")


def post(person, department, started_on=LONG_AGO, ended_on=None, **facts):
    return PostingFactory(staff=person, department=department, started_on=started_on, ended_on=ended_on, **facts)


def the_check(today=TODAY, year=2026):
    (check,) = postings_to_check(year, today)
    return check


class TestPostingsToCheck:
    def test_has_nothing_to_say_of_whoever_is_in_one_place_or_moved_without_a_gap(self, office, other, person):
        post(person, office)
        moved, came = StaffMemberFactory(), StaffMemberFactory()
        post(moved, office, ended_on=day(6, 30))
        post(moved, other, day(7, 1))
        post(came, office, day(9, 1))
        gone = StaffMemberFactory(left_on=day(5, 31))
        post(gone, office, ended_on=day(5, 31))
        post(person, other, is_primary=False)
        assert postings_to_check(2026, TODAY) == []

    def test_takes_three_statements_however_many_people_there_are(self, office, other, django_assert_num_queries):
        for number in (1, 12):
            for _number in range(number):
                post(StaffMemberFactory(name="陶思远"), office, ended_on=day(3, 1))
                post(StaffMemberFactory(), other, is_primary=False)
                StaffMemberFactory()
            with django_assert_num_queries(3):
                assert len(postings_to_check(2026, TODAY)) >= 3 * number

    def test_names_an_overlap_with_its_days_and_what_to_change(self, office, other, person):
        first = post(person, office, ended_on=day(12, 31))
        post(person, other, day(3, 1))
        check = the_check()
        assert (check.need, check.staff_id, check.address) == (Need.OVERLAP, person.pk, reverse("postings:edit", args=[first.pk]))
        assert check.sentence == (
            "陶思远：2026-03-01 至 2026-12-31 同时有两个主要任职：办公室、人事科。档案归后开始的那个。"
            "请把办公室那条的结束日期改为 2026-02-28，或把兼任的那条改为不是主要任职。"
        )

    def test_names_a_hole_and_where_the_file_stays(self, office, other, person):
        first = post(person, office, ended_on=day(3, 31))
        post(person, other, day(6, 1))
        check = the_check()
        assert (check.need, check.address) == (Need.HOLE, reverse("postings:edit", args=[first.pk]))
        assert check.sentence == (
            "陶思远：2026-04-01 至 2026-05-31 没有任职，这段时间到期的要求不计，档案归之前的办公室。"
            "请改办公室那条的结束日期，或补登这段时间的任职。"
        )

    def test_finds_a_hole_at_the_years_beginning(self, office, other, person):
        post(person, office, ended_on=datetime.date(2025, 11, 30))
        post(person, other, day(2, 1))
        assert the_check().sentence.startswith("陶思远：2026-01-01 至 2026-01-31 没有任职")

    def test_names_days_without_a_primary_posting(self, office, other, person):
        post(person, office, ended_on=day(6, 30))
        side = post(person, other, day(3, 1), is_primary=False)
        check = the_check()
        assert (check.need, check.address) == (Need.NO_PRIMARY, reverse("postings:edit", args=[side.pk]))
        assert check.sentence == (
            "陶思远：2026-07-01 至 2026-12-31 只有兼任的任职：人事科，没有主要任职，档案暂归人事科。请把其中一条改为主要任职，或补登主要任职。"
        )

    def test_names_whoever_is_still_in_a_department_that_was_merged(self, person):
        old = DepartmentFactory(name="第一科", closed_on=day(7, 1))
        post(person, old)
        check = the_check()
        assert check.need is Need.CLOSED
        assert check.sentence == (
            "陶思远：还在第一科任职，而它已于 2026-07-01 撤销。请把这条任职的结束日期填为 2026-06-30，再登记并入的科室；"
            "在那之前档案仍归第一科。"
        )
        Posting.objects.update(ended_on=day(6, 30))
        post(person, DepartmentFactory(name="第二科"), day(7, 1))
        assert postings_to_check(2026, TODAY) == []

    def test_names_whoever_began_in_a_department_that_was_closed(self, person):
        post(person, DepartmentFactory(name="第一科", closed_on=day(2, 1)), day(3, 1))
        assert "请把这条任职改到并入的科室" in the_check().sentence

    def test_says_nothing_of_a_department_that_closes_after_the_year(self, person):
        post(person, DepartmentFactory(closed_on=datetime.date(2027, 1, 1)))
        assert postings_to_check(2026, TODAY) == []

    def test_names_whoever_stopped_without_leaving_once_that_is_past(self, office, person):
        post(person, office, ended_on=day(9, 30))
        assert postings_to_check(2026, day(9, 30)) == []
        check = the_check()
        assert (check.need, check.address) == (Need.ENDED, reverse("staff:edit", args=[person.pk]))
        assert "在办公室的任职到 2026-09-30 为止，之后没有任职，也没有登记离开" in check.sentence

    def test_names_whoever_is_on_the_roster_and_in_no_department(self, office, person):
        coming = StaffMemberFactory()
        post(coming, office, datetime.date(2027, 1, 4))
        StaffMemberFactory(left_on=datetime.date(2025, 12, 31))
        check = the_check()
        assert (check.need, check.staff_id) == (Need.UNPOSTED, person.pk)
        assert check.sentence == ("陶思远：名册上有此人，2026 年没有任职，没有列入本年的五有档案。请登记任职；已离开的，请填离开单位日期。")

    def test_names_people_of_one_name_until_each_has_a_note(self, office, other, person):
        person.employee_number = "A01"
        person.save()
        namesake = StaffMemberFactory(name="陶思远")
        post(person, office)
        post(namesake, other)
        check = the_check()
        assert check.need is Need.SAME_NAME
        assert "本年有 2 位同名的人：办公室（工号 A01）、人事科（无工号），各有各的档案。" in check.sentence
        for one in (person, namesake):
            one.note = "两人"
            one.save()
        assert postings_to_check(2026, TODAY) == []


class TestNobodyIsMissing:
    """Whatever the postings are: everybody is in the totals, or named among those to look at, or has left, or has not come yet."""

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
    @given(data=st.data())
    def test_silently(self, db, data):
        with undone():
            bureau = Bureau()
            for person in bureau.people:
                bureau.place(data.draw, person)
            today = data.draw(days, label="today")
            checks = postings_to_check(YEAR, today)
            counted = set(in_scope(YEAR).values_list("pk", flat=True))
            named = {check.staff_id for check in checks if check.need is Need.UNPOSTED}
            assert totals_by_department(YEAR, today).whole.people == len(counted)
            assert not counted & named
            for person in bureau.people:
                has_left = person.left_on is not None and person.left_on < datetime.date(YEAR, 1, 1)
                comes_later = person.postings.filter(started_on__gt=datetime.date(YEAR, 12, 31)).exists()
                assert person.pk in counted | named or has_left or comes_later
            assert all(check.sentence.startswith(check.name) and check.address for check in checks)


class TestStretches:
    @given(st.lists(st.tuples(days, days, st.booleans()), max_size=4))
    def test_cover_the_year_without_a_gap(self, drawn):
        postings = [
            Posting(started_on=min(one, other), ended_on=max(one, other), is_primary=is_primary) for one, other, is_primary in drawn
        ]
        found = stretches(postings, datetime.date(YEAR, 1, 1), datetime.date(YEAR, 12, 31))
        assert (found[0].first, found[-1].last) == (datetime.date(YEAR, 1, 1), datetime.date(YEAR, 12, 31))
        for before, after in pairwise(found):
            assert before.last + datetime.timedelta(days=1) == after.first
