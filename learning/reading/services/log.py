"""在读 / 读完: what people say of their own reading. Every function may be called twice; the second time changes nothing (R34)."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from ...organisation.models import StaffMember
from ..choices import ReadingState
from ..models import Book, ReadingEntry
from .books import tidy_title


class LogError(ValidationError):
    """The reading cannot be noted like that; the message is Chinese and says what to do."""


class NotOwnEntryError(LogError):
    """Somebody else's reading."""


def check_may_log(staff: StaffMember | None, *, today: datetime.date) -> None:
    """Raises LogError for an account that is nobody's of the roster, and for somebody who has left."""
    if staff is None:
        raise LogError("您的账号还没有关联到人员名册，不能登记阅读。请联系机关党委，在人员登记里填上您的登录账号。")
    if staff.has_left(today):
        raise LogError(
            f"名册里您已于 {staff.left_on.year}年{staff.left_on.month}月{staff.left_on.day}日离开本单位，不能再登记阅读。有误的，请联系机关党委。"
        )


def known_book(title: str, author: str = "") -> Book | None:
    """The room's book of exactly this title; of several editions the one by `author`, where only one is."""
    books = list(Book.objects.filter(title=title))
    if len(books) > 1:
        books = [book for book in books if author and book.author == author]
    return books[0] if len(books) == 1 else None


@transaction.atomic
def record_reading(
    *,
    staff: StaffMember | None,
    state: str,
    by,
    today: datetime.date,
    book: Book | None = None,
    title: str = "",
    author: str = "",
    finished_on: datetime.date | None = None,
) -> ReadingEntry:
    """Note that `by`, who is `staff`, reads or has read `book`, or what is called `title`; one entry a person and book.

    A free title that the room has is kept as that book. Without `finished_on` a book is finished today. The day of registering is that
    of the first time it was called finished: corrected later, a book does not become late. Raises LogError.
    """
    check_may_log(staff, today=today)
    if staff.user_id != by.pk:
        raise NotOwnEntryError("只能登记自己读的书。")
    if state not in ReadingState.values:
        raise LogError({"state": "请选“在读”或“读完”。"})
    title, author = tidy_title(title), author.strip()
    if book is None and not title:
        raise LogError({"title": "请写书名。"})
    if finished_on is not None:
        _check_day(finished_on, today)
    StaffMember.objects.select_for_update(of=("self",), no_key=True).get(pk=staff.pk)  # two taps at once are one after the other
    book = book or known_book(title, author)
    entry = _present_entry(staff, book, title) or ReadingEntry(staff=staff, started_on=today, recorded_on=today)
    if book is not None:
        entry.book, entry.title, entry.author = book, "", ""
    else:
        entry.title, entry.author = title, author or entry.author
    if state == ReadingState.FINISHED:
        _finish(entry, finished_on, today)
    elif entry.state == ReadingState.FINISHED:
        entry.state, entry.finished_on, entry.recorded_on = ReadingState.READING, None, today
    entry.full_clean(exclude=["staff", "book"])
    entry.save()
    return entry


def _check_day(day: datetime.date, today: datetime.date) -> None:
    if day > today:
        raise LogError({"finished_on": "读完日期在今天以后。还没读完的，请选“在读”。"})
    if day.year < today.year - 1:
        raise LogError({"finished_on": f"只能补登 {today.year - 1} 年以来读完的书，请核对年份。"})


def _present_entry(staff, book, title) -> ReadingEntry | None:
    """What stands there already: of a book, too, what was noted under its title before the room had it."""
    own = ReadingEntry.objects.of(staff)
    if book is None:
        return own.filter(book__isnull=True, title=title).first()
    return own.filter(book=book).first() or own.filter(book__isnull=True, title=book.title).first()


def _finish(entry: ReadingEntry, finished_on: datetime.date | None, today: datetime.date) -> None:
    was_finished = entry.state == ReadingState.FINISHED
    if was_finished and finished_on in (None, entry.finished_on):
        return
    entry.state, entry.finished_on = ReadingState.FINISHED, finished_on or today
    entry.started_on = min(entry.started_on, entry.finished_on)
    if not was_finished or entry.recorded_on < entry.finished_on:
        entry.recorded_on = today


@transaction.atomic
def remove_reading(*, entry: ReadingEntry, by) -> None:
    """Take an own entry away. Raises NotOwnEntryError."""
    if entry.staff.user_id != by.pk:
        raise NotOwnEntryError("只能删去自己的阅读记录。")
    ReadingEntry.objects.filter(pk=entry.pk).delete()
