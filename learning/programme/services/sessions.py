"""Sessions: opened, changed, announced, moved, cancelled; their materials and files."""

import datetime
import io
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.timezone import localtime
from wagtail.log_actions import log

from cms.files.services import kept_picture
from cms.files.validation import check_file
from cms.inbox.services import send_messages

from ...periods import local_day
from ..choices import AttendanceStatus, FileKind, LeaveState, SessionState
from ..models import PlanItem, Session, SessionFile, SessionLecturer, SessionMaterial, SessionMove
from ..roster import present_audience
from .locking import locked

MAX_FILES = 60


class SessionError(ValidationError):
    """The session cannot be changed like that; the message is Chinese and says what to do."""


class SessionChangedError(SessionError):
    """Somebody else has changed it since it was opened for editing; nothing was saved."""


@dataclass(frozen=True, slots=True)
class LecturerLine:
    """One lecturer of a session, of this bureau (`staff`) or from outside."""

    name: str
    post: str = ""
    staff: object = None


@transaction.atomic
def save_session(*, session: Session, by, formats, lecturers=None, invited=None, topics=None, version: int | None = None) -> Session:
    """A new session or a changed one. `version` is what the form was opened with: another one means somebody was faster.

    The time of a session that was announced changes by `move_session` only, so that there is always a reason. Raises ValidationError.
    """
    creating = session._state.adding
    formats = list(formats)
    if not formats:
        raise SessionError({"formats": "请至少勾选一种形式载体：这次活动计入哪一项。"})
    item = session.plan_item
    if item and item.requirement.study_format not in formats:
        raise SessionError({"formats": f"它来自计划项“{item}”，“{item.requirement.study_format}”不能去掉。"})
    if creating:
        if item and item.state == PlanItem.State.CANCELLED:
            raise SessionError("这个计划项已取消。要补办请先在计划里恢复它。")
        session.planned_on = item.planned_on if item else local_day(session.starts_at)
    else:
        stored = lock_session(session.pk)
        if version is not None and stored.version != version:
            raise SessionChangedError("这次活动刚被别人改过，您的修改没有保存。请打开最新的内容核对后再改。")
        if stored.state == SessionState.CANCELLED:
            raise SessionError("活动已取消，不能再修改。需要举行的，请另建一次活动。")
        if stored.starts_at != session.starts_at and (stored.state != SessionState.PLANNED or stored.roster_frozen_at):
            raise SessionError({"starts_at": f"活动{stored.get_state_display()}，改时间请用“改期”，并写明原因。"})
        session.version = stored.version + 1
        session.key_points = stored.key_points  # written beside the form, by `set_key_points`
        session.roster_frozen_at, session.roll_completed_at = stored.roster_frozen_at, stored.roll_completed_at
        if stored.plan_item_id is None and stored.state == SessionState.PLANNED:
            session.planned_on = local_day(session.starts_at)
    session.full_clean(exclude=["code_secret"])
    session.save()
    session.formats.set(formats)
    if invited is not None:
        session.invited.set(invited)
    if topics is not None:
        session.topics.set(topics)
    if lecturers is not None:
        session.lecturers.all().delete()
        SessionLecturer.objects.bulk_create(
            [
                SessionLecturer(session=session, staff=line.staff, name=line.name, post=line.post, position=position)
                for position, line in enumerate(lecturers)
            ]
        )
    log(instance=session, action="wagtail.create" if creating else "wagtail.edit", user=by, content_changed=True)
    return session


@transaction.atomic
def notify_session(*, session: Session, by, now: datetime.datetime) -> int:
    """Tell everybody who is expected; once, however often it is called. Returns how many were told. Raises SessionError."""
    session = lock_session(session.pk)
    if not session.is_to_come:
        raise SessionError(f"活动{session.get_state_display()}，不用再通知。")
    if not session.place:
        raise SessionError("还没有填地点。请先填写地点再通知。")
    if session.state == SessionState.PLANNED:
        session.state = SessionState.NOTIFIED
        session.version += 1
        session.save(update_fields=["state", "version"])
        log(instance=session, action="programme.notify", user=by)
    return _tell(
        session,
        subject=f"学习通知：{session.title}",
        text=f"{when(session)}，{session.place}。不能参加的请提前请假。",
        key=notice_key(session),
        now=now,
    )


def notice_key(session: Session) -> str:
    """Somebody is told once about a session as it stands after each of its moves, one back to an earlier time included."""
    return f"session:{session.pk}:notice:{session.moves.count()}"


@transaction.atomic
def move_session(
    *, session: Session, starts_at: datetime.datetime, reason: str, by, now: datetime.datetime, place: str | None = None
) -> Session:
    """To another time, with the reason. `planned_on` and the plan item stay: the cadence is judged on the plan, across a year end, too.

    A roster frozen for the old day is taken up again, unless somebody has been marked on it. Leave was asked for the old day: on another
    one it holds no longer, and whoever had asked is told. Raises SessionError.
    """
    session = lock_session(session.pk)
    if not session.is_to_come:
        raise SessionError(f"活动{session.get_state_display()}，不能改期。")
    if not reason.strip():
        raise SessionError({"reason": "请写明改期的原因。"})
    if starts_at == session.starts_at:
        raise SessionError({"starts_at": "时间没有变。"})
    if session.roster_frozen_at:
        if session.attendances.exclude(status__in=[AttendanceStatus.UNRECORDED]).exclude(how="leave").exists():
            raise SessionError("这次活动已开始点名，不能改期。点错了请先在点名页改正。")
        session.attendances.all().delete()
        session.roster_frozen_at = None
    length = session.ends_at - session.starts_at
    is_same_day = local_day(starts_at) == session.day
    move = SessionMove.objects.create(
        session=session, was_at=session.starts_at, now_at=starts_at, reason=reason.strip(), moved_at=now, moved_by=by
    )
    was = session.state
    session.starts_at, session.ends_at = starts_at, starts_at + length
    session.state, session.reason = SessionState.POSTPONED, reason.strip()
    session.place = session.place if place is None else place
    session.version += 1
    session.full_clean(exclude=["code_secret"])
    session.save()
    log(instance=session, action="programme.move", user=by, data={"to": starts_at.isoformat(), "reason": reason})
    if not is_same_day:
        _void_leave(session, why="活动改期，原来的请假作废。新的时间不能参加的，请重新请假。", key=f"move:{move.pk}", now=now)
    if was != SessionState.PLANNED:
        _tell(
            session,
            subject=f"改期：{session.title}",
            text=f"改到{when(session)}，{session.place or '地点另行通知'}。原因：{reason.strip()}",
            key=f"session:{session.pk}:move:{move.pk}",
            now=now,
        )
    return session


@transaction.atomic
def cancel_session(*, session: Session, reason: str, by, now: datetime.datetime) -> Session:
    """It will not take place, with the reason. Raises SessionError."""
    session = lock_session(session.pk)
    if not session.is_to_come:
        raise SessionError(f"活动{session.get_state_display()}，不能取消。")
    if not reason.strip():
        raise SessionError({"reason": "请写明取消的原因。"})
    was, session.state, session.reason = session.state, SessionState.CANCELLED, reason.strip()
    session.version += 1
    session.save(update_fields=["state", "reason", "version"])
    _void_leave(session, why="活动已取消，不用请假，也不用补学。", key="cancelled", now=now)
    log(instance=session, action="programme.cancel", user=by, data={"reason": reason})
    if was != SessionState.PLANNED:
        _tell(
            session,
            subject=f"取消：{session.title}",
            text=f"原定{when(session)}。原因：{reason.strip()}",
            key=f"session:{session.pk}:cancelled",
            now=now,
        )
    return session


@transaction.atomic
def set_material(*, session: Session, page, is_wanted: bool, by) -> None:
    """Put a page among the materials of a session, or take it away; twice changes nothing."""
    session = lock_session(session.pk)
    if is_wanted:
        SessionMaterial.objects.get_or_create(session=session, page=page, defaults={"position": session.materials.count()})
    else:
        session.materials.filter(page=page).delete()
    log(instance=session, action="wagtail.edit", user=by, content_changed=True)


@transaction.atomic
def set_key_points(*, session: Session, text: str, by, was: str | None = None) -> Session:
    """The points of the record, one a line; possible after it was held. `was` is what the form was opened with. Raises ValidationError.

    They have no part in `version`: the recorder writes them while somebody else takes the roll.
    """
    session = lock_session(session.pk)
    if was is not None and was.split() != session.key_points.split():
        raise SessionChangedError("要点刚被别人改过，您写的没有保存。下面是您写的，请与最新的内容合并后再存。")
    session.key_points = text.strip()
    session.clean_fields(exclude=["code_secret"])
    session.save(update_fields=["key_points"])
    log(instance=session, action="wagtail.edit", user=by, content_changed=True)
    return session


def add_file(*, session: Session, data: bytes, name: str, kind: str, by, now: datetime.datetime, caption: str = "") -> SessionFile:
    """Keep a photograph or paper of a session; the same bytes once. Photographs lose what the telephone wrote into them.

    Raises UnacceptableFileError or SessionError.
    """
    if session.files.count() >= MAX_FILES:
        raise SessionError(f"一次活动最多 {MAX_FILES} 个文件。请删去不用的再传。")
    if kind == FileKind.PHOTO:
        stem, max_bytes = name.rpartition(".")[0] or "照片", settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE
        checked, content = kept_picture(data, stem=stem, endings=settings.WAGTAILIMAGES_EXTENSIONS, max_bytes=max_bytes)
    else:
        checked = check_file(
            io.BytesIO(data), name=name, endings=settings.WAGTAILDOCS_EXTENSIONS, max_bytes=settings.WAGTAILDOCS_MAX_UPLOAD_SIZE
        )
        content = SimpleUploadedFile(checked.name, data)
    if known := session.files.filter(sha256=checked.sha256).first():
        return known
    file = SessionFile(
        session=session,
        kind=kind,
        file=content,
        original_name=checked.name,
        sha256=checked.sha256,
        caption=caption[:100],
        added_at=now,
        added_by=by,
    )
    try:
        with transaction.atomic():
            file.save()
            log(instance=session, action="programme.add_file", user=by, data={"name": checked.name})
    except IntegrityError:  # the same file sent twice at once: the other one is there
        file.file.storage.delete(file.file.name)
        return session.files.get(sha256=checked.sha256)
    return file


@transaction.atomic
def remove_file(*, file: SessionFile, by) -> None:
    """The row goes now, the bytes when that is certain."""
    log(instance=file.session, action="programme.remove_file", user=by, data={"name": file.original_name})
    storage, stored_name = file.file.storage, file.file.name
    file.delete()
    transaction.on_commit(lambda: storage.delete(stored_name))


def _void_leave(session: Session, *, why: str, key: str, now) -> None:
    """Requests that wait or were granted end here, and the make-ups that were opened by them."""
    open_requests = session.leave_requests.filter(state__in=[LeaveState.WAITING, LeaveState.APPROVED])
    users = list(open_requests.filter(staff__user__isnull=False).values_list("staff__user", flat=True))
    if open_requests.update(state=LeaveState.WITHDRAWN, decision_note=why):
        session.make_ups.owed().delete()
        send_messages(
            to=users,
            subject=f"请假作废：{session.title}"[:120],
            text=why,
            url=reverse("session", args=[session.pk]),
            key=f"session:{session.pk}:leave:{key}",
            now=now,
        )


def lock_session(pk) -> Session:
    return locked(Session.objects.select_related("branch", "department", "plan_item__requirement"), pk)


def when(session: Session) -> str:
    """For people: 11月24日（星期二）15:00—17:00."""
    start, end = localtime(session.starts_at), localtime(session.ends_at)
    weekday = "一二三四五六日"[start.weekday()]
    return f"{start.month}月{start.day}日（星期{weekday}）{start:%H:%M}—{end:%H:%M}"


def _tell(session: Session, *, subject: str, text: str, key: str, now) -> int:
    people = present_audience(session, session.day).filter(user__isnull=False).values_list("user", flat=True)
    return send_messages(
        to=list(people), subject=subject[:120], text=text, url=reverse("session", args=[session.pk]), key=key, now=now, post_to_groups=True
    )
