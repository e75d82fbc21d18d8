"""What waits for a reviewer, and one reflection as the reviewer reads it."""

import datetime
from dataclasses import dataclass

from django.core.paginator import Page as PaginatedPage
from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, OuterRef, Subquery, Value, When

from .choices import FileKind
from .counting import counted_quarter, is_late
from .likeness import Likeness, ReviewedFinding, described_for_reviewer
from .models import Reflection, ReflectionFile, ReviewRound
from .rounds import Rounds, rounds_of
from .text import Passage

PER_PAGE = 20
RECENT = 10
SOON = 2  # days


@dataclass(frozen=True, slots=True)
class QueueRow:
    pk: int
    title: str
    author: str
    department: str
    about: str
    characters: int
    round_number: int
    due_on: datetime.date
    tone: str
    mark: str
    word: str
    reviewer: str
    is_mine: bool


@dataclass(frozen=True)
class Queue:
    rows: list[QueueRow]
    page: PaginatedPage
    recent: list[ReviewRound]

    @property
    def page_numbers(self):
        return self.page.paginator.get_elided_page_range(self.page.number, on_each_side=2, on_ends=1)

    @property
    def gap(self):
        return self.page.paginator.ELLIPSIS


def waiting_for(user):
    """Reflections in the reviewers' hands that `user` did not write: the claimed by `user` first, then those nobody has, by their day."""
    turn = Case(When(reviewer=user.pk, then=Value(0)), When(reviewer=None, then=Value(1)), default=Value(2), output_field=IntegerField())
    return Reflection.objects.waiting().exclude(author__user=user.pk).annotate(turn=turn).order_by("turn", "due_on", "handed_in_at", "pk")


def queue_of(user, *, number, today: datetime.date) -> Queue:
    """One page of what waits, and what was decided of late. Three statements."""
    latest = ReviewRound.objects.filter(reflection=OuterRef("pk")).order_by("-number")
    waiting = waiting_for(user).annotate(round_number=Subquery(latest.values("number")[:1]))
    waiting = waiting.select_related("author", "book", "department", "session", "reviewer").defer("html", "application")
    page = Paginator(waiting, PER_PAGE).get_page(number)
    recent = ReviewRound.objects.exclude(verdict="").exclude(reflection__author__user=user.pk).defer("html", "likeness", "reflection__html")
    return Queue(
        rows=[_row(one, user, today) for one in page],
        page=page,
        recent=list(recent.select_related("reflection__author", "decided_by").order_by("-decided_at", "-pk")[:RECENT]),
    )


def _row(one: Reflection, user, today: datetime.date) -> QueueRow:
    tone, mark, word = _due(one.due_on, today)
    return QueueRow(
        pk=one.pk,
        title=str(one),
        author=one.author.name,
        department=one.department.name if one.department else "",
        about=about(one),
        characters=one.characters,
        round_number=one.round_number or 1,
        due_on=one.due_on,
        tone=tone,
        mark=mark,
        word=word,
        reviewer=one.reviewer.get_full_name() if one.reviewer else "",
        is_mine=one.reviewer_id == user.pk,
    )


def _due(due_on: datetime.date, today: datetime.date) -> tuple[str, str, str]:
    days = (due_on - today).days
    if days < 0:
        return "missed", "○", f"已逾期 {-days} 天"
    if days <= SOON:
        return "late", "◐", "今天到期" if not days else f"还有 {days} 天"
    return "", "◔", "待评阅"


def about(reflection: Reflection) -> str:
    """The book or the session it was written on."""
    if reflection.book_name:
        return f"《{reflection.book_name}》"
    return reflection.session.title if reflection.session else ""


@dataclass(slots=True)
class ReviewedPassage:
    passage: Passage
    is_changed: bool
    findings: list[ReviewedFinding]
    comments: list
    field: object = None  # where a comment is written, set by whoever shows a form


@dataclass(frozen=True)
class ReviewPage:
    rounds: Rounds
    passages: list[ReviewedPassage]
    photos: list[ReflectionFile]
    documents: list[ReflectionFile]
    quarter: str
    is_late: bool

    @property
    def number(self) -> int:
        return self.rounds.newest.number

    @property
    def findings(self) -> int:
        return sum(len(row.findings) for row in self.passages)

    @property
    def changed(self) -> int:
        return sum(row.is_changed for row in self.passages)


def review_page_of(reflection: Reflection, *, user) -> ReviewPage:
    """The newest round. Five statements."""
    rounds = rounds_of(reflection)
    findings: dict[int, list[ReviewedFinding]] = {}
    for described in described_for_reviewer(Likeness.from_json(rounds.newest.likeness), user=user):
        findings.setdefault(described.finding.passage, []).append(described)
    comments = rounds.comments_by_passage
    passages = [
        ReviewedPassage(passage, passage.number in rounds.changed, findings.get(passage.number, []), comments.get(passage.number, []))
        for passage in rounds.passages
    ]
    # What was uploaded since belongs to the next round.
    files = [file for file in reflection.files.all() if file.added_at <= rounds.newest.handed_in_at]
    return ReviewPage(
        rounds=rounds,
        passages=passages,
        photos=[file for file in files if file.kind == FileKind.PHOTO],
        documents=[file for file in files if file.kind == FileKind.DOCUMENT],
        quarter=str(counted_quarter(reflection.first_handed_in_at)),
        is_late=is_late(meant_for=reflection.meant_for, first_handed_in_at=reflection.first_handed_in_at),
    )
