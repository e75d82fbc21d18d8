"""Counting what is there against what is owed: one statement for the items, one for all facts, one for all that people owe one by one."""

import datetime
from collections import defaultdict
from functools import reduce
from operator import add, or_

from django.db.models import BigIntegerField, Count, F, OuterRef, Prefetch, Q, Subquery, Sum, UUIDField, Value
from django.db.models.functions import Cast, Coalesce

from ...evidence import EvidenceKind, Subject, find_evidence
from ...organisation.models import Absence, StaffMember
from ...periods import Period, PeriodKind, period_of
from ..choices import SessionState
from ..facts import ITEM
from ..models import PlanItem, Requirement, Session
from ..querysets import LIVE
from ..roster import meant_by
from ..scopes import ORGAN, Scope
from .cells import Cell, Outcome, Part, state_of


def items_of(year: int, scope: Scope, *, series=None) -> list[PlanItem]:
    """In order of format, requirement and period; rules and their leads are loaded once each, not once an item."""
    items = PlanItem.objects.of_year(year).select_related("branch", "department")
    if series is not None:
        items = items.filter(series=series)
    if scope.level == Subject.BRANCH:
        items = items.filter(Q(owed_by=Subject.BRANCH, branch=scope.key) | Q(owed_by=Subject.STAFF))
    elif scope.level == Subject.DEPARTMENT:
        items = items.filter(Q(owed_by=Subject.DEPARTMENT, department__in=scope.department_keys) | Q(owed_by=Subject.STAFF))
    rules = Requirement.objects.select_related("study_format").prefetch_related("leads")
    return list(
        items.prefetch_related(Prefetch("requirement", rules)).order_by(
            "requirement__study_format__position",
            "requirement__study_format",
            "requirement__position",
            "series",
            "period_first",
            "branch__position",
            "department__position",
            "branch_id",
            "department_id",
            "number",
        )
    )


def column_of(item: PlanItem) -> Period:
    """The period whose cell an item is in. Weeks are gathered in the month that the rule's own day lies in."""
    if item.period_kind == PeriodKind.WEEK:
        return period_of(item.moved_from or item.planned_on, PeriodKind.MONTH)
    return item.period


def cells_of(items: list[PlanItem], *, year: int, scope: Scope, today: datetime.date) -> list[Cell]:
    """The cells that `items` (in order) make, judged."""
    coming, reasons = _sessions_of_the_plan(year)
    facts = Facts({item.requirement.evidence for item in items}, year)
    of_people = _of_people([item for item in items if is_counted_by_person(item)], scope, today)
    cells: dict[tuple, Cell] = {}
    for group in _groups(items):
        item, period = group[0], column_of(group[0])
        cell = cells.setdefault((item.series, period), Cell(item.requirement, period, today, item.due_on))
        if item.requirement.in_force_from > cell.requirement.in_force_from:
            cell.requirement = item.requirement  # the version that closes the period says what becomes of it
        cell.due_on = max(cell.due_on, item.due_on)
        has_next = any(one.pk in coming for one in group)
        cell.has_next = cell.has_next or has_next
        cell.session_reasons += [reason for one in group for reason in reasons[one.pk]]
        if is_counted_by_person(item):
            cell.counts_people = True
            cell.is_ahead = item.period_first > today
            outcome = of_people.get(item.pk, Outcome(0))
        else:
            outcome = outcome_of(group, facts.of(item))
        state = state_of(outcome, due_on=item.due_on, today=today, is_floor=item.requirement.is_floor, has_next=has_next)
        cell.parts.append(Part(group, outcome, state))
    return list(cells.values())


def _sessions_of_the_plan(year: int) -> tuple[set[int], dict[int, list[str]]]:
    """(items with a session still to come, why sessions were moved or cancelled by item). One statement."""
    coming, reasons = set(), defaultdict(list)
    sessions = Session.objects.filter(Q(state__in=LIVE) | ~Q(reason=""), plan_item__plan__year=year).order_by("planned_on", "pk")
    for item, state, reason, planned_on in sessions.values_list("plan_item", "state", "reason", "planned_on"):
        if state in LIVE:
            coming.add(item)
        if reason:
            reasons[item].append(f"{planned_on:%m-%d} {SessionState(state).label}：{reason}")
    return coming, reasons


def _groups(items) -> list[list[PlanItem]]:
    """The items of one requirement, subject and period together: numbers 1 to n."""
    groups: dict[tuple, list[PlanItem]] = defaultdict(list)
    for item in items:
        groups[item.requirement_id, item.subject_key, item.period_first].append(item)
    return list(groups.values())


# What a fact says beyond its subject and days, and what stands there for a kind that does not say it.
# PostgreSQL takes the type of a column from the first two parts of a union: an empty one says what it is.
BY_FORMAT = {"format_id": Cast(Value(None), BigIntegerField()), "variant": Value(""), "series": Cast(Value(None), UUIDField())}


AS_MET = -1  # while it is not due, everything is in time


class Facts:
    """What is there of the kinds that are not of people, and of `person` (a key) of those that are, added up by day, found by subject.

    One statement for all kinds.
    """

    def __init__(self, kinds: set[str], year: int, *, person: int | None = None):
        # A week of this year may begin in the last and end in the next.
        first, last = datetime.date(year - 1, 12, 25), datetime.date(year + 1, 1, 7)
        known = [(key, kind) for key in sorted(kinds) if (found := find_evidence(key)) and key != ITEM for kind in found.sources]
        known = [(key, kind) for key, kind in known if kind.subject != Subject.STAFF or person is not None]
        parts = []
        for key, kind in known:
            names = {name: F(name) for name in BY_FORMAT} if kind.by_format else BY_FORMAT
            rows = kind.rows().filter(counted_on__gte=first, counted_on__lte=last)
            if kind.subject == Subject.STAFF:
                rows = rows.filter(subject_id=person)
            if kind.by_format:
                rows = rows.filter(format_id__isnull=False)  # a session without a format meets no requirement
            said = {f"fact_{name}": names[name] for name in names}
            said["subject"] = Cast("subject_id", BigIntegerField())
            rows = rows.values("counted_on", "happened_on", evidence=Value(key), **said)
            parts.append(rows.annotate(total=Sum("quantity")).order_by())
        self._subjects, self._person = {key: kind.subject for key, kind in known}, person
        self._found: dict[tuple[str, int | None], list[dict]] = defaultdict(list)
        for fact in parts[0].union(*parts[1:], all=True) if parts else ():
            self._found[fact["evidence"], fact["subject"]].append(fact)

    def of(self, item: PlanItem) -> list[dict]:
        """Those that count for the subject, the period and the rule of `item`."""
        key, subject = item.requirement.evidence, item.branch_id or item.department_id
        if item.owed_by == Subject.STAFF:
            subject = self._person
        found = self._found.get((key, None), [])  # of the organ: for everybody
        if subject is not None and self._subjects.get(key) == item.owed_by:
            found = [*found, *self._found.get((key, subject), [])]
        return [
            fact
            for fact in found
            if item.period_first <= fact["counted_on"] <= item.period_last
            and counts_for(item.requirement, format_id=fact["fact_format_id"], variant=fact["fact_variant"], series=fact["fact_series"])
        ]


def counts_for(requirement: Requirement, *, format_id, variant: str, series) -> bool:
    """A fact counts for the rule it was planned by, and for every other of its format that asks for its kind or for any."""
    if format_id is None:  # of a kind that knows no formats
        return True
    if format_id != requirement.study_format_id:
        return False
    return series == requirement.series or requirement.session_kind in ("", variant)


def outcome_of(group: list[PlanItem], facts: list[dict]) -> Outcome:
    """What one subject owes in one period and has done: by its facts, or ticked off by hand. Never more than is owed."""
    live = [item for item in group if item.state == PlanItem.State.PLANNED]
    due_on = group[0].due_on
    in_time = sum(1 for item in live if item.done_on and item.done_on <= due_on)
    late = sum(1 for item in live if item.done_on and item.done_on > due_on)
    for fact in facts:
        if fact["happened_on"] <= due_on:
            in_time += fact["total"]
        else:
            late += fact["total"]
    in_time = min(in_time, len(live))
    return Outcome(len(live), in_time, min(late, len(live) - in_time))


def is_kept_by_person(requirement: Requirement) -> bool:
    """Whether some room of the site keeps who has met it; else one tick stands for all."""
    kind = find_evidence(requirement.evidence)
    return requirement.owed_by == Subject.STAFF and kind is not None and kind.subject == Subject.STAFF


def comes_about_by_sessions(requirement: Requirement) -> bool:
    """Whether holding a session meets it. What other rooms keep, or somebody ticks off by hand, no session ever would."""
    kind = find_evidence(requirement.evidence)
    return kind is not None and kind.by_format


def is_counted_by_person(item: PlanItem) -> bool:
    """Whether everybody's own facts say who has done it; what somebody ticks off for all of them then counts for nothing."""
    return item.owed_by == Subject.STAFF and is_kept_by_person(item.requirement)


def audience_on(requirement: Requirement, day: datetime.date, scope: Scope):
    """The people who owe a requirement of people on `day`, within `scope`; not those on long leave."""
    return scope.people(meant_by(requirement.audience, day), day).exclude(absences__in=Absence.objects.on(day))


def keys_of_done(item: PlanItem, *, by: datetime.date | None = None, among=None):
    """Keys of the people (`among` some) who have met the requirement of `item` in its period (by a day)."""
    requirement = item.requirement
    sources = find_evidence(requirement.evidence).sources
    rows = [_rows_that_count(kind, item, by=by, among=among) for kind in sources]
    if len(rows) == 1:
        return rows[0].values("subject_id").annotate(total=Sum("quantity")).filter(total__gte=requirement.quantity).values("subject_id")
    return _keys_of_enough(rows, requirement.quantity)


def _rows_that_count(kind: EvidenceKind, item: PlanItem, *, by, among):
    requirement = item.requirement
    rows = kind.rows().filter(counted_on__gte=item.period_first, counted_on__lte=item.period_last)
    if by is not None:
        rows = rows.filter(happened_on__lte=by)
    if among is not None:
        rows = rows.filter(subject_id__in=among.values("pk"))
    if kind.by_format:
        rows = rows.filter(format_id=requirement.study_format_id)
        if requirement.session_kind:
            rows = rows.filter(Q(variant=requirement.session_kind) | Q(series=requirement.series))
    return rows


def _keys_of_enough(rows: list, quantity: int):
    """Of facts of several kinds together: one of any is one."""
    if not rows:
        return StaffMember.objects.none().values("pk")
    if quantity == 1:
        return StaffMember.objects.filter(reduce(or_, (Q(pk__in=one.values("subject_id")) for one in rows))).order_by().values("pk")
    totals = (one.filter(subject_id=OuterRef("pk")).values("subject_id").annotate(total=Sum("quantity")).values("total") for one in rows)
    together = reduce(add, (Coalesce(Subquery(total), 0) for total in totals))
    return StaffMember.objects.annotate(facts_together=together).filter(facts_together__gte=quantity).order_by().values("pk")


def _of_people(items, scope: Scope, today: datetime.date) -> dict[int, Outcome]:
    """Of requirements of people, by the key of the item. One statement, whatever the number of people and periods; none is counted before its
    period begins."""
    begun = [item for item in items if item.state == PlanItem.State.PLANNED and item.period_first <= today]
    parts = [_people_counted(item, scope, today) for item in begun]
    outcomes = {}
    for pk, owed, met, in_time in parts[0].union(*parts[1:], all=True) if parts else ():
        in_time = met if in_time == AS_MET else in_time
        outcomes[pk] = Outcome(owed, in_time, met - in_time)
    return outcomes


def _people_counted(item: PlanItem, scope: Scope, today: datetime.date):
    """One row: the key of `item`, how many owe it, have met it, and have met it in time."""
    people = audience_on(item.requirement, min(item.due_on, today), scope)
    among = None if scope == ORGAN else people  # of a few people nobody else's facts are added up
    counts = {"owed": Count("pk"), "met": Count("pk", filter=Q(pk__in=keys_of_done(item, among=among)))}
    in_time = Value(AS_MET)
    if today > item.due_on:
        in_time = Count("pk", filter=Q(pk__in=keys_of_done(item, by=item.due_on, among=among)))
    rows = people.order_by().annotate(item=Value(item.pk)).values("item").annotate(**counts, in_time=in_time)
    return rows.values_list("item", "owed", "met", "in_time")
