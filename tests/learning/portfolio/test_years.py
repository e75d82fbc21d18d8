import datetime

import pytest

from learning.evidence import Have
from learning.models import Absence
from learning.periods import PeriodKind
from learning.portfolio.choices import State
from learning.portfolio.years import (
    in_scope,
    place_of,
    places_in,
    places_of,
    rules_and_changes,
    year_of,
)
from learning.programme.standings import Standings
from tests.factories.organisation import DepartmentFactory, PostingFactory, StaffMemberFactory
from tests.factories.portfolio import ApplicationFactory, FiveHavesFileFactory, StudyPlanFactory, rule_of_people
from tests.factories.programme import AnnualPlanFactory, PlanItemFactory, StudyFormatFactory
from tests.factories.reading import accepted_reflection

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 30)


def cell(person_year, have):
    return next(one for one in person_year.cells if one.have == have)


@pytest.fixture
def person():
    found = StaffMemberFactory(name="陶思远")
    PostingFactory(staff=found, started_on=datetime.date(2020, 1, 1))
    return found


class TestYearOf:
    def test_takes_two_statements_and_one_for_who_somebody_is(self, person, django_assert_num_queries):
        rule_of_people("have.application")
        rule_of_people("reading.reflection", per=PeriodKind.QUARTER)
        ApplicationFactory.create_batch(5, staff=person)
        with django_assert_num_queries(3):
            year_of(person, 2026, TODAY)

    def test_has_a_cell_for_each_have_in_the_order_of_the_notice(self, person):
        assert [one.have for one in year_of(person, 2026, TODAY).cells] == list(Have)

    def test_is_filled_by_whatever_fills_the_have(self, person):
        rule_of_people("have.application", name="收获运用", basis="方案第一部分")
        ApplicationFactory(staff=person)
        found = cell(year_of(person, 2026, TODAY), Have.APPLICATION)
        assert found.state is State.HAVE
        assert [record.title for record in found.records] == ["公文格式国家标准"]
        (line,) = found.lines
        assert (line.name, line.basis, line.done, line.state) == ("收获运用", "方案第一部分", 1, State.HAVE)

    def test_says_what_is_lacking_and_by_when(self, person):
        rule_of_people("have.application")
        (line,) = cell(year_of(person, 2026, TODAY), Have.APPLICATION).to_supply
        assert (line.due_on, line.lacking) == (datetime.date(2026, 12, 31), 1)

    def test_counts_only_under_rows_in_force(self, person):
        rule_of_people("have.application", in_force_from=datetime.date(2027, 1, 1))
        found = cell(year_of(person, 2026, TODAY), Have.APPLICATION)
        assert (found.state, found.lines) == (State.EXEMPT, ())

    def test_owes_a_newcomer_only_the_periods_since(self):
        newcomer = StaffMemberFactory()
        PostingFactory(staff=newcomer, started_on=datetime.date(2026, 8, 10))
        rule_of_people("reading.reflection", per=PeriodKind.QUARTER)
        lines = cell(year_of(newcomer, 2026, TODAY), Have.REFLECTION).lines
        assert [line.state for line in lines] == [State.EXEMPT, State.EXEMPT, State.LACKING, State.TO_DO]
        assert lines[0].excuse == "2026-03-31 没有任职"

    def test_excuses_long_leave_and_says_why(self, person):
        Absence.objects.create(staff=person, kind="parental", started_on=datetime.date(2026, 1, 1))
        rule_of_people("have.application")
        found = cell(year_of(person, 2026, TODAY), Have.APPLICATION)
        assert found.state is State.EXEMPT
        assert found.lines[0].excuse == "产假、育儿假（2026-01-01 起）"

    def test_names_the_later_of_two_leaves_whichever_was_entered_first(self, person):
        for kind, month in [("sick", 6), ("parental", 3)]:
            Absence.objects.create(staff=person, kind=kind, started_on=datetime.date(2026, month, 1))
        rule_of_people("have.application")
        (line,) = cell(year_of(person, 2026, TODAY), Have.APPLICATION).lines
        assert line.excuse == "长期病假（2026-06-01 起）"

    def test_knows_of_paper_notes_only_that_they_are_there(self, person):
        FiveHavesFileFactory(staff=person, notes_on_paper_on=datetime.date(2026, 4, 1))
        rule_of_people("have.note")
        found = cell(year_of(person, 2026, TODAY), Have.NOTE)
        assert (found.state, found.records, found.has_private) == (State.HAVE, (), True)

    def test_counts_an_approved_plan_and_no_other(self, person):
        rule_of_people("portfolio.plan")
        plan = StudyPlanFactory(file__staff=person, waiting=True)
        assert cell(year_of(person, 2026, TODAY), Have.PLAN).state is State.TO_DO
        StudyPlanFactory._meta.model.objects.filter(pk=plan.pk).update(state="approved", decided_at=plan.handed_in_at)
        assert cell(year_of(person, 2026, TODAY), Have.PLAN).state is State.HAVE

    def test_lists_a_reflection_with_its_page(self, person):
        reflection = accepted_reflection(author=person)
        record = cell(year_of(person, reflection.first_handed_in_at.year, TODAY), Have.REFLECTION).records[0]
        assert record.url == f"/my/reflections/{reflection.pk}/"


class TestRulesAndChanges:
    def test_are_the_rules_of_people_in_order_and_what_the_published_plan_says_otherwise(self, django_assert_num_queries):
        of_format = {"study_format": StudyFormatFactory()}
        second, first = rule_of_people("reading.log", position=2, **of_format), rule_of_people("have.note", position=1, **of_format)
        rule_of_people("nothing.that.is.kept")
        rule_of_people("have.application", in_force_from=datetime.date(2027, 1, 1))
        plan = {"owed_by": "staff", "plan": AnnualPlanFactory(year=2026, state="published")}
        moved = PlanItemFactory(requirement=second, due_on=datetime.date(2026, 12, 5), **plan)
        cancelled = PlanItemFactory(requirement=first, planned_on=datetime.date(2026, 2, 1), state="cancelled", reason="防汛", **plan)
        PlanItemFactory(requirement=first, owed_by="staff", plan=AnnualPlanFactory(year=2025, state="published"))
        with django_assert_num_queries(1):
            rules, changes = rules_and_changes(2026)
        assert rules == [first, second]
        assert changes == {(item.series, item.period_first): (item.due_on, item.state, item.reason) for item in (moved, cancelled)}

    def test_leave_out_what_a_draft_says(self):
        rule = rule_of_people("have.note")
        PlanItemFactory(requirement=rule, owed_by="staff", plan=AnnualPlanFactory(year=2026, state="draft"))
        assert rules_and_changes(2026) == ([rule], {})


class TestPlacesIn:
    def test_are_those_that_a_statement_of_their_own_finds(self, person):
        PostingFactory(
            staff=person, department=DepartmentFactory(name="人事科"), title="科长", is_primary=False, started_on=datetime.date(2026, 5, 1)
        )
        PostingFactory(staff=person, started_on=datetime.date(2020, 1, 1), ended_on=datetime.date(2025, 12, 31), is_primary=False)
        assert places_in(Standings([person]), person.pk, 2026) == places_of(person.pk, 2026)


class TestInScope:
    def test_is_whoever_was_posted_on_any_day_of_the_year(self, person):
        gone = StaffMemberFactory(left_on=datetime.date(2025, 12, 31))
        PostingFactory(staff=gone, started_on=datetime.date(2020, 1, 1))
        left_in_the_year = StaffMemberFactory(left_on=datetime.date(2026, 2, 1))
        PostingFactory(staff=left_in_the_year, started_on=datetime.date(2020, 1, 1), ended_on=datetime.date(2026, 2, 1))
        assert set(in_scope(2026)) == {person, left_in_the_year}


class TestPlaceOf:
    def test_falls_back_to_the_last_place_before_a_hole(self):
        person, first, second = StaffMemberFactory(), DepartmentFactory(), DepartmentFactory()
        PostingFactory(staff=person, department=first, started_on=datetime.date(2026, 1, 1), ended_on=datetime.date(2026, 3, 31))
        PostingFactory(staff=person, department=second, started_on=datetime.date(2026, 6, 1))
        places = places_of(person.pk, 2026)
        assert place_of(places, datetime.date(2026, 5, 1)).department_id == first.pk
        assert place_of(places, datetime.date(2026, 7, 1)).department_id == second.pk
