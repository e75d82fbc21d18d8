"""Which of many sessions a few people are meant to come to, in a constant number of statements.

`roster.audience_of` asks the database about one session and everybody; this asks once about a few people and answers for every session.
A property test holds the two to the same answer.
"""

from ..evidence import Subject
from ..organisation.models import Absence, LeadingGroupOffice, StaffMember
from .choices import Audience
from .models import Requirement, Session
from .standings import Standings

LEADERS = (LeadingGroupOffice.Role.LEADER, LeadingGroupOffice.Role.DEPUTY)


class Expectations:
    """What `people` (StaffMembers) are expected at and owe: their standings, loaded in one statement."""

    def __init__(self, people, *, standings: Standings | None = None):
        self.people = list(people)
        self._standings = standings or Standings(self.people)

    def _postings_of_employed(self, person: StaffMember, day):
        return [] if person.has_left(day) else self._standings.postings(person.pk, day)

    def owes(self, person: StaffMember, requirement: Requirement, day) -> bool:
        """Whether `person` is one of those who owe a requirement of people on `day`; the one-person answer of `gaps.counting.audience_on`."""
        return self.excuse(person, requirement, day) is None

    def excuse(self, person: StaffMember, requirement: Requirement, day) -> str | None:
        """Why `person` does not owe it on `day`: not at the bureau, on long leave; empty where the rule does not mean them. None: they owe it."""
        postings = self._postings_of_employed(person, day)
        if not postings:
            return f"{day:%Y-%m-%d} {'已离开本单位' if person.has_left(day) else '没有任职'}"
        if not self._is_in_audience(person, requirement.audience, postings, day):
            return ""
        # Two at once can come by an import: the later one, as on a roster, whatever order the database gives them in.
        absence = max(self._standings.absences(person.pk, day), key=lambda one: (one.started_on, one.pk), default=None)
        return f"{Absence.Kind(absence.role).label}（{absence.started_on:%Y-%m-%d} 起）" if absence else None

    def is_meant(self, person: StaffMember, session: Session) -> bool:
        """Whether the session's rule means `person`, on long leave or not."""
        day = session.day
        postings = self._postings_of_employed(person, day)
        if not postings:
            return False
        if self._standings.is_invited(person.pk, session.pk):
            return True
        primary = [posting for posting in postings if posting.is_primary]
        return (
            self._is_in_audience(person, session.audience, postings, day)
            and self._is_of_organiser(person, session, primary, day)
            and (not session.department_kinds or any(posting.role in session.department_kinds for posting in primary))
        )

    def _is_in_audience(self, person, audience, postings, day) -> bool:
        match audience:
            case Audience.PARTY_MEMBERS:
                return bool(self._standings.memberships(person.pk, day))
            case Audience.LEADERSHIP:
                return any(office.role in LEADERS for office in self._standings.offices(person.pk, day))
            case Audience.HEADS:
                return any(posting.is_head for posting in postings)
        return True

    def _is_of_organiser(self, person, session, primary, day) -> bool:
        if session.organised_by == Subject.BRANCH:
            return any(fact.place_id == session.branch_id for fact in self._standings.memberships(person.pk, day))
        if session.organised_by == Subject.DEPARTMENT:
            return any(self._standings.is_within(posting.place_id, session.department_id) for posting in primary)
        return True

    def is_expected(self, person: StaffMember, session: Session) -> bool:
        """Meant and not on long leave that day."""
        return self.is_meant(person, session) and not self._standings.absences(person.pk, session.day)

    def sessions(self, sessions) -> list[Session]:
        """Those that at least one of the people is expected at, in their order."""
        return [session for session in sessions if any(self.is_expected(person, session) for person in self.people)]
