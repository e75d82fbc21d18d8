"""What the contributions, the research and the questions have on somebody's desk."""

import datetime

import pytest
from django.urls import reverse

from learning.evidence import Subject
from learning.models import (
    AnnualPlan,
    ArticleDepartment,
    MediaArticle,
    ResearchBallot,
    ResearchEntry,
    ResearchJudge,
    ResearchJudging,
)
from learning.periods import PeriodKind
from learning.portal.due import FEW, Kind, State, due_of
from learning.questions.links import About
from learning.questions.services import ask
from tests.factories.bureau import rights_of
from tests.factories.contributions import CommissionFactory, MediaArticleFactory, PlacementFactory, ResearchReportFactory
from tests.factories.organisation import DepartmentFactory, StaffMemberFactory
from tests.factories.programme import PlanItemFactory, RequirementFactory, at
from tests.factories.reviews import give_right

NOW = at(2026, 11, 25, 9)
DUE = datetime.date(2026, 12, 10)


def rows(person, now=NOW):
    return due_of(rights_of(person, now.date()), now=now).rows


def row(person, now=NOW):
    (found,) = rows(person, now)
    return found


def article(state, *departments, **facts):
    return MediaArticleFactory(state=state, by_departments=departments, moved_at=at(2026, 11, 20, 10), **facts)


class TestGivenBack:
    def test_is_its_authors_with_the_reason(self, bureau):
        given_back = article(
            "returned", bureau.office, by_people=[bureau.member], title="安全课", reason="facts", reason_note="人数对不上。"
        )
        found = row(bureau.member)
        assert (found.kind, found.title, found.state, found.when) == (
            Kind.ARTICLE,
            "稿件：安全课",
            State.SENT_BACK,
            "11月20日（周五）退回",
        )
        assert (found.detail, found.action) == ("原因：事实或数据需要核实；人数对不上。", "去改")
        assert found.url == reverse("edit_article", args=[given_back.pk])
        assert rows(bureau.colleague) == rows(bureau.head) == []

    def test_is_whoevers_who_entered_it_once(self, bureau):
        article("returned", bureau.office, by_people=[bureau.member], created_by=bureau.member.user)
        article("returned", bureau.office, by_people=["外请作者"], created_by=bureau.member.user)
        article("draft", bureau.office, by_people=[bureau.member])
        assert len(rows(bureau.member)) == 2

    def test_of_a_topic_is_its_teams(self, bureau):
        topic = ResearchReportFactory(
            state="returned", declared_by=bureau.member, team=[bureau.member, bureau.colleague], title="课后服务", decision_note="题目太大"
        )
        for person in (bureau.member, bureau.colleague):
            found = row(person)
            assert (found.title, found.detail, found.state) == ("调研选题：课后服务", "意见：题目太大", State.SENT_BACK)
            assert found.url == reverse("edit_research_topic", args=[topic.pk])


class TestCalls:
    def test_are_their_heads_until_a_piece_has_reached_the_office(self, bureau):
        call = CommissionFactory(to=[bureau.office], topic="冬季安全", due_on=DUE)
        found = row(bureau.head)
        assert (found.kind, found.title, found.when, found.state) == (
            Kind.CALL,
            "约稿：冬季安全",
            "12月10日（周四）前",
            State.LATER,
        )
        assert (found.detail, found.url) == ("办公室还没有报送", reverse("commission", args=[call.pk]))
        assert rows(bureau.member) == rows(bureau.other_head) == []
        answer = article("draft", bureau.office, commission=call)
        assert len(rows(bureau.head)) == 1
        MediaArticle.objects.filter(pk=answer.pk).update(state="office", submitted_on=DUE)
        assert rows(bureau.head) == []

    @pytest.mark.parametrize(("due", "state"), [("2026-11-24", State.OVERDUE), ("2026-12-02", State.SOON), ("2026-12-03", State.LATER)])
    def test_say_how_near_they_are(self, bureau, due, state):
        CommissionFactory(to=[bureau.office], due_on=datetime.date.fromisoformat(due))
        assert row(bureau.head).state is state

    def test_that_are_closed_are_over(self, bureau):
        CommissionFactory(to=[bureau.office], closed_at=NOW)
        assert rows(bureau.head) == []

    def test_are_few(self, bureau):
        for _ in range(FEW + 3):
            CommissionFactory(to=[bureau.office], due_on=DUE)
        found = rows(bureau.head)
        assert len(found) == FEW + 1
        assert found[-1].title == "另有 3 次约稿没有报送"


class TestReviews:
    def test_wait_for_the_head_who_has_not_written_it(self, bureau):
        waiting = article("section", bureau.office, bureau.other, by_people=[bureau.member], title="安全课")
        article("section", bureau.office, by_people=[bureau.head])
        found = row(bureau.head)
        assert (found.title, found.state, found.action) == ("稿件：安全课", State.TO_PASS, "审核")
        assert found.url == reverse("review_article", args=[waiting.pk])
        assert rows(bureau.other_head) == []


def owes_research(department, *, due_on=datetime.date(2026, 12, 31), state=AnnualPlan.State.PUBLISHED):
    evidence = "contributions.research_report"
    return PlanItemFactory(
        requirement=RequirementFactory(name="科室调研报告", evidence=evidence, owed_by=Subject.DEPARTMENT),
        owed_by=Subject.DEPARTMENT,
        department=department,
        subject_key=f"department:{department.pk}",
        period_kind=PeriodKind.YEAR,
        planned_on=due_on,
        due_on=due_on,
        plan__state=state,
    )


class TestResearchOwed:
    SPRING, LATE = at(2026, 3, 20, 9), at(2026, 11, 20, 9)

    def test_wants_a_topic_by_the_end_of_march(self, bureau):
        owes_research(bureau.office)
        assert rows(bureau.head, at(2026, 3, 16, 9)) == []
        for now in (self.SPRING, at(2026, 6, 1, 9)):
            found = row(bureau.head, now)
            assert (found.kind, found.title, found.state) == (Kind.RESEARCH, "调研选题：办公室", State.TO_DECLARE)
            assert (found.when, found.action) == ("宜在3月31日（周二）前", "去申报")
            assert found.url == f"{reverse('declare_research')}?department={bureau.office.pk}"
        assert rows(bureau.member, self.SPRING) == rows(bureau.other_head, self.SPRING) == []

    def test_wants_the_report_by_the_end_of_november(self, bureau):
        owes_research(bureau.office)
        report = ResearchReportFactory(department=bureau.office, state="approved", title="课后服务")
        assert rows(bureau.head, self.SPRING) == []
        found = row(bureau.head, self.LATE)
        assert (found.title, found.state, found.when) == ("调研报告：课后服务", State.TO_HAND_IN, "宜在11月30日（周一）前")
        assert found.url == reverse("research_report", args=[report.pk])
        ResearchReportFactory(department=bureau.office, state="handed_in")
        assert rows(bureau.head, self.LATE) == []

    def test_counts_no_topic_that_was_withdrawn_nor_another_years(self, bureau):
        owes_research(bureau.office)
        ResearchReportFactory(department=bureau.office, state="withdrawn")
        ResearchReportFactory(department=bureau.office, state="handed_in", year=2025, handed_in_on=datetime.date(2026, 2, 1))
        assert row(bureau.head, self.SPRING).state is State.TO_DECLARE

    def test_is_not_said_twice(self, bureau):
        owes_research(bureau.office)
        for now, kind in ((at(2026, 12, 16, 9), Kind.RESEARCH), (at(2026, 12, 17, 9), Kind.GAP)):
            assert row(bureau.head, now).kind is kind

    def test_is_only_what_a_published_plan_owes(self, bureau):
        owes_research(bureau.office, state=AnnualPlan.State.DRAFT)
        ticked = owes_research(bureau.other)
        ticked.done_on = datetime.date(2026, 3, 1)
        ticked.save()
        assert rows(bureau.head, self.SPRING) == rows(bureau.other_head, self.SPRING) == []


class TestTopics:
    def test_wait_for_the_clerk(self, bureau):
        topic = ResearchReportFactory(department=bureau.office, title="课后服务")
        ResearchReportFactory(state="approved")
        found = row(bureau.clerk)
        assert (found.title, found.detail, found.state, found.when) == (
            "调研选题：课后服务",
            "办公室",
            State.TO_DECIDE,
            "1月20日（周二）申报",
        )
        assert found.url == reverse("decide_research", args=[topic.pk])
        assert rows(bureau.leader) == rows(bureau.head) == []


class TestJudgings:
    def test_wait_for_their_judges(self, bureau):
        judging = ResearchJudging.objects.create(year=2026, state="open", opened_at=NOW, due_on=DUE)
        judge = ResearchJudge.objects.create(judging=judging, staff=bureau.other_head)
        entries = [
            ResearchEntry.objects.create(judging=judging, report=ResearchReportFactory(state=state), number=number)
            for number, state in enumerate(("handed_in", "handed_in", "withdrawn"), start=1)
        ]
        found = row(bureau.other_head)
        assert (found.title, found.detail, found.state) == ("2026年优质调研报告评分", "还有 2 篇没有评", State.TO_JUDGE)
        assert (found.when, found.url) == ("12月10日（周四）前", reverse("research_judging", args=[2026]))
        assert rows(bureau.member) == []
        assert row(bureau.other_head, at(2026, 12, 11, 9)).state is State.OVERDUE
        for entry in entries[:2]:
            ResearchBallot.objects.create(entry=entry, judge=judge, submitted_at=NOW)
        assert rows(bureau.other_head) == []


class TestOffice:
    def test_has_its_piles(self, bureau):
        office = bureau.secretary
        give_right(office, "run_contributions")
        assert rows(office) == []
        for hour in (9, 8):
            MediaArticleFactory(state="office", handed_in_at=at(2026, 11, 23, hour), moved_at=at(2026, 11, 24, hour))
        for day in (2, 9):
            PlacementFactory(
                confirmed_at=None, entered_at=at(2026, 11, 10), published_on=datetime.date(2025, 12, day), article__state="adopted"
            )
        ask(about=About("contributions", "share:1", "某一行", "/my/"), text="不对", by=bureau.member.user, now=at(2026, 11, 21))
        found = {one.title: one for one in rows(office)}
        assert list(found) == ["采用：2 条待确认", "疑问：1 条待答复", "收稿：2 篇待处理"]
        assert {one.state for one in found.values()} == {State.TO_HANDLE}
        assert [one.when for one in found.values()] == [
            "最早的11月10日（周二）登记",
            "11月21日（周六）提出",
            "最早的11月23日（周一）报送",
        ]
        assert [one.url for one in found.values()] == [
            f"{reverse('placement_list')}?waiting=1&from=2025-12-02&to=2026-11-25",
            reverse("questions"),
            reverse("contribution_queue"),
        ]
        assert rows(bureau.member) == []


class TestEverythingAtOnce:
    def test_is_told_apart(self, bureau):
        """All parts of the one statement together, on both databases."""
        person = bureau.head
        give_right(person, "run_contributions", "run_programme")
        article("returned", bureau.office, by_people=[person])
        article("section", bureau.office)
        article("office", bureau.other)
        CommissionFactory(to=[bureau.office, bureau.other], due_on=DUE)
        PlacementFactory(confirmed_at=None)
        owes_research(bureau.office)
        ResearchReportFactory(department=bureau.office, state="approved")
        ResearchReportFactory(department=DepartmentFactory(), declared_by=StaffMemberFactory())
        ResearchReportFactory(state="returned", declared_by=person)
        judging = ResearchJudging.objects.create(year=2026, state="open", opened_at=NOW)
        ResearchJudge.objects.create(judging=judging, staff=person)
        ResearchEntry.objects.create(judging=judging, report=ResearchReportFactory(state="handed_in"), number=1)
        ask(about=About("contributions", "share:1", "某一行", "/my/"), text="不对", by=bureau.member.user, now=NOW)
        assert ArticleDepartment.objects.exists()
        kinds = sorted(one.kind.value for one in rows(person))
        assert kinds == sorted(["article", "research", "call", "review", "research", "decide", "judging", "pile", "pile", "pile"])
