"""Who may do what in the programme: from the groups, and from who somebody is today (secretary, head, leader, host)."""

import datetime
from dataclasses import dataclass
from functools import cached_property

from ..evidence import Subject
from ..organisation.models import BranchMembership, LeadingGroupOffice, StaffMember
from .standings import Standings

RUN = "learning.run_programme"
BRANCH_OFFICERS = (BranchMembership.Role.SECRETARY, BranchMembership.Role.COMMITTEE)


@dataclass
class Rights:
    """What `user` may do on `today`. Asked once a request: two statements at most, the permissions aside."""

    user: object
    today: datetime.date

    @cached_property
    def is_clerk(self) -> bool:
        """Of the organ party committee: runs the whole programme."""
        return self.user.has_perm(RUN)

    @cached_property
    def staff(self) -> StaffMember | None:
        """None for the anonymous, too: `user=None` would find somebody without an account."""
        return StaffMember.objects.filter(user=self.user.pk).first() if self.user.pk else None

    @cached_property
    def standings(self) -> Standings:
        """Who this person is and was; one statement for all that follows."""
        return Standings([self.staff] if self.staff else [])

    def _today(self, facts) -> list:
        return facts(self.staff.pk, self.today) if self.staff else []

    @cached_property
    def branch_ids(self) -> frozenset[int]:
        """Branches whose sessions this person runs."""
        return frozenset(fact.place_id for fact in self._today(self.standings.memberships) if fact.role in BRANCH_OFFICERS)

    @cached_property
    def department_ids(self) -> frozenset[int]:
        """Departments this person heads, with all below them."""
        return self.standings.below({fact.place_id for fact in self._today(self.standings.postings) if fact.is_head})

    @property
    def is_leader(self) -> bool:
        """Holds an office in the leading group: sees everything of the programme, changes nothing by it."""
        return bool(self._today(self.standings.offices))

    @property
    def is_first_leader(self) -> bool:
        """组长: grants leave from the core group (§3.4)."""
        return any(fact.role == LeadingGroupOffice.Role.LEADER for fact in self._today(self.standings.offices))

    @property
    def runs_something(self) -> bool:
        return self.is_clerk or bool(self.branch_ids or self.department_ids)

    @property
    def sees_everything(self) -> bool:
        return self.is_clerk or self.is_leader

    def may_run(self, session) -> bool:
        """Change, move, cancel it; keep its materials and files; check its make-ups."""
        if self.is_clerk:
            return True
        if session.organised_by == Subject.BRANCH:
            return session.branch_id in self.branch_ids
        return session.organised_by == Subject.DEPARTMENT and session.department_id in self.department_ids

    def may_take_roll(self, session) -> bool:
        """Whoever runs it, and the host or recorder of this one."""
        is_named = self.staff is not None and self.staff.pk in (session.host_id, session.recorder_id)
        return is_named or self.may_run(session)

    def may_see_record(self, session) -> bool:
        """The names of who was there."""
        return self.sees_everything or self.may_take_roll(session)

    def may_see_scope(self, level: str, key: int | None) -> bool:
        """The gaps and rates of the organ, of a branch, of a department, with the names behind them."""
        return self.sees_everything or self.may_chase(level, key)

    def may_chase(self, level: str, key: int | None) -> bool:
        """Remind whoever is behind there, and act for it: a clerk, the officers of the branch, the head of the department."""
        if self.is_clerk:
            return True
        return (level == Subject.BRANCH and key in self.branch_ids) or (level == Subject.DEPARTMENT and key in self.department_ids)

    def may_act_for(self, item) -> bool:
        """Tick a plan item off, open its session: whoever acts for the one who owes it."""
        return self.may_chase(item.owed_by, item.branch_id or item.department_id)
