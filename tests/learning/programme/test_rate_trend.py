import datetime

from learning.periods import PeriodKind, period_of
from learning.programme.rate_trend import HEIGHT, months_until, rate_trend
from learning.programme.rates import GroupRates, Rates


def month(number, *, expected=0, attended=0, made_up=0, people=10):
    return GroupRates(number, f"2026年{number}月", people, Rates(expected=expected, attended=attended, made_up=made_up))


class TestRateTrend:
    def test_breaks_a_line_where_a_month_has_no_percentage(self):
        trend = rate_trend(
            [month(1, expected=10, attended=9), month(2, expected=10, attended=8), month(3), month(4, expected=10, attended=5)]
        )
        assert [len(one.split()) for one in trend.attendance.stretches] == [2]
        assert [dot.label for dot in trend.attendance.dots] == [
            "2026年1月出勤率 90.0%（9/10）",
            "2026年2月出勤率 80.0%（8/10）",
            "2026年4月出勤率 50.0%（5/10）",
        ]

    def test_draws_no_percentage_of_fewer_than_three_people(self):
        trend = rate_trend([month(1, expected=2, attended=1, people=2)])
        assert trend.attendance.dots == []
        assert not trend.has_lines
        assert "1/2" in trend.sentence

    def test_stays_on_the_plain(self):
        trend = rate_trend([month(1, expected=10, attended=10), month(2, expected=10)])
        ys = [float(dot.y) for line in (trend.attendance, trend.completion) for dot in line.dots]
        assert 0 < min(ys) < max(ys) < HEIGHT

    def test_says_in_words_what_is_drawn(self):
        trend = rate_trend([month(1, expected=10, attended=9), month(2, expected=10, attended=8, made_up=2), month(3)])
        assert trend.sentence == "2026年2月出勤率 80.0%，学习完成率 100.0%。出勤率最高是2026年1月 90.0%，最低是2026年2月 80.0%。"
        assert trend.last.key == 2

    def test_of_nothing_says_so(self):
        trend = rate_trend([month(1), month(2)])
        assert trend.is_empty
        assert trend.sentence == "这一段时间还没有点过名的学习活动。"


class TestMonthsUntil:
    def test_are_twelve_over_the_turn_of_the_year(self):
        months = months_until(period_of(datetime.date(2026, 3, 9), PeriodKind.MONTH))
        assert (len(months), months[0].label, months[-1].label) == (12, "2025年4月", "2026年3月")
