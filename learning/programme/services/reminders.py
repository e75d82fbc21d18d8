"""提醒: told once about one gap, by name of the thing and not of the people; never a daily nag."""

import datetime
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, FilteredRelation, Max, Q
from django.urls import reverse
from wagtail.log_actions import log

from cms.inbox.services import send_messages

from ...evidence import Subject
from ...organisation.models import BranchMembership, Posting
from ..gaps import CellDetails
from ..models import PlanItem
from ..rights import BRANCH_OFFICERS
from .leave import clerks

User = get_user_model()


class ReminderError(ValidationError):
    """There is nothing to remind anybody of; the message is Chinese and says why."""


@dataclass(frozen=True, slots=True)
class Told:
    """How many accounts would be told of a gap, how many of them were already, and when last."""

    people: int
    told: int
    last_told_at: datetime.datetime | None

    @property
    def to_tell(self) -> int:
        return self.people - self.told


def whom_to_remind(details: CellDetails, *, today: datetime.date):
    """Users: the people themselves; the officers of the branches and heads of the departments that lack it; for the organ the lead departments."""
    users = User.objects.filter(is_active=True)
    if details.cell.counts_people:
        return users.filter(staff_member__in=details.missing.order_by().values("pk")) if details.missing is not None else users.none()
    behind, owed_by = details.behind, details.cell.requirement.owed_by
    if owed_by == Subject.BRANCH:
        officers = BranchMembership.objects.on(today).filter(role__in=BRANCH_OFFICERS, branch__in=[item.branch_id for item in behind])
        return users.filter(staff_member__branch_memberships__in=officers).distinct()
    heads = Posting.objects.on(today).heads()
    if owed_by == Subject.DEPARTMENT:
        return users.filter(staff_member__postings__in=heads.filter(department__in=[item.department_id for item in behind])).distinct()
    leads = _leads(behind) or [lead.pk for lead in details.cell.requirement.leads.all()]
    people = users.filter(staff_member__postings__in=heads.filter(department__in=leads)).distinct()
    return people if people.exists() else clerks(users)


def _leads(items) -> list[int]:
    links = PlanItem.leads.through.objects.filter(planitem__in=[item.pk for item in items])
    return list(links.values_list("department", flat=True))


def key_of(details: CellDetails) -> str:
    return f"gap:{details.cell.requirement.series}:{details.cell.period.first:%Y%m%d}"


def told_of(details: CellDetails, *, by, today: datetime.date) -> Told:
    """Of those who are behind now, other than `by`. Three statements at most."""
    users = User.objects.filter(pk__in=whom_to_remind(details, today=today).order_by().values("pk")).exclude(pk=by.pk)
    # Joined on the key alone: nobody's other messages are looked at.
    users = users.annotate(reminder=FilteredRelation("inbox_messages", condition=Q(inbox_messages__key=key_of(details))))
    found = users.aggregate(people=Count("pk"), told=Count("reminder"), last=Max("reminder__created_at"))
    return Told(found["people"], found["told"], found["last"])


@transaction.atomic
def remind(*, details: CellDetails, by, now: datetime.datetime, today: datetime.date) -> int:
    """Tell whoever is behind, each once about this requirement and period; returns how many had not been told before.

    Raises ReminderError where nothing is lacking, or nothing yet.
    """
    requirement, period = details.cell.requirement, details.cell.period
    if not details.cell.is_open:
        raise ReminderError(f"{requirement.name}（{period}）现在不用提醒：{details.cell.state.label}。")
    owed_by_place = requirement.owed_by in (Subject.BRANCH, Subject.DEPARTMENT)
    told = send_messages(
        to=whom_to_remind(details, today=today).exclude(pk=by.pk).values_list("pk", flat=True),
        subject=f"提醒：{requirement.name}（{period}）",
        text=f"依据：{requirement.basis.rstrip('。')}。期限 {details.cell.due_on:%Y-%m-%d}。",
        # Officers and heads see what their own lacks; people and lead departments what is due for themselves.
        url=reverse("gap_cell", args=[details.cell.first_item.pk]) if owed_by_place else reverse("my_study"),
        key=key_of(details),
        now=now,
        post_to_groups=True,
    )
    log(instance=requirement, action="programme.remind", user=by, data={"period": str(period), "told": told})
    return told
