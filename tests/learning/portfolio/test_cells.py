"""What a line and a cell are judged to be, whatever rules, days and records come together."""

import datetime
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from learning.evidence import Have
from learning.models import Requirement
from learning.periods import PeriodKind, periods_of_year
from learning.portfolio.cells import Cell, Line, Record, state_of_cell, state_of_line
from learning.portfolio.choices import State
from learning.portfolio.years import owed_lines

YEAR = 2026
LAST = datetime.date(YEAR, 12, 31)
# From the worst on. What is not owed and what is not due yet are no different from each other.
RANK = {State.LACKING: 0, State.TO_DO: 1, State.AHEAD: 2, State.EXEMPT: 2, State.HAVE: 3}
todays = st.dates(datetime.date(2025, 11, 1), datetime.date(2027, 2, 28))
periods = st.sampled_from([period for kind in PeriodKind for period in periods_of_year(YEAR, kind) if period.last <= LAST])


@st.composite
def bare_lines(draw):
    """Not judged yet."""
    period = draw(periods)
    return Line(
        series="1",
        name="每季度一篇学习心得",
        period=period,
        due_on=draw(st.dates(period.first, period.last)),
        owed=draw(st.integers(1, 3)),
        in_time=draw(st.integers(0, 3)),
        late=draw(st.integers(0, 3)),
        basis="方案第四部分（六）",
        use="仅展示",
        evidence="reading.reflection",
        is_floor=draw(st.booleans()),
        excuse=draw(st.sampled_from(["", "", "产假、育儿假（2026-01-01 起）"])),
    )


def judged(line, today):
    return replace(line, state=state_of_line(line, today=today))


def cell_state(lines, today, *, has_records):
    found = [judged(line, today) for line in lines]
    has_records = has_records or any(line.in_time + line.late for line in lines)
    return state_of_cell(found, has_records=has_records, is_over=today > LAST, today=today)


some_lines = st.lists(bare_lines(), max_size=4)


class TestStateOfLine:
    @given(bare_lines(), todays, st.integers(1, 3))
    def test_is_never_worse_for_more_evidence(self, line, today, more):
        before = state_of_line(line, today=today)
        for grown in (replace(line, in_time=line.in_time + more), replace(line, late=line.late + more)):
            assert state_of_line(grown, today=today) in (before, State.HAVE)

    @given(bare_lines(), todays)
    def test_takes_what_came_late_for_as_much_as_what_came_in_time(self, line, today):
        assert state_of_line(replace(line, in_time=line.late, late=line.in_time), today=today) is state_of_line(line, today=today)

    @given(bare_lines(), todays)
    def test_never_lacks_what_is_excused_or_no_floor(self, line, today):
        assert state_of_line(replace(line, excuse="2026-03-31 没有任职"), today=today) in (State.HAVE, State.EXEMPT)
        assert state_of_line(replace(line, is_floor=False), today=today) is not State.LACKING

    @given(bare_lines(), todays, todays)
    def test_goes_from_ahead_to_owed_to_lost_and_never_back(self, line, one, other):
        earlier, later = sorted([one, other])
        order = [State.AHEAD, State.TO_DO, State.LACKING]
        states = [state_of_line(replace(line, excuse="", is_floor=True, in_time=0, late=0), today=day) for day in (earlier, later)]
        assert order.index(states[0]) <= order.index(states[1])

    @given(bare_lines(), todays)
    def test_lacks_exactly_what_is_owed_and_not_there(self, line, today):
        line = judged(line, today)
        assert 0 <= line.done <= line.owed
        assert line.lacking == (0 if line.state in (State.HAVE, State.EXEMPT) else line.owed - line.done)
        assert (line.lacking == 0) == (line.state in (State.HAVE, State.EXEMPT))

    @given(bare_lines(), todays)
    def test_is_overdue_only_after_its_due_day(self, line, today):
        assert not (judged(line, today).is_overdue(today) and today <= line.due_on)


class TestStateOfCell:
    @given(some_lines, todays, st.booleans(), st.data())
    def test_is_never_worse_for_more_evidence(self, lines, today, has_records, data):
        before = cell_state(lines, today, has_records=has_records)
        grown = list(lines)
        if lines and data.draw(st.booleans()):
            at = data.draw(st.integers(0, len(lines) - 1))
            grown[at] = replace(lines[at], in_time=lines[at].in_time + 1)
        assert RANK[cell_state(grown, today, has_records=True)] >= RANK[before]

    @given(some_lines, bare_lines(), todays, st.booleans())
    def test_does_not_change_for_what_is_excused(self, lines, line, today, has_records):
        excused = replace(line, excuse="计划已取消：防汛值守", in_time=0, late=0)
        assert cell_state([*lines, excused], today, has_records=has_records) is cell_state(lines, today, has_records=has_records)

    @given(some_lines, bare_lines(), todays, st.booleans())
    def test_is_not_worse_for_one_rule_that_is_gone(self, lines, line, today, has_records):
        states = [cell_state(found, today, has_records=has_records) for found in (lines, [*lines, replace(line, in_time=0, late=0)])]
        assert RANK[states[0]] >= RANK[states[1]]

    @given(some_lines, todays)
    def test_is_never_missing_where_nothing_is_a_floor(self, lines, today):
        assert cell_state([replace(line, is_floor=False) for line in lines], today, has_records=False) is not State.LACKING

    @given(some_lines, todays, st.booleans())
    def test_is_settled_when_the_year_is_over(self, lines, today, has_records):
        if today > LAST:
            assert cell_state(lines, today, has_records=has_records) in (State.HAVE, State.LACKING, State.EXEMPT)

    @given(some_lines, todays, st.booleans(), st.randoms(use_true_random=False))
    def test_asks_for_no_order_of_the_lines(self, lines, today, has_records, chance):
        shuffled = list(lines)
        chance.shuffle(shuffled)
        assert cell_state(shuffled, today, has_records=has_records) is cell_state(lines, today, has_records=has_records)

    @given(some_lines, todays)
    def test_is_there_with_records_and_nothing_overdue(self, lines, today):
        ahead = [line for line in lines if line.due_on >= today]
        assert cell_state(ahead, today, has_records=True) is State.HAVE
        assert cell_state([], today, has_records=False) is State.EXEMPT


class TestCell:
    @given(some_lines, todays)
    def test_has_what_can_be_supplied_by_due_day_and_what_is_lost(self, lines, today):
        found = tuple(judged(line, today) for line in lines)
        cell = Cell(Have.REFLECTION, State.TO_DO, found)
        assert [line.due_on for line in cell.to_supply] == sorted(line.due_on for line in found if line.state is State.TO_DO)
        assert not set(cell.to_supply) & set(cell.lost)
        assert all(line.period.last < today for line in cell.lost)


class TestRecord:
    def test_is_late_when_it_came_about_after_the_day_it_counts_for(self):
        day = datetime.date(YEAR, 3, 31)
        record = Record("reading.log", "读完一本书", 1, "某书", counted_on=day, happened_on=day)
        assert not record.is_late
        assert replace(record, happened_on=day + datetime.timedelta(days=1)).is_late


def rule(since, until=None, per=PeriodKind.QUARTER, **facts):
    return Requirement(
        name="要求", evidence="reading.reflection", owed_by="staff", per=per, in_force_from=since, in_force_until=until, **facts
    )


class TestOwedLines:
    @given(todays, todays, st.sampled_from(PeriodKind.values))
    def test_of_one_rule_do_not_change_for_one_that_begins_later(self, one, other, per):
        earlier, later = sorted([one, other])
        first, second = rule(earlier, per=per), rule(later, per=per)
        alone = list(owed_lines([first], {}, YEAR))
        assert [line for line in owed_lines([first, second], {}, YEAR) if line[0] is first] == alone
        assert all(period.last >= later for found, period, *_rest in owed_lines([second], {}, YEAR))

    @given(todays, st.sampled_from(PeriodKind.values))
    def test_are_one_a_period_where_a_rule_changes_in_mid_year(self, changed_on, per):
        versions = [rule(datetime.date(2020, 1, 1), changed_on - datetime.timedelta(days=1), per), rule(changed_on, per=per)]
        found = [period for _rule, period, *_rest in owed_lines(versions, {}, YEAR)]
        assert sorted(found) == list(periods_of_year(YEAR, PeriodKind(per)))
        for version, period, *_rest in owed_lines(versions, {}, YEAR):
            assert version is versions[period.last >= changed_on]
