"""What one person owes, and what somebody leads and lacks."""

import datetime

import pytest

from learning.evidence import Subject
from learning.models import Absence, AnnualPlan, BranchMembership
from learning.periods import PeriodKind
from learning.programme.choices import Audience
from learning.programme.owing import owing
from tests.factories.bureau import make_bureau, rights_of
from tests.factories.programme import PlanItemFactory, RequirementFactory, at
from tests.factories.reading import MonthlyListFactory, ReadingEntryFactory, accepted_reflection
from tests.standing import standing

TODAY = datetime.date(2026, 11, 25)


def day(month, number, year=2026):
    return datetime.date(year, month, number)


@standing()
def bureau():
    return make_bureau()


def monthly(month, **facts):
    facts = {"requirement__evidence": "reading.log", "requirement__name": "每月读一本好书"} | facts
    return personal(planned_on=day(month, 28), period_kind=PeriodKind.MONTH, **facts)


def quarterly(month, **facts):
    facts = {"requirement__evidence": "reading.reflection", "requirement__name": "每季度一篇学习心得"} | facts
    return personal(planned_on=day(month, 28), **facts)


def personal(**facts):
    if "requirement" in facts:
        facts = {name: fact for name, fact in facts.items() if not name.startswith("requirement__")}
    else:
        facts["requirement__owed_by"] = Subject.STAFF
    return PlanItemFactory(owed_by=Subject.STAFF, plan__state=AnnualPlan.State.PUBLISHED, **facts)


def own(person, on=TODAY):
    return [(one.requirement.name, one.period.label_in_year, one.lacking) for one in owing(rights_of(person, on), until=on).own]


class TestOwn:
    def test_is_what_this_period_asks_and_what_the_last_one_missed(self, bureau):
        rule = RequirementFactory(evidence="reading.log", name="每月读一本好书", owed_by=Subject.STAFF)
        for month in (8, 9, 10, 11, 12):
            monthly(month, requirement=rule)
        assert own(bureau.member) == [("每月读一本好书", "10月", 1), ("每月读一本好书", "11月", 1)]

    def test_is_gone_with_the_fact_of_its_period(self, bureau):
        rule = RequirementFactory(evidence="reading.log", name="读书", owed_by=Subject.STAFF)
        for month in (10, 11):
            monthly(month, requirement=rule)
        ReadingEntryFactory(staff=bureau.member, finished_on=day(11, 3))
        ReadingEntryFactory(staff=bureau.colleague, finished_on=day(10, 3))
        assert own(bureau.member) == [("读书", "10月", 1)]
        assert own(bureau.colleague) == [("读书", "11月", 1)]
        ReadingEntryFactory(staff=bureau.member, finished_on=day(10, 31), recorded_on=day(11, 25))
        assert own(bureau.member) == []

    def test_says_how_many_are_lacking(self, bureau):
        quarterly(11, requirement__quantity=3)
        accepted_reflection(author=bureau.member, at_time=at(2026, 10, 8))
        assert own(bureau.member) == [("每季度一篇学习心得", "第四季度", 2)]

    def test_is_nobodys_whom_the_rule_does_not_mean(self, bureau):
        monthly(11, requirement__audience=Audience.PARTY_MEMBERS)
        assert own(bureau.member)
        assert own(bureau.other_head) == []

    def test_asks_only_who_was_meant_when_it_fell_due_and_is_today(self, bureau):
        monthly(10, requirement__audience=Audience.PARTY_MEMBERS)
        membership = BranchMembership.objects.get(staff=bureau.member)
        BranchMembership.objects.filter(pk=membership.pk).update(started_on=day(11, 1))
        assert own(bureau.member) == []
        BranchMembership.objects.filter(pk=membership.pk).update(started_on=day(1, 1), ended_on=day(11, 1))
        assert own(bureau.member) == []
        BranchMembership.objects.filter(pk=membership.pk).update(ended_on=None)
        assert own(bureau.member)

    def test_does_not_wait_for_somebody_on_long_leave(self, bureau):
        monthly(11)
        Absence.objects.create(staff=bureau.member, kind="village", started_on=day(11, 1))
        assert own(bureau.member) == []

    @pytest.mark.parametrize(
        "facts",
        [
            {"state": "cancelled", "reason": "防汛"},
            {"requirement__is_floor": False},
            {"requirement__evidence": "programme.item"},  # ticked off by hand for everybody
            {"requirement__evidence": "no.such.room"},
            {"requirement__in_force_until": day(11, 1)},
            {"requirement__in_force_from": day(12, 1)},
        ],
    )
    def test_leaves_out_what_is_not_asked_of_one_person_now(self, bureau, facts):
        monthly(11, **facts)
        assert own(bureau.member) == []

    def test_leaves_out_a_plan_that_is_not_published_and_the_year_before(self, bureau):
        monthly(11)
        AnnualPlan.objects.update(state=AnnualPlan.State.DRAFT)
        assert own(bureau.member) == []
        AnnualPlan.objects.update(state=AnnualPlan.State.PUBLISHED)
        assert own(bureau.member, day(1, 5, 2027)) == []

    def test_is_nothing_for_an_account_that_is_nobodys(self, bureau):
        monthly(11)
        rights = rights_of(bureau.member, TODAY)
        rights.staff = None
        assert owing(rights, until=TODAY).own == []


class TestOwing:
    @pytest.mark.parametrize("role", ["member", "head", "secretary", "clerk"])
    def test_takes_two_statements_beside_who_one_is(self, bureau, role, django_assert_num_queries):
        monthly(11)
        quarterly(11)
        for evidence in ("programme.session", "reading.monthly_list", "reading.star", "programme.collective"):
            PlanItemFactory(requirement__evidence=evidence, plan__state=AnnualPlan.State.PUBLISHED, due_on=TODAY)
        rights = rights_of(getattr(bureau, role), TODAY)
        assert rights.staff
        assert rights.runs_something is (role != "member")
        assert rights.standings.postings(rights.staff.pk, TODAY)
        with django_assert_num_queries(2):
            found = owing(rights, until=TODAY)
        assert (len(found.own), len(found.led)) == (2, 4 if role == "clerk" else 0)

    def test_unites_facts_of_any_kinds_in_any_order(self, bureau):
        """A database that guesses the type of a column from its first rows must not guess wrong."""
        quarterly(11)
        for evidence in ("programme.session", "reading.monthly_list", "reading.star"):
            PlanItemFactory(requirement__evidence=evidence, plan__state=AnnualPlan.State.PUBLISHED, due_on=TODAY)
        MonthlyListFactory(month=day(11, 1))
        accepted_reflection(author=bureau.clerk, at_time=at(2026, 11, 2))
        found = owing(rights_of(bureau.clerk, TODAY), until=TODAY)
        assert found.own == []
        assert [one.requirement.evidence for one in found.led] == ["programme.session", "reading.star"]
