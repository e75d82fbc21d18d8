import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learning.periods import ONE_DAY, PeriodKind, local_day, midnight, period_of
from learning.reading.counting import counted_quarter, is_late
from tests.factories.programme import at

pytestmark = pytest.mark.once

FEW = settings(max_examples=60)
QUARTER = PeriodKind.QUARTER
A_SECOND = datetime.timedelta(seconds=1)
moments = st.datetimes(datetime.datetime(2015, 1, 2), datetime.datetime(2045, 12, 30), timezones=st.just(datetime.UTC))  # noqa: DTZ001
days = st.dates(datetime.date(2015, 1, 2), datetime.date(2045, 12, 30))


class TestCountedQuarter:
    @FEW
    @given(moments)
    def test_is_the_one_quarter_that_holds_the_moment(self, moment):
        quarter = counted_quarter(moment)
        assert quarter.holds(moment)
        assert not quarter.next.holds(moment)
        assert not quarter.previous.holds(moment)

    @FEW
    @given(days)
    def test_ends_at_midnight_in_shanghai_wherever_the_server_is(self, day):
        end = period_of(day, QUARTER).ends_at.astimezone(datetime.UTC)
        assert counted_quarter(end - A_SECOND) == period_of(day, QUARTER)
        assert counted_quarter(end) == period_of(day, QUARTER).next

    def test_puts_the_last_second_of_december_into_the_old_year(self):
        assert str(counted_quarter(at(2026, 12, 31, 23, 59))) == "2026年第四季度"
        assert str(counted_quarter(midnight(datetime.date(2027, 1, 1)))) == "2027年第一季度"

    def test_refuses_a_moment_without_a_zone(self):
        with pytest.raises(ValueError, match="without a time zone"):
            counted_quarter(datetime.datetime(2026, 12, 31, 23, 59))  # noqa: DTZ001


class TestIsLate:
    @FEW
    @given(days, moments)
    def test_is_late_exactly_when_the_quarter_it_was_meant_for_is_over(self, meant_for, handed_in):
        is_over = period_of(meant_for, QUARTER).first < counted_quarter(handed_in).first
        assert is_late(meant_for=meant_for, first_handed_in_at=handed_in) is is_over

    @FEW
    @given(days)
    def test_is_in_time_until_the_last_day_is_over(self, meant_for):
        end = period_of(meant_for, QUARTER).ends_at
        assert not is_late(meant_for=meant_for, first_handed_in_at=end - A_SECOND)
        assert is_late(meant_for=meant_for, first_handed_in_at=end)

    @FEW
    @given(moments)
    def test_is_never_late_for_the_quarter_of_its_own_day_or_a_later_one(self, handed_in):
        day = local_day(handed_in)
        assert not is_late(meant_for=day, first_handed_in_at=handed_in)
        assert not is_late(meant_for=period_of(day, QUARTER).last + ONE_DAY, first_handed_in_at=handed_in)

    def test_has_no_answer_for_what_was_meant_for_nothing_or_is_not_handed_in(self):
        assert not is_late(meant_for=None, first_handed_in_at=at(2026, 12, 31))
        assert not is_late(meant_for=datetime.date(2026, 1, 1), first_handed_in_at=None)
