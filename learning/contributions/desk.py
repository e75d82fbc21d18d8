"""我的稿件 and the office's desk: what is mine, what waits for me, what is asked for this month."""

import datetime
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from ..periods import PeriodKind, period_of
from ..questions.models import Question
from .article_page import DESK
from .choices import REPORTED, WRITABLE, ArticleState
from .models import ArticleDepartment, Commission, MediaArticle, MonthlyFocus, Placement
from .rights import ContributionRights
from .submissions import ArticleRow, own_articles, rows_of, unanswered

OWN_SHOWN = 15
WAITING_SHOWN = 20
CALLS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class OwnNumbers:
    """Of this year, by the day a piece reached the office."""

    year: int
    reported: int
    adopted: int
    total: int  # all that are mine, whenever


@dataclass(frozen=True, slots=True)
class OpenCall:
    pk: int
    topic: str
    due_on: datetime.date
    is_overdue: bool
    is_answered: bool  # by a piece of one of my departments


@dataclass(frozen=True, slots=True)
class OfficeNumbers:
    queue: int
    unconfirmed: int
    unanswered: int
    questions: int


@dataclass(frozen=True)
class Desk:
    own: list[ArticleRow]
    numbers: OwnNumbers
    waiting: list[ArticleRow]  # for 科室审 by the reader
    focus: MonthlyFocus | None
    calls: list[OpenCall]
    office: OfficeNumbers | None


def desk_of(rights: ContributionRights) -> Desk:
    """Some dozen statements, however many articles there are."""
    return Desk(
        own=_own_rows(rights),
        numbers=_own_numbers(rights),
        waiting=rows_of(waiting_for_section(rights), WAITING_SHOWN) if rights.department_ids else [],
        focus=MonthlyFocus.objects.filter(month=period_of(rights.today, PeriodKind.MONTH).first).first(),
        calls=_open_calls(rights),
        office=_office_numbers(rights.today) if rights.is_office else None,
    )


def waiting_for_section(rights: ContributionRights):
    """Articles whose first department the reader heads, and did not write; the longest waiting first."""
    lines = ArticleDepartment.objects.filter(article=OuterRef("pk"))
    earlier = ArticleDepartment.objects.filter(article=OuterRef("article"), sort_order__lt=OuterRef("sort_order"))
    first = lines.filter(~Exists(earlier), department__in=rights.department_ids)
    own = own_articles(rights).values("pk")
    return MediaArticle.objects.filter(Exists(first), state=ArticleState.SECTION).exclude(pk__in=own).order_by("moved_at", "pk")


def _own_rows(rights: ContributionRights) -> list[ArticleRow]:
    """What is being written first, then by what moved last."""
    own = own_articles(rights).annotate(is_open=Q(state__in=WRITABLE)).order_by("-is_open", "-moved_at", "-pk")
    return rows_of(own, OWN_SHOWN)


def _own_numbers(rights: ContributionRights) -> OwnNumbers:
    year = period_of(rights.today, PeriodKind.YEAR)
    of_year = Q(state__in=REPORTED, submitted_on__range=(year.first, year.last))
    counts = own_articles(rights).aggregate(
        total=Count("pk"), reported=Count("pk", filter=of_year), adopted=Count("pk", filter=of_year & Q(state=ArticleState.ADOPTED))
    )
    return OwnNumbers(year=rights.today.year, **counts)


def _open_calls(rights: ContributionRights) -> list[OpenCall]:
    mine = {rights.own_department_id, *rights.department_ids} - {None}
    if not mine:
        return []
    asked = Commission.departments.through.objects.filter(commission=OuterRef("pk"), department__in=mine)
    answers = ArticleDepartment.objects.filter(article__commission=OuterRef("pk"), department__in=mine, article__state__in=REPORTED)
    calls = Commission.objects.filter(Exists(asked), closed_at__isnull=True).annotate(is_answered=Exists(answers))
    return [
        OpenCall(call.pk, call.topic, call.due_on, call.due_on < rights.today and not call.is_answered, call.is_answered)
        for call in calls.order_by("is_answered", "due_on", "pk")[:CALLS_SHOWN]
    ]


def _office_numbers(today: datetime.date) -> OfficeNumbers:
    return OfficeNumbers(
        queue=MediaArticle.objects.waiting_for_office().count(),
        unconfirmed=Placement.objects.unconfirmed().count(),
        unanswered=unanswered(MediaArticle.objects.all(), today).count(),
        questions=Question.objects.waiting().of_desks([DESK]).count(),
    )


@dataclass(frozen=True)
class Queue:
    """The office's: oldest first."""

    rows: list[ArticleRow]
    total: int
    in_section: int  # with the departments still


QUEUE_SHOWN = 50


def queue_of() -> Queue:
    waiting = queued()
    counts = MediaArticle.objects.aggregate(
        office=Count("pk", filter=Q(state=ArticleState.OFFICE)), section=Count("pk", filter=Q(state=ArticleState.SECTION))
    )
    return Queue(rows_of(waiting, QUEUE_SHOWN), counts["office"], counts["section"])


def queued():
    return MediaArticle.objects.waiting_for_office().order_by(Coalesce("handed_in_at", "moved_at"), "pk")
