"""Who is there on a day, where, and who stands above whom: the head of the department, of a head the head above, at last the 组长."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef

from ..organisation.models import Absence, Department, LeadingGroupOffice, Posting, StaffMember
from .years import in_scope


@dataclass(frozen=True)
class Line:
    """`heads` of each department in the order they come into question, `parents` of the departments, `leaders` (组长)."""

    heads: Mapping[int, Sequence[int]]
    parents: Mapping[int, int | None]
    leaders: Sequence[int]

    def above(self, staff_id: int, department_id: int | None, *, among: Collection[int] | None = None) -> int | None:
        """None for a 组长, and where nobody stands above. `among`: only those come into question."""
        if staff_id in self.leaders:
            return None
        place = department_id
        if place is not None and staff_id in self.heads.get(place, ()):
            place = self.parents.get(place)
        for _level in range(Department.MAX_DEPTH + 1):
            if place is None:
                break
            if found := self._first(self.heads.get(place, ()), staff_id, among):
                return found
            place = self.parents.get(place)
        return self._first(self.leaders, staff_id, among)

    @staticmethod
    def _first(candidates, staff_id: int, among) -> int | None:
        return next((one for one in candidates if one != staff_id and (among is None or one in among)), None)


@dataclass(frozen=True)
class Present:
    """Who has a file of the year and is there on the day: by department, without whoever is on long leave (`excused`)."""

    departments: dict[int, int]  # person → department
    line: Line
    excused: frozenset[int] = field(default=frozenset())

    @property
    def by_department(self) -> dict[int, list[int]]:
        found = defaultdict(list)
        for staff, department in self.departments.items():
            found[department].append(staff)
        return dict(found)

    def superior(self, staff_id: int) -> int | None:
        """Of those who are there."""
        return self.line.above(staff_id, self.departments.get(staff_id), among=self.departments)


def present_on(year: int, day: datetime.date, *, today: datetime.date) -> Present:
    """`day` is one of `year`; whoever has left before `today` is not there any more. Three statements, whatever the number of people."""
    still_here = in_scope(year).exclude(left_on__lt=max(day, today))
    away = Absence.objects.on(day).filter(staff=OuterRef("staff"))
    rows = (
        Posting.objects.on(day)
        .filter(staff__in=still_here.values("pk"))
        .annotate(away=Exists(away))
        .order_by("-is_primary", "started_on", "pk")
        .values_list("staff", "department", "is_primary", "is_head", "started_on", "away")
    )
    places: dict[int, tuple] = {}
    heads, excused = defaultdict(list), set()
    for staff, department, is_primary, is_head, started_on, is_away in rows:
        if is_head:
            heads[department].append(staff)
        if is_away:
            excused.add(staff)
        elif staff not in places or (is_primary, started_on) > places[staff][1:]:
            places[staff] = (department, is_primary, started_on)
    return Present({staff: place[0] for staff, place in places.items()}, _line(heads, day), frozenset(excused))


def _line(heads: Mapping[int, Sequence[int]], day: datetime.date) -> Line:
    offices = LeadingGroupOffice.objects.on(day).filter(role=LeadingGroupOffice.Role.LEADER).order_by("started_on", "pk")
    return Line(heads, dict(Department.objects.order_by().values_list("pk", "parent")), list(offices.values_list("staff", flat=True)))


def accounts_above(staff: StaffMember, department_id: int | None, day: datetime.date) -> list[int]:
    """The account of whoever stands above `staff` on `day`, to be told something; nobody without an account. Four statements."""
    heads = defaultdict(list)
    rows = Posting.objects.on(day).heads().filter(staff__user__is_active=True).order_by("-is_primary", "started_on", "pk")
    for department, head in rows.values_list("department", "staff"):
        heads[department].append(head)
    above = _line(heads, day).above(staff.pk, department_id)
    return list(StaffMember.objects.filter(pk=above, user__is_active=True).values_list("user", flat=True)) if above else []
