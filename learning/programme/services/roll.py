"""The roll: the roster is frozen, people are marked, wrong marks are corrected with a reason."""

import datetime
from functools import partial

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Case, Value, When
from django.urls import reverse
from django.utils.timezone import localtime
from wagtail.log_actions import log

from cms.inbox.services import send_messages

from ...organisation.models import StaffMember
from ...periods import local_day
from ..choices import (
    ATTENDED_STATUSES,
    MISSED_STATUSES,
    THERE_STATUSES,
    AttendanceStatus,
    MakeUpState,
    RecordedBy,
    SessionState,
)
from ..models import Attendance, AttendanceCorrection, MakeUp, Session
from ..roster import audience_of, reason_for, with_places
from .locking import locked
from .sessions import SessionError, lock_session

CHUNK = 500
OPENS_BEFORE = datetime.timedelta(minutes=60)  # the roster may be frozen and signed this long before the start
LATE_AFTER = datetime.timedelta(minutes=10)  # whoever signs in by code later than this is 迟到; the clerk can put it right
MAKE_UP_WITHIN = datetime.timedelta(days=14)


class RollError(ValidationError):
    """The roll cannot be changed like that; the message is Chinese and says what to do."""


class RollChangedError(RollError):
    """Another clerk has saved this roll meanwhile: nothing of this one was saved, nothing of the other is lost."""


class NotExpectedError(RollError):
    """The person is not on this roster."""


def opens_at(session: Session) -> datetime.datetime:
    """From when on the roster may be frozen, the roll taken and the code signed."""
    return session.starts_at - OPENS_BEFORE


@transaction.atomic
def freeze_roster(*, session: Session, now: datetime.datetime) -> Session:
    """Write down who is expected, with unit and branch of the session's day and the reason; done once, whoever asks and how often.

    Raises SessionError before it is time or for a session that will not take place.
    """
    session = lock_session(session.pk)
    if session.roster_frozen_at:
        return session
    if session.state == SessionState.CANCELLED:
        raise SessionError(f"活动已取消：{session.reason}")
    if now < opens_at(session):
        raise SessionError("还没到时间：开始前 60 分钟起可以点名，名册按活动当天的任职固定。")
    day = session.day
    people = list(with_places(audience_of(session, day), day))
    leaves = dict(session.leave_requests.approved().values_list("staff", "kind"))
    Attendance.objects.bulk_create(
        [
            Attendance(
                session=session,
                staff=person,
                department_id=person.department_then,
                branch_id=person.branch_then,
                is_expected=not person.away,
                roster_reason=reason_for(person, session, day)[:100],
                status=leaves.get(person.pk, AttendanceStatus.UNRECORDED) if not person.away else AttendanceStatus.UNRECORDED,
                how=RecordedBy.LEAVE if person.pk in leaves and not person.away else "",
                recorded_at=now if person.pk in leaves and not person.away else None,
            )
            for person in people
        ],
        batch_size=CHUNK,
    )
    session.roster_frozen_at = now
    session.save(update_fields=["roster_frozen_at"])
    return session


def freeze_started_sessions(now: datetime.datetime) -> str:
    """Job: sessions that have begun get their roster, whether or not somebody opens the roll."""
    started = Session.objects.to_come().filter(starts_at__lte=now, roster_frozen_at__isnull=True).order_by("starts_at")[:50]
    refused = []
    for session in started:
        try:
            freeze_roster(session=session, now=now)
        except SessionError as error:  # changed meanwhile: no reason to keep the others waiting
            refused += [f"{session.pk}：{message}" for message in error.messages]
    return "；".join([f"固定名册 {len(started) - len(refused)} 次", *refused])


@transaction.atomic
def save_roll(
    *,
    session: Session,
    marks: dict[int, str],
    version: int,
    by,
    now: datetime.datetime,
    is_complete: bool = True,
    rest: str = AttendanceStatus.PRESENT,
    how: str = RecordedBy.ROLL,
    seen: dict[int, str] | None = None,
) -> Session:
    """`marks` are key of the attendance → status, those that differ from `rest`; on completion everybody still 未登记 becomes `rest`.

    Completion makes the session 已举行 and opens a make-up for whoever missed it. At most ten statements for 500 people; telling those who
    have something to make up comes after the commit: a roll is kept even if that fails.
    `seen` is what the marked people's status was when the clerk looked: whoever has signed in or been granted leave since then is not
    overruled unseen. Raises RollChangedError for that and where `version` is not the stored one, RollError for a completed roll or a
    foreign or unknown mark.
    """
    session = lock_session(session.pk)
    if session.roll_completed_at:
        raise RollChangedError("点名已由别人完成，您的标记没有保存。要改某个人，请在名册里点“更正”，写明原因。")
    if session.version != version:
        raise RollChangedError("别人刚保存过这份点名（或改过这次活动），您的标记没有保存，已在下面标出，请对照后再存。")
    if not session.roster_frozen_at:
        raise RollError("名册还没有固定。请重新打开点名页。")
    if is_complete and now < opens_at(session):
        raise RollError("活动还没开始，不能完成点名。")
    # "session", too: the related manager looks at it on every row. Locked: a sign-in or a granted leave comes before or after, not between.
    expected = session.attendances.expected().select_for_update(of=("self",))
    rows = {row.pk: row for row in expected.only("pk", "session", "staff", "status").order_by()}
    if unknown := set(marks) - set(rows):
        raise RollError(f"有 {len(unknown)} 个人不在这次的应到名册里。请刷新页面。")
    if bad := {*marks.values(), rest} - set(AttendanceStatus.values):
        raise RollError(f"没有“{'、'.join(sorted(bad))}”这种状态。请刷新页面。")
    _check_seen(rows, marks, seen or {})
    after = {
        pk: marks.get(pk, rest if is_complete and row.status == AttendanceStatus.UNRECORDED else row.status) for pk, row in rows.items()
    }
    changed = {pk: status for pk, status in after.items() if status != rows[pk].status}
    if changed:
        _set_statuses(changed, by=by, how=how, now=now)
    session.version += 1
    if is_complete:
        session.state, session.roll_completed_at = SessionState.HELD, now
        session.reason = ""
        missed = {rows[pk].staff_id for pk, status in after.items() if status in MISSED_STATUSES}
        _open_make_ups(session, missed, now=now)
        _close_make_ups(session, {rows[pk].staff_id for pk, status in after.items() if status in ATTENDED_STATUSES})
        transaction.on_commit(partial(_tell_of_make_ups, session, missed, now=now), robust=True)
    session.save(update_fields=["version", "state", "roll_completed_at", "reason"])
    log(instance=session, action="programme.roll", user=by, data={"complete": is_complete, "changed": len(changed)})
    return session


def _check_seen(rows: dict[int, Attendance], marks: dict[int, str], seen: dict[int, str]) -> None:
    """Raises RollChangedError where somebody's status has changed since the clerk looked, to something else than the clerk marked."""
    overtaken = [pk for pk in marks if pk in seen and rows[pk].status not in (seen[pk], marks[pk])]
    if overtaken:
        names = list(StaffMember.objects.filter(attendances__in=overtaken).values_list("name", flat=True)[:5])
        more = "等" if len(overtaken) > len(names) else ""
        raise RollChangedError(
            f"您点名的时候，{'、'.join(names)}{more} {len(overtaken)} 人已扫码签到或请假获批。您的标记还没有保存，请对照后再存。"
        )


def _set_statuses(changed: dict[int, str], *, by, how, now):
    by_status: dict[str, list[int]] = {}
    for pk, status in changed.items():
        by_status.setdefault(status, []).append(pk)
    commonest = max(by_status, key=lambda status: len(by_status[status]))
    cases = [When(pk__in=keys, then=Value(status)) for status, keys in by_status.items() if status != commonest]
    Attendance.objects.filter(pk__in=list(changed)).update(
        status=Case(*cases, default=Value(commonest)) if cases else commonest, how=how, recorded_by=by, recorded_at=now
    )


def _open_make_ups(session: Session, staff_ids: set[int], *, now):
    due_on = local_day(now) + MAKE_UP_WITHIN
    MakeUp.objects.bulk_create(
        [MakeUp(session=session, staff_id=pk, due_on=due_on) for pk in sorted(staff_ids)], batch_size=CHUNK, ignore_conflicts=True
    )


def _tell_of_make_ups(session: Session, staff_ids: set[int], *, now):
    users = StaffMember.objects.filter(pk__in=staff_ids, user__isnull=False).values_list("user", flat=True)
    send_messages(
        to=list(users),
        subject=f"待补学：{session.title}"[:120],
        text="请按补学页上的期限读完材料，写一段体会。",
        url=reverse("make_up", args=[session.pk]),
        key=f"make-up:{session.pk}",
        now=now,
    )


def _take_up_make_up(session: Session, staff_id: int, *, now) -> bool:
    """The make-up of somebody who missed it after all: one under way goes on, one that was closed is taken up where it was, or a new one.

    Whether it has been accepted already.
    """
    known = session.make_ups.filter(staff=staff_id).first()
    if known is None:
        _open_make_ups(session, {staff_id}, now=now)
        _tell_of_make_ups(session, {staff_id}, now=now)
        return False
    if known.state == MakeUpState.CLOSED:
        known.state = MakeUpState.OPEN
        if known.note:
            known.state = MakeUpState.ACCEPTED if known.checked_at and not known.check_note else MakeUpState.SUBMITTED
        known.save(update_fields=["state"])
    return known.state == MakeUpState.ACCEPTED


def _close_make_ups(session: Session, staff_ids: set[int]):
    """Whoever was there after all has nothing to make up."""
    session.make_ups.filter(staff__in=staff_ids).exclude(state__in=[MakeUpState.ACCEPTED, MakeUpState.CLOSED]).update(
        state=MakeUpState.CLOSED
    )


@transaction.atomic
def set_code_sign_in(*, session: Session, is_on: bool, by, now: datetime.datetime) -> Session:
    """Switch 扫码签到 on or off; on freezes the roster, too, once it is time. Raises SessionError or RollError.

    The version stays: a roll that is being taken meanwhile goes on.
    """
    session = lock_session(session.pk)
    if session.state == SessionState.CANCELLED:
        raise SessionError(f"活动已取消：{session.reason}")
    if session.roll_completed_at:
        raise RollError("点名已完成，不能再扫码签到。漏登的请在名册里更正。")
    if session.accepts_code != is_on:
        session.accepts_code = is_on
        session.save(update_fields=["accepts_code"])
        log(instance=session, action="programme.code", user=by, data={"on": is_on})
    if is_on and now >= opens_at(session):
        session = freeze_roster(session=session, now=now)
    return session


def check_sign_in(session: Session, row: Attendance | None, *, now: datetime.datetime) -> None:
    """Whether somebody, with `row` on the roster, may sign in now. Raises NotExpectedError, RollError."""
    if session.state == SessionState.CANCELLED:
        raise RollError(f"活动已取消，不用签到。{session.reason}")
    if not session.roster_frozen_at:
        if now < opens_at(session):
            raise RollError(f"还没到签到时间。{localtime(opens_at(session)):%H:%M} 起可以签到，届时请再扫码。")
        raise RollError("签到还没有开始，名册还没有固定。请等记录人打开签到。")
    if row is None:
        raise NotExpectedError("您不在这次活动的应到名册里。需要列入的，请找记录人。")
    if not row.is_expected:
        raise NotExpectedError(f"您不在应到之列，名册上注明：{row.roster_reason}。有误的，请找记录人。")
    if session.roll_completed_at or not session.accepts_code:
        raise RollError("这次活动已停止扫码签到。请找记录人登记。")


@transaction.atomic
def sign_in(*, session: Session, staff: StaffMember, by, now: datetime.datetime) -> Attendance:
    """The person's own sign-in, after the code was checked (codes.py). One a person: a second and a simultaneous one find it done.

    Raises NotExpectedError, RollError.
    """
    # The session is locked so that completing the roll comes before or after this, not between.
    session = Session.objects.select_for_update(of=("self",), no_key=True).get(pk=session.pk)
    row = session.attendances.filter(staff=staff).first()
    if row is not None and row.status in THERE_STATUSES:
        return row
    check_sign_in(session, row, now=now)
    row.status = AttendanceStatus.LATE if now > session.starts_at + LATE_AFTER else AttendanceStatus.PRESENT
    row.how, row.recorded_at, row.recorded_by = RecordedBy.CODE, now, by
    row.save(update_fields=["status", "how", "recorded_at", "recorded_by"])
    return row


@transaction.atomic
def correct_attendance(
    *, attendance: Attendance, status: str, reason: str, by, now: datetime.datetime, how: str = RecordedBy.CORRECTION
) -> Attendance:
    """Put right what a completed roll says; the old value and the reason are kept, and the person is told. Raises RollError."""
    session = lock_session(attendance.session_id)  # before the row, as everybody else does
    attendance = locked(session.attendances.select_related("staff"), attendance.pk)
    if not session.roll_completed_at:
        raise RollError("点名还没有完成，请直接在点名页改。")
    if not attendance.is_expected:
        raise RollError(f"{attendance.staff}不在应到之列：{attendance.roster_reason}。")
    if status not in AttendanceStatus.values:
        raise RollError("请选一种状态。")
    if status == attendance.status:
        raise RollError(f"状态没有变，仍是{attendance.get_status_display()}。")
    if not reason.strip():
        raise RollError({"reason": "请写明更正的原因。"})
    correction = AttendanceCorrection.objects.create(
        attendance=attendance, was=attendance.status, now=status, reason=reason.strip()[:200], corrected_at=now, corrected_by=by
    )
    attendance.status, attendance.how = status, how
    attendance.recorded_at, attendance.recorded_by = now, by
    if status not in MISSED_STATUSES:
        attendance.is_made_up = False
        session.make_ups.filter(staff=attendance.staff_id).exclude(state=MakeUpState.CLOSED).update(state=MakeUpState.CLOSED)
    else:
        attendance.is_made_up = _take_up_make_up(session, attendance.staff_id, now=now)
    attendance.save()
    log(
        instance=session,
        action="programme.correct",
        user=by,
        data={"staff": str(attendance.staff), "change": str(correction), "reason": reason},
    )
    if attendance.staff.user_id:
        send_messages(
            to=[attendance.staff.user_id],
            subject=f"考勤更正：{session.title}"[:120],
            text=f"由“{correction.get_was_display()}”改为“{correction.get_now_display()}”。原因：{correction.reason}",
            url=reverse("session", args=[session.pk]),
            key=f"correction:{correction.pk}",
            now=now,
        )
    return attendance
