"""The dated facts of a few people, loaded in one statement and asked about any day: postings, branches, offices, absences, invitations.

The tree of departments comes in the same statement: most of who asks needs it, and a bureau has some dozens.
"""

import datetime
from collections import defaultdict
from functools import cached_property
from typing import NamedTuple

from django.db.models import DateField, F, Value
from django.db.models.functions import Coalesce

from ..organisation.models import Absence, BranchMembership, Department, LeadingGroupOffice, Posting
from .models import Session

Invitation = Session.invited.through
NO_PARENT = 0


class Fact(NamedTuple):
    """`place_id` is a posting's department, a membership's branch, an office's group, the session one is invited to; `role` the department's
    kind, the role held, the kind of leave; `label` a posting's title. Of a department itself `staff_id` is its key, `place_id` what it is below
    and `label` its name."""

    table: str
    staff_id: int
    started_on: datetime.date
    ended_on: datetime.date | None
    place_id: int
    role: str
    is_head: bool
    is_primary: bool
    pk: int
    label: str

    def holds(self, day: datetime.date) -> bool:
        return self.started_on <= day and (self.ended_on is None or self.ended_on >= day)


def _rows(model, staff_ids, *, place, role, is_head=None, is_primary=None, label=None):
    return (
        model.objects.filter(staff__in=staff_ids)
        .order_by()
        .annotate(
            fact_table=Value(model._meta.model_name),
            fact_place=F(place),
            fact_role=F(role),
            fact_head=F(is_head) if is_head else Value(False),
            fact_primary=F(is_primary) if is_primary else Value(False),
            fact_label=F(label) if label else Value(""),
        )
        .values_list(
            "fact_table", "staff_id", "started_on", "ended_on", "fact_place", "fact_role", "fact_head", "fact_primary", "pk", "fact_label"
        )
    )


class Standings:
    """Who `people` were, day by day. One statement when first asked; none about nobody."""

    def __init__(self, people):
        self._staff_ids = [person.pk for person in people]

    def holds(self, staff_id: int) -> bool:
        """Whether it is one of those whose facts are loaded."""
        return staff_id in self._staff_ids

    @cached_property
    def _facts(self) -> dict[tuple[str, int], list[Fact]]:
        found = defaultdict(list)
        if not self._staff_ids:
            return found
        invitations = Invitation.objects.filter(staffmember__in=self._staff_ids).order_by()
        no_day, nothing = Value(None, DateField()), Value(False)
        flags = {"is_head": "is_head", "is_primary": "is_primary"}
        postings = _rows(Posting, self._staff_ids, place="department", role="department__kind", label="title", **flags)
        others = (
            _rows(BranchMembership, self._staff_ids, place="branch", role="role"),
            _rows(LeadingGroupOffice, self._staff_ids, place="group", role="role"),
            _rows(Absence, self._staff_ids, place="staff", role="kind"),
            invitations.values_list(
                Value(Invitation._meta.model_name),
                "staffmember_id",
                "session__planned_on",
                no_day,
                "session_id",
                Value(""),
                nothing,
                nothing,
                "pk",
                Value(""),
            ),
            Department.objects.order_by().values_list(
                Value(Department._meta.model_name),
                "pk",
                no_day,
                no_day,
                Coalesce("parent", NO_PARENT),
                "kind",
                nothing,
                nothing,
                F("pk"),
                "name",
            ),
        )
        for row in postings.union(*others, all=True):
            fact = Fact(*row)
            found[fact.table, fact.staff_id].append(fact)
        return found

    def _on(self, model, staff_id: int, day: datetime.date) -> list[Fact]:
        return [fact for fact in self._facts[model._meta.model_name, staff_id] if fact.holds(day)]

    def postings(self, staff_id: int, day: datetime.date) -> list[Fact]:
        return self._on(Posting, staff_id, day)

    def all_postings(self, staff_id: int) -> list[Fact]:
        """Whenever they were, in order: the earliest first, of one day the primary one first."""
        return sorted(self._facts[Posting._meta.model_name, staff_id], key=lambda fact: (fact.started_on, not fact.is_primary, fact.pk))

    def department_name(self, department_id: int) -> str:
        """As it is called today."""
        facts = self._facts[Department._meta.model_name, department_id]
        return facts[0].label if facts else ""

    def memberships(self, staff_id: int, day: datetime.date) -> list[Fact]:
        return self._on(BranchMembership, staff_id, day)

    def offices(self, staff_id: int, day: datetime.date) -> list[Fact]:
        return self._on(LeadingGroupOffice, staff_id, day)

    def absences(self, staff_id: int, day: datetime.date) -> list[Fact]:
        return self._on(Absence, staff_id, day)

    def is_invited(self, staff_id: int, session_id: int) -> bool:
        return any(fact.place_id == session_id for fact in self._facts[Invitation._meta.model_name, staff_id])

    @cached_property
    def _parents(self) -> dict[int, int | None]:
        table = Department._meta.model_name
        return {fact.staff_id: fact.place_id or None for (name, _pk), facts in self._facts.items() if name == table for fact in facts}

    def is_within(self, department_id: int | None, above_id: int) -> bool:
        """Whether a department is `above_id` or below it."""
        seen = 0
        while department_id is not None and seen <= Department.MAX_DEPTH:
            if department_id == above_id:
                return True
            department_id, seen = self._parents.get(department_id), seen + 1
        return False

    def below(self, department_ids) -> frozenset[int]:
        """The departments of `department_ids` with all below them; asks nothing where there are none."""
        return (
            frozenset(pk for pk in self._parents if any(self.is_within(pk, above) for above in department_ids))
            if department_ids
            else frozenset()
        )
