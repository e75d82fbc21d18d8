"""年度锁定 and 重开: what a file held is kept as one text with its digest; reopened, the text stays with the reason."""

import datetime
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from wagtail.log_actions import log

from ...organisation.models import StaffMember
from ...programme.services.locking import locked
from ..choices import LockOrigin
from ..files import FileView
from ..models import FileLock, FiveHavesFile
from ..rights import FileRights
from ..snapshots import content_with, from_text, sha256, to_text
from ..years import in_scope
from .confirming import clear_confirmation, held_file
from .telling_of_files import tell_heads, tell_owner

NAME = FileLock._meta.get_field("locked_by_name").max_length
LONGEST_REASON = FileLock._meta.get_field("reopen_reason").max_length
AT_ONCE = 20  # files of one step: a second or two


class LockError(ValidationError):
    """It cannot be locked or reopened like that; the message is Chinese and says what to do."""


class ChangedSinceError(LockError):
    """What was confirmed is no longer what is there."""


def _check_may(rights: FileRights) -> None:
    if not rights.may_lock:
        raise LockError("档案由机关党委锁定和重开。")


@transaction.atomic
def lock_file(*, staff: StaffMember, year: int, rights: FileRights, now: datetime.datetime) -> FileLock:
    """A confirmed file, as it was confirmed; locked already, the lock there is. Tells the person. Raises LockError."""
    _check_may(rights)
    view = held_file(staff, year, now)
    if view.is_frozen:
        return view.lock
    if not view.is_confirmed:
        raise LockError("这份档案还没有确认，不能锁定。请先由负责人确认。")
    if view.is_changed:
        raise ChangedSinceError("确认之后档案有变化，没有锁定。请负责人再确认一次。")
    text = _text_of(view)
    name = rights.user.get_full_name()[:NAME]
    lock = FileLock.objects.create(
        file=view.file,
        locked_at=now,
        locked_by=rights.user,
        locked_by_name=name,
        snapshot=text,
        sha256=sha256(text),
        **view.person_year.state_keys,
    )
    log(instance=view.file, action="portfolio.lock", user=rights.user, data={"sha256": lock.sha256})
    tell_owner(
        view.file,
        f"您的{year}年五有档案已锁定",
        "档案按现在的内容保存，以后的变化另行列出。发现有错的，请在那一条点“有疑问”。",
        key=f"locked:{lock.pk}",
        now=now,
    )
    return lock


def _text_of(view: FileView) -> str:
    """What is written down can be read again, or nothing is locked."""
    text = to_text(content_with(view.person_year, view.file))
    from_text(text)
    return text


@dataclass(frozen=True, slots=True)
class LockStep:
    """`after`: where the next step begins, None once all have been gone through. `changed`: files of this step that are no longer as they
    were confirmed."""

    locked: int
    changed: int
    after: int | None


def lock_next_files(*, year: int, after: int, rights: FileRights, now: datetime.datetime, at_once: int = AT_ONCE) -> LockStep:
    """The next confirmed files of the year behind the key `after`, each in a transaction of its own: what is interrupted is carried on, and
    of two at once each file is locked by one. Raises LockError."""
    _check_may(rights)
    waiting = to_lock(year).filter(pk__gt=after).order_by("pk").select_related("staff")
    files = list(waiting[:at_once])
    done = changed = 0
    for file in files:
        try:
            lock_file(staff=file.staff, year=year, rights=rights, now=now)
        except ChangedSinceError:
            changed += 1
        except LockError:
            continue  # taken back in this moment
        else:
            done += 1
    return LockStep(done, changed, files[-1].pk if len(files) == at_once else None)


def to_lock(year: int):
    """Confirmed files of people in scope that are not locked."""
    return FiveHavesFile.objects.of_year(year).confirmed().not_locked().filter(staff__in=in_scope(year))


@transaction.atomic
def reopen_file(*, staff: StaffMember, year: int, reason: str, rights: FileRights, now: datetime.datetime) -> FiveHavesFile:
    """The lock stays with its text and the reason; the confirmation falls away, so that the head looks again. Tells the person and the head.
    Raises LockError."""
    _check_may(rights)
    view = held_file(staff, year, now)
    reason = reason.strip()
    if not reason:
        raise LockError({"reason": "请写明重开的原因，本人和负责人看得到。"})
    if len(reason) > LONGEST_REASON or "\x00" in reason:
        raise LockError({"reason": f"最多 {LONGEST_REASON} 个字，现在有 {len(reason)} 个。请缩短。"})
    if view.lock is None:
        raise LockError("这份档案没有锁定，不用重开。")
    if view.lock.origin == LockOrigin.RESTORED:
        raise LockError("这份档案由档案包读回，本系统没有它的原始记录，不能重开。")
    lock = locked(FileLock.objects.all(), view.lock.pk)
    lock.reopened_at, lock.reopened_by, lock.reopen_reason = now, rights.user, reason
    lock.reopened_by_name = rights.user.get_full_name()[:NAME]
    lock.save(update_fields=["reopened_at", "reopened_by", "reopened_by_name", "reopen_reason"])
    clear_confirmation(view.file)
    log(instance=view.file, action="portfolio.reopen", user=rights.user, data={"sha256": lock.sha256, "reason": reason})
    said = f"{lock.reopened_by_name}重开。原因：{reason}"
    key = f"reopened:{lock.pk}"
    tell_owner(view.file, f"您的{year}年五有档案已重开", f"{said}\n\n改好以后由负责人再确认。", key=key, now=now)
    subject = f"{staff.name}的{year}年五有档案已重开，待再确认"
    tell_heads(view.file, view.department_id, subject[:120], said, key=key, now=now)
    return view.file
