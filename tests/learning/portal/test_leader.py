"""The leader's one screen: what it says, to whom, and that every number is the one of the page it opens."""

import datetime

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cms.review.services import ensure_workflow
from cms.users.roles import ensure_groups
from learning.contributions.choosing import chosen_of
from learning.contributions.standing import department_standings
from learning.models import AnnualPlan, Finding, InspectedFile, Inspection, MakeUp
from learning.periods import PeriodKind, period_of
from learning.portal.leader import leader_page_of
from learning.programme.choices import AttendanceStatus
from learning.programme.services.leave import ask_leave
from learning.topics.areas import ContentArea
from tests.factories.bureau import rights_of
from tests.factories.contributions import MediaArticleFactory, PlacementFactory, ResearchReportFactory
from tests.factories.organisation import LeadingGroupOfficeFactory, PostingFactory, StaffMemberFactory
from tests.factories.pages import make_article, make_column, make_site, make_user
from tests.factories.portfolio import ApplicationFactory, StudyPlanFactory, rule_of_people
from tests.factories.programme import AnnualPlanFactory, PlanItemFactory, RequirementFactory, SessionFactory, at

NOW = at(2026, 11, 25, 9)
TODAY = datetime.date(2026, 11, 25)
URL = "/leader/"


@pytest.fixture(autouse=True)
def _at_nine(db):
    make_site()
    with time_machine.travel(NOW, tick=False):
        yield


def html_of(client, person) -> str:
    client.force_login(person.user)
    response = client.get(URL)
    assert response.status_code == 200
    return response.content.decode()


def page_of(person):
    return leader_page_of(rights_of(person, TODAY), now=NOW)


def number(page, label):
    return next(one for one in page.numbers if one.label == label)


def a_plan(**facts):
    return AnnualPlanFactory(year=2026, state=AnnualPlan.State.PUBLISHED, **facts)


def missed_item(**facts):
    facts = {"planned_on": datetime.date(2026, 8, 4)} | facts
    return PlanItemFactory(plan=a_plan(), **facts)


class TestWhoSeesIt:
    def test_is_the_leading_groups_and_the_committees(self, client, bureau):
        assert client.get(URL).headers["Location"] == "/login/?next=/leader/"
        for person, status in (
            (bureau.leader, 200),
            (bureau.clerk, 200),
            (bureau.head, 403),
            (bureau.secretary, 403),
            (bureau.member, 403),
        ):
            client.force_login(person.user)
            assert client.get(URL).status_code == status
        client.force_login(make_user("meiren"))
        assert client.get(URL).status_code == 403

    def test_is_read_and_never_written(self, client, bureau):
        client.force_login(bureau.leader.user)
        assert client.post(URL).status_code == 405

    def test_is_a_clerks_who_is_nobody_of_the_roster_too(self, client, bureau):
        user = make_user("guanli")
        user.user_permissions.add(Permission.objects.get(codename="run_programme"))
        client.force_login(user)
        assert client.get(URL).status_code == 200

    def test_is_there_before_anything_else_is(self, client, bureau):
        html = html_of(client, bureau.leader)
        assert "年度计划尚未发布" in html
        assert "近 12 个月还没有点过名的学习活动" in html
        assert "没有等您审批、核对或审核的" in html

    def test_is_entered_from_my_study(self, client, bureau):
        for person, is_there in ((bureau.leader, True), (bureau.clerk, True), (bureau.head, False)):
            client.force_login(person.user)
            assert ('href="/leader/"' in client.get("/my/").content.decode()) is is_there

    def test_of_a_department_is_entered_from_my_study_by_its_head(self, client, bureau):
        client.force_login(bureau.head.user)
        assert f'href="/boards/2026/departments/{bureau.office.pk}/"' in client.get("/my/").content.decode()
        client.force_login(bureau.member.user)
        assert "/boards/" not in client.get("/my/").content.decode()

    def test_finds_a_file_by_name(self, client, bureau):
        html = html_of(client, bureau.leader)
        assert 'action="/five-haves/2026/"' in html
        assert 'name="name"' in html


class TestNumbers:
    def test_are_five(self, bureau):
        assert [one.label for one in page_of(bureau.leader).numbers] == ["11月出勤率", "五有完成", "计划缺口", "稿件采用", "调研报告"]

    def test_attendance_is_that_of_the_page_it_opens(self, client, bureau):
        people = [bureau.member, bureau.colleague, bureau.head, bureau.secretary]
        SessionFactory(
            held=True,
            starts_at=at(2026, 11, 3),
            attended_by=people[:2],
            missed_by={people[2]: AttendanceStatus.SICK, people[3]: AttendanceStatus.DUTY},
        )
        found = number(page_of(bureau.leader), "11月出勤率")
        assert (found.value, found.basis) == ("66.7%", "4 人应到 4 人次；请假 1、公差 1，已补学 0")
        client.force_login(bureau.leader.user)
        opened = client.get(found.url).content.decode()
        assert "66.7%" in opened
        assert "2026年11月" in opened

    def test_attendance_is_that_of_the_last_month_that_had_any(self, bureau):
        SessionFactory(held=True, starts_at=at(2025, 12, 2), attended_by=[bureau.member, bureau.head, bureau.colleague])
        found = number(page_of(bureau.leader), "12月出勤率")
        assert "year=2025&quarter=m12" in found.url

    def test_haves_are_those_that_are_there_of_those_that_are_owed(self, bureau):
        rule_of_people("have.application")
        for person in (bureau.member, bureau.colleague):
            ApplicationFactory(staff=person)
        found = number(page_of(bureau.leader), "五有完成")
        assert (found.value, found.basis) == ("28.6%", "7 人应有 7 项，已有 2；待补 5、缺 0")

    def test_gaps_are_those_of_the_grid(self, bureau):
        missed_item()
        PlanItemFactory(plan=a_plan(), planned_on=TODAY)
        found = number(page_of(bureau.leader), "计划缺口")
        assert (found.value, found.basis) == ("1", "全年 2 格，待补 0、已逾期 1")

    def test_gaps_of_a_draft_are_the_committees_alone(self, bureau):
        item = missed_item()
        AnnualPlan.objects.filter(pk=item.plan_id).update(state=AnnualPlan.State.DRAFT)
        assert number(page_of(bureau.leader), "计划缺口").value == "—"
        assert number(page_of(bureau.clerk), "计划缺口").value == "1"

    def test_adopted_are_those_of_the_standings(self, bureau):
        article = MediaArticleFactory(by_departments=[bureau.office, bureau.other])
        for day in (datetime.date(2026, 3, 1), datetime.date(2026, 4, 1)):
            PlacementFactory(article=article, published_on=day)
        PlacementFactory(article=MediaArticleFactory(), published_on=datetime.date(2026, 4, 1), confirmed_at=None)
        PlacementFactory(article=MediaArticleFactory(), published_on=datetime.date(2025, 4, 1))
        found = number(page_of(bureau.leader), "稿件采用")
        assert (found.value, found.basis) == ("1", "2026年采用 2 次，同一篇只计一篇")
        chosen = chosen_of(period_of(TODAY, PeriodKind.YEAR))
        assert str(department_standings(chosen, uses=chosen.uses, today=TODAY).whole.adopted) == found.value

    def test_research_is_what_was_handed_in_of_what_is_owed(self, bureau):
        ResearchReportFactory(state="handed_in", department=bureau.office)
        found = number(page_of(bureau.leader), "调研报告")
        assert (found.value, found.basis) == ("1/2", "应交 2 个科室，进行中 0、未申报 1")

    def test_open_where_they_were_added_up(self, client, bureau):
        a_plan()
        client.force_login(bureau.leader.user)
        for one in page_of(bureau.leader).numbers:
            if not one.url.startswith("/five-haves/"):
                assert client.get(one.url).status_code == 200, one.label


class TestConcerns:
    def test_are_at_most_five_and_name_no_person(self, client, bureau):
        for name in ("每月读书", "集中学习", "廉政教育"):
            rule = RequirementFactory(name=name)
            for month in (2, 5, 8):
                missed_item(requirement=rule, planned_on=datetime.date(2026, month, 4))
        SessionFactory(starts_at=at(2026, 11, 3))
        make_up = MakeUp(session=SessionFactory(held=True, starts_at=at(2026, 11, 10)), staff=bureau.member)
        make_up.due_on = datetime.date(2026, 11, 20)
        make_up.save()
        _finding(bureau)
        page = page_of(bureau.leader)
        assert [one.title for one in page.concerns] == [
            "整改逾期 1 项",
            "1 次活动已过，还没有点名",
            "每月读书：3 期没有按期完成",
            "集中学习：3 期没有按期完成",
            "2 个科室还没有申报调研选题",
        ]
        html = html_of(client, bureau.leader)
        assert bureau.member.name not in html
        assert "办公室 1 项" in html

    def test_tell_what_is_overdue_to_make_up(self, bureau):
        ResearchReportFactory(state="handed_in", department=bureau.office)
        ResearchReportFactory(state="handed_in", department=bureau.other)
        MakeUp.objects.create(
            session=SessionFactory(held=True, starts_at=at(2026, 11, 10)), staff=bureau.member, due_on=datetime.date(2026, 11, 20)
        )
        assert [one.title for one in page_of(bureau.leader).concerns] == ["补学逾期 1 人次"]

    def test_name_the_department_that_lacks_most_for_each_of_its_people(self, bureau):
        rule_of_people("have.application", per=PeriodKind.QUARTER)
        ApplicationFactory(staff=bureau.member, happened_on=datetime.date(2026, 2, 3))
        (found,) = [one for one in page_of(bureau.leader).concerns if one.title.startswith("五有")]
        assert (found.title, found.url) == ("五有缺项人均最多：人事科", f"/boards/2026/departments/{bureau.other.pk}/")
        assert found.detail == "3 人共缺 3 项；全局有缺项的科室（单位）2 个"

    def test_that_are_none_are_said_so(self, client, bureau):
        for department in (bureau.office, bureau.other):
            ResearchReportFactory(state="handed_in", department=department)
        assert "没有逾期的整改、点名和补学" in html_of(client, bureau.leader)


def _finding(bureau, **facts):
    inspection = Inspection.objects.create(year=2026, title="年中检查", held_on=datetime.date(2026, 7, 1), created_at=NOW)
    inspected = InspectedFile.objects.create(inspection=inspection, staff=bureau.member, department=bureau.office)
    return Finding.objects.create(inspected=inspected, text="没有规划", due_on=datetime.date(2026, 11, 1), found_at=NOW, **facts)


class TestTrendAndCoverage:
    def test_are_of_twelve_months_and_of_this_year(self, client, bureau):
        SessionFactory(
            held=True,
            starts_at=at(2026, 10, 13),
            area=ContentArea.PROFESSIONAL,
            attended_by=[bureau.member, bureau.head],
            missed_by={bureau.colleague: "absent"},
        )
        page = page_of(bureau.leader)
        assert [page.trend.months[0].name, page.trend.months[-1].name] == ["2025年12月", "2026年11月"]
        html = html_of(client, bureau.leader)
        assert "2026年10月出勤率 66.7%（2/3）" in html
        assert "◐</span> 尚无" in html


class TestWaiting:
    def test_is_what_the_due_list_asks_to_decide(self, client, bureau):
        session = SessionFactory(kind="core_group", audience="leadership", starts_at=at(2026, 12, 1))
        deputy = StaffMemberFactory(name="副局长", user=make_user("fuju"), posted_to=bureau.office)
        LeadingGroupOfficeFactory(staff=deputy, role="deputy")
        ask_leave(session=session, staff=deputy, kind="duty", reason="去省里开会", by=deputy.user, now=NOW)
        page = page_of(bureau.leader)
        assert len(page.waiting) == 1
        assert "等您办理（1 项）" in html_of(client, bureau.leader)

    def test_is_files_to_confirm_and_plans_to_approve_of_those_one_heads(self, bureau):
        rule_of_people("portfolio.plan")
        StudyPlanFactory(file__staff=bureau.member, waiting=True)
        PostingFactory(staff=bureau.leader, department=bureau.office, is_head=True, is_primary=False)
        titles = [row.title for row in page_of(bureau.leader).waiting]
        assert "学习规划：陶思远（2026年）" in titles

    def test_is_pages_in_the_own_stage_of_review(self, client, bureau):
        page = self._sent(bureau)
        waiting = page_of(bureau.leader).waiting
        assert [row.title for row in waiting] == ["页面：送审的材料"]
        assert waiting[0].url == f"/admin/pages/{page.pk}/edit/"

    def test_is_no_page_that_one_wrote_or_asked_to_be_reviewed(self, bureau):
        page = self._sent(bureau)
        page.save_revision(user=bureau.leader.user)
        assert page_of(bureau.leader).waiting == []
        other = self._sent(bureau, title="自己送审的", by=bureau.leader.user)
        assert other.title not in [row.title for row in page_of(bureau.leader).waiting]

    def test_is_nothing_of_a_stage_of_others(self, bureau):
        self._sent(bureau)
        assert page_of(bureau.clerk).waiting == []

    def _sent(self, bureau, title="送审的材料", by=None):
        ensure_groups()
        workflow = ensure_workflow()
        bureau.leader.user.groups.add(Group.objects.get(name="初审员"))
        column = make_column(make_site(), slug=f"lanmu{title}")
        page = make_article(column, title, publish=False)
        page.save_revision(user=bureau.member.user)
        workflow.start(page, by or bureau.member.user)
        return page


class TestCost:
    def test_is_the_same_however_much_there_is(self, client, bureau):
        rule_of_people("have.application")
        rule = RequirementFactory(owed_by="staff", evidence="have.application", per="quarter")
        PlanItemFactory(plan=a_plan(), requirement=rule, owed_by="staff")
        ensure_groups()
        ensure_workflow()
        bureau.leader.user.groups.add(Group.objects.get(name="初审员"))
        client.force_login(bureau.leader.user)

        def fill(many):
            column = make_column(make_site(), slug="lanmu")
            for _ in range(many):
                person = StaffMemberFactory(posted_to=bureau.office)
                ApplicationFactory(staff=person)
                SessionFactory(held=True, starts_at=at(2026, 11, 3), attended_by=[person])
                SessionFactory(starts_at=at(2026, 11, 3))
                missed_item(requirement=RequirementFactory())
                _finding(bureau)
                PlacementFactory(article=MediaArticleFactory(), published_on=datetime.date(2026, 3, 1))
                ResearchReportFactory(state="approved", department=bureau.office)
                page = make_article(column, "页", publish=False)
                page.save_revision(user=bureau.member.user)
                ensure_workflow().start(page, bureau.member.user)

        def cost():
            client.get(URL)
            with CaptureQueriesContext(connection) as statements:
                assert client.get(URL).status_code == 200
            return len(statements)

        fill(2)
        few = cost()
        fill(6)
        assert cost() == few <= 60
