"""One person's file as it is shown: computed until the year is locked, from then on as the lock's snapshot has it."""

import datetime
from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError

from ..organisation.models import StaffMember
from ..programme.standings import Standings
from .cells import PersonYear, Place
from .choices import LockOrigin
from .contents import FileContent
from .models import FileLock, FiveHavesFile, StudyPlan, StudyStatement
from .snapshots import confirmed_text, from_text, sha256
from .years import place_day, place_of, places_of, year_of


class LockedFileError(ValidationError):
    """The year is locked: nothing that the file shows is changed any more. The message is Chinese and says what to do."""


@dataclass(frozen=True, slots=True)
class FileView:
    """`place` is where the file belongs as the postings stand now, whatever a snapshot says: who may look and confirm is asked of it.
    `frozen` is the whole snapshot of a locked file."""

    person_year: PersonYear
    place: Place | None = None
    file: FiveHavesFile | None = None
    plan: StudyPlan | None = None
    statement: StudyStatement | None = None
    lock: FileLock | None = None
    frozen: FileContent | None = None

    @property
    def is_frozen(self) -> bool:
        return self.lock is not None

    @property
    def department_id(self) -> int | None:
        return self.place.department_id if self.place else None

    @property
    def is_confirmed(self) -> bool:
        return self.file is not None and self.file.confirmed_at is not None

    @property
    def is_changed(self) -> bool:
        """「确认之后有变化」: records, plan, statement or postings are no longer those that were confirmed. No statement."""
        return self.is_confirmed and not self.is_frozen and self.file.confirmed_sha256 != self.to_confirm

    @property
    def to_confirm(self) -> str:
        """The digest of what would be confirmed now."""
        return sha256(confirmed_text(self.person_year, self.plan, self.statement))


def file_of(person: StaffMember, year: int, today: datetime.date, *, standings: Standings | None = None) -> FileView:
    """Three statements with `standings` that hold the person, four without; two where the file is locked. A lock whose snapshot cannot be read
    (SnapshotError) is a damaged database."""
    file = FiveHavesFile.objects.of_year(year).filter(staff=person.pk).with_parts().first()
    lock = getattr(file, "lock_in_force", None)
    frozen = frozen_content(person, lock) if lock else None
    person_year = frozen.year if frozen else year_of(person, year, today, standings=standings)
    places = places_of(person.pk, year) if frozen else person_year.places
    return FileView(
        person_year=person_year,
        place=place_of(places, place_day(year, today)),
        file=file,
        plan=getattr(file, "plan", None),
        statement=getattr(file, "statement", None),
        lock=lock,
        frozen=frozen,
    )


def frozen_content(person: StaffMember, lock: FileLock) -> FileContent:
    """The snapshot, under this site's key of the person. The records of a file that was read back have no page here: their numbers are those
    of the site that they come from. Raises SnapshotError."""
    content = from_text(lock.snapshot)
    year = replace(content.year, staff_id=person.pk)
    if lock.origin == LockOrigin.RESTORED:
        year = _without_addresses(year)
    return replace(content, year=year)


def _without_addresses(year: PersonYear) -> PersonYear:
    records = tuple(replace(one, url="") for one in year.records)
    cells = tuple(replace(cell, records=tuple(one for one in records if one.have == cell.have)) for cell in year.cells)
    return replace(year, records=records, cells=cells)


def ensure_file(staff: StaffMember, year: int) -> FiveHavesFile:
    """The row of a file that has one from the first day, even where the daily job has not come by yet."""
    file, _is_new = FiveHavesFile.objects.get_or_create(staff=staff, year=year)
    return file


def refuse_if_locked(file: FiveHavesFile) -> None:
    """For a service that changes what a file shows: holds the row of the file, so that nobody locks it meanwhile; in a transaction. Raises
    LockedFileError."""
    FiveHavesFile.objects.select_for_update(no_key=True).only("pk").get(pk=file.pk)
    if file.locks.in_force().exists():
        raise LockedFileError(f"{file.year}年的档案已经锁定，不能再改。确有错误的，请机关党委写明原因重开。")
