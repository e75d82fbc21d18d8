"""Which of many sessions a few people are meant to come to, in a constant number of statements.

`roster.audience_of` asks the database about one session and everybody; this asks once about a few people and answers for every session.
A property test holds the two to the same answer.
"""

import datetime
from collections import defaultdict

from ..evidence import Subject
from ..organisation.models import Absence, BranchMembership, Department, LeadingGroupOffice, Posting, StaffMember
from .choices import Audience
from .models import Session

LEADERS = (LeadingGroupOffice.Role.LEADER, LeadingGroupOffice.Role.DEPUTY)


def _holds(row, day: datetime.date) -> bool:
    return row.started_on <= day and (row.ended_on is None or row.ended_on >= day)


class Expectations:
    """The dated facts of `people` (a queryset of StaffMember), loaded in seven statements at most."""

    def __init__(self, people):
        self.people = list(people)
        keys = [person.pk for person in self.people]
        self._postings = self._by_person(Posting.objects.filter(staff__in=keys).select_related("department"))
        self._memberships = self._by_person(BranchMembership.objects.filter(staff__in=keys))
        self._offices = self._by_person(LeadingGroupOffice.objects.filter(staff__in=keys, role__in=LEADERS))
        self._absences = self._by_person(Absence.objects.filter(staff__in=keys))
        self._parents = dict(Department.objects.values_list("pk", "parent")) if self.people else {}
        self._invited = set(Session.invited.through.objects.filter(staffmember__in=keys).values_list("session", "staffmember"))

    @staticmethod
    def _by_person(rows) -> dict[int, list]:
        found = defaultdict(list)
        for row in rows:
            found[row.staff_id].append(row)
        return found

    def _on(self, rows, person: StaffMember, day) -> list:
        return [row for row in rows[person.pk] if _holds(row, day)]

    def _is_within(self, department_id: int, above_id: int) -> bool:
        seen = 0
        while department_id is not None and seen <= Department.MAX_DEPTH:
            if department_id == above_id:
                return True
            department_id, seen = self._parents.get(department_id), seen + 1
        return False

    def is_meant(self, person: StaffMember, session: Session) -> bool:
        """Whether the session's rule means `person`, on long leave or not."""
        day = session.day
        postings = self._on(self._postings, person, day)
        if not postings or (person.left_on and person.left_on < day):
            return False
        if (session.pk, person.pk) in self._invited:
            return True
        primary = [posting for posting in postings if posting.is_primary]
        return (
            self._is_in_audience(person, session.audience, postings, day)
            and self._is_of_organiser(person, session, primary, day)
            and (not session.department_kinds or any(posting.department.kind in session.department_kinds for posting in primary))
        )

    def _is_in_audience(self, person, audience, postings, day) -> bool:
        match audience:
            case Audience.PARTY_MEMBERS:
                return bool(self._on(self._memberships, person, day))
            case Audience.LEADERSHIP:
                return bool(self._on(self._offices, person, day))
            case Audience.HEADS:
                return any(posting.is_head for posting in postings)
        return True

    def _is_of_organiser(self, person, session, primary, day) -> bool:
        if session.organised_by == Subject.BRANCH:
            return any(row.branch_id == session.branch_id for row in self._on(self._memberships, person, day))
        if session.organised_by == Subject.DEPARTMENT:
            return any(self._is_within(posting.department_id, session.department_id) for posting in primary)
        return True

    def is_expected(self, person: StaffMember, session: Session) -> bool:
        """Meant and not on long leave that day."""
        return self.is_meant(person, session) and not self._on(self._absences, person, session.day)

    def sessions(self, sessions) -> list[Session]:
        """Those that at least one of the people is expected at, in their order."""
        return [session for session in sessions if any(self.is_expected(person, session) for person in self.people)]
