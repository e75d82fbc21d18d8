"""What of the reading room lies on one person's desk: texts of their own that wait for them, texts to review, entries to judge."""

import datetime
from dataclasses import dataclass

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, Subquery, TextField, Value, When
from django.db.models.functions import Coalesce

from ..judging.choices import JudgingState
from ..organisation.models import StaffMember
from .choices import ReflectionState
from .exhibiting import hanging
from .models import Ballot, Entry, Judge, Reflection, ReviewRound
from .reviewers import REVIEW

OWN, REVIEWS, JUDGINGS = "own", "reviews", "judgings"


@dataclass(frozen=True, slots=True)
class OwnText:
    """A draft, one that was given back, or one that was meant for a quarter not long ago. `moved_at`: saved, or given back; `note`: with it."""

    pk: int
    title: str
    state: str
    meant_for: datetime.date | None
    first_handed_in_at: datetime.datetime | None
    moved_at: datetime.datetime
    note: str

    @property
    def is_draft(self) -> bool:
        return self.state == ReflectionState.DRAFT

    @property
    def is_returned(self) -> bool:
        return self.state == ReflectionState.RETURNED


@dataclass(frozen=True, slots=True)
class TextToReview:
    pk: int
    title: str
    author: str
    due_on: datetime.date
    handed_in_at: datetime.datetime
    is_mine: bool  # claimed, or asked for by a clerk; otherwise nobody has it yet


@dataclass(frozen=True, slots=True)
class JudgingToDo:
    """An open judging with `waiting` entries that this judge has neither scored nor declared a conflict in."""

    pk: int
    title: str
    due_on: datetime.date | None
    opened_at: datetime.datetime
    waiting: int


@dataclass(frozen=True, slots=True)
class ReadingDesk:
    own: list[OwnText]
    reviews: list[TextToReview]
    judgings: list[JudgingToDo]


def reading_desk(user, staff: StaffMember, *, since: datetime.date) -> ReadingDesk:
    """The desk of `staff`, whose account is `user`; own texts meant for a quarter that begins on `since` or later are there in any state.

    One statement.
    """
    found: dict[str, list] = {OWN: [], REVIEWS: [], JUDGINGS: []}
    for part, *row in _own(staff, since).union(_reviews(user), _judgings(staff), all=True):
        found[part].append(row)
    return ReadingDesk(
        own=[
            OwnText(pk, title, state, day, first_at, moved_at, said) for pk, title, state, said, day, first_at, moved_at, _n in found[OWN]
        ],
        reviews=[TextToReview(pk, title, said, day, moved_at, bool(n)) for pk, title, _s, said, day, _f, moved_at, n in found[REVIEWS]],
        judgings=[JudgingToDo(pk, title, day, moved_at, n) for pk, title, _s, _said, day, _f, moved_at, n in found[JUDGINGS] if n],
    )


def _columns(rows, part: str, *, key="pk", title="title", state, said, day, first_at, moved_at, number):
    """The columns that every part of the union has."""
    rows = rows.order_by().annotate(desk_state=state, desk_said=said, desk_number=number)
    return rows.values_list(Value(part), key, title, "desk_state", "desk_said", day, first_at, moved_at, "desk_number")


def _own(staff, since):
    wanted = Q(state__in=[ReflectionState.DRAFT, ReflectionState.RETURNED]) | Q(meant_for__gte=since)
    last = ReviewRound.objects.filter(reflection=OuterRef("pk")).exclude(verdict="").order_by("-number")
    return _columns(
        Reflection.objects.of(staff).filter(wanted).annotate(moved_at=Coalesce(Subquery(last.values("decided_at")[:1]), "saved_at")),
        OWN,
        state=F("state"),
        said=Coalesce(Subquery(last.values("note")[:1]), Value("", TextField())),
        day="meant_for",
        first_at="first_handed_in_at",
        moved_at="moved_at",
        number=Value(0),
    )


def _reviews(user):
    turn = Q(reviewer=user.pk)
    if user.has_perm(REVIEW):
        turn |= Q(reviewer=None)
    return _columns(
        Reflection.objects.waiting().filter(turn).exclude(author__user=user.pk),
        REVIEWS,
        state=Value(""),
        said=F("author__name"),
        day="due_on",
        first_at="first_handed_in_at",
        moved_at="handed_in_at",
        number=Case(When(reviewer=user.pk, then=Value(1)), default=Value(0), output_field=IntegerField()),
    )


def _judgings(staff):
    done = Ballot.objects.filter(entry=OuterRef("pk"), judge=OuterRef(OuterRef("pk")))
    waiting = Entry.objects.filter(hanging("reflection__"), judging=OuterRef("judging")).exclude(Exists(done))
    waiting = waiting.order_by().values("judging").annotate(number=Count("pk")).values("number")
    return _columns(
        Judge.objects.filter(staff=staff, judging__state=JudgingState.OPEN),
        JUDGINGS,
        key="judging_id",
        title="judging__exhibition__title",
        state=Value(""),
        said=Value(""),
        day="judging__due_on",
        first_at="judging__opened_at",
        moved_at="judging__opened_at",
        number=Coalesce(Subquery(waiting, output_field=IntegerField()), 0),
    )
