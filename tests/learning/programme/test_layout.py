"""Laying out is pure: no database here."""

import datetime
from functools import cache

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.evidence import Subject
from learning.models import Requirement
from learning.periods import Period, PeriodKind, period_of
from learning.programme.choices import OnHoliday, Window
from learning.programme.layout import WorkCalendar, share_turns, slots_of, window_of
from learning.programme.presets import RULES

YEARS = st.integers(2024, 2030)


@cache
def official(year: int) -> WorkCalendar:
    """As the site fills its table; unknown after 2026."""
    holidays, workdays = {}, {}
    try:
        days = chinese_calendar.get_dates(datetime.date(year, 1, 1), datetime.date(year, 12, 31))
        for day in days:
            is_holiday, name = chinese_calendar.get_holiday_detail(day)
            if is_holiday and name:
                holidays[day] = name
            elif not is_holiday and day.weekday() >= 5:
                workdays[day] = ""
    except NotImplementedError:
        return WorkCalendar({}, {}, is_known=False)
    return WorkCalendar(holidays, workdays)


def a_rule(**facts) -> Requirement:
    facts = {"opens_sessions": True, "in_force_from": datetime.date(2020, 1, 1), "starts_at": datetime.time(15), **facts}
    return Requirement(**facts)


@st.composite
def rules(draw):
    per = draw(st.sampled_from(list(PeriodKind)))
    windows = [Window.WHOLE]
    if per not in (PeriodKind.WEEK, PeriodKind.MONTH):
        windows.append(Window.LAST_MONTH)
    if per == PeriodKind.YEAR:
        windows.append(Window.BEFORE_JULY)
    return a_rule(
        per=per,
        window=draw(st.sampled_from(windows)),
        weekday=draw(st.integers(1, 7)),
        nth=draw(st.sampled_from([-5, -4, -3, -2, -1, 1, 2, 3, 4, 5])),
        quantity=draw(st.integers(1, 4)),
        on_holiday=draw(st.sampled_from(list(OnHoliday))),
        opens_sessions=draw(st.booleans()),
        owed_by=draw(st.sampled_from([Subject.ORGAN, Subject.BRANCH, Subject.STAFF])),
    )


class TestSlotsOf:
    @given(rules(), YEARS)
    def test_lie_in_their_period_and_window(self, rule, year):
        for slot in slots_of(rule, year, official(year)):
            window = window_of(rule, slot.period)
            assert slot.planned_on in window
            assert window.first >= slot.period.first
            assert slot.planned_on <= slot.due_on <= slot.period.last
            assert slot.due_on == window.last

    @given(rules(), YEARS)
    def test_lie_on_a_workday_unless_cancelled(self, rule, year):
        calendar = official(year)
        for slot in slots_of(rule, year, calendar):
            assert slot.is_cancelled or not rule.opens_sessions or calendar.is_workday(slot.planned_on)

    @given(rules(), YEARS)
    def test_of_one_owner_share_no_day_unless_flagged(self, rule, year):
        taken = set()
        if not rule.opens_sessions:
            return
        for slot in slots_of(rule, year, official(year), is_taken=lambda day: day in taken):
            if not slot.is_cancelled:
                assert slot.planned_on not in taken or slot.reason
                taken.add(slot.planned_on)

    @given(rules(), YEARS)
    def test_say_why_they_are_not_where_the_rule_says(self, rule, year):
        for slot in slots_of(rule, year, official(year)):
            assert bool(slot.reason) or (slot.moved_from is None and not slot.is_cancelled)
            assert slot.moved_from != slot.planned_on

    @given(rules(), YEARS)
    def test_are_counted_once_in_every_period_of_the_year(self, rule, year):
        slots = list(slots_of(rule, year, official(year)))
        keys = [(slot.period.first, slot.number) for slot in slots]
        assert len(keys) == len(set(keys))
        if rule.per != PeriodKind.WEEK:
            wanted = 1 if rule.owed_by == Subject.STAFF else rule.quantity
            assert len(slots) == wanted * {"month": 12, "quarter": 4, "half": 2, "year": 1}[rule.per]

    @given(st.integers(1, 7), YEARS)
    def test_of_a_week_belong_to_the_year_of_their_weekday(self, weekday, year):
        rule = a_rule(per=PeriodKind.WEEK, weekday=weekday)
        here, next_year = (list(slots_of(rule, number, official(number))) for number in (year, year + 1))
        assert len(here) in (52, 53)
        assert here[-1].period.next == next_year[0].period

    @given(rules(), YEARS)
    def test_are_the_same_when_asked_again(self, rule, year):
        assert list(slots_of(rule, year, official(year))) == list(slots_of(rule, year, official(year)))

    def test_give_about_fifty_tuesdays(self):
        slots = list(slots_of(a_rule(per=PeriodKind.WEEK, weekday=2), 2026, official(2026)))
        assert len(slots) == 52
        moved = {slot.moved_from: slot.planned_on for slot in slots if slot.moved_from}
        assert moved == {
            datetime.date(2026, 5, 5): datetime.date(2026, 5, 6),
            datetime.date(2026, 10, 6): datetime.date(2026, 10, 8),
        }
        (cancelled,) = [slot for slot in slots if slot.is_cancelled]
        assert cancelled.planned_on == datetime.date(2026, 2, 17)
        assert "取消" in cancelled.reason

    def test_move_to_a_make_up_workday_where_that_is_next(self):
        calendar = WorkCalendar({datetime.date(2026, 3, 6): "检修"}, {datetime.date(2026, 3, 7): ""})
        (slot, *_rest) = slots_of(a_rule(per=PeriodKind.QUARTER, weekday=5, nth=-4), 2026, calendar)
        assert (slot.moved_from, slot.planned_on) == (datetime.date(2026, 3, 6), datetime.date(2026, 3, 7))
        assert slot.reason == "检修放假，顺延"

    def test_are_brought_forward_where_nothing_is_left_of_the_window(self):
        days = {datetime.date(2026, 3, 31): "停电"}
        (slot, *_rest) = slots_of(a_rule(per=PeriodKind.QUARTER, weekday=2, nth=-1), 2026, WorkCalendar(days, {}))
        assert (slot.planned_on, slot.reason) == (datetime.date(2026, 3, 30), "停电放假，提前")

    def test_are_cancelled_where_the_rule_says_so(self):
        days = {datetime.date(2026, 5, 5): "劳动节"}
        slots = slots_of(a_rule(per=PeriodKind.WEEK, weekday=2, on_holiday=OnHoliday.CANCEL), 2026, WorkCalendar(days, {}))
        (cancelled,) = [slot for slot in slots if slot.is_cancelled]
        assert (cancelled.planned_on, cancelled.reason) == (datetime.date(2026, 5, 5), "劳动节放假，取消")

    def test_are_flagged_where_every_day_is_taken(self):
        (slot, *_rest) = slots_of(a_rule(per=PeriodKind.YEAR), 2026, official(2026), is_taken=lambda _day: True)
        assert slot.reason == "与本单位另一次学习活动同日，请调整"

    def test_end_before_july_with_30_june(self):
        (slot,) = slots_of(a_rule(per=PeriodKind.YEAR, window=Window.BEFORE_JULY, opens_sessions=False), 2026, official(2026))
        assert slot.due_on == datetime.date(2026, 6, 30)

    def test_count_for_the_periods_whose_last_day_the_rule_holds_on(self):
        rule = a_rule(per=PeriodKind.QUARTER, in_force_from=datetime.date(2026, 5, 15), in_force_until=datetime.date(2026, 11, 30))
        firsts = [slot.period.first.month for slot in slots_of(rule, 2026, official(2026))]
        assert firsts == [4, 7]

    @pytest.mark.parametrize("year", range(2024, 2031))
    def test_of_the_notice_never_fall_on_a_day_off(self, year):
        calendar = official(year)
        for one in RULES:
            facts = {**one.settings, "starts_at": datetime.time(15)}
            rule = a_rule(per=one.per, window=one.window, quantity=one.quantity, owed_by=one.owed_by, **{"opens_sessions": False, **facts})
            slots = [slot for slot in slots_of(rule, year, calendar) if rule.opens_sessions and not slot.is_cancelled]
            assert all(calendar.is_workday(slot.planned_on) for slot in slots)


class TestWorkCalendar:
    def test_says_why_a_day_is_off(self):
        calendar = WorkCalendar({datetime.date(2026, 10, 1): "国庆节"}, {datetime.date(2026, 10, 10): "国庆节"})
        assert calendar.why_not(datetime.date(2026, 10, 1)) == "国庆节放假"
        assert calendar.why_not(datetime.date(2026, 10, 11)) == "星期日休息"
        assert calendar.is_workday(datetime.date(2026, 10, 10))


class TestWindowOf:
    def test_is_the_last_month_of_the_quarter(self):
        quarter = period_of(datetime.date(2026, 2, 1), PeriodKind.QUARTER)
        window = window_of(a_rule(per=PeriodKind.QUARTER, window=Window.LAST_MONTH), quarter)
        assert window == Period(datetime.date(2026, 3, 1), datetime.date(2026, 3, 31), PeriodKind.MONTH)


class TestShareTurns:
    @given(st.integers(0, 60), st.integers(1, 4), st.integers(1, 4))
    def test_is_fair(self, heads, quarters, least):
        most = least + 2
        shared = share_turns(list(range(heads)), quarters, least, most)
        assert len(shared) == quarters
        sizes = {len(people) for people in shared}
        assert len(sizes) == 1
        (size,) = sizes
        assert size == heads if heads < least else least <= size <= most
        assert all(len(set(people)) == len(people) for people in shared)
        times = [sum(person in people for people in shared) for person in range(heads)]
        assert not times or max(times) - min(times) <= 1

    def test_lets_nobody_teach_twice_before_all_have_once(self):
        shared = share_turns(list("甲乙丙丁戊己庚"), 4, 3, 5)
        seen = [person for people in shared for person in people]
        assert set(seen[:7]) == set("甲乙丙丁戊己庚")

    def test_begins_with_whoever_has_waited_longest(self):
        assert share_turns(list("甲乙丙丁戊己庚辛壬癸子丑"), 4, 3, 5)[0] == list("甲乙丙")
