"""Whose gaps and rates are looked at: the organ, a branch, or a department with all below it."""

import datetime
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Q

from ..evidence import Subject
from ..organisation.models import Department, PartyBranch
from .rights import Rights


class Scope(NamedTuple):
    level: str
    key: int | None = None

    @property
    def text(self) -> str:
        """As it stands in an address: organ, branch:3, department:5."""
        return str(self.level) if self.key is None else f"{self.level}:{self.key}"

    @property
    def department_keys(self):
        """Of a department scope: it and everything below it."""
        return Department.objects.within(Department(pk=self.key)).values("pk")

    def people(self, people, day: datetime.date):
        """Those of `people` (a queryset of StaffMember) who belong to it on `day`."""
        if self.level == Subject.BRANCH:
            return people.in_branch(self.key, day)
        if self.level == Subject.DEPARTMENT:
            return people.posted_within(self.department_keys, day)
        return people

    def places(self) -> Q:
        """Condition on rows that have a `branch` and a `department`."""
        if self.level == Subject.BRANCH:
            return Q(branch=self.key)
        if self.level == Subject.DEPARTMENT:
            return Q(department__in=self.department_keys)
        return Q()


ORGAN = Scope(Subject.ORGAN)


@dataclass(frozen=True, slots=True)
class Choice:
    scope: Scope
    name: str

    @property
    def text(self) -> str:
        return self.scope.text


ORGAN_CHOICE = Choice(ORGAN, "机关（全局）")


def choices_for(rights: Rights, year: int) -> list[Choice]:
    """Everything the holder of `rights` may look at in `year`, the widest first. Two statements at most."""
    first = datetime.date(year, 1, 1)
    branches = PartyBranch.objects.filter(Q(closed_on__isnull=True) | Q(closed_on__gt=first))
    departments = Department.objects.open_on(first)
    if not rights.sees_everything:
        branches = branches.filter(pk__in=rights.branch_ids)  # of no keys: no statement
        departments = departments.filter(pk__in=rights.department_ids)
    return [
        *([ORGAN_CHOICE] if rights.sees_everything else []),
        *(Choice(Scope(Subject.BRANCH, branch.pk), branch.name) for branch in branches),
        *(Choice(Scope(Subject.DEPARTMENT, department.pk), department.name) for department in departments),
    ]


def choice_of(rights: Rights, text: str) -> Choice | None:
    """The one of an address (organ, branch:3, department:5); None where there is none or it is not theirs to see. One statement at most."""
    level, _colon, key = text.partition(":")
    if text == ORGAN.text:
        return ORGAN_CHOICE if rights.sees_everything else None
    places = {Subject.BRANCH.value: PartyBranch, Subject.DEPARTMENT.value: Department}.get(level)
    if places is None or not (key.isdecimal() and len(key) < 10 and rights.may_see_scope(level, int(key))):
        return None
    place = places.objects.filter(pk=key).first()
    return Choice(Scope(Subject(level), place.pk), place.name) if place else None
