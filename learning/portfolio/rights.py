"""Who may see and do what with the files: on top of what somebody is in the programme."""

from dataclasses import dataclass

from ..programme.rights import Rights
from .choices import LookRole


@dataclass
class FileRights:
    """`base` says who somebody is today (`Rights`). A file belongs to the department its person was in then (`years.place_of`): whoever heads
    that department today is its head, and of a head's own file it is whoever heads the department above, else the committee."""

    base: Rights

    @property
    def user(self):
        return self.base.user

    @property
    def staff(self):
        return self.base.staff

    @property
    def today(self):
        return self.base.today

    @property
    def is_clerk(self) -> bool:
        return self.base.is_clerk

    @property
    def is_leader(self) -> bool:
        return self.base.is_leader

    def is_own(self, staff_id: int) -> bool:
        return self.staff is not None and self.staff.pk == staff_id

    def heads(self, department_id: int | None) -> bool:
        return department_id is not None and department_id in self.base.department_ids

    def look_role(self, staff_id: int, department_id: int | None) -> LookRole | None:
        """As what this person may look at another's file; None for one's own, and where one may not."""
        if self.is_own(staff_id):
            return None
        if self.heads(department_id):
            return LookRole.HEAD
        if self.is_clerk:
            return LookRole.CLERK
        return LookRole.LEADER if self.is_leader else None

    def may_see(self, staff_id: int, department_id: int | None) -> bool:
        """Oneself; others after they have said so (`FileLook`)."""
        return self.is_own(staff_id) or self.look_role(staff_id, department_id) is not None

    def may_confirm(self, staff_id: int, department_id: int | None) -> bool:
        """The head, and the committee for whoever has no head but themselves; nobody confirms the own file or approves the own plan."""
        return not self.is_own(staff_id) and (self.heads(department_id) or self.is_clerk)

    @property
    def may_lock(self) -> bool:
        """Lock and reopen, archive, read back, open reviews, inspect."""
        return self.is_clerk

    def may_see_board(self, department_id: int) -> bool:
        """The names of a department: its head and the committee. Leaders see totals."""
        return self.is_clerk or self.heads(department_id)

    @property
    def sees_totals(self) -> bool:
        return self.base.sees_everything
