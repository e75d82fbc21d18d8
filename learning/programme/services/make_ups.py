"""补学: the person reads and writes a note, somebody who runs the session checks it, the rate corrects itself."""

import datetime
from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from wagtail.log_actions import log

from cms.inbox.services import send_messages

from ...evidence import Subject
from ...periods import PeriodKind, local_day, period_of
from ..choices import MISSED_STATUSES, MakeUpState
from ..models import MakeUp
from ..rates import Rates, of_person
from ..rights import BRANCH_OFFICERS, Rights
from .leave import User, clerks
from .locking import locked
from .sessions import lock_session

SUGGESTED_LENGTH = 80  # characters; a suggestion on the form, no minimum (A6)


class MakeUpError(ValidationError):
    """The make-up cannot be changed like that; the message is Chinese and says what to do."""


@transaction.atomic
def submit_make_up(*, make_up: MakeUp, note: str, has_read: bool, by, now: datetime.datetime) -> MakeUp:
    """The person's note, to be checked. Raises MakeUpError."""
    make_up = _lock(make_up.pk)
    if make_up.staff.user_id != by.pk:
        raise MakeUpError("只能提交自己的补学。")
    if make_up.state not in (MakeUpState.OPEN, MakeUpState.RETURNED):
        raise MakeUpError(f"这次补学{make_up.get_state_display()}，不用再提交。")
    if not make_up.session.roll_completed_at:
        raise MakeUpError("活动还没举行。举行之后，材料和要点齐了再补学。")
    if not has_read:
        raise MakeUpError({"has_read": "请先读完材料，再勾选“已读”。"})
    if not note.strip():
        raise MakeUpError({"note": "请写一段体会再提交。"})
    make_up.note, make_up.materials_read_at, make_up.submitted_at, make_up.state = note.strip(), now, now, MakeUpState.SUBMITTED
    make_up.full_clean()
    make_up.save()
    log(instance=make_up.session, action="programme.submit_make_up", user=by, data={"staff": str(make_up.staff)})
    send_messages(
        to=checkers_of(make_up, day=local_day(now)),
        subject=f"待核对补学：{make_up.staff}",
        text=make_up.session.title,
        url=reverse("check_make_up", args=[make_up.pk]),
        key=f"make-up:{make_up.pk}:submitted:{now:%Y%m%d%H%M}",
        now=now,
    )
    return make_up


def checkers_of(make_up: MakeUp, *, day: datetime.date):
    """The officers of the branch or head of the department that ran the session, the clerks otherwise; nobody checks the own."""
    session = make_up.session
    others = User.objects.filter(is_active=True).exclude(pk=make_up.staff.user_id)
    people = User.objects.none()
    if session.organised_by == Subject.BRANCH:
        officers = session.branch.memberships.on(day).filter(role__in=BRANCH_OFFICERS)
        people = others.filter(staff_member__branch_memberships__in=officers)
    elif session.organised_by == Subject.DEPARTMENT:
        people = others.filter(staff_member__postings__in=session.department.postings.on(day).heads())
    people = people.distinct()
    return people if people.exists() else clerks(others)


def may_check(rights: Rights, make_up: MakeUp) -> bool:
    return make_up.staff.user_id != rights.user.pk and rights.may_run(make_up.session)


def to_check_by(rights: Rights):
    """Handed-in make-ups that the holder of `rights` may check, oldest first."""
    waiting = MakeUp.objects.to_check().exclude(staff__user=rights.user.pk).select_related("session", "staff").order_by("submitted_at")
    if rights.is_clerk:
        return waiting
    return waiting.filter(
        Q(session__organised_by=Subject.BRANCH, session__branch__in=rights.branch_ids)
        | Q(session__organised_by=Subject.DEPARTMENT, session__department__in=rights.department_ids)
    )


@transaction.atomic
def check_make_up(*, make_up: MakeUp, is_accepted: bool, note: str, by, now: datetime.datetime) -> MakeUp:
    """Accept it (the person counts as 已补学 from now on) or give it back with a word. Raises MakeUpError."""
    lock_session(make_up.session_id)  # before its rows: a correction of the roll takes them in this order
    make_up = _lock(make_up.pk)
    if make_up.state != MakeUpState.SUBMITTED:
        raise MakeUpError(f"这次补学{make_up.get_state_display()}，不用再核对。")
    if not may_check(Rights(by, local_day(now)), make_up):
        raise MakeUpError("这次补学不由您核对。")
    if not is_accepted and not note.strip():
        raise MakeUpError({"note": "退回的，请写明要补什么。"})
    make_up.state = MakeUpState.ACCEPTED if is_accepted else MakeUpState.RETURNED
    make_up.checked_at, make_up.checked_by, make_up.check_note = now, by, note.strip()[:200]
    make_up.save()
    if is_accepted:
        make_up.session.attendances.expected().filter(staff=make_up.staff, status__in=MISSED_STATUSES).update(is_made_up=True)
    log(instance=make_up.session, action="programme.check_make_up", user=by, data={"staff": str(make_up.staff), "state": make_up.state})
    if make_up.staff.user_id:
        send_messages(
            to=[make_up.staff.user_id],
            subject=f"补学{'已通过' if is_accepted else '退回重写'}：{make_up.session.title}"[:120],
            text=make_up.check_note,
            url=reverse("make_up", args=[make_up.session_id]),
            key=f"make-up:{make_up.pk}:checked:{now:%Y%m%d%H%M}",
            now=now,
        )
    return make_up


@dataclass(frozen=True, slots=True)
class Effect:
    """A person's rates of the year without one accepted make-up and with it."""

    before: Rates
    after: Rates


def effect_of(make_up: MakeUp) -> Effect:
    """What an accepted make-up did: 学习完成率 rises, 出勤率 stays."""
    rates = of_person(make_up.staff_id, period_of(make_up.session.planned_on, PeriodKind.YEAR))
    return Effect(before=replace(rates, made_up=max(rates.made_up - 1, 0)), after=rates)


def _lock(pk) -> MakeUp:
    return locked(MakeUp.objects.select_related("session__branch", "session__department", "staff"), pk)
