"""What the services of plan, statement and entries have in common: whose it is, how long a text may be, what is kept of it."""

import datetime

from django.core.exceptions import ValidationError
from django.db import models

from ...organisation.models import StaffMember
from ...periods import local_day
from ..files import ensure_file, refuse_if_locked
from ..models import FiveHavesFile
from ..years import first_day, in_scope

TO_FILL_IN = "（请本人填写）"  # what a draft leaves to whoever it is drafted for


class EntryError(ValidationError):
    """It cannot be written like that; the message is Chinese and says what to do."""


class EntryConflictError(EntryError):
    """It was changed elsewhere meanwhile; nothing was stored, and `stored` is what stands there now."""

    def __init__(self, stored, what: str):
        super().__init__(
            f"{what}在您打开以后改过（别的窗口或别的人），这一次没有保存。您填写的还在下面；请对照已存的内容，改好再保存。", code="conflict"
        )
        self.stored = stored


def check_own(staff: StaffMember, by, what: str) -> None:
    """Raises EntryError."""
    if staff.user_id is None or staff.user_id != by.pk:
        raise EntryError(f"{what}只能由本人填写。")


def years_to_write(today: datetime.date) -> list[int]:
    """This year, the last one until it is locked, the next one while it is being planned."""
    return [*([today.year + 1] if today.month >= 11 else []), today.year, today.year - 1]


def file_to_write(staff: StaffMember, year: int, *, now: datetime.datetime, may_plan_ahead: bool = False) -> FiveHavesFile:
    """The row of the file, ours until the end of the transaction. Raises EntryError for a year that is none of theirs, LockedFileError."""
    today = local_day(now)
    years = years_to_write(today)
    if year not in years or (year > today.year and not may_plan_ahead):
        raise EntryError(f"现在不能填写{year}年的内容。")
    if not in_scope(year).filter(pk=staff.pk).exists():
        raise EntryError(f"{year}年没有您的任职登记，所以没有这一年的档案。请联系机关党委核对。")
    file = ensure_file(staff, year)
    refuse_if_locked(file)
    file.refresh_from_db()
    return file


def hold_years(staff: StaffMember, *days: datetime.date | None) -> None:
    """Refuses to change what is dated in a locked year. Raises LockedFileError."""
    years = sorted({day.year for day in days if day})
    for file in FiveHavesFile.objects.filter(staff=staff, year__in=years).order_by("year"):
        refuse_if_locked(file)


def check_day(day: datetime.date, *, now: datetime.datetime, name: str) -> None:
    """Raises EntryError for a day to come, and for one long past."""
    today = local_day(now)
    if day > today:
        raise EntryError({name: "日期在今天以后。请改成已经发生的日期。"})
    if day < first_day(today.year - 1):
        raise EntryError({name: f"只能登记今年和去年的，最早 {first_day(today.year - 1):%Y-%m-%d}。"})


def check_lengths(model: type[models.Model], facts: dict[str, str]) -> None:
    """Raises EntryError with the limit and the number of characters there are."""
    wrong = {}
    for name, text in facts.items():
        longest = model._meta.get_field(name).max_length
        if longest is not None and len(text) > longest:
            wrong[name] = f"最多 {longest} 个字，现在有 {len(text)} 个，请删减。"
    if wrong:
        raise EntryError(wrong)
