"""Leave: asked, decided by the right person, taken into the roster."""

import datetime

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from wagtail.log_actions import log

from cms.inbox.services import send_messages

from ...organisation.models import LeadingGroupOffice, Posting, StaffMember
from ...periods import local_day
from ..choices import THERE_STATUSES, AttendanceStatus, LeaveKind, LeaveState, RecordedBy, SessionKind, SessionState
from ..models import LeaveRequest, MakeUp, Session
from ..rights import RUN, Rights
from ..roster import present_audience
from .locking import locked
from .roll import MAKE_UP_WITHIN, correct_attendance
from .sessions import lock_session

User = get_user_model()
LATEST = datetime.timedelta(days=3)  # leave may be asked for this long after a session that one could not come to


class LeaveError(ValidationError):
    """The leave cannot be asked or decided like that; the message is Chinese and says what to do."""


def check_may_ask(*, session: Session, staff: StaffMember, now: datetime.datetime) -> None:
    """Raises LeaveError where nobody needs to ask, or can no longer."""
    if not (session.is_to_come or session.is_held):
        raise LeaveError(f"活动已取消，不用请假。{session.reason}")
    if now > session.ends_at + LATEST:
        raise LeaveError(f"活动已过去 {LATEST.days} 天以上，不能再补请假。确有误的，请找记录人更正考勤。")
    expected = session.attendances.expected().filter(staff=staff)
    is_expected = expected if session.roster_frozen_at else present_audience(session, session.day).filter(pk=staff.pk)
    if not is_expected.exists():
        raise LeaveError("您不在这次活动的参加人员里，不用请假。")
    if expected.filter(status__in=THERE_STATUSES).exists():
        raise LeaveError("您已登记到会，不能请假。登记有误的，请找记录人更正。")


def open_request(session: Session, staff: StaffMember) -> LeaveRequest | None:
    """The one that waits or was granted: who has one needs no other."""
    return session.leave_requests.filter(staff=staff, state__in=[LeaveState.WAITING, LeaveState.APPROVED]).first()


def make_up_due_on(session: Session, *, today: datetime.date) -> datetime.date:
    """Until when somebody makes up a session whose leave is granted on `today`."""
    return max(session.day, today) + MAKE_UP_WITHIN


@transaction.atomic
def ask_leave(*, session: Session, staff: StaffMember, kind: str, reason: str, by, now: datetime.datetime) -> LeaveRequest:
    """Raises LeaveError, among others where somebody asks twice or is not expected."""
    if kind not in LeaveKind.values:
        raise LeaveError({"kind": "请选一种请假类别。"})
    if not reason.strip():
        raise LeaveError({"reason": "请写明事由。"})
    check_may_ask(session=session, staff=staff, now=now)
    request = LeaveRequest(session=session, staff=staff, kind=kind, reason=reason.strip()[:200], asked_at=now)
    try:
        with transaction.atomic():
            request.save()
    except IntegrityError as error:
        raise LeaveError("这次活动您已请过假，请看它的审批结果。") from error
    log(instance=session, action="programme.ask_leave", user=by, data={"staff": str(staff), "kind": kind})
    send_messages(
        to=approvers_of(request, day=local_day(now)),
        subject=f"待审批请假：{staff}",
        text=f"{session.title}，{request.get_kind_display()}。",
        url=reverse("leave_request", args=[request.pk]),
        key=f"leave:{request.pk}",
        now=now,
    )
    return request


def approvers_of(request: LeaveRequest, *, day: datetime.date):
    """Whose turn it is: the 组长 for the core group, the head of the person's department otherwise; the clerks where there is none of these.

    Nobody grants the own leave.
    """
    others = User.objects.filter(is_active=True).exclude(pk=request.staff.user_id)
    if request.session.kind == SessionKind.CORE_GROUP:
        leaders = LeadingGroupOffice.objects.on(day).filter(role=LeadingGroupOffice.Role.LEADER)
        people = others.filter(staff_member__leading_offices__in=leaders)
    else:
        own = Posting.objects.on(day).primary().filter(staff=request.staff).values("department")
        people = others.filter(staff_member__postings__in=Posting.objects.on(day).heads().filter(department__in=own))
    people = people.distinct()
    return people if people.exists() else clerks(others)


def clerks(users):
    app, codename = RUN.split(".")
    permission = Q(content_type__app_label=app, codename=codename)
    held = Q(groups__permissions__in=_permissions(permission)) | Q(user_permissions__in=_permissions(permission))
    return users.filter(held).distinct()


def _permissions(condition):
    return User._meta.get_field("user_permissions").related_model.objects.filter(condition)


def may_decide(rights: Rights, request: LeaveRequest) -> bool:
    """The head of the person's department, the 组长 for the core group, or a clerk; never the person."""
    if request.staff.user_id == rights.user.pk:
        return False
    if rights.is_clerk:
        return True
    if request.session.kind == SessionKind.CORE_GROUP:
        return rights.is_first_leader
    return (
        bool(rights.department_ids)
        and request.staff.postings.on(rights.today).primary().filter(department__in=rights.department_ids).exists()
    )


def waiting_for(rights: Rights):
    """Requests that the holder of `rights` may decide, oldest first."""
    waiting = LeaveRequest.objects.waiting().exclude(staff__user=rights.user.pk).select_related("session", "staff").order_by("asked_at")
    if rights.is_clerk:
        return waiting
    allowed = Q(pk__in=[])
    if rights.is_first_leader:
        allowed |= Q(session__kind=SessionKind.CORE_GROUP)
    if rights.department_ids:
        own = Posting.objects.on(rights.today).primary().filter(department__in=rights.department_ids)
        allowed |= Q(staff__postings__in=own) & ~Q(session__kind=SessionKind.CORE_GROUP)
    return waiting.filter(allowed).distinct()


def other_leave_this_year(request: LeaveRequest) -> int:
    """How many other sessions of the year the person has been granted leave from: all that the decider is told of them."""
    others = LeaveRequest.objects.approved().filter(staff=request.staff_id, session__planned_on__year=request.session.planned_on.year)
    return others.exclude(pk=request.pk).count()


@transaction.atomic
def decide_leave(*, request: LeaveRequest, is_approved: bool, note: str, by, now: datetime.datetime) -> LeaveRequest:
    """Grant or refuse. Granted: the roster says so and a make-up is open, due a fortnight after the session. Raises LeaveError."""
    request = _lock(request)
    if request.session.state == SessionState.CANCELLED:
        raise LeaveError(f"活动已取消，不用再审批。{request.session.reason}")
    if request.state != LeaveState.WAITING:
        raise LeaveError(f"这份请假{request.get_state_display()}，不用再审批。")
    if not may_decide(Rights(by, local_day(now)), request):
        raise LeaveError("这份请假不由您审批。")
    if not is_approved and not note.strip():
        raise LeaveError({"note": "不批准的，请写明原因。"})
    request.state = LeaveState.APPROVED if is_approved else LeaveState.REFUSED
    request.decided_at, request.decided_by, request.decision_note = now, by, note.strip()[:200]
    request.save()
    session = request.session
    if is_approved:
        due_on = make_up_due_on(session, today=local_day(now))
        MakeUp.objects.get_or_create(session=session, staff=request.staff, defaults={"due_on": due_on})
        _mark(request, by=by, now=now)
    log(instance=session, action="programme.decide_leave", user=by, data={"staff": str(request.staff), "state": request.state})
    if request.staff.user_id:
        send_messages(
            to=[request.staff.user_id],
            subject=f"请假{request.get_state_display()}：{session.title}"[:120],
            text=request.decision_note or ("请按时补学。" if is_approved else ""),
            url=reverse("session", args=[session.pk]),
            key=f"leave:{request.pk}:decided",
            now=now,
        )
    return request


def _mark(request: LeaveRequest, *, by, now):
    """Into the roster, where there is one already."""
    row = request.session.attendances.expected().filter(staff=request.staff).first()
    if row is None or row.status == request.kind:
        return
    why = f"补办请假：{request.get_kind_display()}"  # the kind: of an illness nobody at the roll is told more
    if request.session.roll_completed_at:
        correct_attendance(attendance=row, status=request.kind, reason=why, by=by, now=now, how=RecordedBy.LEAVE)
    elif row.status in (AttendanceStatus.UNRECORDED, AttendanceStatus.ABSENT):
        request.session.attendances.filter(pk=row.pk).update(status=request.kind, how=RecordedBy.LEAVE, recorded_at=now, recorded_by=by)


def may_withdraw(user, request: LeaveRequest) -> bool:
    """Whoever asked, before the roll is complete."""
    is_open = request.state in (LeaveState.WAITING, LeaveState.APPROVED)
    return is_open and request.staff.user_id == user.pk and not request.session.roll_completed_at


@transaction.atomic
def withdraw_leave(*, request: LeaveRequest, by, now: datetime.datetime) -> LeaveRequest:
    """By whoever asked, before the roll is complete: the make-up and the mark go with it. Raises LeaveError."""
    request = _lock(request)
    if request.staff.user_id != by.pk:
        raise LeaveError("只能撤回自己的请假。")
    if request.state not in (LeaveState.WAITING, LeaveState.APPROVED):
        raise LeaveError(f"这份请假{request.get_state_display()}，不用撤回。")
    if request.session.roll_completed_at:
        raise LeaveError("点名已完成，不能撤回。确实到会的，请找记录人更正考勤。")
    request.state = LeaveState.WITHDRAWN
    request.save()
    request.session.attendances.filter(staff=request.staff, how=RecordedBy.LEAVE).update(
        status=AttendanceStatus.UNRECORDED, how="", recorded_at=None, recorded_by=None
    )
    MakeUp.objects.owed().filter(session=request.session, staff=request.staff).delete()
    log(instance=request.session, action="programme.withdraw_leave", user=by, data={"staff": str(request.staff)})
    return request


def _lock(request: LeaveRequest) -> LeaveRequest:
    """Its session first, as the roll does: a leave is granted or withdrawn before a roster is frozen or a roll complete, or after."""
    lock_session(request.session_id)
    return locked(LeaveRequest.objects.select_related("session__branch", "session__department", "staff"), request.pk)
