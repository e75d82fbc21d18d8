import datetime

import pytest

from learning.models import CalendarDay, PlanItem
from learning.programme.overviews import compare_presets, on_days_off, plan_overview
from learning.programme.presets import NOTICE_2020, RELIEF
from learning.programme.services.rules import load_rules, save_requirement
from tests.factories.organisation import StaffMemberFactory
from tests.factories.programme import AnnualPlanFactory, PlanItemFactory, RequirementFactory, SessionFactory

pytestmark = pytest.mark.django_db
TUESDAY, SATURDAY = datetime.date(2026, 11, 24), datetime.date(2026, 11, 28)


def an_item(day, **facts):
    return PlanItemFactory(requirement=RequirementFactory(opens_sessions=True), planned_on=day, **facts)


class TestOnDaysOff:
    def test_finds_what_has_become_a_holiday(self):
        item = an_item(TUESDAY)
        assert not on_days_off(PlanItem.objects.all())
        CalendarDay.objects.create(day=TUESDAY, kind="holiday", name="校庆")
        assert list(on_days_off(PlanItem.objects.all())) == [item]

    def test_finds_weekends_that_are_no_make_up_workdays(self):
        item = an_item(SATURDAY)
        assert list(on_days_off(PlanItem.objects.all())) == [item]
        CalendarDay.objects.create(day=SATURDAY, kind="workday")
        assert not on_days_off(PlanItem.objects.all())

    def test_leaves_out_what_is_cancelled_or_has_no_session(self):
        an_item(SATURDAY, state="cancelled", reason="停电")
        PlanItemFactory(planned_on=SATURDAY)
        assert not on_days_off(PlanItem.objects.all())


class TestPlanOverview:
    def test_counts_by_format_and_adds_up(self):
        plan = AnnualPlanFactory()
        rule = RequirementFactory(opens_sessions=True)
        for number, facts in enumerate([{}, {"moved_from": TUESDAY}, {"state": "cancelled", "reason": "停电"}], start=1):
            PlanItemFactory(plan=plan, requirement=rule, number=number, **facts)
        SessionFactory(plan_item=PlanItemFactory(plan=plan))
        overview = plan_overview(plan)
        assert (overview.items, overview.moved, overview.cancelled, overview.sessions) == (4, 1, 1, 1)
        assert [(row.items, row.sessions) for row in overview.formats] == [(3, 0), (1, 1)]

    def test_flags_each_item_once_with_its_reason(self):
        plan = AnnualPlanFactory()
        moved = an_item(datetime.date(2026, 11, 25), plan=plan, moved_from=TUESDAY, reason="停电，顺延")
        holiday = an_item(TUESDAY, plan=plan, reason="讲师有事")
        CalendarDay.objects.create(day=TUESDAY, kind="holiday", name="校庆")
        flags = plan_overview(plan).flags
        assert [(flag.item, flag.is_new) for flag in flags] == [(holiday, True), (moved, False)]
        assert flags[0].reason == "校庆放假，请改日期或取消"

    def test_shows_the_rota_in_order(self):
        plan, first, second = AnnualPlanFactory(), *StaffMemberFactory.create_batch(2)
        item = PlanItemFactory(plan=plan)
        item.rota.create(staff=second, position=1)
        item.rota.create(staff=first, position=0)
        assert plan_overview(plan).rota == [(item, [first.name, second.name])]

    def test_costs_seven_statements(self, django_assert_num_queries):
        item = an_item(SATURDAY)
        with django_assert_num_queries(7):
            plan_overview(item.plan)


class TestComparePresets:
    def test_knows_which_one_is_followed(self):
        day = datetime.date(2026, 1, 1)
        assert not compare_presets(day).is_loaded
        load_rules(preset=NOTICE_2020, since=day, by=None)
        comparison = compare_presets(day)
        assert (comparison.followed, comparison.followed_label) == (NOTICE_2020, "2020 方案原样")

    def test_lists_what_the_bureau_uses_otherwise(self):
        day = datetime.date(2026, 1, 1)
        load_rules(preset=RELIEF, since=day, by=None)
        rule = RequirementFactory._meta.model.objects.get(name="支部学习")
        rule.use = "bulletin"
        save_requirement(requirement=rule, by=None)
        comparison = compare_presets(day)
        assert comparison.followed is None
        assert "支部学习" in [row.name for row in comparison.rows]
