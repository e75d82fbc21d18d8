"""学习检查: what waits for whom, and how far an inspection has come."""

from django.db.models import Q

from ..organisation.models import StaffMember
from ..programme.rights import RUN
from .choices import FindingState
from .models import Finding

TO_RECTIFY = (FindingState.OPEN, FindingState.RETURNED)
FINDER_GONE = Q(found_by__isnull=True) | Q(found_by__is_active=False)


def _findings():
    return Finding.objects.select_related("inspected__inspection", "inspected__staff", "line")


def findings_for(staff: StaffMember | None) -> list[Finding]:
    """What `staff` has to put right, the earliest due first; for the due list (page `finding`). One statement, none about nobody."""
    if staff is None:
        return []
    return list(_findings().filter(inspected__staff=staff, state__in=TO_RECTIFY).order_by("due_on", "pk"))


def findings_to_check(user) -> list[Finding]:
    """What was put right and waits for its finder; where the finder's account is gone, for any clerk. One statement."""
    own = Q(found_by=user.pk)
    if user.has_perm(RUN):
        own |= FINDER_GONE
    return list(_findings().filter(own, state=FindingState.RECTIFIED).exclude(inspected__staff__user=user.pk).order_by("due_on", "pk"))
