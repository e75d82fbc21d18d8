import datetime

import pytest
from django.core.exceptions import ValidationError
from wagtail.models import ModelLogEntry

from learning.models import CalendarDay, Caution, Requirement, StudyFormat
from learning.programme.choices import Measure, Use
from learning.programme.presets import FORMATS, NOTICE_2020, RELIEF, RULES
from learning.programme.services.rules import (
    NoCalendarDataError,
    RuleError,
    cautions_for,
    cautions_raised_by,
    close_requirement,
    delete_requirement,
    fill_calendar,
    load_rules,
    official_years,
    revise_requirement,
    save_calendar_day,
    save_caution,
    save_format,
    save_requirement,
    switch_preset,
)
from tests.factories.organisation import DepartmentFactory
from tests.factories.pages import make_user
from tests.factories.programme import PlanItemFactory, RequirementFactory, SessionFactory, StudyFormatFactory, at

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 25)
NEW_YEAR, NEXT_YEAR = datetime.date(2026, 1, 1), datetime.date(2027, 1, 1)


@pytest.fixture
def clerk():
    return make_user("clerk")


def version_of(requirement, day) -> Requirement:
    return Requirement.objects.in_force_on(day).get(series=requirement.series)


class TestLoadRules:
    def test_brings_in_the_eight_formats_and_the_files_with_all_rules(self, clerk):
        load_rules(since=NEW_YEAR, by=clerk)
        assert StudyFormat.objects.count() == len(FORMATS)
        assert "".join(StudyFormat.objects.values_list("numeral", flat=True)) == "一二三四五六七八"
        assert list(StudyFormat.objects.filter(numeral="").values_list("name", flat=True)) == ["五有档案"]
        assert set(Requirement.objects.values_list("name", flat=True)) == {rule.name for rule in RULES}
        assert not Requirement.objects.filter(basis="").exists()

    def test_twice_adds_nothing_and_leaves_what_was_changed(self, clerk):
        load_rules(since=NEW_YEAR, by=clerk)
        Requirement.objects.filter(name="中心组学习").update(quantity=2)
        assert load_rules(preset=NOTICE_2020, since=NEW_YEAR, by=clerk) == 0
        assert Requirement.objects.get(name="中心组学习").quantity == 2

    def test_finds_lead_departments_by_name_and_writes_down_the_others(self, clerk):
        department = DepartmentFactory(name="机关党委")
        load_rules(since=NEW_YEAR, by=clerk)
        test = Requirement.objects.get(name="理论知识测试")
        assert list(test.leads.all()) == [department]
        assert test.leads_unmatched == "思政科"

    def test_of_the_default_preset_counts_no_notes_scores_or_rankings(self, clerk):
        load_rules(since=NEW_YEAR, by=clerk)
        measures = [Measure.NOTES, Measure.SCORES, Measure.RANKING, Measure.MEDIA]
        assert set(Requirement.objects.filter(measure__in=measures).values_list("use", flat=True)) == {Use.DISPLAY}

    def test_of_2020_counts_them(self, clerk):
        load_rules(preset=NOTICE_2020, since=NEW_YEAR, by=clerk)
        assert Requirement.objects.get(name="每季度一篇学习心得").use == Use.ASSESSMENT

    def test_refuses_an_unknown_preset(self, clerk):
        with pytest.raises(RuleError, match="现行减负口径"):
            load_rules(preset="own", since=NEW_YEAR, by=clerk)


class TestSwitchPreset:
    def test_makes_new_versions_where_the_use_differs(self, clerk):
        load_rules(since=NEW_YEAR, by=clerk)
        changed = switch_preset(preset=NOTICE_2020, since=NEXT_YEAR, today=TODAY, by=clerk)
        assert {version.in_force_from for version in changed} == {NEXT_YEAR}
        reflection = Requirement.objects.filter(name="每季度一篇学习心得").order_by("in_force_from")
        assert [(one.use, one.in_force_until) for one in reflection] == [
            (Use.DISPLAY, datetime.date(2026, 12, 31)),
            (Use.ASSESSMENT, None),
        ]

    def test_there_and_back_leaves_this_year_as_it_was(self, clerk):
        load_rules(since=NEW_YEAR, by=clerk)
        switch_preset(preset=NOTICE_2020, since=NEXT_YEAR, today=TODAY, by=clerk)
        switch_preset(preset=RELIEF, since=NEXT_YEAR, today=TODAY, by=clerk)
        uses = Requirement.objects.in_force_on(NEXT_YEAR).values_list("use", flat=True)
        assert Use.ASSESSMENT not in uses
        assert switch_preset(preset=RELIEF, since=NEXT_YEAR, today=TODAY, by=clerk) == []

    def test_refuses_an_unknown_preset(self, clerk):
        with pytest.raises(RuleError):
            switch_preset(preset="own", since=NEXT_YEAR, today=TODAY, by=clerk)


class TestSaveRequirement:
    def test_logs_who_made_it(self, clerk):
        lead = DepartmentFactory()
        requirement = RequirementFactory.build(study_format=StudyFormatFactory())
        save_requirement(requirement=requirement, leads=[lead], by=clerk)
        assert list(requirement.leads.all()) == [lead]
        entry = ModelLogEntry.objects.get()
        assert (entry.action, entry.user) == ("wagtail.create", clerk)

    def test_refuses_two_versions_on_one_day(self, clerk):
        old = RequirementFactory(in_force_until=datetime.date(2026, 6, 30))
        later = RequirementFactory.build(study_format=old.study_format, series=old.series, in_force_from=datetime.date(2026, 6, 30))
        with pytest.raises(RuleError, match="重叠"):
            save_requirement(requirement=later, by=clerk)

    @pytest.mark.parametrize(
        ("facts", "field"),
        [
            ({"window": "last_month", "per": "month"}, "window"),
            ({"window": "before_july", "per": "half"}, "window"),
            ({"nth": 0}, "nth"),
            ({"department_kinds": ["office"]}, "department_kinds"),
            ({"owed_by": "department"}, "department_kinds"),
            ({"owed_by": "staff", "opens_sessions": True}, "opens_sessions"),
            ({"quantity": 0}, "quantity"),
        ],
    )
    def test_says_what_is_wrong_with_a_rule(self, clerk, facts, field):
        requirement = RequirementFactory.build(study_format=StudyFormatFactory(), **facts)
        with pytest.raises(ValidationError) as caught:
            save_requirement(requirement=requirement, by=clerk)
        assert field in caught.value.message_dict


class TestSwitchPresetBefore:
    def test_refuses_a_year_that_is_over_and_a_day_without_rules(self, clerk):
        load_rules(since=NEW_YEAR, by=clerk)
        with pytest.raises(RuleError, match="往年的口径不改"):
            switch_preset(preset=NOTICE_2020, since=datetime.date(2025, 2, 1), today=TODAY, by=clerk)
        Requirement.objects.update(in_force_from=datetime.date(2028, 1, 1))
        with pytest.raises(RuleError, match="没有有效的要求"):
            switch_preset(preset=NOTICE_2020, since=NEXT_YEAR, today=TODAY, by=clerk)


class TestReviseRequirement:
    def test_keeps_the_old_version_for_the_years_gone(self, clerk):
        lead, requirement = DepartmentFactory(), RequirementFactory(quantity=1)
        requirement.leads.set([lead])
        item = PlanItemFactory(requirement=requirement, planned_on=datetime.date(2026, 2, 10))
        requirement.quantity = 2
        new = revise_requirement(requirement=requirement, since=NEXT_YEAR, today=TODAY, by=clerk)
        old = version_of(new, datetime.date(2026, 12, 31))
        assert (old.quantity, old.in_force_until, new.quantity, new.in_force_from) == (1, datetime.date(2026, 12, 31), 2, NEXT_YEAR)
        assert old.pk != new.pk
        assert list(new.leads.all()) == list(old.leads.all()) == [lead]
        item.refresh_from_db()
        assert item.requirement == old

    def test_drops_later_items_that_nobody_has_touched(self, clerk):
        requirement = RequirementFactory()
        gone = PlanItemFactory(requirement=requirement, planned_on=datetime.date(2027, 2, 10))
        edited = PlanItemFactory(requirement=requirement, planned_on=datetime.date(2027, 5, 10), edited_at=at(2026, 11, 1))
        ticked = PlanItemFactory(requirement=requirement, planned_on=datetime.date(2027, 8, 10), done_on=datetime.date(2027, 8, 10))
        opened = PlanItemFactory(requirement=requirement, planned_on=datetime.date(2027, 11, 10))
        SessionFactory(plan_item=opened, starts_at=at(2027, 11, 10))
        requirement.weekday, requirement.use = 4, Use.BULLETIN
        new = revise_requirement(requirement=requirement, since=NEXT_YEAR, today=TODAY, by=clerk)
        kept = set(type(gone).objects.filter(series=new.series).values_list("pk", flat=True))
        assert kept == {edited.pk, ticked.pk, opened.pk}
        assert set(new.items.values_list("pk", flat=True)) == kept  # and are judged by the new one

    def test_keeps_the_items_where_only_the_use_changes(self, clerk):
        requirement = RequirementFactory()
        item = PlanItemFactory(requirement=requirement, planned_on=datetime.date(2027, 2, 10))
        requirement.use = Use.BULLETIN
        new = revise_requirement(requirement=requirement, since=NEXT_YEAR, today=TODAY, by=clerk)
        assert list(new.items.all()) == [item]

    def test_leaves_a_year_that_is_over_alone(self, clerk):
        requirement = RequirementFactory()
        item = PlanItemFactory(requirement=requirement, planned_on=datetime.date(2025, 11, 10))
        requirement.weekday = 4
        with pytest.raises(RuleError, match="往年的口径不改。请填 2026-01-01"):
            revise_requirement(requirement=requirement, since=datetime.date(2025, 6, 1), today=TODAY, by=clerk)
        assert type(item).objects.filter(pk=item.pk).exists()

    def test_leaves_items_with_the_old_version_where_the_new_one_owes_something_else(self, clerk):
        requirement = RequirementFactory()
        opened = PlanItemFactory(requirement=requirement, planned_on=datetime.date(2027, 11, 10), edited_at=at(2026, 11, 1))
        requirement.quantity = 3
        new = revise_requirement(requirement=requirement, since=NEXT_YEAR, today=TODAY, by=clerk)
        opened.refresh_from_db()
        assert opened.requirement != new

    def test_changes_a_version_in_place_that_nothing_has_come_of_yet(self, clerk):
        requirement = RequirementFactory(in_force_from=NEXT_YEAR)
        PlanItemFactory(requirement=requirement, planned_on=datetime.date(2027, 2, 10))
        requirement.quantity = 2
        new = revise_requirement(requirement=requirement, since=NEXT_YEAR, today=TODAY, by=clerk)
        assert new.pk == requirement.pk
        assert not new.items.exists()

    def test_does_not_rewrite_what_lies_before(self, clerk):
        requirement = RequirementFactory(in_force_from=NEW_YEAR)
        PlanItemFactory(requirement=requirement, planned_on=datetime.date(2025, 11, 10))
        with pytest.raises(RuleError, match="请从以后的日期起生效"):
            revise_requirement(requirement=requirement, since=NEW_YEAR, today=TODAY, by=clerk)

    def test_refuses_a_version_that_has_ended(self, clerk):
        requirement = RequirementFactory(in_force_until=datetime.date(2025, 12, 31))
        with pytest.raises(RuleError, match="已于 2025-12-31 失效"):
            revise_requirement(requirement=requirement, since=NEW_YEAR, today=TODAY, by=clerk)

    def test_takes_the_leads_it_is_given(self, clerk):
        requirement, lead = RequirementFactory(), DepartmentFactory()
        new = revise_requirement(requirement=requirement, since=NEXT_YEAR, today=TODAY, leads=[lead], by=clerk)
        assert list(new.leads.all()) == [lead]


class TestCloseRequirement:
    def test_ends_it_and_opens_it_again(self, clerk):
        requirement = RequirementFactory()
        assert close_requirement(requirement=requirement, on=NEW_YEAR, by=clerk).in_force_until == NEW_YEAR
        assert close_requirement(requirement=requirement, on=None, by=clerk).in_force_until is None

    def test_does_not_end_before_it_begins(self, clerk):
        with pytest.raises(ValidationError, match="失效日期早于生效日期"):
            close_requirement(requirement=RequirementFactory(), on=datetime.date(2019, 1, 1), by=clerk)

    def test_does_not_open_over_a_later_version(self, clerk):
        old = RequirementFactory(in_force_until=datetime.date(2026, 12, 31))
        RequirementFactory(study_format=old.study_format, series=old.series, in_force_from=NEXT_YEAR, in_force_until=NEXT_YEAR)
        with pytest.raises(RuleError, match="重叠"):
            close_requirement(requirement=old, on=None, by=clerk)


class TestDeleteRequirement:
    def test_deletes_what_nothing_was_planned_by(self, clerk):
        assert delete_requirement(requirement=RequirementFactory(), today=NEW_YEAR, by=clerk)
        assert not Requirement.objects.exists()
        assert ModelLogEntry.objects.get().action == "wagtail.delete"

    def test_closes_it_where_items_hang_on_it(self, clerk):
        requirement = PlanItemFactory().requirement
        assert not delete_requirement(requirement=requirement, today=NEW_YEAR, by=clerk)
        requirement.refresh_from_db()
        assert requirement.in_force_until == NEW_YEAR
        assert requirement.items.count() == 1

    def test_leaves_one_that_has_ended_as_it_is(self, clerk):
        requirement = PlanItemFactory(requirement__in_force_until=datetime.date(2025, 12, 31)).requirement
        assert not delete_requirement(requirement=requirement, today=NEW_YEAR, by=clerk)
        requirement.refresh_from_db()
        assert requirement.in_force_until == datetime.date(2025, 12, 31)


class TestCautions:
    def test_are_raised_only_where_it_is_more_than_shown(self, clerk):
        load_rules(since=NEW_YEAR, by=clerk)
        assert cautions_for(measure=Measure.NOTES, use=Use.DISPLAY) == []
        assert "学习笔记" in cautions_for(measure=Measure.NOTES, use=Use.BULLETIN)[0].text
        assert len(cautions_for(measure=Measure.SCORES, use=Use.ASSESSMENT)) == 2
        assert cautions_for(measure=Measure.SESSIONS, use=Use.ASSESSMENT) == []

    def test_are_raised_by_the_preset_of_2020_before_and_after_loading(self, clerk):
        before = [(caution.text, rules) for caution, rules in cautions_raised_by(NOTICE_2020)]
        load_rules(since=NEW_YEAR, by=clerk)
        after = {caution.text: rules for caution, rules in cautions_raised_by(NOTICE_2020)}
        assert dict(before) == after
        assert "每季度一篇学习心得" in next(rules for text, rules in before if "学习笔记" in text)
        assert cautions_raised_by(RELIEF) == []

    def test_are_kept_with_who_changed_them(self, clerk):
        caution = save_caution(caution=Caution(measure=Measure.TESTS, text="不搞突击测试。", source="通知"), by=clerk)
        save_caution(caution=caution, by=clerk)
        assert list(ModelLogEntry.objects.order_by("pk").values_list("action", flat=True)) == ["wagtail.create", "wagtail.edit"]
        with pytest.raises(ValidationError):
            save_caution(caution=Caution(measure=Measure.TESTS, text="又一条", source="通知"), by=clerk)


class TestSaveFormat:
    def test_gives_one_of_the_bureaus_own_a_key(self, clerk):
        lead = DepartmentFactory()
        study_format = save_format(study_format=StudyFormat(name="专题调研"), leads=[lead], by=clerk)
        assert study_format.key.startswith("own-")
        assert list(study_format.leads.all()) == [lead]

    def test_refuses_a_second_one_of_the_name(self, clerk):
        with pytest.raises(ValidationError):
            save_format(study_format=StudyFormat(name=StudyFormatFactory().name), by=clerk)


class TestFillCalendar:
    @pytest.mark.parametrize("year", [2024, 2025, 2026])
    def test_knows_holidays_and_make_up_workdays(self, clerk, year):
        assert fill_calendar(year=year, by=clerk) > 30
        days = dict(CalendarDay.objects.values_list("day", "kind"))
        assert days[datetime.date(year, 10, 1)] == "holiday"
        assert all(day.weekday() >= 5 for day, kind in days.items() if kind == "workday")
        assert not CalendarDay.objects.filter(name__regex="[A-Za-z]").exists()

    def test_twice_adds_nothing_and_leaves_what_an_editor_entered(self, clerk):
        save_calendar_day(day=CalendarDay(day=datetime.date(2026, 10, 1), kind="workday", name="值班"), by=clerk)
        fill_calendar(year=2026, by=clerk)
        assert fill_calendar(year=2026, by=clerk) == 0
        assert CalendarDay.objects.get(day=datetime.date(2026, 10, 1)).name == "值班"

    def test_does_not_guess(self, clerk):
        with pytest.raises(NoCalendarDataError, match="没有 2027 年的放假安排数据"):
            fill_calendar(year=2027, by=clerk)
        assert not CalendarDay.objects.exists()

    def test_knows_what_it_knows(self):
        first, last = official_years()
        assert first <= 2024
        assert last == 2026


class TestSaveCalendarDay:
    def test_marks_the_day_as_the_bureaus_own(self, clerk):
        fill_calendar(year=2026, by=clerk)
        day = CalendarDay.objects.get(day=datetime.date(2026, 10, 8) - datetime.timedelta(days=1))
        day.kind = "workday"
        assert save_calendar_day(day=day, by=clerk).is_own

    def test_refuses_a_day_twice(self, clerk):
        save_calendar_day(day=CalendarDay(day=NEW_YEAR, kind="holiday"), by=clerk)
        with pytest.raises(ValidationError):
            save_calendar_day(day=CalendarDay(day=NEW_YEAR, kind="workday"), by=clerk)
