"""What of the contributions, the research and the questions waits for one person, whoever that is: an author, a head, the office, a judge, a
clerk. What each part means is said by its class."""

import datetime
from dataclasses import dataclass, field

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from ..evidence import Subject
from ..judging.choices import JudgingState
from ..programme.desk_parts import NOTHING, columns, counted, grouped
from ..programme.models import AnnualPlan, PlanItem
from ..questions.desks import desks_of
from ..questions.models import Question
from .choices import REPORTED, ArticleState, Reason, ResearchState
from .desk import waiting_for_section
from .facts import RESEARCH_REPORT
from .models import (
    ArticleDepartment,
    Commission,
    MediaArticle,
    Placement,
    ResearchBallot,
    ResearchEntry,
    ResearchJudge,
    ResearchReport,
)
from .rights import ContributionRights
from .submissions import own_articles

GIVEN_BACK, SECTION, CALL, TOPIC, REPORT, TO_DECIDE = "given_back", "section", "call", "topic", "report", "to_decide"
JUDGING, QUEUE, UNCONFIRMED, QUESTION = "judging", "queue", "unconfirmed", "question"


@dataclass(frozen=True, slots=True)
class GivenBack:
    """An own article, or the topic of an own research, that is to be changed: `reason` in words, what was said with it."""

    pk: int
    title: str
    reason: str
    note: str
    at: datetime.datetime | None
    on: datetime.date | None


@dataclass(frozen=True, slots=True)
class ToReview:
    """An article that waits for the head of its department."""

    pk: int
    title: str
    at: datetime.datetime


@dataclass(frozen=True, slots=True)
class CallToAnswer:
    """An open call that `number` departments which the person heads have not answered; `department`: one of them."""

    pk: int
    topic: str
    due_on: datetime.date
    department: str
    number: int


@dataclass(frozen=True, slots=True)
class ResearchOwed:
    """A department that the person heads owes a report this year and has handed none in. `topic`: what it declared, if anything, and `pk` the
    key of that report."""

    department_id: int
    department: str
    pk: int | None
    topic: str


@dataclass(frozen=True, slots=True)
class TopicToDecide:
    pk: int
    topic: str
    department: str
    declared_on: datetime.date


@dataclass(frozen=True, slots=True)
class ResearchToJudge:
    """An open judging with `waiting` entries that this judge has neither scored nor declared a conflict in."""

    year: int
    due_on: datetime.date | None
    opened_at: datetime.datetime
    waiting: int


@dataclass(frozen=True, slots=True)
class Pile:
    """So many of a kind, the oldest since `since`; `first_on`: the earliest day they are about, where there is one."""

    number: int
    since: datetime.datetime
    first_on: datetime.date | None


@dataclass(frozen=True, slots=True)
class Waiting:
    given_back: list[GivenBack] = field(default_factory=list)
    topics_given_back: list[GivenBack] = field(default_factory=list)
    to_review: list[ToReview] = field(default_factory=list)
    calls: list[CallToAnswer] = field(default_factory=list)
    research_owed: list[ResearchOwed] = field(default_factory=list)
    to_decide: list[TopicToDecide] = field(default_factory=list)
    judgings: list[ResearchToJudge] = field(default_factory=list)
    queue: Pile | None = None
    unconfirmed: Pile | None = None
    questions: Pile | None = None


def waiting_for(rights: ContributionRights, *, beyond: datetime.date) -> Waiting:
    """The desk of whoever holds `rights`, who is somebody of the roster. Research that the plan wants by `beyond` is left to those who list
    what the plan owes. One statement.
    """
    return waiting_in(grouped(parts_for(rights, beyond)))


def waiting_in(found: dict[str, list[tuple]]) -> Waiting:
    """What of `found` (the rows of `parts_for`, as `desk_parts.grouped` has them) is of this room."""
    return Waiting(
        given_back=[
            GivenBack(pk, title, Reason(said).label, note, at, None) for pk, title, said, note, _d, at, _n in found.get(GIVEN_BACK, ())
        ],
        topics_given_back=[GivenBack(pk, title, "", note, None, on) for pk, title, _s, note, on, _at, _n in found.get(TOPIC, ())],
        to_review=[ToReview(pk, title, at) for pk, title, _s, _note, _day, at, _n in found.get(SECTION, ())],
        calls=[CallToAnswer(pk, title, due, said, n) for pk, title, said, _note, due, _at, n in found.get(CALL, ()) if n],
        research_owed=[ResearchOwed(n, said, pk, title or "") for pk, title, said, _note, _day, _at, n in found.get(REPORT, ())],
        to_decide=[TopicToDecide(pk, title, said, day) for pk, title, said, _note, day, _at, _n in found.get(TO_DECIDE, ())],
        judgings=[ResearchToJudge(pk, due, at, n) for pk, _title, _said, _note, due, at, n in found.get(JUDGING, ()) if n],
        queue=_pile(found.get(QUEUE)),
        unconfirmed=_pile(found.get(UNCONFIRMED)),
        questions=_pile(found.get(QUESTION)),
    )


def _pile(rows) -> Pile | None:
    for _pk, _title, _said, _note, day, at, number in rows or ():
        if number:
            return Pile(number, at, day)
    return None


def parts_for(rights: ContributionRights, beyond: datetime.date):
    """Whatever does not concern the person is not asked."""
    yield _given_back(rights)
    yield _topics_given_back(rights)
    yield _judgings(rights)
    if rights.department_ids:
        yield columns(waiting_for_section(rights), SECTION, moment=F("moved_at"))
        yield _research_owed(rights, beyond)
    if heading := _headed_ids(rights):
        yield _calls(heading)
    if rights.is_clerk:
        declared = ResearchReport.objects.filter(state=ResearchState.DECLARED)
        yield columns(declared, TO_DECIDE, said=F("department__name"), day=F("declared_on"))
    if rights.is_office:
        yield counted(MediaArticle.objects.waiting_for_office(), QUEUE, since=Coalesce("handed_in_at", "moved_at"))
        yield counted(Placement.objects.unconfirmed(), UNCONFIRMED, since="entered_at", first_on="published_on")
    if desks := desks_of(rights.user):
        yield counted(Question.objects.waiting().of_desks([desk.key for desk in desks]), QUESTION, since="asked_at")


def _given_back(rights: ContributionRights):
    returned = own_articles(rights).filter(state=ArticleState.RETURNED)
    return columns(returned, GIVEN_BACK, said=F("reason"), note=F("reason_note"), moment=F("moved_at"))


def _topics_given_back(rights: ContributionRights):
    team = Q(declared_by=rights.staff) | Q(pk__in=rights.staff.research_memberships.order_by().values("report"))
    returned = ResearchReport.objects.filter(team, state=ResearchState.RETURNED)
    return columns(returned, TOPIC, note=F("decision_note"), day=Coalesce("decided_on", "declared_on"))


def _judgings(rights: ContributionRights):
    done = ResearchBallot.objects.filter(entry=OuterRef("pk"), judge=OuterRef(OuterRef("pk")))
    entries = ResearchEntry.objects.filter(judging=OuterRef("judging"), report__state=ResearchState.HANDED_IN).exclude(Exists(done))
    waiting = entries.order_by().values("judging").annotate(number=Count("pk")).values("number")
    return columns(
        ResearchJudge.objects.filter(staff=rights.staff, judging__state=JudgingState.OPEN),
        JUDGING,
        key=F("judging__year"),
        title=NOTHING,
        day=F("judging__due_on"),
        moment=F("judging__opened_at"),
        number=Coalesce(Subquery(waiting, output_field=IntegerField()), 0),
    )


def _headed_ids(rights: ContributionRights) -> frozenset[int]:
    """Departments that the person heads themselves: whoever is further up is not asked to write."""
    facts = rights.base.standings.postings(rights.staff.pk, rights.today)
    return frozenset(fact.place_id for fact in facts if fact.is_head)


def _calls(heading: frozenset[int]):
    """Asked of a department and answered by no piece of it that reached the office."""
    asked = Commission.departments.through.objects.filter(commission=OuterRef("pk"), department__in=heading)
    answers = ArticleDepartment.objects.filter(
        article__commission=OuterRef("commission"), department=OuterRef("department"), article__state__in=REPORTED
    )
    lacking = asked.exclude(Exists(answers)).order_by()
    return columns(
        Commission.objects.filter(closed_at__isnull=True),
        CALL,
        title=F("topic"),
        said=Coalesce(Subquery(lacking.order_by("department__position", "pk").values("department__name")[:1]), NOTHING),
        day=F("due_on"),
        number=Coalesce(Subquery(lacking.values("commission").annotate(number=Count("pk")).values("number")), 0),
    )


def _research_owed(rights: ContributionRights, beyond: datetime.date):
    """Only where a published plan wants a report of the department this year, and wants it after `beyond`."""
    reports = ResearchReport.objects.filter(department=OuterRef("department"), year=rights.today.year)
    in_hand = reports.filter(state__in=[ResearchState.DECLARED, ResearchState.RETURNED, ResearchState.APPROVED])
    # What was approved is nearer to a report than what was declared later.
    nearest = in_hand.order_by(Case(When(state=ResearchState.APPROVED, then=Value(0)), default=Value(1)), "-pk")
    items = PlanItem.objects.filter(
        plan__state=AnnualPlan.State.PUBLISHED,
        plan__year=rights.today.year,
        requirement__evidence=RESEARCH_REPORT,
        requirement__is_floor=True,
        owed_by=Subject.DEPARTMENT,
        department__in=rights.department_ids,
        state=PlanItem.State.PLANNED,
        number=1,
        done_on__isnull=True,
        due_on__gt=beyond,
    )
    return columns(
        items.exclude(Exists(reports.handed_in())),
        REPORT,
        key=Subquery(nearest.values("pk")[:1]),
        title=Subquery(nearest.values("title")[:1]),
        said=F("department__name"),
        number=F("department_id"),
    )
