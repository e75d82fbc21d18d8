"""The rows of sessions, leave and make-ups: the own, and what waits on the desk of whoever runs or decides them."""

import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import localtime

from ...evidence import Subject
from ...periods import ONE_DAY, midnight
from ...programme.choices import LeaveState, MakeUpState, SessionState
from ...programme.expectations import Expectations
from ...programme.models import LeaveRequest, MakeUp, Session
from ...programme.records import DUE_WITHIN
from ...programme.rights import Rights
from ...programme.services.leave import waiting_for
from ...programme.services.make_ups import to_check_by
from ...programme.services.roll import opens_at
from .rows import DueRow, Kind, State, basis, few, in_words

AHEAD = datetime.timedelta(days=30)  # sessions to come
BACK = datetime.timedelta(days=30)  # what was left undone


def programme_rows(rights: Rights, *, now: datetime.datetime) -> tuple[list[DueRow], Session | None]:
    """(rows, the next session to go to) of whoever holds `rights`, who is somebody of the roster."""
    today, own = rights.today, rights.staff.pk
    sessions = list(_sessions(today))
    leaves = list(_leaves(rights, now))
    make_ups = list(_make_ups(rights, now))
    own_leaves = [leave for leave in leaves if leave.staff_id == own]
    own_make_ups = [make_up for make_up in make_ups if make_up.staff_id == own]
    expected = Expectations([rights.staff], standings=rights.standings).sessions(
        session for session in sessions if session.is_to_come and session.ends_at > now
    )
    desk = list(_desk_rows(rights, sessions, now))
    taken = {row.url for row in desk if row.kind is Kind.ROLL}
    excused = {leave.session_id for leave in own_leaves if leave.state in (LeaveState.WAITING, LeaveState.APPROVED)}
    coming = [session for session in expected if session.pk not in excused]
    refused = {leave.session_id: leave for leave in own_leaves if leave.state == LeaveState.REFUSED}
    rows = [
        *desk,
        *(_session_row(session, refused.get(session.pk), today) for session in coming if reverse("roll", args=[session.pk]) not in taken),
        *(_own_leave_row(leave, today) for leave in own_leaves if leave.session_id in excused and leave.state != LeaveState.REFUSED),
        *(_own_make_up_row(make_up, today) for make_up in own_make_ups),
        *few((_decide_row(leave, today) for leave in leaves if leave.staff_id != own), "份请假待审批"),
        *few((_check_row(make_up, today) for make_up in make_ups if make_up.staff_id != own), "份补学待核对"),
    ]
    return rows, coming[0] if coming else None


def _sessions(today: datetime.date):
    """Of the next `AHEAD` days, and those of the last `BACK` whose roll or record is not done."""
    undone = Q(roll_completed_at__isnull=True) | Q(key_points="")
    since, first, end = midnight(today - BACK), midnight(today), midnight(today + AHEAD + ONE_DAY)
    rows = Session.objects.not_cancelled().filter(
        Q(starts_at__gte=first, starts_at__lt=end) | (Q(starts_at__gte=since, starts_at__lt=first) & undone)
    )
    return rows.with_organiser().select_related("plan_item__requirement").order_by("starts_at", "pk")


def _leaves(rights: Rights, now):
    """Those that wait for the person, and the own."""
    own = Q(staff=rights.staff, state__in=[LeaveState.WAITING, LeaveState.APPROVED, LeaveState.REFUSED], session__ends_at__gte=now)
    own |= Q(staff=rights.staff, state=LeaveState.WAITING, session__ends_at__gte=now - BACK)
    rows = LeaveRequest.objects.filter(Q(pk__in=waiting_for(rights).order_by().values("pk")) | own)
    return rows.exclude(session__state=SessionState.CANCELLED).select_related("session", "staff").order_by("asked_at")


def _make_ups(rights: Rights, now):
    """Those to be checked by the person, and the own that can be done or are being checked."""
    states = [MakeUpState.OPEN, MakeUpState.RETURNED, MakeUpState.SUBMITTED]
    own = Q(staff=rights.staff, state__in=states, session__roll_completed_at__isnull=False)
    rows = MakeUp.objects.filter(Q(pk__in=to_check_by(rights).order_by().values("pk")) | own)
    return rows.select_related("session", "staff").order_by("submitted_at", "due_on")


def _source(session: Session) -> str:
    return basis(session.plan_item.requirement) if session.plan_item_id else f"{session.organiser_name}组织"


def _time(moment: datetime.datetime) -> str:
    return f"{localtime(moment):%H:%M}"


def _at(session: Session, today) -> str:
    return f"{in_words(session.day, today)}{_time(session.starts_at)}"


def _session_row(session: Session, refused: LeaveRequest | None, today) -> DueRow:
    notes = [session.place or "地点另行通知"]
    state = State.TODAY if session.day == today else State.LATER
    if session.state == SessionState.POSTPONED:
        notes.append(f"顺延：{session.reason}")
    if session.accepts_code and session.day == today:
        notes.append("请扫会场屏幕上的码签到")
    if refused:
        state = State.REFUSED
        notes.append(f"请假未准，请按时参加：{refused.decision_note}" if refused.decision_note else "请假未准，请按时参加")
    return DueRow(
        kind=Kind.SESSION,
        title=session.title,
        when=_at(session, today),
        due_on=session.day,
        due_at=session.starts_at,
        state=state,
        detail="；".join(notes),
        why=_source(session),
        action="查看",
        url=reverse("session", args=[session.pk]),
        is_first=session.day == today,
    )


def _own_leave_row(leave: LeaveRequest, today) -> DueRow:
    is_waiting = leave.state == LeaveState.WAITING
    return DueRow(
        kind=Kind.LEAVE,
        title=leave.session.title,
        when=_at(leave.session, today),
        due_on=leave.session.day,
        due_at=leave.session.starts_at,
        state=State.ASKED if is_waiting else State.GRANTED,
        detail=f"我的请假：{leave.get_kind_display()}，{leave.reason}",
        why="批准后要补学" if is_waiting else "活动之后在这里补学",
        action="撤回" if is_waiting else "查看",
        url=reverse("withdraw_leave" if is_waiting else "leave_request", args=[leave.pk]),
        is_post=is_waiting,
    )


def _own_make_up_row(make_up: MakeUp, today) -> DueRow:
    session, is_handed_in = make_up.session, make_up.state == MakeUpState.SUBMITTED
    is_late = make_up.due_on < today
    if is_handed_in:
        state = State.HANDED_IN
    elif make_up.state == MakeUpState.RETURNED:
        state = State.RETURNED
    else:
        state = State.OVERDUE if is_late else State.TO_MAKE_UP
    due = f"{in_words(make_up.due_on, today)}{'到期' if is_late else '前'}"
    return DueRow(
        kind=Kind.MAKE_UP,
        title=f"补学：{session.title}",
        when=f"{in_words(localtime(make_up.submitted_at).date(), today)}提交" if is_handed_in else due,
        due_on=make_up.due_on,
        state=state,
        detail=f"退回意见：{make_up.check_note}" if make_up.state == MakeUpState.RETURNED else "",
        why=f"没有参加{session.day.month}月{session.day.day}日的学习",
        action="查看" if is_handed_in else "去补学",
        url=reverse("make_up", args=[session.pk]),
    )


def _decide_row(leave: LeaveRequest, today) -> DueRow:
    return DueRow(
        kind=Kind.DECIDE,
        title=f"{leave.staff}请{leave.get_kind_display()}",
        when=f"{_at(leave.session, today)}的学习",
        due_on=localtime(leave.asked_at).date(),
        due_at=leave.asked_at,
        state=State.TO_DECIDE,
        detail=leave.session.title,
        why=f"事由：{leave.reason}",
        action="审批",
        url=reverse("leave_request", args=[leave.pk]),
    )


def _check_row(make_up: MakeUp, today) -> DueRow:
    handed_in = localtime(make_up.submitted_at).date()
    return DueRow(
        kind=Kind.CHECK,
        title=f"{make_up.staff}的补学体会",
        when=f"{in_words(handed_in, today)}提交",
        due_on=handed_in,
        due_at=make_up.submitted_at,
        state=State.TO_CHECK,
        detail=make_up.session.title,
        why=f"补{make_up.session.day.month}月{make_up.session.day.day}日的学习",
        action="核对",
        url=reverse("check_make_up", args=[make_up.pk]),
    )


def _why_at_desk(rights: Rights, session: Session) -> str:
    """Why the roll and the record of a session are this person's business; empty where they are not.

    A clerk may do it for every branch, and is asked only for what the organ holds.
    """
    if rights.staff.pk == session.recorder_id:
        return "您是记录人"
    if rights.staff.pk == session.host_id:
        return "您是主持人"
    if session.organised_by == Subject.ORGAN:
        return "机关党委组织" if rights.is_clerk else ""
    is_own = session.branch_id in rights.branch_ids or session.department_id in rights.department_ids
    return f"{session.organiser_name}组织" if is_own else ""


def _desk_rows(rights: Rights, sessions: list[Session], now):
    today = rights.today
    for session in sessions:
        why = _why_at_desk(rights, session)
        if not why or now < opens_at(session):
            continue
        if session.roll_completed_at is None:
            yield DueRow(
                kind=Kind.ROLL,
                title=f"点名：{session.title}",
                when=_at(session, today),
                due_on=session.day,
                due_at=session.starts_at,
                state=State.TO_ROLL if session.day == today else State.OVERDUE,
                detail=session.place,
                why=why,
                action="点名",
                url=reverse("roll", args=[session.pk]),
                is_first=session.day == today,
            )
        elif not session.key_points:
            due_on = session.day + DUE_WITHIN
            yield DueRow(
                kind=Kind.RECORD,
                title=f"记实表：{session.title}",
                when=f"{in_words(due_on, today)}{'到期' if due_on < today else '前'}",
                due_on=due_on,
                state=State.OVERDUE if due_on < today else State.TO_RECORD,
                detail="人数已从点名带入，还差要点",
                why=f"{why}；会后 {DUE_WITHIN.days} 天内",
                action="记实表",
                url=reverse("session_record", args=[session.pk]),
            )
