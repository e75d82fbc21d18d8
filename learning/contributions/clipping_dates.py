"""Days as papers and links write them. Pure."""

import datetime
import re
from typing import NamedTuple

FIRST_YEAR = 2000
FULL = re.compile(r"(?<!\d)(20\d\d)\s?(?:[-./]|年)\s?(\d{1,2})\s?(?:[-./]|月)\s?(\d{1,2})(?!\d)\s?日?")
COMPACT = re.compile(r"(?<!\d)(20\d\d)([01]\d)([0-3]\d)(?!\d)")
WITHOUT_YEAR = re.compile(r"(?<![\d年])(\d{1,2})\s?月\s?(\d{1,2})\s?日")
IN_LINK = re.compile(r"(?<!\d)(20\d\d)(?:[-/_.]?([01]\d)[-/_.]?([0-3]\d)|[-/_](\d{1,2})[-/_](\d{1,2}))(?!\d)")


class FoundDate(NamedTuple):
    day: datetime.date | None
    has_year: bool = False


NO_DATE = FoundDate(None)


def is_date(part: str) -> bool:
    """Whether `part` is a day and nothing else."""
    return any(pattern.fullmatch(part) for pattern in (FULL, COMPACT, WITHOUT_YEAR))


def date_in_text(text: str, *, today: datetime.date) -> FoundDate:
    """The first day with its year that is not after `today`; else the first without, in the year in which it last came by."""
    for pattern in (FULL, COMPACT):
        for found in pattern.finditer(text):
            if day := _day(*found.groups(), today=today):
                return FoundDate(day, has_year=True)
    for found in WITHOUT_YEAR.finditer(text):
        month, number = found.groups()
        for year in range(today.year, today.year - 5, -1):  # 29 February does not come by every year
            if day := _day(year, month, number, today=today):
                return FoundDate(day)
    return NO_DATE


def date_in_link(link: str, *, today: datetime.date) -> FoundDate:
    """/2026/03/05/, /2026-03/05/, t20260305_ and the like."""
    for found in IN_LINK.finditer(link):
        year, *numbers = (number for number in found.groups() if number is not None)
        if day := _day(year, *numbers, today=today):
            return FoundDate(day, has_year=True)
    return NO_DATE


def _day(year, month, number, *, today: datetime.date) -> datetime.date | None:
    try:
        day = datetime.date(int(year), int(month), int(number))
    except ValueError:
        return None
    return day if day.year >= FIRST_YEAR and day <= today else None
