"""Which days and which use a screen is about, from its address. Nonsense in the address means this year, with a note that says so."""

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from django.db import models

from ..periods import Period, PeriodKind, period_of, periods_of_year
from ..programme.choices import Use

FIRST_YEAR, LAST_YEAR = 2000, 2100
TERM = re.compile(r"(\d{4})(?:-(?:(\d{2})|Q([1-4])|H([12])))?", re.ASCII)
DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
NOT_A_PERIOD = "地址里的期间看不懂，下面是今年的。期间写成 2026、2026-H1、2026-Q1 或 2026-03。"
NOT_DAYS = "起止日期要都填上，写成 2026-03-31 这样，起日不晚于止日。下面是今年的。"
NOT_A_USE = "地址里的用途看不懂，下面是全部用途的。"


class Days(Protocol):
    """Anything that begins with one day and ends with another, both included."""

    first: datetime.date
    last: datetime.date


class UseFilter(models.TextChoices):
    """用途 is a ladder: what counts in the assessment may be told in a bulletin, too."""

    ALL = "all", "全部"
    BULLETIN = "bulletin", "通报（含计入考核）"
    ASSESSMENT = "assessment", "计入考核"


USES = {
    UseFilter.ALL: frozenset(Use.values),
    UseFilter.BULLETIN: frozenset({Use.BULLETIN.value, Use.ASSESSMENT.value}),
    UseFilter.ASSESSMENT: frozenset({Use.ASSESSMENT.value}),
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """`first` to `last`, both included. `kind` is None for days that are no calendar period; `note` says in Chinese what of the address
    was not understood; `query` leads back here (the use is in it unless it is all)."""

    first: datetime.date
    last: datetime.date
    label: str
    term: str
    kind: PeriodKind | None = None
    use: UseFilter = UseFilter.ALL
    note: str = ""

    @property
    def query(self) -> str:
        return with_use(self.term, self.use)

    @property
    def uses(self) -> frozenset[str]:
        """Codes of 用途 that are looked at."""
        return USES[self.use]

    @property
    def use_label(self) -> str:
        return self.use.label

    def __contains__(self, day: datetime.date) -> bool:
        return self.first <= day <= self.last

    def runs_on(self, today: datetime.date) -> bool:
        return today in self

    def counted_to(self, today: datetime.date) -> datetime.date:
        """The day that heads are counted on: the last one, or `today` while the period runs (or has not begun)."""
        return min(self.last, today)


@dataclass(frozen=True, slots=True)
class Term:
    """A period to choose, as a link."""

    label: str
    query: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Terms:
    """Periods of one length in one row."""

    label: str
    terms: tuple[Term, ...]


def chosen_period(params: Mapping[str, str], today: datetime.date) -> Chosen:
    """`?period=2026-03|2026-Q1|2026-H1|2026` or `?from=…&to=…`, and `?use=all|bulletin|assessment`; this year by default. Never raises."""
    use, note = _use(params)
    first, last = params.get("from", "").strip(), params.get("to", "").strip()
    if first or last:
        days = _day(first), _day(last)
        if days[0] and days[1] and days[0] <= days[1]:
            return _between(*days, use, note)
        return _of(period_of(today, PeriodKind.YEAR), use, NOT_DAYS + note)
    text = params.get("period", "").strip()
    period = _period(text) if text else period_of(today, PeriodKind.YEAR)
    if period is None:
        return _of(period_of(today, PeriodKind.YEAR), use, NOT_A_PERIOD + note)
    return _of(period, use, note)


def chosen_of(period: Period, use: UseFilter = UseFilter.ALL) -> Chosen:
    """As if the address had named `period`."""
    return _of(period, use, "")


def term_of(period: Period) -> str:
    """As it stands in an address: 2026-03, 2026-Q1, 2026-H1, 2026."""
    year, month = period.first.year, period.first.month
    match period.kind:
        case PeriodKind.MONTH:
            return f"{year}-{month:02}"
        case PeriodKind.QUARTER:
            return f"{year}-Q{(month + 2) // 3}"
        case PeriodKind.HALF:
            return f"{year}-H{1 if month == 1 else 2}"
    return str(year)


def terms_around(chosen: Chosen, today: datetime.date) -> list[Terms]:
    """Years around the chosen one, then its halves, quarters and months: what a picker offers. Nothing that begins after `today`, the
    chosen one aside. The last row are the uses."""
    year = chosen.first.year
    years = sorted({one for one in range(year - 1, year + 2) if FIRST_YEAR <= one <= min(LAST_YEAR, today.year)} | {year, today.year})
    rows = [("年度", [period_of(datetime.date(one, 1, 1), PeriodKind.YEAR) for one in years])]
    rows += [
        (label, [one for one in periods_of_year(year, kind) if one.first <= today or one.first == chosen.first])
        for label, kind in (("半年", PeriodKind.HALF), ("季度", PeriodKind.QUARTER), ("月份", PeriodKind.MONTH))
    ]
    found = [
        Terms(
            label,
            tuple(Term(one.label_in_year, with_use(f"period={term_of(one)}", chosen.use), _is(one, chosen)) for one in periods),
        )
        for label, periods in rows
        if periods
    ]
    uses = tuple(Term(use.label, with_use(chosen.term, use), use == chosen.use) for use in UseFilter)
    return [*found, Terms("用途", uses)]


def with_use(term: str, use: UseFilter) -> str:
    return term if use == UseFilter.ALL else f"{term}&use={use}"


def _use(params) -> tuple[UseFilter, str]:
    text = params.get("use", "").strip()
    if not text:
        return UseFilter.ALL, ""
    return (UseFilter(text), "") if text in UseFilter.values else (UseFilter.ALL, NOT_A_USE)


def _period(text: str) -> Period | None:
    found = TERM.fullmatch(text)
    if found is None:
        return None
    year, month, quarter, half = (int(part) if part else 0 for part in found.groups())
    if not (FIRST_YEAR <= year <= LAST_YEAR and month <= 12):
        return None
    if half:
        return period_of(datetime.date(year, half * 6, 1), PeriodKind.HALF)
    if quarter:
        return period_of(datetime.date(year, quarter * 3, 1), PeriodKind.QUARTER)
    if found.group(2):
        return period_of(datetime.date(year, month, 1), PeriodKind.MONTH) if month else None
    return period_of(datetime.date(year, 1, 1), PeriodKind.YEAR)


def _day(text: str) -> datetime.date | None:
    found = DAY.fullmatch(text)
    if found is None or not FIRST_YEAR <= int(found.group(1)) <= LAST_YEAR:
        return None
    try:
        return datetime.date(*map(int, found.groups()))
    except ValueError:
        return None


def _of(period: Period, use: UseFilter, note: str) -> Chosen:
    return Chosen(period.first, period.last, period.label, f"period={term_of(period)}", period.kind, use, note)


def _between(first: datetime.date, last: datetime.date, use: UseFilter, note: str) -> Chosen:
    """Days that are a calendar period are that period, so that its name stands above the table."""
    for kind in (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.HALF, PeriodKind.YEAR):
        period = period_of(first, kind)
        if (period.first, period.last) == (first, last):
            return _of(period, use, note)
    label = f"{first:%Y-%m-%d}" if first == last else f"{first:%Y-%m-%d} 至 {last:%Y-%m-%d}"
    return Chosen(first, last, label, f"from={first}&to={last}", None, use, note)


def _is(period: Period, chosen: Chosen) -> bool:
    return (period.kind, period.first) == (chosen.kind, chosen.first)
