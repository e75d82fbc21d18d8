import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import ModelLogEntry

from learning.models import AnnualPlan, CalendarDay, PlanItem, Session, SessionLecturer
from learning.programme.services.plans import (
    PlanError,
    heads_in_turn,
    lay_out_year,
    open_session,
    publish_plan,
    record_done,
    save_item,
    work_calendar,
)
from learning.programme.services.rules import load_rules, revise_requirement, save_calendar_day
from tests.factories.organisation import DepartmentFactory, PartyBranchFactory, StaffMemberFactory
from tests.factories.pages import make_user
from tests.factories.programme import AnnualPlanFactory, PlanItemFactory, RequirementFactory, SessionFactory, at

pytestmark = pytest.mark.django_db
NOW = at(2026, 1, 4, 9)
NEW_YEAR = datetime.date(2026, 1, 1)


@pytest.fixture
def clerk():
    return make_user("clerk")


@pytest.fixture
def rules(clerk):
    load_rules(since=datetime.date(2024, 1, 1), by=clerk)


def lay_out(year, clerk, now=NOW):
    return lay_out_year(year=year, by=clerk, now=now)


def make_heads(number):
    return [StaffMemberFactory(posted_to=DepartmentFactory(), posted_to__is_head=True) for _n in range(number)]


class TestLayOutYear:
    def test_makes_every_item_of_the_notice(self, rules, clerk):
        PartyBranchFactory()
        DepartmentFactory()
        laid_out = lay_out(2026, clerk)
        items = laid_out.plan.items
        assert laid_out.added == items.count() > 140
        assert items.filter(requirement__name="每周二政治学习").count() == 52
        assert items.filter(requirement__name="中心组学习").count() == 12
        assert items.filter(requirement__name="专家辅导讲座").count() == 2
        assert items.filter(requirement__name="干部职工集中学习", branch__isnull=False).count() == 12
        assert items.filter(requirement__name="科室调研报告", department__isnull=False).count() == 1
        assert {item.planned_on.month for item in items.filter(requirement__name="理论知识测试")} == {3, 6, 9, 12}

    def test_says_of_every_moved_item_why(self, rules, clerk):
        laid_out = lay_out(2026, clerk)
        assert laid_out.has_calendar
        assert 3 <= len(laid_out.flagged) <= 20
        assert all(item.reason for item in laid_out.flagged)
        assert set(laid_out.plan.items.moved_or_cancelled()) == set(laid_out.flagged)

    def test_again_adds_nothing_and_leaves_edited_items_alone(self, rules, clerk):
        plan = lay_out(2026, clerk).plan
        item = plan.items.filter(requirement__name="专家辅导讲座").first()
        item.title, item.planned_on, item.reason = "形势报告会", item.planned_on + datetime.timedelta(days=7), "讲师有事"
        save_item(item=item, by=clerk, now=NOW)
        before = list(plan.items.order_by("pk").values())
        laid_out = lay_out(2026, clerk)
        assert (laid_out.added, laid_out.kept) == (0, len(before))
        assert list(plan.items.order_by("pk").values()) == before

    def test_again_adds_what_a_new_branch_owes(self, rules, clerk):
        lay_out(2026, clerk)
        branch = PartyBranchFactory()
        laid_out = lay_out(2026, clerk)
        assert laid_out.added == 24
        assert set(laid_out.plan.items.filter(branch__isnull=False).values_list("branch", flat=True)) == {branch.pk}

    def test_follows_a_rule_that_becomes_quarterly_in_mid_year(self, clerk):
        rule = RequirementFactory(per="month", opens_sessions=False, in_force_from=NEW_YEAR)
        lay_out(2026, clerk)
        rule.per = "quarter"
        revise_requirement(requirement=rule, since=datetime.date(2026, 6, 1), today=datetime.date(2026, 5, 20), by=clerk)
        lay_out(2026, clerk)
        laid_out = PlanItem.objects.filter(series=rule.series).order_by("period_first", "period_kind")
        assert [str(item.period) for item in laid_out] == [
            *(f"2026年{month}月" for month in (1, 2, 3, 4)),
            *("2026年第二季度", "2026年5月", "2026年第三季度", "2026年第四季度"),
        ]

    def test_asks_nothing_of_a_branch_after_it_is_closed(self, rules, clerk):
        PartyBranchFactory(closed_on=datetime.date(2026, 4, 1))
        PartyBranchFactory(closed_on=datetime.date(2025, 4, 1))
        plan = lay_out(2026, clerk).plan
        assert {item.period_first.month for item in plan.items.filter(branch__isnull=False)} == {1, 2, 3}

    def test_never_puts_two_sessions_of_one_owner_on_a_day(self, rules, clerk):
        plan = lay_out(2026, clerk).plan
        days = list(plan.items.planned().filter(requirement__opens_sessions=True, owed_by="organ").values_list("planned_on", flat=True))
        assert len(days) == len(set(days))

    def test_of_a_year_without_holidays_says_so(self, rules, clerk):
        laid_out = lay_out(2027, clerk)
        assert not laid_out.has_calendar
        assert not laid_out.plan.has_calendar
        assert not CalendarDay.objects.exists()
        assert laid_out.plan.items.filter(planned_on=datetime.date(2027, 10, 5)).exists()

    def test_takes_an_entered_holiday_into_account(self, rules, clerk):
        save_calendar_day(day=CalendarDay(day=datetime.date(2027, 10, 5), kind="holiday", name="国庆节"), by=clerk)
        plan = lay_out(2027, clerk).plan
        item = plan.items.get(moved_from=datetime.date(2027, 10, 5))
        assert (item.planned_on, item.reason) == (datetime.date(2027, 10, 6), "国庆节放假，顺延")

    @pytest.mark.parametrize("size", [3, 30])
    def test_costs_less_than_200_statements_in_one_transaction(self, rules, clerk, size):
        PartyBranchFactory.create_batch(size)
        DepartmentFactory.create_batch(size)
        make_heads(size)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            lay_out(2026, clerk)
        assert len(captured) < 200
        outer = [query["sql"] for query in captured if query["sql"].startswith(("BEGIN", "COMMIT"))]
        assert len(outer) <= 2

    def test_refuses_a_year_that_is_none(self, clerk):
        with pytest.raises(ValidationError):
            lay_out(1066, clerk)
        assert not AnnualPlan.objects.exists()

    def test_logs_what_it_did(self, rules, clerk):
        laid_out = lay_out(2026, clerk)
        entry = ModelLogEntry.objects.get(action="programme.lay_out")
        assert (entry.user, entry.data["added"]) == (clerk, laid_out.added)


class TestRota:
    def test_has_three_to_five_heads_a_quarter_and_nobody_twice_before_all_once(self, rules, clerk):
        heads = make_heads(14)
        plan = lay_out(2026, clerk).plan
        rota = [list(item.rota.values_list("staff", flat=True)) for item in plan.items.filter(requirement__name="业务知识培训")]
        assert len(rota) == 4
        assert all(3 <= len(people) <= 5 for people in rota)
        turns = [person for people in rota for person in people]
        assert set(turns[: len(heads)]) == {head.pk for head in heads}

    def test_begins_the_next_year_with_whoever_has_waited_longest(self, rules, clerk):
        heads = make_heads(22)
        first = lay_out(2025, clerk).plan
        waiting = {head.pk for head in heads} - set(first.items.values_list("rota__staff", flat=True))
        assert len(waiting) == 2
        opening = lay_out(2026, clerk).plan.items.filter(requirement__name="业务知识培训").first()
        assert set(opening.rota.values_list("staff", flat=True)[:2]) == waiting

    def test_leaves_out_heads_of_units_and_those_who_have_left(self, clerk):
        StaffMemberFactory(posted_to=DepartmentFactory(kind="unit"), posted_to__is_head=True)
        StaffMemberFactory(posted_to=DepartmentFactory(), posted_to__is_head=True, left_on=datetime.date(2025, 1, 1))
        (head,) = make_heads(1)
        assert heads_in_turn(day=NEW_YEAR, before=NEW_YEAR) == [head]


class TestPublishPlan:
    def test_opens_a_session_for_every_item_that_asks_for_one(self, rules, clerk):
        make_heads(4)
        plan = lay_out(2026, clerk).plan
        made = publish_plan(plan=plan, by=clerk, now=NOW)
        wanted = plan.items.planned().filter(requirement__opens_sessions=True)
        assert made == wanted.count() == Session.objects.count()
        plan.refresh_from_db()
        assert (plan.state, plan.published_at) == ("published", NOW)
        session = Session.objects.filter(plan_item__requirement__name="业务知识培训").first()
        assert session.planned_on == session.day == session.plan_item.planned_on
        assert [str(one) for one in session.formats.all()] == ["业务知识培训"]
        assert SessionLecturer.objects.filter(session=session).count() == session.plan_item.rota.count()

    def test_twice_opens_nothing_more(self, rules, clerk):
        plan = lay_out(2026, clerk).plan
        publish_plan(plan=plan, by=clerk, now=NOW)
        assert publish_plan(plan=plan, by=clerk, now=at(2026, 2, 1)) == 0
        plan.refresh_from_db()
        assert plan.published_at == NOW

    def test_lets_a_later_layout_open_the_sessions_it_adds(self, rules, clerk):
        plan = lay_out(2026, clerk).plan
        publish_plan(plan=plan, by=clerk, now=NOW)
        RequirementFactory(opens_sessions=True, owed_by="organ", in_force_from=NEW_YEAR)
        before = Session.objects.count()
        lay_out(2026, clerk)
        assert Session.objects.count() == before + 4

    def test_refuses_a_plan_that_was_never_laid_out(self, clerk):
        with pytest.raises(PlanError, match="还没有生成"):
            publish_plan(plan=AnnualPlanFactory(), by=clerk, now=NOW)


class TestSaveItem:
    def test_keeps_the_first_day_and_the_reason(self, clerk):
        item = PlanItemFactory(planned_on=datetime.date(2026, 11, 24))
        for day in (25, 26):
            item.planned_on, item.reason = datetime.date(2026, 11, day), "讲师有事"
            save_item(item=item, by=clerk, now=NOW)
        item.refresh_from_db()
        assert (item.moved_from, item.planned_on, item.edited_by) == (datetime.date(2026, 11, 24), datetime.date(2026, 11, 26), clerk)

    @pytest.mark.parametrize(
        ("facts", "field"),
        [
            ({"planned_on": datetime.date(2026, 11, 25)}, "reason"),
            ({"planned_on": datetime.date(2027, 1, 5), "reason": "有事"}, "planned_on"),
            ({"due_on": datetime.date(2026, 11, 20)}, "due_on"),
            ({"due_on": datetime.date(2027, 1, 20)}, "due_on"),
        ],
    )
    def test_says_what_is_wrong(self, clerk, facts, field):
        item = PlanItemFactory(planned_on=datetime.date(2026, 11, 24))
        for name, value in facts.items():
            setattr(item, name, value)
        with pytest.raises(ValidationError) as caught:
            save_item(item=item, by=clerk, now=NOW)
        assert list(caught.value.message_dict) == [field]
        assert PlanItem.objects.get().edited_at is None

    def test_does_not_cancel_without_a_reason(self, clerk):
        item = PlanItemFactory()
        item.state = "cancelled"
        with pytest.raises(ValidationError, match="请写明原因"):
            save_item(item=item, by=clerk, now=NOW)

    def test_leaves_day_and_state_to_the_session_where_there_is_one(self, clerk):
        item = PlanItemFactory(planned_on=datetime.date(2026, 11, 24))
        SessionFactory(plan_item=item)
        item.planned_on, item.reason = datetime.date(2026, 11, 25), "有事"
        with pytest.raises(PlanError, match="改期"):
            save_item(item=item, by=clerk, now=NOW)
        item.planned_on, item.state = datetime.date(2026, 11, 24), "cancelled"
        with pytest.raises(PlanError, match="先在活动里取消"):
            save_item(item=item, by=clerk, now=NOW)

    def test_keeps_the_rota_in_order_and_the_leads(self, clerk):
        item, first, second, third = PlanItemFactory(), *StaffMemberFactory.create_batch(3)
        save_item(item=item, rota=[first, second], by=clerk, now=NOW)
        lead = DepartmentFactory()
        save_item(item=item, rota=[third, first], leads=[lead], by=clerk, now=NOW)
        assert [turn.staff for turn in item.rota.all()] == [third, first]
        assert list(item.leads.all()) == [lead]


class TestRecordDone:
    def test_ticks_an_item_off_by_hand(self, clerk):
        item = PlanItemFactory()
        item = record_done(item=item, on=item.period_first, note="材料在档案柜三层", by=clerk, now=at(2026, 12, 1))
        assert (item.done_on, item.edited_by) == (item.period_first, clerk)

    def test_refuses_a_day_before_its_period(self, clerk):
        with pytest.raises(PlanError, match="完成日期不能早于 2026-10-01"):
            record_done(item=PlanItemFactory(), on=datetime.date(1, 1, 1), note="材料", by=clerk, now=at(2026, 12, 1))

    def test_leaves_alone_what_everybodys_own_records_say(self, clerk):
        item = PlanItemFactory(owed_by="staff", requirement__owed_by="staff", requirement__evidence="reading.reflection")
        with pytest.raises(PlanError, match="按每个人的记录自动计算"):
            record_done(item=item, on=item.period_first, note="收在档案柜", by=clerk, now=at(2026, 12, 1))

    def test_wants_a_word_about_it(self, clerk):
        with pytest.raises(PlanError, match="写一句完成情况"):
            record_done(item=PlanItemFactory(), on=NEW_YEAR, note=" ", by=clerk, now=NOW)


class TestOpenSession:
    def test_opens_one_for_an_item_that_has_none(self, clerk):
        item = PlanItemFactory(planned_on=datetime.date(2026, 11, 24), starts_at=datetime.time(9))
        session = open_session(item=item, by=clerk)
        assert (session.starts_at, session.plan_item) == (at(2026, 11, 24, 9), item)

    def test_opens_another_after_a_cancelled_one_only(self, clerk):
        item = PlanItemFactory()
        session = open_session(item=item, by=clerk)
        with pytest.raises(PlanError, match="已有学习活动"):
            open_session(item=item, by=clerk)
        Session.objects.filter(pk=session.pk).update(state="cancelled", reason="停电")
        assert open_session(item=item, by=clerk).pk != session.pk

    @pytest.mark.parametrize(
        ("facts", "message"), [({"owed_by": "staff"}, "个人完成"), ({"state": "cancelled", "reason": "停电"}, "已取消")]
    )
    def test_refuses_what_has_no_session(self, clerk, facts, message):
        with pytest.raises(PlanError, match=message):
            open_session(item=PlanItemFactory(**facts), by=clerk)


class TestWorkCalendar:
    def test_looks_over_the_edge_of_the_year(self):
        CalendarDay.objects.create(day=datetime.date(2025, 12, 31), kind="holiday", name="元旦")
        calendar = work_calendar(2026)
        assert not calendar.is_workday(datetime.date(2025, 12, 31))
        assert not calendar.is_known
