"""What of the files waits for one person: plans given back or to approve, files to confirm, forms of 评学, findings of an inspection."""

import datetime
from dataclasses import dataclass, field

from django.db.models import CharField, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Cast

from ..organisation.models import Posting
from ..programme.desk_parts import columns, counted
from .choices import FindingState, PlanState
from .inspection_desk import FINDER_GONE, TO_RECTIFY
from .models import Finding, FiveHavesFile, StudyPlan, StudyReview
from .rights import FileRights
from .years import place_day

RETURNED, WAITING, DECIDE, REVIEW, RECTIFY, CHECK = (
    "plan_returned",
    "plan_waiting",
    "plan_to_decide",
    "file_review",
    "file_rectify",
    "file_check",
)
CONFIRM = "file_confirm"
CONFIRM_FROM = 12  # the month in which a year's files are confirmed


@dataclass(frozen=True, slots=True)
class PlanOnDesk:
    """The own plan that was given back (`note`), or another's that waits for a decision."""

    year: int
    staff_id: int
    name: str
    note: str
    at: datetime.datetime


@dataclass(frozen=True, slots=True)
class ReviewsToFill:
    """Forms of an open round; `pk` is that of the next one."""

    pk: int
    year: int
    due_on: datetime.date
    number: int


@dataclass(frozen=True, slots=True)
class FindingOnDesk:
    """To put right (`name` is empty), or put right by `name` and to be looked at again."""

    pk: int
    text: str
    name: str
    note: str
    due_on: datetime.date
    at: datetime.datetime | None


@dataclass(frozen=True, slots=True)
class FilesToConfirm:
    year: int
    number: int


@dataclass(frozen=True, slots=True)
class FileDesk:
    """`waiting`: own plans that others have in hand."""

    waiting: list[PlanOnDesk] = field(default_factory=list)
    returned: list[PlanOnDesk] = field(default_factory=list)
    to_decide: list[PlanOnDesk] = field(default_factory=list)
    reviews: list[ReviewsToFill] = field(default_factory=list)
    to_rectify: list[FindingOnDesk] = field(default_factory=list)
    to_check: list[FindingOnDesk] = field(default_factory=list)
    to_confirm: list[FilesToConfirm] = field(default_factory=list)

    @property
    def planned_years(self) -> frozenset[int]:
        """Whose plan has been handed in: nobody has to be told to write it."""
        return frozenset(one.year for one in (*self.waiting, *self.returned))


def file_parts_for(rights: FileRights):
    """The parts (`desk_parts`) of whoever holds `rights`, who is somebody of the roster; what does not concern them is not asked."""
    yield from _plans(rights)
    reviews = StudyReview.objects.filter(rater=rights.staff, submitted_at__isnull=True)
    reviews = reviews.filter(round__opened_at__isnull=False, round__closed_at__isnull=True)
    yield counted(reviews, REVIEW, by="round__year", key="pk", first_on="round__due_on")
    findings = Finding.objects.filter(inspected__staff=rights.staff, state__in=TO_RECTIFY)
    yield columns(findings, RECTIFY, title=F("text"), note=F("check_note"), day=F("due_on"))
    finder = Q(found_by=rights.user.pk) | (FINDER_GONE if rights.is_clerk else Q(pk__in=()))
    rectified = Finding.objects.filter(finder, state=FindingState.RECTIFIED).exclude(inspected__staff=rights.staff)
    yield columns(rectified, CHECK, title=F("text"), said=F("inspected__staff__name"), day=F("due_on"), moment=F("rectified_at"))
    yield from _to_confirm(rights)


def _plans(rights: FileRights):
    today = rights.today
    said = {"title": F("file__staff__name"), "said": Cast("file__year", CharField()), "number": F("file__staff")}
    own = StudyPlan.objects.filter(file__staff=rights.staff, file__year__gte=today.year - 1)
    own = own.filter(file__in=FiveHavesFile.objects.not_locked())
    yield columns(own.filter(state=PlanState.RETURNED), RETURNED, **said, note=F("decision_note"), moment=F("decided_at"))
    yield columns(own.filter(state=PlanState.HANDED_IN), WAITING, **said, moment=F("saved_at"))
    heading = _headed(rights)
    if not heading and not rights.is_clerk:
        return
    waiting = StudyPlan.objects.filter(state=PlanState.HANDED_IN, file__in=FiveHavesFile.objects.not_locked())
    waiting = waiting.exclude(file__staff=rights.staff)
    for years, day in ((Q(file__year=today.year - 1), place_day(today.year - 1, today)), (Q(file__year__gte=today.year), today)):
        yield columns(_to_decide(waiting.filter(years), rights, heading, day), DECIDE, **said, moment=F("saved_at"))


def _headed(rights: FileRights) -> frozenset[int]:
    """The departments that the person heads themselves."""
    facts = rights.base.standings.postings(rights.staff.pk, rights.today)
    return frozenset(fact.place_id for fact in facts if fact.is_head)


def _to_decide(plans, rights: FileRights, heading: frozenset[int], day: datetime.date):
    """Of the own departments, and of the heads just below; for a clerk of whoever has no head of their department but themselves."""
    place = Posting.objects.on(day).primary().filter(staff=OuterRef("file__staff")).order_by("-started_on", "-pk")
    heads = Posting.objects.on(rights.today).heads().filter(staff__user__is_active=True).exclude(staff=OuterRef("file__staff"))
    plans = plans.annotate(place=Subquery(place.values("department")[:1]), above=Subquery(place.values("department__parent")[:1]))
    has_head = Exists(heads.filter(department=OuterRef("place")))
    wanted = Q(place__in=heading) | (Q(above__in=heading) & ~has_head)
    if rights.is_clerk:
        wanted |= ~has_head & ~Exists(heads.filter(department=OuterRef("above")))
    return plans.filter(wanted)


def _to_confirm(rights: FileRights):
    """Of the people of the own departments, from December on."""
    heading, today = _headed(rights), rights.today
    years = [today.year - 1, *([today.year] if today.month >= CONFIRM_FROM else [])] if heading else []
    for year in years:
        posted = Posting.objects.on(place_day(year, today)).primary().filter(department__in=heading).order_by()
        files = FiveHavesFile.objects.of_year(year).not_locked().filter(confirmed_at__isnull=True, staff__in=posted.values("staff"))
        yield counted(files.exclude(staff=rights.staff), CONFIRM, by="year")


def file_desk_in(found: dict[str, list[tuple]]) -> FileDesk:
    """What of `found` (the rows of `file_parts_for`, as `desk_parts.grouped` has them) is of this room."""

    def plans(part: str) -> list[PlanOnDesk]:
        return [PlanOnDesk(int(said), number, title, note, at) for _pk, title, said, note, _day, at, number in found.get(part, ())]

    def findings(part: str) -> list[FindingOnDesk]:
        return [FindingOnDesk(pk, title, said, note, day, at) for pk, title, said, note, day, at, _n in found.get(part, ())]

    return FileDesk(
        waiting=plans(WAITING),
        returned=plans(RETURNED),
        to_decide=sorted(plans(DECIDE), key=lambda one: one.at),
        reviews=[ReviewsToFill(pk, int(by), due, n) for pk, by, _s, _note, due, _at, n in found.get(REVIEW, ()) if n],
        to_rectify=sorted(findings(RECTIFY), key=lambda one: (one.due_on, one.pk)),
        to_check=sorted(findings(CHECK), key=lambda one: (one.due_on, one.pk)),
        to_confirm=[FilesToConfirm(int(by), n) for _pk, by, _s, _note, _day, _at, n in found.get(CONFIRM, ()) if n],
    )
