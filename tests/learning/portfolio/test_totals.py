import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learning.evidence import Have
from learning.models import Application, FileLock
from learning.periods import PeriodKind
from learning.portfolio.choices import State
from learning.portfolio.totals import people_of, totals_by_department
from learning.portfolio.years import in_scope, year_of
from tests.factories.organisation import DepartmentFactory, PostingFactory, StaffMemberFactory
from tests.factories.portfolio import ApplicationFactory, FiveHavesFileFactory, StudyPlanFactory, rule_of_people
from tests.factories.programme import at
from tests.factories.reading import ReflectionFactory

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 30)


def posted(department, **facts):
    person = StaffMemberFactory()
    PostingFactory(staff=person, department=department, started_on=facts.pop("since", datetime.date(2020, 1, 1)), **facts)
    return person


def hand_in(person, day):
    moment = at(2026, *day)
    return ReflectionFactory(author=person, state="waiting", first_handed_in_at=moment, handed_in_at=moment)


@pytest.fixture
def rules():
    rule_of_people("portfolio.plan", window="first_quarter")
    rule_of_people("reading.reflection", per=PeriodKind.QUARTER)
    rule_of_people("have.note")
    rule_of_people("have.application", quantity=2)


class TestPeopleOf:
    def test_takes_two_statements_however_many_people_there_are(self, rules, django_assert_num_queries):
        office = DepartmentFactory()
        for number in (1, 20):
            for _number in range(number):
                hand_in(posted(office), (2, 3))
            with django_assert_num_queries(2):
                list(people_of(2026, TODAY))

    def test_says_of_everybody_where_they_were_and_how_each_cell_stands(self, rules):
        office = DepartmentFactory(name="办公室")
        person = posted(office)
        for day in ((2, 3), (5, 6), (8, 7)):
            hand_in(person, day)
        StudyPlanFactory(file__staff=person)
        (found,) = people_of(2026, TODAY)
        assert (found.department_then, found.department_then_name) == (office.pk, "办公室")
        keys = [found.cell_plan, found.cell_note, found.cell_reflection, found.cell_research, found.cell_application]
        assert keys == ["done", "late", "done", "excused", "late"]

    def test_says_of_a_locked_file_what_the_lock_says(self, rules):
        """A record that comes later is listed against it; whoever counts people sees the file as it was frozen."""
        person = posted(DepartmentFactory())
        ApplicationFactory(staff=person)
        file = FiveHavesFileFactory(staff=person)
        states = year_of(person, 2026, TODAY).state_keys
        lock = FileLock.objects.create(file=file, locked_at=at(2026, 11, 2), snapshot="{}", sha256="0" * 64, **states)
        Application.objects.all().delete()
        assert people_of(2026, TODAY).get().cell_application == states["cell_application"] == State.HAVE.key
        FileLock.objects.filter(pk=lock.pk).update(reopened_at=at(2026, 11, 3), reopen_reason="补登")
        assert people_of(2026, TODAY).get().cell_application != State.HAVE.key

    def test_can_be_asked_for_those_behind(self, rules):
        office = DepartmentFactory()
        person, _colleague = posted(office), posted(office)
        StudyPlanFactory(file__staff=person)
        assert [one.pk for one in people_of(2026, TODAY).filter(cell_plan=State.HAVE.key)] == [person.pk]

    def test_is_of_the_department_of_that_time(self):
        office, other = DepartmentFactory(), DepartmentFactory()
        person = posted(office, ended_on=datetime.date(2025, 12, 31))
        PostingFactory(staff=person, department=other, started_on=datetime.date(2026, 1, 1))
        assert [one.pk for one in people_of(2025, TODAY, departments=[office.pk])] == [person.pk]
        assert list(people_of(2025, TODAY, departments=[other.pk])) == []
        assert [one.pk for one in people_of(2026, TODAY, departments=[other.pk])] == [person.pk]

    def test_is_nobody_of_no_department(self):
        posted(DepartmentFactory())
        assert list(people_of(2026, TODAY, departments=[])) == []
        assert totals_by_department(2026, TODAY, departments=[]) == []


class TestTotalsByDepartment:
    def test_takes_three_statements_however_many_people_and_departments_there_are(self, rules, django_assert_num_queries):
        for number in (1, 10):
            for _number in range(number):
                hand_in(posted(DepartmentFactory()), (2, 3))
            with django_assert_num_queries(3):
                totals_by_department(2026, TODAY)

    def test_counts_everybody_once_in_each_cell(self, rules):
        office = DepartmentFactory(position=1)
        for person in (posted(office), posted(office), posted(DepartmentFactory(position=2))):
            ApplicationFactory.create_batch(2, staff=person)
        totals = totals_by_department(2026, TODAY)
        assert (totals[0].department_id, totals[0].people) == (office.pk, 2)
        assert totals.whole.people == 3 == in_scope(2026).count()
        assert totals.whole.states[Have.APPLICATION][State.HAVE] == 3
        assert {sum(counts.values()) for counts in totals.whole.states.values()} == {3}

    def test_counts_who_is_confirmed_and_who_is_locked(self):
        office = DepartmentFactory()
        confirmed = FiveHavesFileFactory(staff=posted(office), confirmed_at=at(2026, 11, 1), confirmed_sha256="0" * 64)
        posted(office)
        FileLock.objects.create(file=confirmed, locked_at=at(2026, 11, 2), snapshot="{}", sha256="0" * 64)
        reopened = FiveHavesFileFactory(staff=posted(office))
        FileLock.objects.create(
            file=reopened, locked_at=at(2026, 11, 2), snapshot="{}", sha256="0" * 64, reopened_at=at(2026, 11, 3), reopen_reason="补登"
        )
        (total,) = totals_by_department(2026, TODAY)
        assert (total.people, total.confirmed, total.locked) == (3, 1, 1)


class TestOfMergedDepartments:
    """第一科 became part of 第二科 in mid-year."""

    @pytest.fixture
    def places(self):
        first, second = DepartmentFactory(name="第一科", closed_on=datetime.date(2026, 7, 1)), DepartmentFactory(name="第二科")
        moved = posted(first, ended_on=datetime.date(2026, 6, 30))
        PostingFactory(staff=moved, department=second, started_on=datetime.date(2026, 7, 1))
        return first, second, moved

    def test_belong_before_to_the_old_one_and_after_to_the_new_one(self, places):
        first, second, _moved = places
        for today, place in ((datetime.date(2026, 6, 30), first), (datetime.date(2026, 7, 1), second), (datetime.date(2027, 3, 1), second)):
            assert [(one.department_id, one.people) for one in totals_by_department(2026, today)] == [(place.pk, 1)]

    def test_lose_nobody_who_was_forgotten_in_the_old_one(self, places):
        first, second, _moved = places
        forgotten = posted(first)
        totals = totals_by_department(2026, TODAY)
        assert {one.department_id: one.people for one in totals} == {first.pk: 1, second.pk: 1}
        assert forgotten.pk in {one.pk for one in people_of(2026, TODAY, departments=[first.pk])}


class TestOfHolesAndOverlaps:
    def test_counts_whoever_has_two_primary_postings_in_the_later_one(self):
        office, other = DepartmentFactory(), DepartmentFactory()
        person = posted(office, ended_on=datetime.date(2026, 12, 31))
        PostingFactory(staff=person, department=other, started_on=datetime.date(2026, 3, 1))
        assert {one.department_id: one.people for one in totals_by_department(2026, TODAY)} == {other.pk: 1}

    def test_counts_whoever_is_between_two_postings_in_the_one_before(self):
        office, other = DepartmentFactory(), DepartmentFactory()
        person = posted(office, ended_on=datetime.date(2026, 10, 31))
        PostingFactory(staff=person, department=other, started_on=datetime.date(2026, 12, 15))
        assert {one.department_id: one.people for one in totals_by_department(2026, TODAY)} == {office.pk: 1}

    def test_counts_whoever_is_nowhere_primarily(self):
        office = DepartmentFactory()
        posted(office, is_primary=False)
        assert {one.department_id: one.people for one in totals_by_department(2026, TODAY)} == {office.pk: 1}

    def test_tells_two_people_of_one_name_apart(self):
        office = DepartmentFactory()
        people = [StaffMemberFactory(name="陶思远"), StaffMemberFactory(name="陶思远")]
        for person in people:
            PostingFactory(staff=person, department=office)
        ApplicationFactory(staff=people[0])
        states = {person.pk: person.cell_application for person in people_of(2026, TODAY)}
        assert states == {people[0].pk: "done", people[1].pk: "excused"}


class TestPrivateNotes:
    def test_leave_in_the_statements_nothing_but_that_there_are_some(self, rules):
        posted(DepartmentFactory())
        with CaptureQueriesContext(connection) as captured:
            list(people_of(2026, TODAY))
        assert not any('"learning_studynote"."text"' in query["sql"] or '"text"' in query["sql"] for query in captured.captured_queries)
