"""Calls for pieces as they are looked at: who is asked, who has answered, by when. A call is answered by a piece that reached the office."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from django.db.models import F, Min

from .choices import REPORTED, ArticleState
from .models import ArticleDepartment, Commission, MediaArticle
from .rights import ContributionRights


class AnswerState(Enum):
    """How a department stands to a call: tone, mark, word."""

    IN_TIME = ("done", "●", "按时报送")
    LATE = ("late", "◐", "迟报")
    NOT_YET = ("not-due", "–", "未报")
    OVERDUE = ("missed", "○", "逾期未报")

    def __init__(self, tone, mark, word):
        self.tone, self.mark, self.word = tone, mark, word


def state_of(answered_on: datetime.date | None, due_on: datetime.date, *, is_open: bool, today: datetime.date) -> AnswerState:
    """`answered_on`: when the first piece of the department reached the office."""
    if answered_on is not None:
        return AnswerState.IN_TIME if answered_on <= due_on else AnswerState.LATE
    return AnswerState.OVERDUE if is_open and today > due_on else AnswerState.NOT_YET


def own_department_ids(rights: ContributionRights) -> frozenset[int]:
    """Where the person belongs, and what they head."""
    own = rights.own_department_id
    return rights.department_ids | ({own} if own else frozenset())


def calls_seen_by(rights: ContributionRights):
    """All for the office, the committee and leaders; for others those of their departments. Open ones first, by the day they are due."""
    calls = Commission.objects.all()
    if not rights.sees_everything:
        asked = Commission.departments.through.objects.filter(department__in=own_department_ids(rights))
        calls = calls.filter(pk__in=asked.values("commission"))
    return calls.order_by(F("closed_at").desc(nulls_first=True), "due_on", "pk")


@dataclass(frozen=True, slots=True)
class CallLine:
    """A call in a list. `asked` and `answered` count departments; `own` says how those of the reader stand, worst first."""

    call: Commission
    asked: int
    answered: int
    own: tuple[tuple[str, AnswerState], ...]
    may_write: bool

    @property
    def is_open(self) -> bool:
        return self.call.closed_at is None


def lines_of(calls: Iterable[Commission], rights: ContributionRights) -> list[CallLine]:
    """Two statements, whatever the number of calls."""
    calls, own = list(calls), own_department_ids(rights)
    asked, answered = _asked(calls), _answered(calls)
    lines = []
    for call in calls:
        days = answered[call.pk]
        states = [
            (name, state_of(days.get(pk), call.due_on, is_open=call.closed_at is None, today=rights.today))
            for pk, name in asked[call.pk].items()
            if pk in own
        ]
        lines.append(
            CallLine(
                call=call,
                asked=len(asked[call.pk]),
                answered=sum(pk in days for pk in asked[call.pk]),
                own=tuple(states),
                may_write=bool(states) and rights.staff is not None and call.closed_at is None,
            )
        )
    return lines


def _asked(calls) -> dict[int, dict[int, str]]:
    """Names of departments by key, by call, in the order of departments."""
    found: dict[int, dict[int, str]] = defaultdict(dict)
    rows = Commission.departments.through.objects.filter(commission__in=calls).order_by("department__position", "department__name")
    for call, pk, name in rows.values_list("commission", "department", "department__name"):
        found[call][pk] = name
    return found


def _answered(calls) -> dict[int, dict[int, datetime.date]]:
    """The day of the first piece by department, by call."""
    found: dict[int, dict[int, datetime.date]] = defaultdict(dict)
    rows = ArticleDepartment.objects.filter(article__commission__in=calls, article__state__in=REPORTED).order_by()
    for call, pk, day in rows.values_list("article__commission", "department").annotate(day=Min("article__submitted_on")):
        found[call][pk] = day
    return found


@dataclass(frozen=True, slots=True)
class Piece:
    """An article that answers. `title` and `pk` are there for whoever may open it."""

    state: str
    day: datetime.date | None
    is_reported: bool
    title: str = ""
    pk: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What one department has done about a call; `is_asked` is False for one that answered unasked."""

    department: str
    state: AnswerState
    pieces: tuple[Piece, ...]
    is_asked: bool = True


@dataclass(frozen=True, slots=True)
class CallPage:
    answers: list[Answer]
    may_write: bool

    @property
    def asked(self) -> int:
        return sum(one.is_asked for one in self.answers)

    @property
    def answered(self) -> int:
        return sum(one.is_asked and one.state in (AnswerState.IN_TIME, AnswerState.LATE) for one in self.answers)


def may_see_call(call: Commission, rights: ContributionRights) -> bool:
    return rights.sees_everything or call.departments.filter(pk__in=own_department_ids(rights)).exists()


def call_page(call: Commission, rights: ContributionRights) -> CallPage:
    """Everybody's answers for the office, the committee and leaders; for others those of their departments. A constant number of statements."""
    own, asked = own_department_ids(rights), _asked([call])[call.pk]
    articles = (
        MediaArticle.objects.filter(commission=call)
        .exclude(state=ArticleState.DRAFT)
        .prefetch_related("departments__department", "authors")
        .order_by("submitted_on", "pk")
    )
    pieces: dict[int, list[Piece]] = defaultdict(list)
    days: dict[int, datetime.date] = {}
    names = dict(asked)
    for article in articles:
        piece = _piece(article, may_open=rights.may_see(article))
        for one in article.departments.all():
            pieces[one.department_id].append(piece)
            names.setdefault(one.department_id, one.department.name)
            if piece.is_reported:
                days.setdefault(one.department_id, article.submitted_on)
    answers = [
        Answer(
            department=name,
            state=state_of(days.get(pk), call.due_on, is_open=call.closed_at is None, today=rights.today),
            pieces=tuple(pieces[pk]),
            is_asked=pk in asked,
        )
        for pk, name in names.items()
        if rights.sees_everything or pk in own
    ]
    may_write = call.closed_at is None and rights.staff is not None and not own.isdisjoint(asked)
    return CallPage(answers=answers, may_write=may_write)


def _piece(article: MediaArticle, *, may_open: bool) -> Piece:
    is_reported = article.state in REPORTED
    opened = {"title": article.title, "pk": article.pk} if may_open else {}
    return Piece(article.get_state_display(), article.submitted_on if is_reported else None, is_reported, **opened)
