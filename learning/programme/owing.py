"""What is behind or falls due soon, for whoever has to do it or see to it: the gap view's judgement, turned into lists."""

import datetime
from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Q

from ..evidence import Subject
from ..periods import Period, period_of
from .expectations import Expectations
from .gaps.counting import Facts, is_counted_by_person, outcome_of
from .models import AnnualPlan, PlanItem, Requirement
from .rights import Rights


@dataclass(frozen=True, slots=True)
class Owing:
    """A requirement in one period that is not met: who lacks it, one of their items, until when."""

    requirement: Requirement
    period: Period
    due_on: datetime.date
    item: PlanItem
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnOwing:
    """What one person lacks of a requirement of people in one period: `lacking` more of it, until when."""

    requirement: Requirement
    period: Period
    due_on: datetime.date
    lacking: int


@dataclass(frozen=True, slots=True)
class Debts:
    """What somebody leads, and what is owed by nobody but them; earliest first."""

    led: list[Owing] = field(default_factory=list)
    own: list[OwnOwing] = field(default_factory=list)


def items_led(rights: Rights):
    """Of the published plans: everything for a clerk, for others what their branch or department owes and what it leads."""
    items = PlanItem.objects.filter(plan__state=AnnualPlan.State.PUBLISHED)
    if rights.is_clerk:
        return items
    led = PlanItem.leads.through.objects.filter(department__in=rights.department_ids).values("planitem")
    own = Q(owed_by=Subject.BRANCH, branch__in=rights.branch_ids) | Q(owed_by=Subject.DEPARTMENT, department__in=rights.department_ids)
    return items.filter(own | Q(pk__in=led))


def owing(rights: Rights, *, until: datetime.date) -> Debts:
    """What the holder of `rights` leads and is behind this year or falls due by `until`, and what they owe themselves in the periods that are
    running and those just past. Two statements."""
    items = _items(rights, until)
    own = _owed_by_holder(rights, [item for item in items if item.owed_by == Subject.STAFF])
    groups: dict[tuple, list[PlanItem]] = defaultdict(list)
    for item in items:
        if item.owed_by != Subject.STAFF:
            groups[item.requirement_id, item.subject_key, item.period_first].append(item)
    kinds = {item.requirement.evidence for item in own} | {group[0].requirement.evidence for group in groups.values()}
    facts = Facts(kinds, rights.today.year, person=rights.staff.pk if own else None)
    return Debts(_led(groups.values(), facts), _own(own, facts))


def _items(rights: Rights, until: datetime.date) -> list[PlanItem]:
    this_year = rights.today.replace(month=1, day=1)
    items = PlanItem.objects.filter(plan__state=AnnualPlan.State.PUBLISHED, owed_by=Subject.STAFF, period_first__lte=rights.today)
    if rights.staff is None:
        items = items.none()
    if rights.runs_something:
        items |= items_led(rights).exclude(owed_by=Subject.STAFF).filter(due_on__lte=until)
    items = items.filter(state=PlanItem.State.PLANNED, requirement__is_floor=True, due_on__gte=this_year)
    return list(items.select_related("requirement", "branch", "department").order_by("due_on", "pk"))


def _owed_by_holder(rights: Rights, items: list[PlanItem]) -> list[PlanItem]:
    """Those of this period and the last one of its kind, by a rule that stood then, kept by person, if it meant the holder then and does today."""
    expectations = Expectations([rights.staff] if rights.staff else [], standings=rights.standings)

    def is_owed(item: PlanItem) -> bool:
        rule, day = item.requirement, min(item.due_on, rights.today)
        this = period_of(rights.today, item.period.kind)
        stood = rule.in_force_from <= day and (rule.in_force_until is None or rule.in_force_until >= day)
        is_near = item.period in (this, this.previous)
        return (
            stood
            and is_near
            and is_counted_by_person(item)
            and all(expectations.owes(rights.staff, rule, on) for on in (day, rights.today))
        )

    return [item for item in items if is_owed(item)]


def _led(groups, facts: Facts) -> list[Owing]:
    lacking: dict[tuple, list[PlanItem]] = defaultdict(list)
    for group in groups:
        outcome = outcome_of(group, facts.of(group[0]))
        if outcome.done < outcome.owed:
            lacking[group[0].series, group[0].period_first].append(group[0])
    return [
        Owing(found[0].requirement, found[0].period, found[0].due_on, found[0], tuple(item.subject_name for item in found))
        for found in lacking.values()
    ]


def _own(items, facts: Facts) -> list[OwnOwing]:
    lacking = [(item, item.requirement.quantity - sum(fact["total"] for fact in facts.of(item))) for item in items]
    return [OwnOwing(item.requirement, item.period, item.due_on, number) for item, number in lacking if number > 0]
