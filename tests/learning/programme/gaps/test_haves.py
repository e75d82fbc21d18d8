"""What any of several kinds of record fills, in the gap view: they are added up, person by person."""

import datetime

import pytest

from learning.evidence import Have, Subject
from learning.models import AnnualPlan, FiveHavesFile
from learning.periods import PeriodKind
from learning.portfolio.years import year_of
from learning.programme.gaps import CellState, cell_details, gap_grid
from learning.programme.owing import owing
from learning.programme.rights import Rights
from tests.factories.contributions import ResearchReportFactory
from tests.factories.organisation import DepartmentFactory, PartyBranchFactory, StaffMemberFactory
from tests.factories.pages import make_user
from tests.factories.portfolio import ApplicationFactory, rule_of_people
from tests.factories.programme import PlanItemFactory, at
from tests.factories.reading import ReflectionFactory, StudyNoteFactory

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 25)
YEAR_END = datetime.date(2026, 12, 31)


@pytest.fixture
def office():
    return DepartmentFactory()


@pytest.fixture
def people(office):
    """Four, each with an account."""
    return [StaffMemberFactory(posted_to=office, user=make_user(f"ren{number}")) for number in range(4)]


def owed(evidence, quantity=1, per=PeriodKind.YEAR, planned_on=datetime.date(2026, 12, 20), **facts):
    rule = rule_of_people(evidence, per=per, quantity=quantity)
    return PlanItemFactory(requirement=rule, owed_by=Subject.STAFF, period_kind=per, planned_on=planned_on, **facts)


def used(person, day=(5, 12), text="改了流程。"):
    """A reflection that says what changed at work."""
    moment = at(2026, *day)
    return ReflectionFactory(author=person, state="waiting", application=text, first_handed_in_at=moment, handed_in_at=moment)


def applied(person, day=(5, 12)):
    return ApplicationFactory(staff=person, happened_on=datetime.date(2026, *day))


def the_cell(today=TODAY, **scope):
    (cell,) = [cell for group in gap_grid(year=2026, today=today, **scope).formats for line in group.lines for cell in line.cells]
    return cell


class TestOneOfAny:
    def test_is_one_whatever_kind_it_is_of(self, people):
        owed("have.application")
        applied(people[0])
        used(people[1])
        assert the_cell().figure == "2/4"

    def test_counts_somebody_with_one_of_each_once(self, people):
        owed("have.application")
        applied(people[0])
        used(people[0])
        assert the_cell().figure == "1/4"

    def test_does_not_take_the_kind_of_another_have(self, people):
        owed("have.application")
        used(people[0], text="")
        assert the_cell().figure == "0/4"

    def test_takes_a_private_note_and_one_on_paper(self, people):
        owed("have.note")
        StudyNoteFactory(owner=people[0].user, created_at=at(2026, 3, 1), updated_at=at(2026, 3, 1))
        FiveHavesFile.objects.create(staff=people[1], year=2026, notes_on_paper_on=datetime.date(2026, 4, 1))
        assert the_cell().figure == "2/4"

    def test_takes_one_kind_alone_where_no_other_fills_the_have(self, people, office):
        owed("have.research")
        ResearchReportFactory(department=office, state="handed_in", team=people[:2], declared_by=people[0])
        assert the_cell().figure == "2/4"

    def test_names_who_has_it_and_who_lacks_it(self, people):
        item = owed("have.application")
        applied(people[0])
        used(people[1])
        details = cell_details(item=item, today=TODAY)
        assert set(details.met) == set(people[:2])
        assert set(details.missing) == set(people[2:])

    def test_counts_only_in_its_period_and_late_after_the_due_day(self, people):
        owed("have.application", per=PeriodKind.QUARTER, planned_on=datetime.date(2026, 5, 1), due_on=datetime.date(2026, 5, 31))
        applied(people[0], (5, 31))
        used(people[1], (6, 1))
        applied(people[2], (7, 1))
        cell = the_cell()
        assert (cell.outcome.owed, cell.outcome.in_time, cell.outcome.late) == (4, 1, 1)
        assert cell.state is CellState.MISSED


class TestSeveralTogether:
    def test_are_added_up_over_the_kinds(self, people):
        owed("have.application", quantity=2)
        applied(people[0])
        used(people[0])
        applied(people[1])
        used(people[2])
        used(people[2], (6, 1))
        assert the_cell().figure == "2/4"

    def test_are_in_time_only_when_enough_of_them_were(self, people):
        owed("have.application", 2, PeriodKind.QUARTER, datetime.date(2026, 5, 1), due_on=datetime.date(2026, 5, 31))
        applied(people[0], (4, 1))
        used(people[0], (5, 31))
        applied(people[1], (4, 1))
        used(people[1], (6, 1))
        cell = the_cell()
        assert (cell.outcome.in_time, cell.outcome.late) == (1, 1)

    def test_are_counted_of_those_in_the_scope(self, people, office):
        owed("have.application", quantity=2)
        elsewhere = StaffMemberFactory(posted_to=DepartmentFactory(), member_of=PartyBranchFactory())
        for person in (people[0], elsewhere):
            applied(person)
            used(person)
        assert the_cell(scope=(Subject.DEPARTMENT, office.pk)).figure == "1/4"
        assert the_cell(scope=(Subject.BRANCH, elsewhere.branch_memberships.get().branch_id)).figure == "1/1"
        assert the_cell().figure == "2/5"

    @pytest.mark.parametrize("quantity", [1, 2, 3])
    def test_give_the_same_answer_as_the_files(self, people, quantity):
        owed("have.application", quantity=quantity)
        for number, person in enumerate(people):
            for _number in range(number):
                applied(person)
            used(person, text="改了流程。" if number % 2 else "")
        done = 0
        for person in people:
            (line,) = next(cell for cell in year_of(person, 2026, TODAY).cells if cell.have == Have.APPLICATION).lines
            done += line.done == line.owed
        assert the_cell().outcome.done == done

    def test_take_the_same_statements_for_one_kind_and_for_several(self, people, django_assert_num_queries):
        for quantity in (1, 2):
            owed("have.application", quantity=quantity)
            owed("have.note", quantity=quantity)
        with django_assert_num_queries(5):
            gap_grid(year=2026, today=TODAY)


class TestOfOnePerson:
    """As the due list asks."""

    def test_is_lacking_what_the_kinds_together_leave(self, people):
        item = owed("have.application", quantity=3)
        AnnualPlan.objects.filter(pk=item.plan_id).update(state=AnnualPlan.State.PUBLISHED)
        applied(people[0])
        used(people[0])
        (own,) = owing(Rights(people[0].user, TODAY), until=YEAR_END).own
        assert (own.requirement, own.lacking) == (item.requirement, 1)
        used(people[0])
        assert owing(Rights(people[0].user, TODAY), until=YEAR_END).own == []
