"""学习兴趣小组 as colleagues see them: all of them, and one with its people, its shelf and what they wrote (R38)."""

import datetime
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Count, F, OuterRef, Q, Subquery

from ..organisation.models import StaffMember
from .covers import with_covers
from .holdings import newest_reflections
from .models import GroupMembership, InterestGroup, Reflection
from .own_reading import BookRow, rows_of
from .services.groups import is_closed

REFLECTIONS = 10


@dataclass(frozen=True)
class GroupPage:
    """`joined_on` is the reader's own, None for whoever is no member."""

    group: InterestGroup
    members: list[StaffMember]  # with `joined_on` and `department_name_on`
    shelf: list[BookRow]
    reflections: list[Reflection]
    joined_on: datetime.date | None
    is_leader: bool
    is_closed: bool
    has_meeting: bool


def groups_on(day: datetime.date, *, staff: StaffMember | None):
    """The groups that are not closed on `day`, with `people` (how many are in it and still here) and `joined_on`, the reader's own."""
    is_here = Q(memberships__staff__left_on__isnull=True) | Q(memberships__staff__left_on__gte=day)
    own = GroupMembership.objects.filter(group=OuterRef("pk"), staff=staff.pk if staff else None)
    return (
        InterestGroup.objects.filter(Q(closed_on__isnull=True) | Q(closed_on__gt=day))
        .select_related("patron", "leader")
        .annotate(people=Count("memberships", filter=is_here, distinct=True), joined_on=Subquery(own.values("joined_on")[:1]))
        .order_by("name", "pk")
    )


def group_page(
    group: InterestGroup, *, user: AbstractBaseUser, staff: StaffMember | None, now: datetime.datetime, today: datetime.date
) -> GroupPage:
    """In six statements."""
    here = StaffMember.objects.filter(Q(left_on__isnull=True) | Q(left_on__gte=today), interest_groups__group=group)
    here = here.annotate(joined_on=F("interest_groups__joined_on")).with_department_on(today)
    members = list(here.order_by("sort_key", "pk"))
    return GroupPage(
        group=group,
        members=members,
        shelf=rows_of(with_covers(group.shelf.order_by("title", "pk")), staff, today),
        reflections=newest_reflections(user, group=group, limit=REFLECTIONS),
        joined_on=next((member.joined_on for member in members if member == staff), None),
        is_leader=staff is not None and group.leader_id == staff.pk,
        is_closed=is_closed(group, today),
        has_meeting=bool(group.next_meeting_at and group.next_meeting_at >= now),
    )
