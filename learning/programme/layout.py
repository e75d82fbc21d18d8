"""From a rule to the days of a year. Pure: rules and the calendar go in, slots come out, nothing is read or written.

A planned day is a workday of the rule's window. Where the rule's own day is a public holiday, or another session of the same organiser
has it, the slot moves to the nearest workday that is free, later ones first, and says why; where the rule says so, or nothing is left of
the window, it is cancelled and says why (A11). The period a slot belongs to never changes.
"""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..evidence import Subject
from ..periods import ONE_DAY, Period, PeriodKind, period_of, periods_of_year
from .choices import OnHoliday, Window

WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """`holidays` and `workdays` are day → name; `is_known` is false for a year nobody has entered yet: then weekdays alone decide."""

    holidays: dict[datetime.date, str]
    workdays: dict[datetime.date, str]
    is_known: bool = True

    def is_workday(self, day: datetime.date) -> bool:
        if day in self.workdays:
            return True
        return day.weekday() < 5 and day not in self.holidays

    def why_not(self, day: datetime.date) -> str:
        """Why `day` is no workday, for people."""
        name = self.holidays.get(day)
        return f"{name}放假" if name else f"星期{WEEKDAYS[day.weekday()]}休息"


@dataclass(frozen=True, slots=True)
class Slot:
    """One occasion of a rule: the day it is planned for, the last day it is in time, and what became of the day the rule names."""

    period: Period
    number: int
    planned_on: datetime.date
    due_on: datetime.date
    moved_from: datetime.date | None = None
    is_cancelled: bool = False
    reason: str = ""


def window_of(rule, period: Period) -> Period:
    """The days of `period` on which `rule` (a Requirement) can be met."""
    if rule.window == Window.LAST_MONTH:
        return period_of(period.last, PeriodKind.MONTH)
    if rule.window == Window.BEFORE_JULY:
        return Period(period.first, datetime.date(period.first.year, 6, 30), period.kind)
    if rule.window == Window.FIRST_QUARTER:
        return Period(period.first, datetime.date(period.first.year, 3, 31), period.kind)
    return period


def slots_of(rule, year: int, calendar: WorkCalendar, *, is_taken: Callable[[datetime.date], bool] = lambda _day: False) -> Iterable[Slot]:
    """Every occasion of `rule` in `year`, in order. A week belongs to the year that its planned weekday lies in."""
    for period in periods_of_year(year, PeriodKind(rule.per)):
        if not is_in_force(rule, period):
            continue
        window = window_of(rule, period)
        if not rule.opens_sessions:
            # Owed within the window, on no particular day: the last day is the plan.
            if period.kind != PeriodKind.WEEK or _weekday_in(period, rule.weekday).year == year:
                yield from (Slot(period, number, window.last, window.last) for number in _numbers(rule))
            continue
        used: set[datetime.date] = set()
        for number in _numbers(rule):
            wanted = _wanted_day(rule, window, number)
            if period.kind == PeriodKind.WEEK and wanted.year != year:
                continue
            slot = _seat(rule, period, number, wanted, window, calendar, lambda day: is_taken(day) or day in used)  # noqa: B023
            used.add(slot.planned_on)
            yield slot


def is_in_force(rule, period: Period) -> bool:
    """A rule counts for a period if it is in force on its last day: whoever begins in mid-quarter owes the quarter, whoever has ended does not."""
    return rule.in_force_from <= period.last and (rule.in_force_until is None or rule.in_force_until >= period.last)


def _numbers(rule) -> range:
    """People owe a number of things in one item; everybody else has an item for each."""
    return range(1, 2) if rule.owed_by == Subject.STAFF else range(1, rule.quantity + 1)


def _weekday_in(week: Period, weekday: int) -> datetime.date:
    return week.first + datetime.timedelta(days=weekday - 1)


def _wanted_day(rule, window: Period, number: int) -> datetime.date:
    if window.kind == PeriodKind.WEEK:
        return _weekday_in(window, (rule.weekday + number - 2) % 7 + 1)
    days = _weekdays(window, rule.weekday)
    first = min(max(rule.nth - 1 if rule.nth > 0 else len(days) + rule.nth, 0), len(days) - 1)
    step = max(1, len(days) // rule.quantity)
    return days[(first + (number - 1) * step) % len(days)]


def _weekdays(window: Period, weekday: int) -> list[datetime.date]:
    first = window.first + datetime.timedelta(days=(weekday - window.first.isoweekday()) % 7)
    return [first + datetime.timedelta(weeks=week) for week in range((window.last - first).days // 7 + 1)]


def _seat(rule, period, number, wanted, window, calendar, is_taken) -> Slot:
    is_free_day = calendar.is_workday(wanted)
    if is_free_day and not is_taken(wanted):
        return Slot(period, number, wanted, window.last)
    why = "与本单位另一次学习活动同日" if is_free_day else calendar.why_not(wanted)
    if not is_free_day and rule.on_holiday == OnHoliday.CANCEL:
        return Slot(period, number, wanted, window.last, is_cancelled=True, reason=f"{why}，取消")
    later = next((day for day in _days(wanted + ONE_DAY, window.last) if calendar.is_workday(day) and not is_taken(day)), None)
    if later:
        return Slot(period, number, later, window.last, moved_from=wanted, reason=f"{why}，顺延")
    if period.kind == PeriodKind.WEEK and not is_free_day:
        return Slot(period, number, wanted, window.last, is_cancelled=True, reason=f"{why}，本周没有可顺延的工作日，取消")
    earlier = next((day for day in _days_back(wanted - ONE_DAY, window.first) if calendar.is_workday(day) and not is_taken(day)), None)
    if earlier:
        return Slot(period, number, earlier, window.last, moved_from=wanted, reason=f"{why}，提前")
    if is_free_day:
        return Slot(period, number, wanted, window.last, reason="与本单位另一次学习活动同日，请调整")
    return Slot(period, number, wanted, window.last, is_cancelled=True, reason=f"{why}，时段内没有工作日，取消")


def _days(first, last):
    while first <= last:
        yield first
        first += ONE_DAY


def _days_back(last, first):
    while last >= first:
        yield last
        last -= ONE_DAY


def share_turns(heads: list, quarters: int, least: int, most: int) -> list[list]:
    """Whose turn it is to teach, `quarters` lists of people from `heads`, who stand in order of their turn (longest without first).

    Between `least` and `most` in each, as even as the number allows; nobody twice before all once, nobody twice in one list. With fewer
    heads than `least` everybody teaches every time.
    """
    if not heads:
        return [[] for _quarter in range(quarters)]
    size = min(max(-(-len(heads) // quarters), least), most, len(heads))
    return [[heads[(quarter * size + turn) % len(heads)] for turn in range(size)] for quarter in range(quarters)]
