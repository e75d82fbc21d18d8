"""What the files have on somebody's desk."""

import datetime

import pytest
from django.urls import reverse

from learning.models import AnnualPlan, FileLock, Finding, InspectedFile, Inspection, StudyPlan
from learning.periods import PeriodKind
from learning.portal.due import FEW, Kind, State, due_of
from learning.portfolio.choices import FindingState
from tests.factories.bureau import rights_of
from tests.factories.organisation import DepartmentFactory, PostingFactory, StaffMemberFactory
from tests.factories.pages import make_user
from tests.factories.portfolio import (
    ApplicationFactory,
    FiveHavesFileFactory,
    ReviewYearFactory,
    StudyPlanFactory,
    StudyReviewFactory,
    rule_of_people,
)
from tests.factories.programme import PlanItemFactory, at

NOW = at(2026, 11, 25, 9)


def rows(person, now=NOW):
    return due_of(rights_of(person, now.date()), now=now).rows


def row(person, now=NOW):
    (found,) = rows(person, now)
    return found


def owe(evidence, *, due_on, **facts):
    """Everybody owes it this year, by the published plan."""
    rule = rule_of_people(evidence, **facts)
    return PlanItemFactory(
        requirement=rule,
        owed_by="staff",
        period_kind=PeriodKind.YEAR,
        planned_on=due_on,
        due_on=due_on,
        plan__state=AnnualPlan.State.PUBLISHED,
    )


class TestOwnDebts:
    @pytest.mark.parametrize(
        ("evidence", "action", "name"),
        [
            ("portfolio.plan", "写规划", "write_study_plan"),
            ("portfolio.statement", "写述学", "write_study_statement"),
            ("have.application", "登记", "new_study_application"),
            ("have.note", "记一条", "new_study_note"),
        ],
    )
    def test_lead_to_where_they_are_supplied(self, bureau, evidence, action, name):
        owe(evidence, due_on=datetime.date(2026, 12, 31), name="某项")
        found = row(bureau.member)
        args = [2026, bureau.member.pk] if name.startswith("write_study_") and name != "write_study_note" else []
        assert (found.title, found.action, found.url) == ("某项（2026年）", action, reverse(name, args=args))

    def test_are_gone_once_they_are_met(self, bureau):
        owe("have.application", due_on=datetime.date(2026, 12, 31))
        ApplicationFactory(staff=bureau.member)
        assert rows(bureau.member) == []

    def test_of_a_plan_wait_for_nobody_once_it_is_handed_in(self, bureau):
        owe("portfolio.plan", due_on=datetime.date(2026, 3, 31))
        assert row(bureau.member).state is State.OVERDUE
        StudyPlanFactory(file__staff=bureau.member, waiting=True)
        assert rows(bureau.member) == []


class TestPlans:
    def test_given_back_is_its_writers_with_the_note(self, bureau):
        owe("portfolio.plan", due_on=datetime.date(2026, 3, 31))
        StudyPlanFactory(file__staff=bureau.member, state="returned", decided_at=at(2026, 11, 20), decision_note="太笼统")
        found = row(bureau.member)
        assert (found.kind, found.state, found.detail) == (Kind.PLAN, State.SENT_BACK, "意见：太笼统")
        assert found.url == reverse("write_study_plan", args=[2026, bureau.member.pk])

    def test_wait_for_the_head_of_the_department(self, bureau):
        StudyPlanFactory(file__staff=bureau.member, waiting=True)
        found = row(bureau.head)
        assert (found.kind, found.title, found.state) == (Kind.DECIDE, "学习规划：陶思远（2026年）", State.TO_DECIDE)
        about = [2026, bureau.member.pk]
        assert found.url == f"{reverse('look_at_file', args=about)}?next={reverse('decide_study_plan', args=about)}"
        assert found.is_post
        for person in (bureau.colleague, bureau.other_head, bureau.clerk, bureau.leader):
            assert rows(person) == []

    def test_of_a_head_wait_for_the_head_above_or_a_clerk(self, bureau):
        StudyPlanFactory(file__staff=bureau.head, waiting=True)
        assert rows(bureau.head) == []
        assert row(bureau.clerk).kind is Kind.DECIDE
        bureau.office.parent = bureau.other
        bureau.office.save()
        assert row(bureau.other_head).kind is Kind.DECIDE
        assert rows(bureau.clerk) == []

    def test_of_last_year_wait_for_the_department_of_then(self, bureau):
        moved = StaffMemberFactory(name="调动的人")
        PostingFactory(staff=moved, department=bureau.other, started_on=datetime.date(2024, 1, 1), ended_on=datetime.date(2025, 12, 31))
        PostingFactory(staff=moved, department=bureau.office, started_on=datetime.date(2026, 1, 1))
        StudyPlanFactory(file__staff=moved, file__year=2025, waiting=True)
        assert rows(bureau.head) == []
        titles = [one.title for one in rows(bureau.other_head)]
        assert set(titles) == {"学习规划：调动的人（2025年）", "确认2025年五有档案"}

    def test_of_a_locked_year_wait_for_nobody(self, bureau):
        plan = StudyPlanFactory(file__staff=bureau.member, waiting=True)
        FileLock.objects.create(file=plan.file, locked_at=NOW, snapshot="{}", sha256="0" * 64)
        assert rows(bureau.head) == []
        StudyPlan.objects.update(state="returned", decided_at=NOW)
        assert rows(bureau.member) == []

    def test_of_many_people_are_few_rows(self, bureau):
        for number in range(FEW + 4):
            person = StaffMemberFactory(user=make_user(f"ren{number}"))
            PostingFactory(staff=person, department=bureau.office)
            StudyPlanFactory(file__staff=person, waiting=True)
        found = rows(bureau.head)
        assert len(found) == FEW + 1
        assert found[-1].title == "另有 4 份学习规划待批"


class TestReviews:
    def test_are_one_row_a_round(self, bureau):
        opened = ReviewYearFactory(opened_at=NOW, due_on=datetime.date(2026, 12, 25))
        forms = [StudyReviewFactory(round=opened, staff=one, rater=bureau.member) for one in (bureau.head, bureau.colleague)]
        StudyReviewFactory(round=opened, staff=bureau.clerk, rater=bureau.member, submitted_at=NOW)
        found = row(bureau.member)
        assert (found.title, found.detail, found.state) == ("2026年评学", "还有 2 份没有填", State.TO_REVIEW)
        assert found.url == reverse("study_review", args=[forms[0].pk])
        opened.closed_at = NOW
        opened.save()
        assert rows(bureau.member) == []


class TestFindings:
    @pytest.fixture
    def finding(self, bureau):
        inspection = Inspection.objects.create(year=2026, title="抽查", held_on=NOW.date(), created_at=NOW)
        inspected = InspectedFile.objects.create(inspection=inspection, staff=bureau.member)
        return Finding.objects.create(
            inspected=inspected, text="笔记不全", due_on=datetime.date(2026, 11, 27), found_at=NOW, found_by=bureau.clerk.user
        )

    def test_wait_for_whoever_was_inspected_then_for_the_finder(self, bureau, finding):
        found = row(bureau.member)
        assert (found.kind, found.title, found.state) == (Kind.FINDING, "学习检查：笔记不全", State.TO_RECTIFY)
        assert found.url == reverse("finding", args=[finding.pk])
        assert rows(bureau.clerk) == []
        Finding.objects.update(state=FindingState.RECTIFIED, rectification="补齐了", rectified_at=NOW)
        assert rows(bureau.member) == []
        found = row(bureau.clerk)
        assert (found.kind, found.title, found.state) == (Kind.CHECK, "陶思远的整改", State.TO_CHECK)


class TestConfirming:
    def test_waits_for_the_head_from_december_on(self, bureau):
        for person in (bureau.member, bureau.colleague, bureau.head, bureau.clerk):
            FiveHavesFileFactory(staff=person)
        FiveHavesFileFactory(staff=bureau.member, year=2025, confirmed_at=NOW, confirmed_sha256="0" * 64)
        assert rows(bureau.head) == []
        found = row(bureau.head, at(2026, 12, 1, 9))
        assert (found.title, found.detail, found.state) == ("确认2026年五有档案", "还有 2 人没有确认", State.TO_CONFIRM)
        assert row(bureau.head, at(2027, 1, 4, 9)).state is State.OVERDUE
        assert rows(bureau.member, at(2026, 12, 1, 9)) == []

    def test_leaves_a_department_without_people_alone(self, bureau):
        PostingFactory(staff=StaffMemberFactory(user=make_user("xin")), department=DepartmentFactory(), is_head=True)
        assert rows(StaffMemberFactory._meta.model.objects.get(user__username="xin"), at(2026, 12, 1, 9)) == []
