"""What the reading room keeps, in the gap view: nobody ticks it off."""

import datetime

import pytest

from learning.evidence import Subject
from learning.periods import PeriodKind
from learning.programme.gaps import CellState, cell_details, gap_grid
from tests.factories.organisation import DepartmentFactory, StaffMemberFactory
from tests.factories.programme import PlanItemFactory, RequirementFactory, StudyFormatFactory, at
from tests.factories.reading import (
    MonthlyListFactory,
    ReadingEntryFactory,
    ReflectionFactory,
    StarSelectionFactory,
    accepted_reflection,
)

TODAY = datetime.date(2026, 11, 25)

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    office = DepartmentFactory()
    return [StaffMemberFactory(posted_to=office) for _ in range(3)]


def item(evidence, month, *, kind=PeriodKind.QUARTER, owed_by=Subject.STAFF, requirement=None, **facts):
    rule = requirement or RequirementFactory(evidence=evidence, owed_by=owed_by)
    return PlanItemFactory(requirement=rule, owed_by=owed_by, period_kind=kind, planned_on=datetime.date(2026, month, 28), **facts)


def cells(today=TODAY):
    return [cell for group in gap_grid(year=2026, today=today).formats for line in group.lines for cell in line.cells]


class TestOfPeople:
    def test_are_counted_by_their_own_records(self, people):
        item("reading.reflection", 8)
        first, second, third = people
        accepted_reflection(author=first, at_time=at(2026, 9, 30, 23))
        accepted_reflection(author=second, at_time=at(2026, 10, 1, 0), meant_for=datetime.date(2026, 7, 1))  # late: for the fourth
        moment = at(2026, 9, 1)
        ReflectionFactory(author=third, state="returned", first_handed_in_at=moment, handed_in_at=moment)
        (cell,) = cells()
        assert (cell.figure, cell.state) == ("1/3", CellState.MISSED)

    def test_say_who_was_late(self, people):
        item("reading.log", 10, kind=PeriodKind.MONTH)
        for person, recorded in zip(people, (day(10, 31), day(11, 2), day(11, 3)), strict=True):
            ReadingEntryFactory(staff=person, finished_on=day(10, 31), recorded_on=recorded)
        (cell,) = cells()
        assert (cell.outcome.in_time, cell.outcome.late, cell.state) == (1, 2, CellState.DONE_LATE)

    def test_are_not_met_by_a_tick(self, people):
        item("reading.log", 10, kind=PeriodKind.MONTH, done_on=day(10, 20), done_note="纸质登记")
        (cell,) = cells()
        assert (cell.figure, cell.counts_people) == ("0/3", True)

    def test_name_those_who_lack_it(self, people):
        owed = item("reading.reflection", 11)
        accepted_reflection(author=people[0], at_time=at(2026, 11, 2))
        details = cell_details(item=owed, today=TODAY)
        assert list(details.met) == [people[0]]
        assert set(details.missing) == set(people[1:])

    def test_take_one_statement_for_all_periods(self, people, django_assert_num_queries):
        study_format = StudyFormatFactory()
        books = RequirementFactory(evidence="reading.log", owed_by="staff", study_format=study_format)
        texts = RequirementFactory(evidence="reading.reflection", owed_by="staff", study_format=study_format, position=1)
        item("", 1, kind=PeriodKind.MONTH, requirement=books)
        with django_assert_num_queries(5):
            assert len(cells()) == 1
        for month in range(2, 13):
            item("", month, kind=PeriodKind.MONTH, requirement=books)
        for month in (2, 5, 8, 11):
            item("", month, requirement=texts)
        for month in (1, 11):
            ReadingEntryFactory(staff=people[0], finished_on=day(month, 9))
        with django_assert_num_queries(5):
            found = cells()
        assert [cell.figure for cell in found] == ["1/3", *["0/3"] * 9, "1/3", "", *["0/3"] * 4]


class TestOfTheOrgan:
    def test_are_counted_by_what_was_published_and_decided(self):
        item("reading.monthly_list", 11, kind=PeriodKind.MONTH, owed_by=Subject.ORGAN)
        item("reading.star", 11, owed_by=Subject.ORGAN)
        assert [cell.state for cell in cells()] == [CellState.SOON, CellState.NOT_DUE]
        MonthlyListFactory(month=day(11, 1))
        StarSelectionFactory(decided_at=at(2026, 11, 24))
        assert [cell.state for cell in cells()] == [CellState.DONE, CellState.DONE]

    def test_may_still_be_ticked_off(self):
        item("reading.monthly_list", 10, kind=PeriodKind.MONTH, owed_by=Subject.ORGAN, done_on=day(10, 8), done_note="张贴在公告栏")
        (cell,) = cells()
        assert cell.state is CellState.DONE


def day(month, number):
    return datetime.date(2026, month, number)
