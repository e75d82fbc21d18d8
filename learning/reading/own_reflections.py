"""The own reflections as their author sees them: the list, and what stands beside the text while it is written (R35)."""

import datetime
from dataclasses import dataclass, field

from ..organisation.models import StaffMember
from ..periods import Period, PeriodKind, period_of
from .choices import FileKind, ReflectionState
from .counting import is_late
from .models.books import Book, ReadingEntry
from .models.reflections import PassageComment, Reflection, ReflectionCopy, ReflectionFile, ReviewRound
from .months import month_front
from .text import count_html, html_of_text, passages_of, text_of_html

ENTRIES_OFFERED = 40
TONES = {
    ReflectionState.DRAFT: ("", "–"),
    ReflectionState.WAITING: ("", "◔"),
    ReflectionState.RETURNED: ("late", "◐"),
    ReflectionState.ACCEPTED: ("done", "●"),
}


def quarter_of(day: datetime.date) -> Period:
    return period_of(day, PeriodKind.QUARTER)


@dataclass(frozen=True, slots=True)
class OwnReflection:
    """A row of the list. `tone` and `mark` go with the state; the colour never stands alone."""

    pk: int
    title: str
    book: str
    state: str
    state_label: str
    tone: str
    mark: str
    characters: int
    saved_at: datetime.datetime
    handed_in_at: datetime.datetime | None
    accepted_at: datetime.datetime | None
    is_late: bool

    @property
    def is_being_written(self) -> bool:
        return self.state in (ReflectionState.DRAFT, ReflectionState.RETURNED)


def row_of(reflection: Reflection) -> OwnReflection:
    tone, mark = TONES[ReflectionState(reflection.state)]
    return OwnReflection(
        pk=reflection.pk,
        title=str(reflection),
        book=reflection.book_name,
        state=reflection.state,
        state_label=reflection.get_state_display(),
        tone=tone,
        mark=mark,
        characters=reflection.characters,
        saved_at=reflection.saved_at,
        handed_in_at=reflection.handed_in_at,
        accepted_at=reflection.accepted_at,
        is_late=is_late(meant_for=reflection.meant_for, first_handed_in_at=reflection.first_handed_in_at),
    )


def own_reflections(staff: StaffMember):
    """All of them, newest first, without their texts; `row_of` makes a row of each."""
    return Reflection.objects.of(staff).select_related("book").defer("html", "application").order_by("-created_at", "-pk")


@dataclass(frozen=True, slots=True)
class OfferedBooks:
    """What a form offers to be written about: this month's list, what the person has noted, and free titles of the latter."""

    groups: list[tuple[str, list[Book]]]
    titles: list[str]


def offered_books(staff: StaffMember, *, today: datetime.date, chosen: Book | None = None) -> OfferedBooks:
    """In two statements; every book once."""
    month = month_front(today)
    entries = ReadingEntry.objects.of(staff).select_related("book").order_by("-started_on", "-pk")[:ENTRIES_OFFERED]
    listed = [one.book for one in month.listed] if month else []
    noted = [entry.book for entry in entries if entry.book_id]
    groups, seen = [], set()
    for label, books in (("本月推荐书目", listed), ("我在读的、读过的", noted), ("已选的书", [chosen] if chosen else [])):
        if fresh := [book for book in dict.fromkeys(books) if book not in seen]:
            groups.append((label, fresh))
            seen.update(fresh)
    return OfferedBooks(groups, [entry.title for entry in entries if not entry.book_id])


def suggested_title(*, book_name: str = "", session=None) -> str:
    """What most people write anyway; empty where there is nothing to go by."""
    if book_name:
        return f"读《{book_name[:112]}》有感"
    return f"“{session.title[:110]}”学习心得" if session else ""


@dataclass(frozen=True, slots=True)
class CopyShown:
    """What another window had typed, beside the newer text: its passages, those the two have in common as empty ones, one for a run."""

    copy: ReflectionCopy
    characters: int
    lines: list[str]


@dataclass(frozen=True)
class Desk:
    """What lies beside the text of one reflection. `plain`: for a text area, where formatting is lost (`has_formatting`)."""

    plain: str
    has_formatting: bool
    copies: list[CopyShown] = field(default_factory=list)
    photos: list[ReflectionFile] = field(default_factory=list)
    documents: list[ReflectionFile] = field(default_factory=list)
    returned: ReviewRound | None = None
    comments: list[PassageComment] = field(default_factory=list)
    is_past_quarter: bool = False


def shown_beside(copy: ReflectionCopy, now: set[str]) -> CopyShown:
    """`now`: the passages of the newer text."""
    lines = ["" if passage.text in now else passage.text for passage in passages_of(copy.html)]
    return CopyShown(copy, count_html(copy.html), [line for line, before in zip(lines, ["…", *lines], strict=False) if line or before])


def desk_of(reflection: Reflection | None, *, html: str, today: datetime.date) -> Desk:
    """`html` is what stands in the form: the stored text, or what was typed and could not be stored. At most four statements."""
    plain = text_of_html(html)
    has_formatting = html_of_text(plain) != html
    if reflection is None:
        return Desk(plain, has_formatting)
    now = {passage.text for passage in passages_of(html)}
    files = list(reflection.files.all())
    returned = reflection.rounds.order_by("-number").first() if reflection.state == ReflectionState.RETURNED else None
    return Desk(
        plain,
        has_formatting,
        copies=[shown_beside(copy, now) for copy in reflection.copies.all()],
        photos=[file for file in files if file.kind == FileKind.PHOTO],
        documents=[file for file in files if file.kind == FileKind.DOCUMENT],
        returned=returned,
        comments=list(returned.comments.order_by("passage", "pk")) if returned else [],
        is_past_quarter=bool(reflection.meant_for and not reflection.first_handed_in_at and quarter_of(today).first > reflection.meant_for),
    )
