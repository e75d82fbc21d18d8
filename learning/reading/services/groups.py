"""学习兴趣小组: who is in one, and what its leader or a clerk says of it (R38, A9)."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from wagtail.log_actions import log

from ...organisation.models import StaffMember
from ..models import GroupMembership, InterestGroup


class GroupError(ValidationError):
    """The group or the membership cannot be like that; the message is Chinese and says what to do."""


def is_closed(group: InterestGroup, day: datetime.date) -> bool:
    return bool(group.closed_on and group.closed_on <= day)


def check_may_join(group: InterestGroup, staff: StaffMember | None, *, today: datetime.date) -> None:
    """Raises GroupError."""
    if staff is None:
        raise GroupError("您的账号还没有关联到人员名册，不能加入小组。请联系机关党委，在人员登记里填上您的登录账号。")
    if staff.has_left(today):
        raise GroupError(f"名册里您已于 {staff.left_on:%Y-%m-%d} 离开本单位，不能加入小组。有误的，请联系机关党委。")
    if is_closed(group, today):
        raise GroupError(f"“{group}”已于 {group.closed_on:%Y-%m-%d} 停止活动，不能再加入。请看看别的小组。")


@transaction.atomic
def join_group(*, group: InterestGroup, staff: StaffMember | None, by, today: datetime.date) -> GroupMembership:
    """A second time changes nothing. Raises GroupError."""
    check_may_join(group, staff, today=today)
    membership, is_new = GroupMembership.objects.get_or_create(group=group, staff=staff, defaults={"joined_on": today})
    if is_new:
        log(instance=group, action="reading.group", user=by, data={"joined": str(staff)})
    return membership


@transaction.atomic
def leave_group(*, group: InterestGroup, staff: StaffMember | None, by) -> bool:
    """Whether there was anything to leave. Raises GroupError for the leader, whom the group would be without."""
    if staff is not None and group.leader_id == staff.pk:
        raise GroupError("您是组长，不能直接退出。请先联系机关党委换一位组长。")
    left = bool(staff) and bool(GroupMembership.objects.filter(group=group, staff=staff).delete()[0])
    if left:
        log(instance=group, action="reading.group", user=by, data={"left": str(staff)})
    return left


@transaction.atomic
def save_group(*, group: InterestGroup, by, today: datetime.date, shelf=None) -> InterestGroup:
    """Keep a group that was made or changed, with its shelf where that is given; its leader is one of its members.

    Raises ValidationError.
    """
    is_new = group._state.adding
    group.name = group.name.strip()
    for role in ("patron", "leader"):
        person = getattr(group, role)
        if person is not None and person.has_left(today) and not _held_before(group, role, person):
            raise GroupError({role: f"{person}已于 {person.left_on:%Y-%m-%d} 离开本单位。请另选一位。"})
    group.full_clean()
    group.save()
    if shelf is not None:
        group.shelf.set(shelf)
    if group.leader_id:
        GroupMembership.objects.get_or_create(group=group, staff_id=group.leader_id, defaults={"joined_on": today})
    log(instance=group, action="wagtail.create" if is_new else "reading.group", user=by, content_changed=True)
    return group


def _held_before(group, role, person) -> bool:
    return group.pk is not None and InterestGroup.objects.filter(pk=group.pk, **{role: person}).exists()
