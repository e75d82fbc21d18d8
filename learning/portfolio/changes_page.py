"""What the page of later changes shows: the locks of a file, whether its text is whole, what is otherwise now."""

from dataclasses import dataclass
from itertools import groupby

from ..organisation.models import StaffMember
from .choices import LockOrigin
from .differences import Change, changes
from .files import frozen_content
from .models import FileLock
from .snapshots import SnapshotError, content_of, sha256


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """`groups`: changes by topic. `is_whole`: the digest is that of the text. `is_comparable`: the site has the records of this file."""

    lock: FileLock | None
    earlier: list[FileLock]
    groups: list[tuple[str, list[Change]]]
    is_whole: bool = True
    is_comparable: bool = True

    @property
    def number(self) -> int:
        return sum(len(found) for _topic, found in self.groups)


def changes_page(person: StaffMember, year: int) -> ChangesPage:
    """Compared as of the day of the lock: what only the passing of days brings is no change."""
    locks = list(FileLock.objects.filter(file__staff=person.pk, file__year=year))
    lock = next((one for one in locks if one.reopened_at is None), None)
    earlier = [one for one in locks if one is not lock]
    if lock is None:
        return ChangesPage(None, earlier, [])
    is_whole = sha256(lock.snapshot) == lock.sha256
    if lock.origin == LockOrigin.RESTORED:
        return ChangesPage(lock, earlier, [], is_whole, is_comparable=False)
    try:
        frozen = frozen_content(person, lock)
    except SnapshotError:
        return ChangesPage(lock, earlier, [], is_whole=False, is_comparable=False)
    found = changes(frozen, content_of(person, year, frozen.year.as_of))
    return ChangesPage(lock, earlier, [(topic, list(those)) for topic, those in groupby(found, key=lambda one: one.topic)], is_whole)
