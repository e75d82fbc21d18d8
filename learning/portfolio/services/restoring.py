"""Reading packages back: all of an upload or nothing. Their records stay text (ADR 27); people, departments and postings are created."""

import datetime
import secrets
from collections.abc import Sequence
from typing import BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import IntegrityError, OperationalError, transaction
from wagtail.log_actions import log

from cms.files.validation import check_file, presentable_name
from cms.imports.bulk import one_import_at_a_time

from ...organisation.models import Department, Posting, StaffMember
from ...organisation.services import save_record
from ...periods import local_day
from ..cells import Place
from ..choices import LockOrigin
from ..files import ensure_file
from ..models import FileLock, FiveHavesFile, RestoredFile
from ..models.archives import restored_to
from ..packaging.building import private
from ..packaging.reading import PackageError
from ..restoring import Outlook, RestoreRefusedError, find_person, is_there_already, plan_of, refuse_unless_empty
from ..snapshots import from_text
from ..uploads import Upcoming, copy_of, person_in, read_upload, text_in

ENDINGS = sorted({*settings.WAGTAILDOCS_EXTENSIONS, *settings.WAGTAILIMAGES_EXTENSIONS})
LARGEST = max(settings.WAGTAILDOCS_MAX_UPLOAD_SIZE, settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE)
LOCK_NOT_AVAILABLE = "55P03"  # PostgreSQL: waited for longer than `lock_timeout`
Stored = dict[str, str]  # storage name by path in the package


class RestoreError(ValidationError):
    """Nothing was read back; the message is Chinese and says what to do."""


def put_aside(upload: BinaryIO) -> str:
    """An upload that waits for somebody to say yes; gone a day later. Raises OSError (disk full)."""
    upload.seek(0)
    return private().save(f"restored/waiting-{secrets.token_hex(16)}.zip", File(upload))


def restore(stream: BinaryIO, *, by, now: datetime.datetime) -> list[FileLock]:
    """Checks the whole upload once more, keeps the originals, then writes everybody in one transaction; whatever fails, nothing stays. Returns
    the new locks; none for whom it has been read back before. Raises RestoreError, OSError (disk full)."""
    try:
        plan = plan_of(read_upload(stream), local_day(now))
    except PackageError as error:
        raise RestoreError(str(error)) from error
    if plan.problems:
        one = plan.problems[0]
        raise RestoreError(f"{one.upcoming.name}：{one.problem}")
    outlooks = plan.to_restore
    if not outlooks:
        raise RestoreError("这些档案都已经读回过，内容完全一样，不用再读。")
    stored: list[Stored] = []
    try:
        for outlook in outlooks:
            stored.append({})
            _store(stream, outlook.upcoming, stored[-1])
        return _write(stream, outlooks, stored, by=by, now=now)
    except (PackageError, RestoreRefusedError) as error:
        _delete(stored)
        raise RestoreError(str(error)) from error
    except ValidationError as error:  # an original that is none, a name too long for this site
        _delete(stored)
        raise RestoreError(f"什么都没有写入：{''.join(error.messages)}") from error
    except IntegrityError as error:
        _delete(stored)
        raise RestoreError("别人刚刚读回了同样的档案，或同时改动了人员、科室。什么都没有写入，请重新上传再看一次。") from error
    except OperationalError as error:
        _delete(stored)
        if getattr(error.__cause__, "sqlstate", "") != LOCK_NOT_AVAILABLE:
            raise
        raise RestoreError("别人正在读回档案或导入名册。什么都没有写入，请过几分钟重新上传。") from error
    except BaseException:
        _delete(stored)
        raise


def _store(stream: BinaryIO, upcoming: Upcoming, stored: Stored) -> None:
    """Every original under the rules of any upload."""
    if not upcoming.present:
        return
    with person_in(stream, upcoming.entry) as archive:
        for one in upcoming.present:
            with copy_of(archive, one.path) as copy:
                check_file(copy, name=one.name, endings=ENDINGS, max_bytes=LARGEST)
                stored[one.path] = private().save(restored_to(None, one.name), File(copy))


def _delete(stored: Sequence[Stored]) -> None:
    for names in stored:
        for name in names.values():
            private().delete(name)


@transaction.atomic
def _write(stream: BinaryIO, outlooks: Sequence[Outlook], stored: Sequence[Stored], *, by, now: datetime.datetime) -> list[FileLock]:
    one_import_at_a_time()  # of one without a number read back twice at once, both would find nobody here and make the person
    made: set[int] = set()
    places = _Departments(by)
    locks = []
    for outlook, names in zip(outlooks, stored, strict=True):
        upcoming = outlook.upcoming
        staff = find_person(upcoming, besides=made)
        if staff is None:
            staff = save_record(record=StaffMember(name=upcoming.name, employee_number=upcoming.number), by=by)
            made.add(staff.pk)
        _add_postings(staff, upcoming, places, by=by)
        locks.append(_lock(staff, upcoming, text_in(stream, upcoming.entry), names, by=by, now=now))
    return locks


class _Departments:
    """By name; those that are not here are made, once."""

    def __init__(self, by):
        self.by, self.found = by, {}

    def named(self, name: str) -> Department:
        if name not in self.found:
            there = Department.objects.filter(name=name).first()
            self.found[name] = there or save_record(record=Department(name=name), by=self.by)
        return self.found[name]


def _add_postings(staff: StaffMember, upcoming: Upcoming, departments: _Departments, *, by) -> None:
    """Those that this site does not know; of one it knows as still open the end is filled in. Where two primary ones would overlap, what stands
    here stays; whoever has an account keeps all that stand here: what somebody may do hangs on them. Raises ValidationError."""
    if staff.user_id is not None:
        return
    for place in sorted(upcoming.places, key=lambda one: one.started_on):
        department = departments.named(place.department)
        own = Posting.objects.filter(staff=staff)
        known = own.filter(department=department, started_on=place.started_on).first()
        if known is None:
            if not (place.is_primary and own.primary().overlapping(place.started_on, place.ended_on).exists()):
                save_record(record=_posting(staff, department, place), by=by)
        elif known.ended_on is None and place.ended_on is not None:
            known.ended_on = place.ended_on
            save_record(record=known, by=by)


def _posting(staff: StaffMember, department: Department, place: Place) -> Posting:
    return Posting(
        staff=staff,
        department=department,
        title=place.title,
        is_head=place.is_head,
        is_primary=place.is_primary,
        started_on=place.started_on,
        ended_on=place.ended_on,
    )


def _lock(staff: StaffMember, upcoming: Upcoming, text: str, names: Stored, *, by, now: datetime.datetime) -> FileLock:
    file = ensure_file(staff, upcoming.year)
    FiveHavesFile.objects.select_for_update().only("pk").get(pk=file.pk)
    if is_there_already(staff, upcoming):
        raise RestoreRefusedError(f"{staff.name}{upcoming.year}年的档案刚刚有人读回过。请重新上传再看一次。")
    refuse_unless_empty(staff, upcoming.year, local_day(now))
    was = upcoming.lock
    lock = FileLock.objects.create(
        file=file,
        origin=LockOrigin.RESTORED,
        locked_at=was.at if was else now,
        locked_by=None if was else by,
        locked_by_name=was.by if was else by.get_full_name()[:50],
        snapshot=text,
        sha256=upcoming.sha256,
        **from_text(text).year.state_keys,
    )
    RestoredFile.objects.bulk_create(
        [
            RestoredFile(lock=lock, path=one.path, name=presentable_name(one.name), file=names[one.path], sha256=one.sha256)
            for one in upcoming.present
        ]
    )
    log(instance=file, action="portfolio.archive", user=by, data={"restored": True, "sha256": upcoming.sha256, "files": len(names)})
    return lock
