"""What is behind or falls due soon, for whoever has to see to it: the gap view's judgement, turned into a list."""

import datetime
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Q

from ..evidence import Subject
from ..periods import Period
from .gaps.counting import Facts, outcome_of
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


def items_led(rights: Rights):
    """Of the published plans: everything for a clerk, for others what their branch or department owes and what it leads."""
    items = PlanItem.objects.filter(plan__state=AnnualPlan.State.PUBLISHED)
    if rights.is_clerk:
        return items
    led = PlanItem.leads.through.objects.filter(department__in=rights.department_ids).values("planitem")
    own = Q(owed_by=Subject.BRANCH, branch__in=rights.branch_ids) | Q(owed_by=Subject.DEPARTMENT, department__in=rights.department_ids)
    return items.filter(own | Q(pk__in=led))


def owing(rights: Rights, *, until: datetime.date) -> list[Owing]:
    """What the holder of `rights` leads and is behind this year or falls due by `until`, earliest first. Nothing of what people owe one by one."""
    if not rights.runs_something:
        return []
    items = items_led(rights).filter(
        state=PlanItem.State.PLANNED,
        requirement__is_floor=True,
        due_on__gte=rights.today.replace(month=1, day=1),
        due_on__lte=until,
    )
    items = items.exclude(owed_by=Subject.STAFF).select_related("requirement", "branch", "department").order_by("due_on", "pk")
    groups: dict[tuple, list[PlanItem]] = defaultdict(list)
    for item in items:
        groups[item.requirement_id, item.subject_key, item.period_first].append(item)
    facts = Facts({group[0].requirement.evidence for group in groups.values()}, rights.today.year)
    lacking: dict[tuple, list[PlanItem]] = defaultdict(list)
    for group in groups.values():
        outcome = outcome_of(group, facts.of(group[0]))
        if outcome.done < outcome.owed:
            lacking[group[0].series, group[0].period_first].append(group[0])
    return [
        Owing(found[0].requirement, found[0].period, found[0].due_on, found[0], tuple(item.subject_name for item in found))
        for found in lacking.values()
    ]
