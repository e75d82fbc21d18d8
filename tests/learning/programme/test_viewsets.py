import datetime

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from cms.users.roles import ensure_groups
from learning.models import AnnualPlan, CalendarDay, Caution, PlanItem, Requirement, Session, StudyFormat
from learning.programme.presets import NOTICE_2020, RELIEF
from learning.programme.services.rules import load_rules
from tests.factories.organisation import DepartmentFactory, PartyBranchFactory, StaffMemberFactory
from tests.factories.pages import make_user
from tests.factories.programme import AnnualPlanFactory, PlanItemFactory, RequirementFactory, SessionFactory, StudyFormatFactory
from tests.standing import standing

pytestmark = pytest.mark.django_db
LISTS = ["annual_plans", "plan_items", "requirements", "study_formats", "calendar_days", "cautions"]
OTHER_ROLES = ["编辑", "初审员", "复审员", "终审员", "宣传科", "系统管理员", "审计管理员", "职工"]


@standing()
def account():
    ensure_groups()
    return make_user("clerk", "机关党委办事员")


@pytest.fixture
def clerk(client, account):
    client.force_login(account)
    return client


@pytest.fixture
def rules():
    load_rules(since=datetime.date(2020, 1, 1), by=None)


def this_year() -> int:
    return timezone.localdate().year


def messages_of(answer) -> str:
    return "".join(str(message) for message in answer.context["messages"])


def data_of(form) -> dict:
    """What the browser would send back of a form nobody has touched."""
    data = {}
    for bound in form:
        value = bound.value()
        if value is None or value is False or value == "":
            continue
        data[bound.html_name] = (
            [getattr(one, "pk", one) for one in value] if isinstance(value, (list, tuple)) or hasattr(value, "all") else value
        )
    return data


def opened(client, name, *args):
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer


class TestMenu:
    def test_stands_before_the_organisation_with_the_work_first(self, clerk):
        html = clerk.get(reverse("wagtailadmin_home")).content.decode()
        assert html.index('"programme"') < html.index('"organisation"')
        shown = [*(reverse(f"{name}:index") for name in LISTS if name != "plan_items"), reverse("sessions"), reverse("gaps")]
        assert all(f'"{address}"' in html for address in shown)
        assert "attendance-register" in html

    def test_is_not_there_for_others(self, client):
        ensure_groups()
        client.force_login(make_user("editor", "编辑"))
        html = client.get(reverse("wagtailadmin_home")).content.decode()
        assert '"programme"' not in html
        assert "学习计划" not in html


class TestAccess:
    @pytest.mark.parametrize("role", OTHER_ROLES)
    def test_is_the_clerks_alone(self, client, role):
        ensure_groups()
        item, day = PlanItemFactory(), CalendarDay.objects.create(day=datetime.date(2026, 10, 1), kind="holiday")
        caution = Caution.objects.create(measure="notes", text="不以笔记论优劣。", source="规定")
        client.force_login(make_user("somebody", role))
        keyed = {
            "annual_plans": item.plan_id,
            "plan_items": item.pk,
            "requirements": item.requirement_id,
            "study_formats": item.requirement.study_format_id,
            "calendar_days": day.pk,
            "cautions": caution.pk,
        }
        addresses = [reverse(f"{name}:{view}") for name in LISTS for view in ("index", "index_results")]
        addresses += [reverse(f"{name}:{view}", args=[pk]) for name, pk in keyed.items() for view in ("edit", "history")]
        addresses += [reverse("requirements:presets"), reverse("annual_plans:lay_out"), reverse("calendar_days:add")]
        for address in addresses:
            answer = client.get(address)
            assert answer.status_code in (302, 403), address
        writes = [
            reverse("annual_plans:lay_out"),
            reverse("annual_plans:lay_out_again", args=[item.plan_id]),
            reverse("annual_plans:publish", args=[item.plan_id]),
            reverse("requirements:presets"),
            reverse("requirements:delete", args=[item.requirement_id]),
            reverse("calendar_days:fill"),
            reverse("calendar_days:delete", args=[day.pk]),
            reverse("plan_items:edit", args=[item.pk]),
        ]
        for address in writes:
            assert client.post(address, {"year": 2026, "act": "load"}).status_code in (302, 403), address
        assert (PlanItem.objects.count(), Requirement.objects.count(), CalendarDay.objects.count()) == (1, 1, 1)
        assert not Session.objects.exists()
        assert AnnualPlan.objects.get().laid_out_at is None

    def test_to_a_single_right_is_that_and_no_more(self, client):
        ensure_groups()
        user = make_user("looker")
        user.user_permissions.add(*Permission.objects.filter(codename__in=["access_admin", "view_requirement"]))
        client.force_login(user)
        requirement = RequirementFactory()
        assert client.get(reverse("requirements:index")).status_code == 200
        assert client.get(reverse("requirements:inspect", args=[requirement.pk])).status_code == 200
        assert client.get(reverse("requirements:edit", args=[requirement.pk])).status_code == 302
        assert client.get(reverse("requirements:presets")).status_code == 302


class TestLists:
    @pytest.mark.parametrize("name", LISTS)
    def test_open_search_and_export_nothing(self, clerk, name):
        PlanItemFactory()
        Caution.objects.create(measure="notes", text="不以笔记论优劣。", source="规定")
        CalendarDay.objects.create(day=datetime.date(2026, 10, 1), kind="holiday")
        assert clerk.get(reverse(f"{name}:index"), {"q": "党"}).status_code == 200
        assert "csv" not in clerk.get(reverse(f"{name}:index")).content.decode()

    @pytest.mark.parametrize("name", ["plan_items", "requirements", "study_formats", "annual_plans"])
    def test_cost_the_same_whatever_their_size(self, clerk, name):
        def statements():
            with CaptureQueriesContext(connection) as captured:
                opened(clerk, f"{name}:index")
            return len(captured)

        def more(number):
            for n in range(number):
                item = PlanItemFactory(owed_by="branch", branch=PartyBranchFactory(), subject_key=f"branch:{n}", plan__year=2026)
                item.requirement.leads.add(DepartmentFactory())
                item.requirement.study_format.leads.add(DepartmentFactory())

        more(2)
        statements()  # what is asked once
        few = statements()
        more(15)
        assert statements() == few <= 25


class TestStudyFormats:
    def test_are_added_and_changed_with_their_leads(self, clerk):
        lead = DepartmentFactory()
        clerk.post(reverse("study_formats:add"), {"name": "专题调研", "position": 9, "leads": [lead.pk]})
        study_format = StudyFormat.objects.get()
        assert list(study_format.leads.all()) == [lead]
        clerk.post(reverse("study_formats:edit", args=[study_format.pk]), {"name": "专题调研", "position": 9, "basis": "方案"})
        study_format.refresh_from_db()
        assert (study_format.basis, study_format.leads.count()) == ("方案", 0)

    def test_are_never_deleted(self, clerk):
        study_format = StudyFormatFactory()
        clerk.post(reverse("study_formats:delete", args=[study_format.pk]))
        assert StudyFormat.objects.exists()

    def test_say_what_is_wrong(self, clerk):
        answer = clerk.post(reverse("study_formats:add"), {"name": StudyFormatFactory().name, "position": 0})
        assert answer.context["form"].errors


class TestRequirementList:
    def test_shows_what_is_in_force_today_unless_asked_for_more(self, clerk):
        today = timezone.localdate()
        old = RequirementFactory(name="早先的要求", in_force_until=datetime.date(today.year - 1, 12, 31))
        RequirementFactory(name="现在的要求")
        html = opened(clerk, "requirements:index").content.decode()
        assert "现在的要求" in html
        assert "早先的要求" not in html
        for choice in ("ended", "all"):
            assert old.name in clerk.get(reverse("requirements:index"), {"in_force": choice}).content.decode()
        assert old.name not in clerk.get(reverse("requirements:index"), {"in_force": "later"}).content.decode()


class TestRequirementForm:
    def change(self, client, requirement, **changes):
        address = reverse("requirements:edit", args=[requirement.pk])
        return client.post(address, {**data_of(client.get(address).context["form"]), **changes})

    def test_shows_the_warning_and_the_clause_before_anything_is_saved(self, clerk, rules):
        requirement = Requirement.objects.get(name="每季度一篇学习心得")
        html = opened(clerk, "requirements:edit", requirement.pk).content.decode()
        for caution in Caution.objects.all():
            assert caution.text in html
            assert caution.source in html

    @pytest.mark.parametrize("use", ["bulletin", "assessment"])
    def test_wants_a_tick_where_later_rules_advise_against_it(self, clerk, rules, use):
        requirement = Requirement.objects.get(name="每季度一篇学习心得")
        answer = self.change(clerk, requirement, use=use)
        assert "勾选" in answer.context["form"].errors["accepts_caution"][0]
        assert answer.context["form"]["use"].value() == use
        requirement.refresh_from_db()
        assert requirement.use == "display"
        assert self.change(clerk, requirement, use=use, accepts_caution="on").status_code == 302
        requirement.refresh_from_db()
        assert requirement.use == use

    def test_wants_no_tick_where_nothing_is_said_against_it(self, clerk, rules):
        requirement = Requirement.objects.get(name="中心组学习")
        assert self.change(clerk, requirement, use="assessment").status_code == 302

    def test_is_new_with_leads_and_kinds(self, clerk):
        lead, study_format = DepartmentFactory(), StudyFormatFactory()
        data = data_of(opened(clerk, "requirements:add").context["form"])
        data |= {
            "study_format": study_format.pk,
            "name": "每个科室一次",
            "owed_by": "department",
            "department_kinds": ["section", "unit"],
            "evidence": "programme.department_session",
            "basis": "本局规定",
            "leads": [lead.pk],
        }
        assert clerk.post(reverse("requirements:add"), data).status_code == 302
        requirement = Requirement.objects.get()
        assert requirement.department_kinds == ["section", "unit"]
        assert list(requirement.leads.all()) == [lead]
        assert requirement.in_force_from == datetime.date(this_year(), 1, 1)

    def test_keeps_what_was_typed_where_the_rule_makes_no_sense(self, clerk):
        answer = self.change(clerk, RequirementFactory(), owed_by="department", name="改过的名字")
        form = answer.context["form"]
        assert "至少勾选一类" in form.errors["department_kinds"][0]
        assert form["name"].value() == "改过的名字"

    def test_asks_people_for_any_record_of_a_have_in_the_first_quarter(self, clerk):
        requirement = RequirementFactory(owed_by="staff", evidence="portfolio.plan", per="year")
        html = opened(clerk, "requirements:edit", requirement.pk).content.decode()
        assert "有学习笔记（任何一项都算）" in html
        assert self.change(clerk, requirement, evidence="have.note", window="first_quarter").status_code == 302
        requirement.refresh_from_db()
        assert (requirement.evidence, requirement.cadence) == ("have.note", "每年 1 次，3 月底前")

    def test_does_not_ask_a_department_for_what_is_kept_of_each_person(self, clerk):
        answer = self.change(clerk, RequirementFactory(), owed_by="organ", evidence="have.note")
        assert "只能用于由“每个人”完成的要求" in answer.context["form"].errors["evidence"][0]

    def test_offers_kinds_of_evidence_that_nobody_keeps_yet(self, clerk):
        requirement = RequirementFactory(evidence="quiz.attempt")
        html = opened(clerk, "requirements:edit", requirement.pk).content.decode()
        assert "quiz.attempt（模块尚未启用，人工登记）" in html
        assert self.change(clerk, requirement, name="测试").status_code == 302

    def test_asks_from_which_day_where_years_were_planned_by_it(self, clerk):
        requirement = PlanItemFactory(planned_on=datetime.date(this_year() - 1, 5, 5)).requirement
        form = opened(clerk, "requirements:edit", requirement.pk).context["form"]
        assert "in_force_from" not in form.fields
        assert form["since"].value() == datetime.date(this_year() + 1, 1, 1)
        answer = self.change(clerk, requirement, quantity=2)
        assert answer.status_code == 302
        requirement.refresh_from_db()
        new = Requirement.objects.exclude(pk=requirement.pk).get()
        assert (requirement.quantity, requirement.in_force_until) == (1, datetime.date(this_year(), 12, 31))
        assert (new.quantity, new.in_force_from, new.series) == (2, datetime.date(this_year() + 1, 1, 1), requirement.series)
        assert "旧版本保留" in messages_of(clerk.get(reverse("requirements:index")))
        assert ModelLogEntry.objects.filter(object_id=new.pk, action="wagtail.create").exists()

    def test_proposes_this_year_where_nothing_has_come_of_it_yet(self, clerk):
        requirement = PlanItemFactory(planned_on=datetime.date(this_year() + 1, 5, 5)).requirement
        assert opened(clerk, "requirements:edit", requirement.pk).context["form"]["since"].value() == datetime.date(this_year(), 1, 1)

    def test_does_not_rewrite_years_gone(self, clerk):
        requirement = PlanItemFactory(planned_on=datetime.date(this_year() - 1, 5, 5)).requirement
        answer = self.change(clerk, requirement, quantity=2, since=f"{this_year() - 1}-01-01")
        assert "往年的口径不改" in answer.context["form"].errors["since"][0]

    def test_shows_what_the_service_refuses_and_stays_with_its_record(self, clerk):
        requirement = PlanItemFactory(planned_on=datetime.date(this_year() - 1, 5, 5)).requirement
        Requirement.objects.filter(pk=requirement.pk).update(in_force_until=datetime.date(this_year() - 1, 12, 31))
        answer = self.change(clerk, requirement, quantity=2)
        assert "失效" in "".join(answer.context["form"].non_field_errors())
        assert reverse("requirements:edit", args=[requirement.pk]) in answer.content.decode()
        assert Requirement.objects.count() == 1

    def test_only_closes_where_only_the_end_was_changed(self, clerk):
        requirement = PlanItemFactory(planned_on=datetime.date(this_year() - 1, 5, 5)).requirement
        self.change(clerk, requirement, in_force_until=f"{this_year()}-12-31")
        assert Requirement.objects.get().in_force_until == datetime.date(this_year(), 12, 31)

    def test_saves_nothing_where_nothing_was_changed(self, clerk):
        requirement = PlanItemFactory(planned_on=datetime.date(this_year() - 1, 5, 5)).requirement
        self.change(clerk, requirement)
        assert Requirement.objects.get() == requirement
        assert not ModelLogEntry.objects.exists()
        assert "没有改动" in messages_of(clerk.get(reverse("requirements:index")))


class TestRequirementDeletion:
    def test_closes_what_items_hang_on_and_says_so(self, clerk):
        requirement = PlanItemFactory().requirement
        address = reverse("requirements:delete", args=[requirement.pk])
        assert "不能删除" in clerk.get(address).content.decode()
        answer = clerk.post(address, follow=True)
        assert "没有删除，已改为停用" in messages_of(answer)
        requirement.refresh_from_db()
        assert requirement.in_force_until == timezone.localdate()

    def test_deletes_what_nothing_came_of(self, clerk):
        answer = clerk.post(reverse("requirements:delete", args=[RequirementFactory().pk]), follow=True)
        assert "已删除" in messages_of(answer)
        assert not Requirement.objects.exists()


class TestRequirementPage:
    def test_shows_every_version(self, clerk):
        old = RequirementFactory(in_force_until=datetime.date(2025, 12, 31), use="assessment", department_kinds=["section"])
        new = RequirementFactory(series=old.series, study_format=old.study_format, in_force_from=datetime.date(2026, 1, 1))
        html = opened(clerk, "requirements:inspect", new.pk).content.decode()
        assert reverse("requirements:inspect", args=[old.pk]) in html
        assert "计入考核" in html
        assert "今天有效" in html
        assert "机关科室" in opened(clerk, "requirements:inspect", old.pk).content.decode()
        assert "Cadence" not in html


class TestPresets:
    def test_stand_side_by_side_with_what_they_differ_in(self, clerk, rules):
        answer = opened(clerk, "requirements:presets")
        comparison = answer.context["comparison"]
        assert comparison.followed == RELIEF
        assert "每季度一篇学习心得" in [row.name for row in comparison.rows]
        assert "学习笔记" in answer.content.decode()  # the cautions, before anything is saved

    def test_bring_the_rules_in(self, clerk):
        answer = clerk.post(
            reverse("requirements:presets"), {"act": "load", "load-preset": RELIEF, "load-since": "2026-01-01"}, follow=True
        )
        assert "装入" in messages_of(answer)
        assert Requirement.objects.count() > 20

    @pytest.mark.parametrize("act", ["load", "switch"])
    def test_of_2020_want_a_tick(self, clerk, rules, act):
        since = datetime.date(this_year() + 1, 1, 1)
        data = {"act": act, f"{act}-preset": NOTICE_2020, f"{act}-since": since.isoformat()}
        answer = clerk.post(reverse("requirements:presets"), data)
        assert "勾选" in answer.context["forms"][act].errors["accepts_caution"][0]
        assert not Requirement.objects.filter(use="assessment").exists()
        answer = clerk.post(reverse("requirements:presets"), {**data, f"{act}-accepts_caution": "on"}, follow=True)
        assert answer.status_code == 200
        assert Requirement.objects.filter(use="assessment", in_force_from=since).exists() == (act == "switch")

    def test_show_what_the_service_refuses(self, clerk, rules):
        data = {"act": "switch", "switch-preset": NOTICE_2020, "switch-since": "2020-01-01", "switch-accepts_caution": "on"}
        answer = clerk.post(reverse("requirements:presets"), data)
        assert "往年的口径不改" in "".join(answer.context["forms"]["switch"].non_field_errors())

    def test_do_nothing_without_an_act(self, clerk):
        assert clerk.post(reverse("requirements:presets"), {}).status_code == 302


class TestCautions:
    def test_are_added_and_changed(self, clerk):
        data = {"measure": "notes", "text": "不以笔记论优劣。", "source": "规定", "position": 0}
        clerk.post(reverse("cautions:add"), data)
        caution = Caution.objects.get()
        clerk.post(reverse("cautions:edit", args=[caution.pk]), {**data, "text": "不看笔记。"})
        caution.refresh_from_db()
        assert caution.text == "不看笔记。"


class TestCalendarDays:
    def test_are_filled_from_the_official_data(self, clerk):
        answer = clerk.post(reverse("calendar_days:fill"), {"year": 2026}, follow=True)
        assert "2026 年填入" in messages_of(answer)
        assert "没有新的" in messages_of(clerk.post(reverse("calendar_days:fill"), {"year": 2026}, follow=True))

    def test_say_where_there_are_no_data(self, clerk):
        year = this_year() + 1
        html = opened(clerk, "calendar_days:index").content.decode()
        assert "至 2026 年" in html
        answer = clerk.post(reverse("calendar_days:fill"), {"year": max(year, 2027)}, follow=True)
        assert "的放假安排数据" in messages_of(answer)
        assert not CalendarDay.objects.exists()
        assert "请先选" in messages_of(clerk.post(reverse("calendar_days:fill"), {"year": "x"}, follow=True))

    def test_are_entered_corrected_and_deleted(self, clerk):
        clerk.post(reverse("calendar_days:add"), {"day": "2027-10-01", "kind": "holiday", "name": "国庆节"})
        day = CalendarDay.objects.get()
        assert day.is_own
        answer = clerk.post(reverse("calendar_days:add"), {"day": "2027-10-01", "kind": "workday"})
        assert answer.context["form"].errors
        clerk.post(reverse("calendar_days:edit", args=[day.pk]), {"day": "2027-10-01", "kind": "workday"})
        day.refresh_from_db()
        assert day.kind == "workday"
        assert "2027-10-01（星期五）" in clerk.get(reverse("calendar_days:index"), {"year": 2027}).content.decode()
        clerk.post(reverse("calendar_days:delete", args=[day.pk]))
        assert not CalendarDay.objects.exists()


class TestPlans:
    def test_take_four_steps(self, clerk, rules):
        assert reverse("annual_plans:lay_out") in opened(clerk, "annual_plans:index").content.decode()
        opened(clerk, "annual_plans:lay_out")
        answer = clerk.post(reverse("annual_plans:lay_out"), {"year": 2026}, follow=True)
        plan = AnnualPlan.objects.get()
        assert answer.redirect_chain[-1][0] == reverse("annual_plans:edit", args=[plan.pk])
        assert f"新增 {plan.items.count()} 项" in messages_of(answer)
        overview = answer.context["overview"]
        assert len(overview.flags) == plan.items.exclude(reason="").count() > 3
        answer = clerk.post(reverse("annual_plans:publish", args=[plan.pk]), follow=True)
        assert f"建立学习活动 {Session.objects.count()} 次" in messages_of(answer)

    def test_again_add_nothing(self, clerk, rules):
        clerk.post(reverse("annual_plans:lay_out"), {"year": 2026})
        plan = AnnualPlan.objects.get()
        items = plan.items.count()
        answer = clerk.post(reverse("annual_plans:lay_out_again", args=[plan.pk]), follow=True)
        assert f"新增 0 项，已有 {items} 项没有动" in messages_of(answer)
        assert plan.items.count() == items

    def test_say_where_no_holidays_are_known(self, clerk, rules):
        answer = clerk.post(reverse("annual_plans:lay_out"), {"year": 2027}, follow=True)
        assert "没有 2027 年的放假安排" in messages_of(answer)
        assert "没有避开节假日" in answer.content.decode()

    def test_say_what_is_wrong(self, clerk):
        for year in ("", "1066"):
            assert clerk.post(reverse("annual_plans:lay_out"), {"year": year}).context["form"].errors
        plan = AnnualPlanFactory()
        answer = clerk.post(reverse("annual_plans:publish", args=[plan.pk]), follow=True)
        assert "还没有生成" in messages_of(answer)

    def test_are_changed_by_posts_alone(self, clerk):
        plan = AnnualPlanFactory()
        for name in ("lay_out_again", "publish"):
            assert clerk.get(reverse(f"annual_plans:{name}", args=[plan.pk])).status_code == 405
        assert clerk.get(reverse("annual_plans:edit", args=[plan.pk + 1])).status_code == 404

    def test_cost_the_same_whatever_their_size(self, clerk):
        plan = AnnualPlanFactory()

        def statements():
            with CaptureQueriesContext(connection) as captured:
                opened(clerk, "annual_plans:edit", plan.pk)
            return len(captured)

        def more(first, number):
            for n in range(first, first + number):
                item = PlanItemFactory(plan=plan, subject_key=f"organ{n}", reason="停电", number=n + 1)
                item.rota.create(staff=StaffMemberFactory())
                SessionFactory(plan_item=item)

        more(0, 2)
        statements()
        few = statements()
        more(2, 12)
        assert statements() == few <= 20


class TestPlanItems:
    def change(self, client, item, **changes):
        address = reverse("plan_items:edit", args=[item.pk])
        return client.post(address, {**data_of(client.get(address).context["form"]), **changes})

    def test_are_filtered_by_format_subject_and_month(self, clerk):
        item = PlanItemFactory(title="十一月的", planned_on=datetime.date(2026, 11, 24))
        PlanItemFactory(title="五月的", planned_on=datetime.date(2026, 5, 24), reason="停电", state="cancelled")
        address = reverse("plan_items:index")
        for asked in (
            {"month": 11},
            {"requirement__study_format": item.requirement.study_format_id},
            {"flagged": "false"},
            {"state": "planned"},
        ):
            html = clerk.get(address, asked).content.decode()
            assert "十一月的" in html
            assert "五月的" not in html
        assert "五月的" in clerk.get(address, {"flagged": "true", "plan": item.plan_id}).content.decode()

    def test_are_moved_with_a_reason(self, clerk):
        item, lead = PlanItemFactory(planned_on=datetime.date(2026, 11, 24)), DepartmentFactory()
        answer = self.change(clerk, item, planned_on="2026-11-25")
        assert "请写明原因" in answer.context["form"].errors["reason"][0]
        answer = self.change(clerk, item, planned_on="2026-11-25", reason="讲师有事", leads=[lead.pk])
        assert answer.url == reverse("annual_plans:edit", args=[item.plan_id])
        item.refresh_from_db()
        assert (item.moved_from, item.edited_by.username) == (datetime.date(2026, 11, 24), "clerk")
        assert list(item.leads.all()) == [lead]

    def test_have_a_select_for_every_turn(self, clerk):
        rule = RequirementFactory(opens_sessions=True, speakers_min=2, speakers_max=3)
        heads = [StaffMemberFactory(posted_to=DepartmentFactory(), posted_to__is_head=True) for _n in range(3)]
        item = PlanItemFactory(requirement=rule, starts_at=datetime.time(15))
        item.rota.create(staff=heads[0], position=0)
        form = opened(clerk, "plan_items:edit", item.pk).context["form"]
        assert form.turn_names == ("turn_1", "turn_2", "turn_3")
        assert form["turn_1"].value() == heads[0].pk
        answer = self.change(clerk, item, turn_1=heads[1].pk, turn_2=heads[1].pk)
        assert "填了两次" in "".join(answer.context["form"].non_field_errors())
        self.change(clerk, item, turn_1=heads[2].pk, turn_3=heads[0].pk)
        assert [turn.staff for turn in item.rota.all()] == [heads[2], heads[0]]

    def test_without_a_rota_keep_none(self, clerk):
        item = PlanItemFactory()
        assert opened(clerk, "plan_items:edit", item.pk).context["form"].turn_names == ()
        self.change(clerk, item, note="请带教材")
        item.refresh_from_db()
        assert item.note == "请带教材"

    def test_lead_to_their_session(self, clerk):
        item = PlanItemFactory()
        session = SessionFactory(plan_item=item)
        html = opened(clerk, "plan_items:edit", item.pk).content.decode()
        assert reverse("session", args=[session.pk]) in html
        answer = self.change(clerk, item, state="cancelled", reason="停电")
        assert "先在活动里取消" in answer.context["form"].errors["state"][0]

    def test_are_neither_made_nor_deleted_by_hand(self, clerk):
        item = PlanItemFactory()
        for path in ("new/", f"delete/{item.pk}/"):
            assert clerk.post(reverse("plan_items:index") + path).status_code == 404
        assert PlanItem.objects.count() == 1
