"""档案专卷: asked for, made part by part by a job, put together, tried again, removed.

One node at a time works on an archive: `worked_at` is its lease, renewed with every part. Should two be at it all the same (one was slow), a
part is kept by whoever is first and the other's is thrown away, and so is a second whole.
"""

import datetime
from time import monotonic

import structlog
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.urls import reverse
from wagtail.log_actions import log

from cms.core.models import SiteIdentity
from cms.files.middleware import is_disk_full
from cms.inbox.services import send_messages

from ...organisation.models import Department
from ...periods import local_day
from ..archiving import DamagedPartError, assemble
from ..choices import ArchiveState
from ..models import ArchivePart, YearArchive
from ..models.archives import archive_to
from ..packaging import write_package
from ..packaging.building import building, keep, private
from ..packaging.sources import source_of
from ..snapshots import SnapshotError
from ..totals import NOWHERE, placed_people

logger = structlog.get_logger(__name__)
IN_WORK = (ArchiveState.WAITING, ArchiveState.RUNNING)
LEASE = datetime.timedelta(minutes=5)
IN_JOB = 40  # seconds of every minute
CHUNK = 500
FOLDER = "archives"
TO_MAKE = Q(file="", message="")
BROKEN = Q(file="") & ~Q(message="")
DISK_FULL = "服务器磁盘空间不足，没有做完，已做好的各份都在。请联系管理员清理空间，然后点“重试”。"
WENT_WRONG = "打包时出错，已记入系统日志。请联系管理员，然后点“重试”。"


class ArchiveError(ValidationError):
    """It cannot be asked for, tried again or removed like that; the message is Chinese and says what to do."""


@transaction.atomic
def ask_for_archive(*, year: int, department: Department | None = None, by, now: datetime.datetime) -> YearArchive:
    """Of everybody who was in `department` (or below it) then, or of all. Nothing is made yet. Raises ArchiveError."""
    today = local_day(now)
    if not 2000 <= year <= today.year:
        raise ArchiveError({"year": f"年度应在 2000 到 {today.year} 之间。"})
    within = list(Department.objects.within(department).values_list("pk", flat=True)) if department else None
    people = list(placed_people(year, today, departments=within).values_list("pk", "sort_key", "department_then", "department_then_name"))
    if not people:
        raise ArchiveError(f"{department or '全局'} {year}年没有人员，没有可以归档的。请核对年度和科室。")
    archive = YearArchive(year=year, department=department, total=len(people), asked_at=now, asked_by=by)
    try:
        with transaction.atomic():
            archive.save()
    except IntegrityError as error:
        raise ArchiveError("同一范围、同一年度的档案专卷正在生成，不用再提。请在列表里看进度。") from error
    order = {pk: at for at, pk in enumerate(Department.objects.values_list("pk", flat=True))}
    people.sort(key=lambda one: (order.get(one[2], len(order)), one[1], one[0]))
    ArchivePart.objects.bulk_create(
        [
            ArchivePart(archive=archive, staff_id=pk, position=at, folder=name or NOWHERE)
            for at, (pk, _key, _department, name) in enumerate(people, start=1)
        ],
        batch_size=CHUNK,
    )
    data = {"asked": True, "year": year, "department": str(department or ""), "people": len(people)}
    log(instance=archive, action="portfolio.archive", user=by, data=data)
    return archive


class Clock:
    """What time it is, told from when the work began."""

    def __init__(self, now: datetime.datetime, budget: float | None = None):
        self.began, self.now, self.budget = monotonic(), now, budget

    def time(self) -> datetime.datetime:
        return self.now + datetime.timedelta(seconds=monotonic() - self.began)

    def is_up(self) -> bool:
        return self.budget is not None and monotonic() - self.began >= self.budget


class Lease:
    """On one archive, for `LEASE` from the last sign of life; a node that was killed loses it by itself."""

    def __init__(self, pk: int, clock: Clock):
        self.pk, self.clock, self.until_now = pk, clock, None

    def take(self) -> bool:
        now = self.clock.time()
        is_free = Q(worked_at__isnull=True) | Q(worked_at__lt=now - LEASE)
        taken = YearArchive.objects.filter(is_free, pk=self.pk, state__in=IN_WORK).update(state=ArchiveState.RUNNING, worked_at=now)
        self.until_now = now if taken else None
        return bool(taken)

    def renew(self) -> bool:
        """False where it was lost to another node meanwhile."""
        now = self.clock.time()
        if not YearArchive.objects.filter(pk=self.pk, worked_at=self.until_now).update(worked_at=now):
            return False
        self.until_now = now
        return True

    def give_back(self) -> None:
        YearArchive.objects.filter(pk=self.pk, worked_at=self.until_now).update(worked_at=None)


def build_archives(now: datetime.datetime) -> str:
    """For a job every minute: whatever was asked for goes on until it is done."""
    clock = Clock(now, IN_JOB)
    waiting = list(YearArchive.objects.filter(state__in=IN_WORK).order_by("pk").values_list("pk", flat=True))
    made = sum(carry_on(pk, clock=clock) for pk in waiting if not clock.is_up())
    return f"做了 {made} 份，{len(waiting)} 卷在做" if waiting else "没有要做的档案专卷"


def carry_on(pk: int, *, clock: Clock) -> int:
    """Go on with one archive where it stopped, until it is done or the time is up; nothing where another node is at it. Returns the parts made."""
    lease, made = Lease(pk, clock), 0
    if not lease.take():
        return 0
    try:
        archive = YearArchive.objects.select_related("department").get(pk=pk)
        bureau = SiteIdentity.objects.order_by("-site__is_default_site").values_list("bureau_name", flat=True).first() or ""
        while lease.renew() and not clock.is_up():
            part = archive.parts.filter(TO_MAKE).select_related("staff").order_by("position").first()
            if part is None:
                _finish(archive, lease)
                break
            made += _make(part, archive, bureau)
    except OSError as error:
        if not is_disk_full(error):
            raise
        _fail(pk, DISK_FULL, clock)
    finally:
        lease.give_back()
    return made


def _make(part: ArchivePart, archive: YearArchive, bureau: str) -> int:
    """One person's package; what goes wrong stands beside the name and holds up nobody else. Raises OSError where the disk is full."""
    try:
        return _made(part, archive, bureau)
    except SnapshotError as error:
        message = str(error)
    except Exception as error:
        if is_disk_full(error):
            raise
        logger.exception("archive_part_failed", archive=archive.pk, part=part.pk)
        message = WENT_WRONG
    ArchivePart.objects.filter(TO_MAKE, pk=part.pk).update(message=message[:300])
    return 0


def _made(part: ArchivePart, archive: YearArchive, bureau: str) -> int:
    source = source_of(part.staff, archive.year, local_day(archive.asked_at))
    with building(FOLDER) as made:
        written = write_package(made, source.content, **source.facts, bureau=bureau)
        name, digest, size = keep(made, archive_to(part, "part.zip"))
    notes = [] if source.lock else ["未锁定"]
    notes += [] if written.has_pdf else ["没有 PDF"]
    notes += [f"缺 {len(written.missing)} 个附件原件"] if written.missing else []
    facts = {"file": name, "sha256": digest, "size": size, "message": "，".join(notes)}
    try:
        with transaction.atomic():
            is_first = ArchivePart.objects.filter(TO_MAKE, pk=part.pk).update(**facts)
            if is_first:
                YearArchive.objects.filter(pk=archive.pk).update(done=F("done") + 1)
    except Exception:
        private().delete(name)
        raise
    if not is_first:
        private().delete(name)
    return is_first


def _finish(archive: YearArchive, lease: Lease) -> None:
    """All parts have been tried: put together what is there, or say who is missing."""
    clock = lease.clock
    if broken := archive.parts.filter(BROKEN).count():
        _fail(archive.pk, f"有 {broken} 人的档案没有做成，原因见下面的名单。改好后点“重试”，只做这几份。", clock)
        return
    if lost := _lost_parts(archive):
        _make_again(archive, lost)
        return
    try:
        with building(FOLDER) as made:
            assemble(archive, made, renew=lease.renew)
            name, digest, size = keep(made, archive_to(archive, "archive.zip"))
    except DamagedPartError as error:
        _make_again(archive, [error.pk])
        return
    facts = {"state": ArchiveState.DONE, "file": name, "sha256": digest, "size": size, "finished_at": clock.time(), "message": ""}
    with transaction.atomic():
        is_first = YearArchive.objects.filter(pk=archive.pk, state=ArchiveState.RUNNING).update(**facts)
        if is_first:
            _tell(archive, f"{archive}已生成，共 {archive.total} 人，可以下载。", "done", clock.time())
    if not is_first:
        private().delete(name)
        return
    _drop_parts(archive)


def _lost_parts(archive: YearArchive) -> list[int]:
    """Parts whose files are gone from the disk since they were made."""
    parts = archive.parts.values_list("pk", "file").iterator(chunk_size=CHUNK)
    return [pk for pk, name in parts if not private().exists(name)]


def _make_again(archive: YearArchive, lost: list[int]) -> None:
    with transaction.atomic():
        again = archive.parts.filter(pk__in=lost).update(file="", sha256="", size=0, message="")
        YearArchive.objects.filter(pk=archive.pk).update(done=F("done") - again)


def _drop_parts(archive: YearArchive) -> None:
    """They lie within the whole now."""
    names = list(archive.parts.exclude(file="").values_list("file", flat=True))
    archive.parts.update(file="")
    for name in names:
        private().delete(name)


def _fail(pk: int, message: str, clock: Clock) -> None:
    failed = YearArchive.objects.filter(pk=pk, state=ArchiveState.RUNNING).update(state=ArchiveState.FAILED, message=message)
    if failed:
        archive = YearArchive.objects.select_related("department").get(pk=pk)
        _tell(archive, message, f"failed:{clock.time():%Y%m%d%H%M%S}", clock.time())


def _tell(archive: YearArchive, text: str, what: str, now: datetime.datetime) -> None:
    if archive.asked_by_id is None:
        return
    send_messages(
        to=[archive.asked_by_id],
        subject=f"{archive.year}年档案专卷",
        text=text,
        url=reverse("year_archive", args=[archive.pk]),
        key=f"archive:{archive.pk}:{what}",
        now=now,
    )


@transaction.atomic
def try_again(*, archive: YearArchive, by) -> int:
    """The parts that failed, and only those; returns how many. Raises ArchiveError."""
    try:
        with transaction.atomic():
            again = YearArchive.objects.filter(pk=archive.pk, state=ArchiveState.FAILED).update(
                state=ArchiveState.WAITING, message="", worked_at=None
            )
    except IntegrityError as error:
        raise ArchiveError("同一范围、同一年度的另一卷正在生成。请等它做完再重试，或者直接用那一卷。") from error
    if not again:
        raise ArchiveError("这一卷没有失败的，不用重试。")
    parts = archive.parts.filter(BROKEN).update(message="")
    log(instance=archive, action="portfolio.archive", user=by, data={"retried": parts})
    return parts


@transaction.atomic
def remove_archive(*, archive: YearArchive, by) -> None:
    """The copy alone: what it was made from stays. Raises ArchiveError while it is being made."""
    rows = YearArchive.objects.select_for_update().filter(pk=archive.pk)
    standing = rows.values_list("state", flat=True).first()
    if standing is None:
        raise ArchiveError("这一卷已经删去。")
    if standing in IN_WORK:
        raise ArchiveError("这一卷正在生成，还不能删去。请等它做完。")
    log(instance=archive, action="portfolio.archive", user=by, data={"removed": True, "year": archive.year, "sha256": archive.sha256})
    names = [archive.file.name, *archive.parts.exclude(file="").values_list("file", flat=True)]
    archive.parts.all().delete()
    YearArchive.objects.filter(pk=archive.pk).delete()
    transaction.on_commit(lambda: [private().delete(name) for name in names if name])
