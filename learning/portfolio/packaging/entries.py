"""What lies in a person's package and under which names; the writer and the reader agree on it here."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import BinaryIO

from cms.files.validation import presentable_name

from ...evidence import Attachment

SNAPSHOT, FACTS, CHECKSUMS, GUIDE = "file.json", "package.json", "checksums.sha256", "说明.txt"
PAPER, WORD = "五有档案.pdf", "五有档案.docx"
ATTACHMENTS = "附件/"
FORMAT = "five-haves-package/1"
CHUNK = 1 << 20
GONE, CHANGED = "原件已不在系统中", "原件与登记的校验值不符"
Opener = Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True)
class Original:
    """One attachment of the file. `missing` says why its bytes are not in the package; `open` reads them where they are."""

    number: str
    name: str
    sha256: str
    open: Opener | None = None
    missing: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return (self.sha256, self.name)

    @property
    def path(self) -> str:
        return f"{ATTACHMENTS}{self.number}-{presentable_name(self.name)}"


def originals_of(attachments: Iterable[Attachment], openers: Mapping[str, Opener] | None = None) -> list[Original]:
    """Each attachment once, numbered in their order. `openers` by SHA-256 take the place of the attachments' own."""
    found: dict[tuple[str, str], Original] = {}
    for one in attachments:
        opener = one.open if openers is None else openers.get(one.sha256)
        found.setdefault((one.sha256, one.name), Original(f"{len(found) + 1:03}", one.name, one.sha256, opener))
    return [_checked(one) for one in found.values()]


def _checked(original: Original) -> Original:
    """Whether its bytes are still those that were registered."""
    if original.open is None:
        return replace(original, missing=GONE)
    try:
        with original.open() as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError:
        return replace(original, open=None, missing=GONE)
    return original if digest == original.sha256 else replace(original, open=None, missing=CHANGED)
