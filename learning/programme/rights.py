"""Who may do what in the programme: from the groups, and from who somebody is today (secretary, head, leader, host)."""

import datetime
from dataclasses import dataclass
from functools import cached_property

from ..evidence import Subject
from ..organisation.models import BranchMembership, Department, LeadingGroupOffice, StaffMember

RUN = "learning.run_programme"
BRANCH_OFFICERS = (BranchMembership.Role.SECRETARY, BranchMembership.Role.COMMITTEE)


@dataclass
class Rights:
    """What `user` may do on `today`. Asked once a request; each property is one statement at most."""

    user: object
    today: datetime.date

    @cached_property
    def is_clerk(self) -> bool:
        """Of the organ party committee: runs the whole programme."""
        return self.user.has_perm(RUN)

    @cached_property
    def staff(self) -> StaffMember | None:
        return StaffMember.objects.filter(user=self.user.pk).first()

    @cached_property
    def branch_ids(self) -> frozenset[int]:
        """Branches whose sessions this person runs."""
        if self.staff is None:
            return frozenset()
        rows = self.staff.branch_memberships.on(self.today).filter(role__in=BRANCH_OFFICERS)
        return frozenset(rows.values_list("branch", flat=True))

    @cached_property
    def department_ids(self) -> frozenset[int]:
        """Departments this person heads, with all below them."""
        if self.staff is None:
            return frozenset()
        headed = list(self.staff.postings.on(self.today).heads().select_related("department"))
        if not headed:
            return frozenset()
        below = Department.objects.none()
        for posting in headed:
            below = below | Department.objects.within(posting.department)
        return frozenset(below.values_list("pk", flat=True))

    @cached_property
    def is_leader(self) -> bool:
        """Holds an office in the leading group: sees everything of the programme, changes nothing by it."""
        return self.staff is not None and self.staff.leading_offices.on(self.today).exists()

    @cached_property
    def is_first_leader(self) -> bool:
        """组长: grants leave from the core group (§3.4)."""
        if self.staff is None:
            return False
        return self.staff.leading_offices.on(self.today).filter(role=LeadingGroupOffice.Role.LEADER).exists()

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
        """The gaps and rates of the organ, of a branch, of a department."""
        if self.sees_everything:
            return True
        return (level == Subject.BRANCH and key in self.branch_ids) or (level == Subject.DEPARTMENT and key in self.department_ids)
