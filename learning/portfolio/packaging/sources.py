"""Where a package's content comes from: the lock's snapshot, else what the rooms know today."""

import datetime
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from ...evidence import find_evidence
from ...organisation.models import StaffMember
from ...periods import SHANGHAI
from ..choices import LockOrigin
from ..contents import FileContent
from ..models import FileLock, FiveHavesFile
from ..snapshots import SnapshotError, content_of, from_text, sha256, to_text
from .entries import Opener
from .volume import Lock


@dataclass(frozen=True, slots=True)
class Source:
    content: FileContent
    text: str
    sha256: str
    lock: Lock | None
    openers: Mapping[str, Opener] | None

    @property
    def facts(self) -> dict:
        """As `write_package` takes them."""
        return {"sha256": self.sha256, "text": self.text, "lock": self.lock, "openers": self.openers}


def source_of(person: StaffMember, year: int, today: datetime.date) -> Source:
    """A number of statements that depends on the kinds of records alone. Raises SnapshotError where what was locked is damaged."""
    file = FiveHavesFile.objects.of_year(year).filter(staff=person.pk).with_parts().first()
    lock = getattr(file, "lock_in_force", None)
    if lock is None:
        content = content_of(person, year, today)
        text = to_text(content)
        return Source(content, text, sha256(text), None, None)
    if sha256(lock.snapshot) != lock.sha256:
        raise SnapshotError("锁定的内容与锁定时的校验值不符，没有打包。请联系管理员核对数据库备份。")
    content = from_text(lock.snapshot)
    locked = Lock(lock.locked_at.astimezone(SHANGHAI), lock.locked_by_name)
    return Source(content, lock.snapshot, lock.sha256, locked, _openers(person, lock, content))


def _openers(person: StaffMember, lock: FileLock, content: FileContent) -> dict[str, Opener]:
    """By SHA-256, whatever still holds the originals that the snapshot names."""
    if not any(detail.attachments for detail in content.details.values()):
        return {}
    if lock.origin == LockOrigin.RESTORED:
        return {kept.sha256: partial(kept.file.storage.open, kept.file.name, "rb") for kept in lock.restored_files.all()}
    ids = defaultdict(list)
    for (key, record_id), detail in content.details.items():
        if detail.attachments:
            ids[key].append(record_id)
    found = {}
    for key, record_ids in ids.items():
        kind = find_evidence(key)
        if kind is not None and kind.details is not None and not kind.is_private:
            for detail in kind.details(person.pk, record_ids).values():
                found.update({one.sha256: one.open for one in detail.attachments})
    return found
