import datetime

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cms.inbox.models import Message
from learning.models import AnnualPlan, PlanItem, Session
from learning.periods import PeriodKind
from learning.programme.choices import SessionState
from tests.factories.organisation import (
    BranchMembershipFactory,
    DepartmentFactory,
    LeadingGroupOfficeFactory,
    PartyBranchFactory,
    PostingFactory,
    StaffMemberFactory,
)
from tests.factories.pages import make_site, make_user
from tests.factories.programme import AnnualPlanFactory, PlanItemFactory, RequirementFactory, SessionFactory, at
from tests.standing import standing

pytestmark = pytest.mark.usefixtures("site")
NOW = at(2026, 11, 25, 9)


@standing(now=NOW)
def site():
    return make_site()


@pytest.fixture
def plan():
    return AnnualPlanFactory(year=2026, state=AnnualPlan.State.PUBLISHED, has_calendar=True)


@pytest.fixture
def clerk():
    user = make_user("clerk")
    user.user_permissions.add(Permission.objects.get(codename="run_programme"))
    return user


@pytest.fixture
def branch():
    return PartyBranchFactory()


@pytest.fixture
def secretary(branch):
    staff = StaffMemberFactory(user=make_user("secretary"), posted_to=DepartmentFactory())
    BranchMembershipFactory(staff=staff, branch=branch, role="secretary")
    return staff.user


@pytest.fixture
def leader():
    return LeadingGroupOfficeFactory(staff=StaffMemberFactory(user=make_user("leader"))).staff.user


def head_of(department):
    staff = StaffMemberFactory(user=make_user(f"head{department.pk}"))
    PostingFactory(staff=staff, department=department, is_head=True)
    return staff.user


def branch_item(branch, **facts):
    rule = facts.pop("requirement", None) or RequirementFactory(owed_by="branch", evidence="programme.collective", per="month")
    return PlanItemFactory(
        requirement=rule,
        owed_by="branch",
        branch=branch,
        subject_key=f"branch:{branch.pk}",
        period_kind=PeriodKind.MONTH,
        planned_on=datetime.date(2026, 10, 20),
    )


def get(client, user, name, *args, query=""):
    client.force_login(user)
    return client.get(reverse(name, args=args) + query)


def post(client, user, name, *args, query="", **data):
    client.force_login(user)
    return client.post(reverse(name, args=args) + query, data)


class TestGaps:
    def test_asks_whoever_is_not_signed_in_to_sign_in(self, client):
        assert client.get(reverse("gaps")).status_code == 302

    def test_shows_the_year_to_a_clerk_with_a_link_in_every_cell(self, client, clerk, plan):
        item = PlanItemFactory(plan=plan, planned_on=datetime.date(2026, 2, 10))
        page = get(client, clerk, "gaps").content.decode()
        assert f"{reverse('gap_cell', args=[item.pk])}?scope=organ" in page
        assert "第一季度：已逾期 0/1，期限 2026-03-31" in page
        assert 'aria-current="date">11月' in page

    def test_says_what_to_do_where_there_is_no_plan(self, client, clerk, leader):
        assert "去生成年度计划" in get(client, clerk, "gaps").content.decode()
        assert "去生成年度计划" not in get(client, leader, "gaps").content.decode()

    def test_keeps_a_draft_to_the_clerks(self, client, clerk, leader):
        item = PlanItemFactory(plan=AnnualPlanFactory(year=2026))
        assert "还是草稿" in get(client, clerk, "gaps").content.decode()
        assert "尚未发布" in get(client, leader, "gaps").content.decode()
        assert get(client, leader, "gap_cell", item.pk).status_code == 404

    def test_says_that_the_holidays_were_not_known(self, client, clerk, plan):
        plan.has_calendar = False
        plan.save()
        PlanItemFactory(plan=plan)
        assert "节假日没有避开" in get(client, clerk, "gaps").content.decode()

    def test_shows_a_secretary_the_own_branch_and_no_other(self, client, secretary, branch, plan):
        branch_item(branch)
        other = PartyBranchFactory()
        assert f'2026年缺口<span class="gap-scope">：{branch}' in get(client, secretary, "gaps").content.decode()
        assert get(client, secretary, "gaps", query=f"?scope=branch:{other.pk}").status_code == 404
        assert get(client, secretary, "gaps", query="?scope=organ").status_code == 404

    def test_refuses_whoever_oversees_nothing(self, client, plan):
        member = StaffMemberFactory(user=make_user("member"), posted_to=DepartmentFactory()).user
        assert get(client, member, "gaps").status_code == 403

    @pytest.mark.parametrize("query", ["?year=abc", "?year=1999", "?scope=branch:x", "?scope=branch:999999"])
    def test_finds_nothing_under_a_made_up_address(self, client, clerk, query):
        assert get(client, clerk, "gaps", query=query).status_code == 404

    def test_asks_as_many_statements_for_many_as_for_few(self, client, clerk, plan):
        rule = RequirementFactory(owed_by="branch", evidence="programme.collective", per="month")

        def statements():
            get(client, clerk, "gaps")
            with CaptureQueriesContext(connection) as captured:
                client.get(reverse("gaps"))
            return len(captured)

        branch_item(PartyBranchFactory(), requirement=rule)
        few = statements()
        for _ in range(8):
            branch_item(PartyBranchFactory(), requirement=rule)
            SessionFactory(formats=[rule.study_format], held=True)
        assert statements() == few <= 18


class TestCell:
    def test_names_those_who_lack_it_with_their_department(self, client, clerk, plan):
        department = DepartmentFactory(name="思政科")
        StaffMemberFactory(name="叶知秋", posted_to=department)
        item = PlanItemFactory(plan=plan, owed_by="staff", requirement=RequirementFactory(owed_by="staff", evidence="programme.attendance"))
        page = get(client, clerk, "gap_cell", item.pk).content.decode()
        assert "还没有完成的（1 人）" in page
        assert "叶知秋" in page
        assert "思政科" in page

    def test_shows_a_head_the_own_people_only(self, client, plan):
        own, other = DepartmentFactory(), DepartmentFactory()
        StaffMemberFactory(name="自己人", posted_to=own)
        StaffMemberFactory(name="别科人", posted_to=other)
        item = PlanItemFactory(plan=plan, owed_by="staff", requirement=RequirementFactory(owed_by="staff", evidence="programme.attendance"))
        page = get(client, head_of(own), "gap_cell", item.pk).content.decode()
        assert "自己人" in page
        assert "别科人" not in page

    def test_links_the_sessions_and_says_why_one_was_cancelled(self, client, clerk, plan):
        item = PlanItemFactory(plan=plan)
        session = SessionFactory(plan_item=item, state=SessionState.CANCELLED, reason="防汛值守")
        page = get(client, clerk, "gap_cell", item.pk).content.decode()
        assert reverse("session", args=[session.pk]) in page
        assert "防汛值守" in page

    def test_offers_its_acts_to_the_clerk_and_shows_a_leader_none(self, client, clerk, leader, secretary, branch, plan):
        item = branch_item(branch)
        for name in ("open_item_session", "item_done", "remind_gap"):
            assert reverse(name, args=[item.pk]) in get(client, clerk, "gap_cell", item.pk).content.decode()
            assert reverse(name, args=[item.pk]) not in get(client, leader, "gap_cell", item.pk).content.decode()

    def test_is_not_the_business_of_another_branch(self, client, secretary, branch, plan):
        item = branch_item(PartyBranchFactory())
        assert get(client, secretary, "gap_cell", item.pk).status_code == 404
        branch_item(branch, requirement=item.requirement)
        page = get(client, secretary, "gap_cell", item.pk).content.decode()  # the same cell, of the own branch
        assert item.branch.name not in page
        assert branch.name in page

    def test_shows_whoever_leads_it_how_the_organ_stands(self, client, plan):
        lead = DepartmentFactory()
        item = PlanItemFactory(plan=plan)
        assert get(client, head_of(lead), "gap_cell", item.pk).status_code == 404
        item.leads.add(lead)
        client.logout()
        page = client.get(reverse("gap_cell", args=[item.pk]))
        assert page.status_code == 302
        user = lead.postings.get(is_head=True).staff.user
        assert get(client, user, "gap_cell", item.pk).status_code == 200
        assert post(client, user, "item_done", item.pk).status_code == 403


class TestRemindBehind:
    def test_tells_the_officers_and_says_how_many(self, client, clerk, secretary, branch, plan):
        item = branch_item(branch)
        client.force_login(clerk)
        answer = client.post(reverse("remind_gap", args=[item.pk]), follow=True)
        assert "已提醒 1 人。" in answer.content.decode()
        assert "已提醒 1 人，最近一次 2026-11-25 09:00" in answer.content.decode()
        answer = client.post(reverse("remind_gap", args=[item.pk]), follow=True)
        assert "都已提醒过，没有再发" in answer.content.decode()
        assert Message.objects.count() == 1

    def test_tells_nobody_on_a_get(self, client, clerk, secretary, branch, plan):
        item = branch_item(branch)
        assert get(client, clerk, "remind_gap", item.pk).status_code == 302
        assert not Message.objects.exists()

    def test_refuses_a_leader(self, client, leader, secretary, branch, plan):
        assert post(client, leader, "remind_gap", branch_item(branch).pk).status_code == 403
        assert not Message.objects.exists()

    def test_says_why_there_is_nothing_to_remind_of(self, client, clerk, plan):
        item = PlanItemFactory(plan=plan, done_on=datetime.date(2026, 11, 1), done_note="已办")
        client.force_login(clerk)
        assert "现在不用提醒：已完成" in client.post(reverse("remind_gap", args=[item.pk]), follow=True).content.decode()


class TestDone:
    def test_ticks_the_item_off(self, client, clerk, plan):
        item = PlanItemFactory(plan=plan)
        answer = post(client, clerk, "item_done", item.pk, on="2026-11-20", note="材料在档案柜", query="?scope=organ")
        assert answer["Location"] == f"{reverse('gap_cell', args=[item.pk])}?scope=organ"
        item.refresh_from_db()
        assert (item.done_on, item.done_note) == (datetime.date(2026, 11, 20), "材料在档案柜")

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            ({"on": "2026-11-26", "note": "已办"}, "不能晚于今天"),
            ({"on": "", "note": "已办"}, "请填写完成日期"),
            ({"on": "2026-11-20", "note": " "}, "请写一句完成情况"),
        ],
    )
    def test_says_what_is_wrong_and_loses_nothing(self, client, clerk, plan, data, message):
        item = PlanItemFactory(plan=plan)
        answer = post(client, clerk, "item_done", item.pk, **data)
        assert answer.status_code == 400
        assert message in answer.content.decode()
        assert (data["note"].strip() or "note") in answer.content.decode()
        assert not PlanItem.objects.filter(done_on__isnull=False).exists()

    def test_is_offered_alone_where_no_session_would_do(self, client, clerk, plan):
        for evidence, offers in (("reading.monthly_list", False), ("programme.item", False), ("programme.session", True)):
            item = PlanItemFactory(plan=plan, requirement__evidence=evidence)
            html = get(client, clerk, "gap_cell", item.pk).content.decode()
            assert "登记完成" in html
            assert ("建立学习活动" in html) is offers

    def test_refuses_an_item_that_has_a_held_session(self, client, clerk, plan):
        item = PlanItemFactory(plan=plan)
        SessionFactory(plan_item=item, held=True)
        assert "按活动计算" in post(client, clerk, "item_done", item.pk, on="2026-11-20", note="已办").content.decode()

    def test_is_for_the_branch_itself(self, client, secretary, leader, branch, plan):
        own, foreign = branch_item(branch), branch_item(PartyBranchFactory())
        assert post(client, secretary, "item_done", own.pk, on="2026-11-20", note="已办").status_code == 302
        assert post(client, secretary, "item_done", foreign.pk, on="2026-11-20", note="已办").status_code == 404
        assert post(client, leader, "item_done", own.pk, on="2026-11-20", note="已办").status_code == 403


class TestOpenItemSession:
    def test_opens_it_and_goes_on_to_its_form(self, client, clerk, plan):
        item = PlanItemFactory(plan=plan)
        answer = post(client, clerk, "open_item_session", item.pk)
        assert answer["Location"] == reverse("edit_session", args=[Session.objects.get().pk])

    def test_opens_no_second_one(self, client, clerk, plan):
        item = PlanItemFactory(plan=plan)
        SessionFactory(plan_item=item)
        client.force_login(clerk)
        assert "已有学习活动" in client.post(reverse("open_item_session", args=[item.pk]), follow=True).content.decode()
        assert Session.objects.count() == 1

    def test_opens_none_on_a_get(self, client, clerk, plan):
        assert get(client, clerk, "open_item_session", PlanItemFactory(plan=plan).pk).status_code == 302
        assert not Session.objects.exists()

    def test_refuses_a_leader(self, client, leader, plan):
        assert post(client, leader, "open_item_session", PlanItemFactory(plan=plan).pk).status_code == 403
