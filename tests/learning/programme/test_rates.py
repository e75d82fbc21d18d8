import datetime
import io
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from learning.evidence import Subject
from learning.models import Attendance
from learning.periods import PeriodKind, period_of, periods_of_year
from learning.programme.choices import ATTENDED_STATUSES, MISSED_STATUSES, AttendanceStatus
from learning.programme.rates import (
    Figure,
    GroupRates,
    Rates,
    by_branch,
    by_department,
    by_month,
    by_session,
    of_person,
    of_session,
    overall,
    percent,
    rows_of_person,
    study_of_person,
    whole,
)
from learning.programme.rates_book import rates_workbook
from tests.factories.organisation import DepartmentFactory, PartyBranchFactory, StaffMemberFactory
from tests.factories.programme import AttendanceFactory, SessionFactory, at

YEAR = period_of(datetime.date(2026, 11, 24), PeriodKind.YEAR)
statuses = st.sampled_from(AttendanceStatus.values)
rows = st.lists(st.tuples(statuses, st.booleans(), st.integers(0, 2), st.integers(0, 1)), max_size=12)


def rolled(*marks, session=None, **facts):
    session = session or SessionFactory(held=True)
    for status in marks:
        AttendanceFactory(session=session, status=status, **facts)
    return session


class TestRates:
    def test_are_those_of_the_formula(self):
        """出勤率 = (到会+迟到+线上) / (应到 − 公差); 学习完成率 = (到会+迟到+线上+已补学) / 应到."""
        rates = Rates(expected=20, attended=12, left_early=1, duty=2, leave=3, absent=1, unrecorded=1, made_up=4)
        assert rates.attendance == Decimal(12) / 18
        assert rates.completion == Decimal(16) / 20
        assert (rates.attendance_text, rates.completion_text) == ("66.7%", "80.0%")

    def test_are_nothing_where_nobody_was_expected(self):
        assert (Rates().attendance, Rates().attendance_text) == (None, "—")
        assert Rates(expected=2, duty=2).attendance is None

    def test_add_up(self):
        assert Rates(expected=1, attended=1) + Rates(expected=2, absent=2) == Rates(expected=3, attended=1, absent=2)


class TestPercent:
    def test_rounds_at_the_end(self):
        assert percent(Decimal(2) / 3) == "66.7%"


class TestFigure:
    def test_of_few_people_is_their_number_and_has_no_bar(self):
        assert (Figure(1, 2, True).text, Figure(1, 2, True).bar) == ("1/2", "")

    def test_of_many_is_a_percentage_with_a_bar(self):
        assert (Figure(2, 3, False).text, Figure(2, 3, False).bar) == ("66.7%", "66.7")

    def test_of_nobody_says_so(self):
        assert (Figure(0, 0, True).text, Figure(0, 0, False).text) == ("—", "—")


@pytest.mark.django_db
class TestOverall:
    def test_counts_each_status_where_the_formula_has_it(self):
        rolled("present", "late", "online", "left_early", "duty", "sick", "personal", "holiday", "absent", "unrecorded")
        assert overall(YEAR) == Rates(expected=10, attended=3, left_early=1, duty=1, leave=3, absent=1, unrecorded=1, made_up=0)

    def test_counts_made_up_in_completion_alone(self):
        session = rolled("present", "absent")
        Attendance.objects.filter(session=session, status="absent").update(is_made_up=True)
        assert (overall(YEAR).attendance_text, overall(YEAR).completion_text) == ("50.0%", "100.0%")

    def test_never_counts_somebody_twice_who_was_there_and_has_made_it_up(self):
        AttendanceFactory(session=SessionFactory(held=True), status="present", is_made_up=True)
        assert overall(YEAR).completion == 1

    def test_leaves_out_those_not_expected_and_sessions_not_held(self):
        rolled("unrecorded", is_expected=False)
        rolled("unrecorded", session=SessionFactory())
        assert overall(YEAR) == Rates()

    def test_counts_a_session_that_moved_for_the_period_it_was_planned_for(self):
        session = SessionFactory(held=True, planned_on=datetime.date(2026, 12, 29), starts_at=at(2027, 1, 5))
        rolled("present", session=session)
        assert overall(YEAR).expected == 1
        assert overall(period_of(datetime.date(2027, 1, 5), PeriodKind.YEAR)).expected == 0

    def test_of_a_department_has_those_below_it_as_they_were_then(self):
        above, other = DepartmentFactory(), DepartmentFactory()
        below, branch = DepartmentFactory(parent=above), PartyBranchFactory()
        session = SessionFactory(held=True)
        AttendanceFactory(session=session, status="present", department=below, branch=branch)
        AttendanceFactory(session=session, status="absent", department=other)
        assert overall(YEAR, (Subject.DEPARTMENT, above.pk)).expected == 1
        assert overall(YEAR, (Subject.BRANCH, branch.pk)).attended == 1
        assert overall(YEAR, (Subject.ORGAN, None)).expected == 2


@pytest.mark.django_db
class TestWhole:
    def test_counts_people_once_however_many_sessions(self):
        person = StaffMemberFactory()
        for _ in range(3):
            AttendanceFactory(session=SessionFactory(held=True), staff=person, status="present")
        assert (whole(YEAR).people, whole(YEAR).rates.expected) == (1, 3)


@pytest.mark.django_db
class TestByDepartment:
    def test_keeps_the_departments_own_order_whatever_their_rates(self):
        first, second = DepartmentFactory(position=1), DepartmentFactory(position=2)
        session = SessionFactory(held=True)
        AttendanceFactory(session=session, department=second, status="present")
        AttendanceFactory(session=session, department=first, status="absent")
        AttendanceFactory(session=session, department=None, status="absent")
        assert [group.name for group in by_department(YEAR)] == [first.name, second.name, "未编入科室"]

    def test_shows_no_percentage_of_fewer_than_three(self):
        department, session = DepartmentFactory(), SessionFactory(held=True)
        for status in ("present", "absent"):
            AttendanceFactory(session=session, department=department, status=status)
        (group,) = by_department(YEAR)
        assert (group.attendance.text, group.attendance.bar) == ("1/2", "")
        AttendanceFactory(session=session, department=department, status="present")
        (group,) = by_department(YEAR)
        assert group.attendance.text == "66.7%"


@pytest.mark.django_db
class TestBySession:
    def test_has_the_newest_first(self):
        old, new = SessionFactory(held=True, starts_at=at(2026, 3, 3)), SessionFactory(held=True, starts_at=at(2026, 3, 10))
        rolled("present", session=old)
        rolled("absent", "present", session=new)
        assert [(group.session, group.rates.expected) for group in by_session(YEAR)] == [(new, 2), (old, 1)]

    def test_asks_as_many_statements_for_many_as_for_few(self, django_assert_num_queries):
        for size in (1, 5):
            rolled(*["present"] * size)
            with django_assert_num_queries(2):
                by_session(YEAR)
            with django_assert_num_queries(3):
                whole(YEAR), by_department(YEAR), by_branch(YEAR)


@pytest.mark.django_db
class TestOfPerson:
    def test_is_the_own_line_and_what_it_was_added_up_from(self):
        person, session = StaffMemberFactory(), SessionFactory(held=True, study_hours=2)
        row = AttendanceFactory(session=session, staff=person, status="late")
        rolled("absent", session=session)
        assert of_person(person.pk, YEAR) == Rates(expected=1, attended=1)
        assert study_of_person(person.pk, YEAR)[1] == 2
        assert list(rows_of_person(person.pk, YEAR)) == [row]


@pytest.mark.django_db
class TestOfSession:
    def test_counts_its_roll(self):
        assert of_session(rolled("present", "absent")) == Rates(expected=2, attended=1, absent=1)


class TestProperties(TestCase):
    @settings(deadline=None, max_examples=25)
    @given(rows)
    def test_hold_whatever_the_roll(self, marks):
        departments = [DepartmentFactory(), DepartmentFactory(), None]
        sessions = [SessionFactory(held=True), SessionFactory(held=True)]
        for status, is_made_up, department, session in marks:
            AttendanceFactory(
                session=sessions[session],
                department=departments[department],
                status=status,
                is_made_up=is_made_up and status in MISSED_STATUSES,
            )
        total = overall(YEAR)
        groups = by_department(YEAR)
        assert sum((group.rates for group in groups), Rates()) == total
        assert sum((group.rates for group in by_session(YEAR)), Rates()) == total
        assert total.expected == total.there + total.excused + total.absent + total.unrecorded
        if total.expected:
            assert Decimal(total.attended) / total.expected <= total.completion <= 1
        if (missed := Attendance.objects.filter(status__in=MISSED_STATUSES, is_made_up=False).first()) is not None:
            missed.is_made_up = True
            missed.save()
            assert overall(YEAR).completion > total.completion
            assert overall(YEAR).attendance == total.attendance
        assert total.attended == sum(status in ATTENDED_STATUSES for status, *_ in marks)


class TestRatesWorkbook:
    def test_holds_the_counts_and_takes_no_name_for_a_formula(self):
        group = GroupRates(1, "=1+1科", 3, Rates(expected=3, attended=2, absent=1))
        few = GroupRates(2, "小科", 2, Rates(expected=2, attended=1, absent=1))
        book = openpyxl.load_workbook(io.BytesIO(rates_workbook(title="汇总", tables=[("按科室", [group, few])])))
        header, first, second = book["按科室"].iter_rows(values_only=True)
        assert first[:5] == ("=1+1科", "", 3, 3, 2)
        assert book["按科室"]["A2"].data_type == "s"
        assert (header[-2], round(first[-2], 3), second[-2]) == ("出勤率", 0.667, "少于 3 人")


@pytest.mark.django_db
class TestByMonth:
    def test_is_a_group_for_every_month_by_the_day_of_the_plan(self, django_assert_num_queries):
        people = StaffMemberFactory.create_batch(3)
        SessionFactory(
            held=True,
            starts_at=at(2026, 4, 1),
            planned_on=datetime.date(2026, 3, 31),
            attended_by=people[:2],
            missed_by={people[2]: "sick"},
        )
        SessionFactory(held=True, starts_at=at(2026, 3, 3), attended_by=people)
        SessionFactory(held=True, starts_at=at(2025, 3, 4), attended_by=people)
        months = periods_of_year(2026, PeriodKind.MONTH)
        with django_assert_num_queries(1):
            groups = by_month(months)
        assert [one.key for one in groups] == list(range(1, 13))
        march = groups[2]
        assert (march.name, march.people, march.rates.expected, march.rates.attended, march.rates.leave) == ("2026年3月", 3, 6, 5, 1)
        assert march.rates == overall(months[2])
        assert [one.rates.expected for one in groups if one.key != 3] == [0] * 11

    def test_can_be_of_a_department(self):
        department = DepartmentFactory()
        session = SessionFactory(held=True)
        rolled("present", "absent", session=session, department=department)
        rolled("present", session=session)
        assert by_month([period_of(session.planned_on, PeriodKind.MONTH)], (Subject.DEPARTMENT, department.pk))[0].rates.expected == 2
