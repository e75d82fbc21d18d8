"""What somebody reads and has read: beside every book the state of it, and the own page with this month's books first (R34)."""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from ..organisation.models import StaffMember
from ..periods import Period, PeriodKind, period_of
from ..programme.counting_in import CountedLine, Where, counts_toward_each
from ..programme.rights import Rights
from .choices import ReadingState
from .facts import LOG
from .models.books import Book, ReadingEntry


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """An entry in words. `is_late`: registered after the month of the last page."""

    pk: int
    name: str
    author: str
    book_id: int | None
    is_finished: bool
    finished_on: datetime.date | None
    words: str
    is_late: bool
    counted: tuple[CountedLine, ...] = ()


@dataclass(frozen=True, slots=True)
class BookRow:
    """A book as it stands in a list; `entry` is the reader's own."""

    book: Book
    reason: str = ""
    audience: str = ""
    entry: OwnEntry | None = None


@dataclass(frozen=True, slots=True)
class MonthRead:
    period: Period
    entries: list[OwnEntry]
    is_now: bool


@dataclass(frozen=True)
class OwnReading:
    reading: list[OwnEntry]
    months: list[MonthRead]  # of the year, the newest first, down to January
    year: int
    years: list[int]  # in which something was finished, and this one; the newest first
    total: int

    @property
    def now(self) -> MonthRead | None:
        return next((month for month in self.months if month.is_now), None)


def day_in_words(day: datetime.date, today: datetime.date) -> str:
    """Without the year where it is this one."""
    return f"{day.month}月{day.day}日" if day.year == today.year else f"{day.year}年{day.month}月{day.day}日"


def is_late(entry: ReadingEntry) -> bool:
    """补登: registered after the month it counts for."""
    return entry.finished_on is not None and entry.recorded_on > period_of(entry.finished_on, PeriodKind.MONTH).last


def in_words(entry: ReadingEntry, today: datetime.date, counted: Sequence[CountedLine] = ()) -> OwnEntry:
    """`entry`, whose book has been fetched with it; `counted` is what it counts for."""
    finished = entry.state == ReadingState.FINISHED
    return OwnEntry(
        pk=entry.pk,
        name=entry.book.title if entry.book_id else entry.title,
        author=entry.book.author if entry.book_id else entry.author,
        book_id=entry.book_id,
        is_finished=finished,
        finished_on=entry.finished_on,
        words=f"读完 {day_in_words(entry.finished_on, today)}" if finished else f"在读，{day_in_words(entry.started_on, today)}起",
        is_late=is_late(entry),
        counted=tuple(counted),
    )


def rows_of(books, staff: StaffMember | None, today: datetime.date) -> list[BookRow]:
    """`books` with what `staff` has noted of each, in one statement; in none for nobody. A listed book brings its reason along."""
    listed = [
        (getattr(one, "book", one), getattr(one, "reason", ""), getattr(one, "audience", "") and one.get_audience_display())
        for one in books
    ]
    own = {}
    if staff is not None and listed:
        noted = ReadingEntry.objects.of(staff).filter(book__in=[book.pk for book, _reason, _audience in listed]).select_related("book")
        own = {entry.book_id: in_words(entry, today) for entry in noted}
    return [BookRow(book, reason, audience, own.get(book.pk)) for book, reason, audience in listed]


def own_reading_of(staff: StaffMember, *, year: int, today: datetime.date, user) -> OwnReading:
    """For `staff` themselves, who are `user`. Four statements: the entries; who they are, what is there and what is asked for."""
    entries = list(ReadingEntry.objects.of(staff).select_related("book").order_by("finished_on", "started_on", "pk"))
    finished = [entry for entry in entries if entry.finished_on and entry.finished_on.year == year]
    rights = Rights(user, today)
    rights.staff = staff
    counted = counts_toward_each((LOG,), [entry.pk for entry in finished], rights=rights, staff_id=staff.pk, is_short=True)
    by_month = defaultdict(list)
    for entry in finished:
        asked_for = [line for line in counted[entry.pk] if line.where is Where.REQUIREMENT]
        by_month[entry.finished_on.month].append(in_words(entry, today, asked_for or counted[entry.pk]))
    last = today.month if year == today.year else 12
    months = [
        MonthRead(period_of(datetime.date(year, month, 1), PeriodKind.MONTH), by_month[month], (year, month) == (today.year, today.month))
        for month in range(last, 0, -1)
    ]
    years = {entry.finished_on.year for entry in entries if entry.finished_on} | {today.year}
    return OwnReading(
        reading=[in_words(entry, today) for entry in entries if entry.state == ReadingState.READING],
        months=months,
        year=year,
        years=sorted(years, reverse=True),
        total=sum(len(read) for read in by_month.values()),
    )
