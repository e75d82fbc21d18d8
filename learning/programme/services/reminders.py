"""提醒: told once about one gap, by name of the thing and not of the people; never a daily nag."""

import datetime

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from wagtail.log_actions import log

from cms.inbox.services import send_messages

from ...evidence import Subject
from ...organisation.models import BranchMembership, Posting, StaffMember
from ..gaps import CellDetails
from ..rights import BRANCH_OFFICERS
from .leave import clerks

User = get_user_model()


def whom_to_remind(details: CellDetails, *, today: datetime.date):
    """Users: the people themselves; the officers of the branches and heads of the departments that lack it; for the organ the lead departments."""
    if details.missing is not None:
        return User.objects.filter(is_active=True, staff_member__in=StaffMember.objects.filter(pk__in=details.missing.values("pk")))
    behind = [row.items[0] for row in details.subjects if row.outcome.done < row.outcome.owed]
    users = User.objects.filter(is_active=True)
    if details.cell.requirement.owed_by == Subject.BRANCH:
        officers = BranchMembership.objects.on(today).filter(role__in=BRANCH_OFFICERS, branch__in=[item.branch_id for item in behind])
        return users.filter(staff_member__branch_memberships__in=officers).distinct()
    heads = Posting.objects.on(today).heads()
    if details.cell.requirement.owed_by == Subject.DEPARTMENT:
        return users.filter(staff_member__postings__in=heads.filter(department__in=[item.department_id for item in behind])).distinct()
    leads = [lead.pk for item in behind for lead in item.leads.all()] or [lead.pk for lead in details.cell.requirement.leads.all()]
    people = users.filter(staff_member__postings__in=heads.filter(department__in=leads)).distinct()
    return people if people.exists() else clerks(users)


@transaction.atomic
def remind(*, details: CellDetails, by, now: datetime.datetime, today: datetime.date) -> int:
    """Tell whoever is behind, each once about this requirement and period; returns how many had not been told before."""
    requirement, period = details.cell.requirement, details.cell.period
    told = send_messages(
        to=whom_to_remind(details, today=today).exclude(Q(pk=by.pk)),
        subject=f"提醒：{requirement.name}（{period}）",
        text=f"依据：{requirement.basis}。期限 {details.cell.due_on:%Y-%m-%d}。",
        url=reverse("my_study"),
        key=f"gap:{requirement.series}:{period.first:%Y%m%d}",
        now=now,
    )
    log(instance=requirement, action="programme.remind", user=by, data={"period": str(period), "told": told})
    return told
