import datetime
import itertools
import time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.periods import SHANGHAI, Period, PeriodKind, local_day, midnight, period_of, periods_of_year

KINDS = st.sampled_from(list(PeriodKind))
DAYS = st.dates(datetime.date(2020, 1, 1), datetime.date(2041, 12, 31))
MOMENTS = st.datetimes(
    datetime.datetime(2020, 1, 2),  # noqa: DTZ001 (hypothesis wants its bounds without a zone)
    datetime.datetime(2040, 12, 30),  # noqa: DTZ001
    timezones=st.sampled_from([datetime.UTC, SHANGHAI, ZoneInfo("America/New_York")]),
)
MICROSECOND = datetime.timedelta(microseconds=1)


def utc(*parts):
    return datetime.datetime(*parts, tzinfo=datetime.UTC)


class TestPeriodOf:
    @given(MOMENTS, KINDS)
    def test_gives_every_instant_exactly_one_period_of_a_kind(self, moment, kind):
        period = period_of(local_day(moment), kind)
        assert period.holds(moment)
        assert not period.previous.holds(moment)
        assert not period.next.holds(moment)

    @given(DAYS, KINDS)
    def test_leaves_no_gap_between_neighbours(self, day, kind):
        period = period_of(day, kind)
        assert day in period
        assert period.next.starts_at == period.ends_at
        assert period.previous.ends_at == period.starts_at
        assert (period.next.previous, period.previous.next) == (period, period)

    @given(DAYS)
    def test_nests_month_in_quarter_in_half_in_year(self, day):
        month, quarter, half, year = (
            period_of(day, kind) for kind in (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.HALF, PeriodKind.YEAR)
        )
        assert year.first <= half.first <= quarter.first <= month.first <= month.last <= quarter.last <= half.last <= year.last

    @given(DAYS)
    def test_begins_a_week_on_monday(self, day):
        week = period_of(day, PeriodKind.WEEK)
        assert (week.first.isoweekday(), week.last.isoweekday()) == (1, 7)
        assert week.first.isocalendar()[:2] == day.isocalendar()[:2]

    @pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Shanghai"])
    def test_is_the_same_whatever_the_servers_zone(self, monkeypatch, zone):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        try:
            quarters = [period_of(local_day(moment), PeriodKind.QUARTER) for moment in (utc(2026, 9, 30, 15, 59, 59), utc(2026, 9, 30, 16))]
            assert [str(quarter) for quarter in quarters] == ["2026年第三季度", "2026年第四季度"]
            assert midnight(datetime.date(2026, 7, 1)) == utc(2026, 6, 30, 16)
        finally:
            monkeypatch.undo()
            time.tzset()

    def test_knows_the_leap_day_and_the_last_year_there_is(self):
        assert period_of(datetime.date(2028, 2, 29), PeriodKind.MONTH).last == datetime.date(2028, 2, 29)
        assert period_of(datetime.date(9999, 12, 31), PeriodKind.YEAR).last == datetime.date(9999, 12, 31)


class TestPeriod:
    def test_before_july_ends_with_30_june_24_00(self):
        half = period_of(datetime.date(2026, 6, 30), PeriodKind.HALF)
        assert half.holds(utc(2026, 6, 30, 16) - MICROSECOND)
        assert not half.holds(utc(2026, 6, 30, 16))

    def test_orders_by_time(self):
        january, february = (period_of(datetime.date(2026, month, 1), PeriodKind.MONTH) for month in (1, 2))
        assert january < february

    @given(DAYS, KINDS)
    def test_is_made_of_whole_months_but_for_weeks(self, day, kind):
        period = period_of(day, kind)
        months = period.months
        assert [month.next for month in months[:-1]] == list(months[1:])
        if kind != PeriodKind.WEEK:
            assert (months[0].first, months[-1].last) == (period.first, period.last)

    @pytest.mark.parametrize(
        ("kind", "label", "in_year"),
        [
            (PeriodKind.WEEK, "2026-11-23当周", "2026-11-23当周"),
            (PeriodKind.MONTH, "2026年11月", "11月"),
            (PeriodKind.QUARTER, "2026年第四季度", "第四季度"),
            (PeriodKind.HALF, "2026年下半年", "下半年"),
            (PeriodKind.YEAR, "2026年", "2026年"),
        ],
    )
    def test_is_called_in_chinese(self, kind, label, in_year):
        period = period_of(datetime.date(2026, 11, 24), kind)
        assert (str(period), period.label_in_year) == (label, in_year)

    def test_quarters_are_named_by_number(self):
        names = [quarter.label_in_year for quarter in periods_of_year(2026, PeriodKind.QUARTER)]
        assert names == ["第一季度", "第二季度", "第三季度", "第四季度"]


class TestPeriodsOfYear:
    @given(st.integers(2000, 2100))
    def test_cover_the_year_once(self, year):
        counts = {kind: len(periods_of_year(year, kind)) for kind in PeriodKind}
        assert counts[PeriodKind.WEEK] in (53, 54)
        del counts[PeriodKind.WEEK]
        assert list(counts.values()) == [12, 4, 2, 1]

    @given(st.integers(2000, 2100), KINDS)
    def test_are_in_order_and_adjacent(self, year, kind):
        periods = periods_of_year(year, kind)
        assert all(one.next == other for one, other in itertools.pairwise(periods))
        assert datetime.date(year, 1, 1) in periods[0]
        assert datetime.date(year, 12, 31) in periods[-1]


class TestLocalDay:
    def test_refuses_a_moment_without_a_zone(self):
        with pytest.raises(ValueError, match="without a time zone"):
            local_day(datetime.datetime(2026, 6, 30, 23))  # noqa: DTZ001

    def test_is_the_day_in_shanghai(self):
        assert local_day(utc(2026, 12, 31, 16)) == datetime.date(2027, 1, 1)
        assert Period(datetime.date(2027, 1, 1), datetime.date(2027, 12, 31), PeriodKind.YEAR).holds(utc(2026, 12, 31, 16))
