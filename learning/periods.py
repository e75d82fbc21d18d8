"""Calendar periods as the notice counts them: weeks, months, quarters, half-years and years of Asia/Shanghai, whatever the server's zone.

A period is a pair of days, both included; as instants it is half-open: from midnight of the first day to midnight after the last. Every
instant lies in exactly one period of each kind. Weeks run from Monday to Sunday (ISO 8601).
"""

import datetime
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import models

SHANGHAI = ZoneInfo("Asia/Shanghai")
ONE_DAY = datetime.timedelta(days=1)
CHINESE_DIGITS = "一二三四"


class PeriodKind(models.TextChoices):
    WEEK = "week", "每周"
    MONTH = "month", "每月"
    QUARTER = "quarter", "每季度"
    HALF = "half", "每半年"
    YEAR = "year", "每年"


MONTHS = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.HALF: 6, PeriodKind.YEAR: 12}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    first: datetime.date
    last: datetime.date
    kind: PeriodKind

    def __contains__(self, day: datetime.date) -> bool:
        return self.first <= day <= self.last

    @property
    def starts_at(self) -> datetime.datetime:
        return midnight(self.first)

    @property
    def ends_at(self) -> datetime.datetime:
        """The first instant that is no longer in the period: "before 1 July" ends with 30 June 24:00 (A8)."""
        return midnight(self.last + ONE_DAY)

    def holds(self, moment: datetime.datetime) -> bool:
        return self.starts_at <= moment < self.ends_at

    @property
    def next(self) -> "Period":
        return period_of(self.last + ONE_DAY, self.kind)

    @property
    def previous(self) -> "Period":
        return period_of(self.first - ONE_DAY, self.kind)

    @property
    def months(self) -> tuple["Period", ...]:
        """The months that the period begins in or runs through."""
        return tuple(_each(self.first, self.last, PeriodKind.MONTH))

    @property
    def label(self) -> str:
        if self.kind in (PeriodKind.WEEK, PeriodKind.YEAR):
            return self.label_in_year
        return f"{self.first.year}年{self.label_in_year}"

    @property
    def label_in_year(self) -> str:
        """Without the year, where that is known from around it; a week and a year say it themselves."""
        month = self.first.month
        match self.kind:
            case PeriodKind.WEEK:
                return f"{self.first:%Y-%m-%d}当周"
            case PeriodKind.MONTH:
                return f"{month}月"
            case PeriodKind.QUARTER:
                return f"第{CHINESE_DIGITS[month // 3]}季度"
            case PeriodKind.HALF:
                return "上半年" if month == 1 else "下半年"
        return f"{self.first.year}年"

    def __str__(self):
        return self.label


def midnight(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(), tzinfo=SHANGHAI)


def local_day(moment: datetime.datetime) -> datetime.date:
    """The day in Shanghai. Raises ValueError for a moment without a zone: it could be two different days."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return moment.astimezone(SHANGHAI).date()


def period_of(day: datetime.date, kind: PeriodKind) -> Period:
    """The one period of `kind` that holds `day`."""
    if kind == PeriodKind.WEEK:
        first = day - datetime.timedelta(days=day.weekday())
        return Period(first, first + datetime.timedelta(days=6), kind)
    length = MONTHS[kind]
    month = (day.month - 1) // length * length + 1
    return Period(datetime.date(day.year, month, 1), _last_day(day.year, month + length - 1), kind)


def periods_of_year(year: int, kind: PeriodKind) -> tuple[Period, ...]:
    """In order. A week that lies in two years is in both: which of them plans it is decided by the day of the week that is planned."""
    return tuple(_each(datetime.date(year, 1, 1), datetime.date(year, 12, 31), kind))


def _each(first: datetime.date, last: datetime.date, kind: PeriodKind):
    period = period_of(first, kind)
    while period.first <= last:
        yield period
        if period.last == datetime.date.max:
            return
        period = period.next


def _last_day(year: int, month: int) -> datetime.date:
    if month == 12:
        return datetime.date(year, 12, 31)
    return datetime.date(year, month + 1, 1) - ONE_DAY
