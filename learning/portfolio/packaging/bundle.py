"""One person's package: the paper, the snapshot as it was hashed, the originals, and the checksums of them all."""

import datetime
import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from ...articles.pdf import MISSING_LIBRARY
from ..contents import FileContent
from .entries import CHECKSUMS, CHUNK, FACTS, FORMAT, GUIDE, PAPER, SNAPSHOT, WORD, Opener, Original, originals_of
from .pdf import render_volume
from .volume import Lock, records_in_order, volume_of
from .word import as_docx

READABLE = 0o644 << 16
BEST_RATIO = 50  # what packs better is stored: a reader takes it for a bomb


@dataclass(frozen=True, slots=True)
class Written:
    """`missing`: attachments whose bytes are not in the package, each with the reason."""

    has_pdf: bool
    missing: tuple[Original, ...] = ()


def attachments_of(content: FileContent) -> list:
    """In the order of the chapters."""
    records = [(record.kind, record.record_id) for record in records_in_order(content)]
    named = set(records)
    keys = [*records, *(key for key in content.details if key not in named)]
    return [one for key in keys if key in content.details for one in content.details[key].attachments]


def write_package(
    stream: BinaryIO,
    content: FileContent,
    *,
    sha256: str,
    text: str,
    lock: Lock | None = None,
    openers: Mapping[str, Opener] | None = None,
    bureau: str = "",
) -> Written:
    """Into the seekable `stream`. `text` is the snapshot and `sha256` its digest. `openers` by SHA-256 read the attachments of a frozen content,
    which cannot open its own. Where the library for PDF is missing, the package says so and goes without. Raises OSError (disk full)."""
    originals = originals_of(attachments_of(content), openers)
    volume = volume_of(content, originals, sha256=sha256, lock=lock, bureau=bureau)
    rendered = render_volume(volume)
    missing = tuple(one for one in originals if one.missing)
    with Bundle(stream, day=content.year.as_of) as bundle:
        if rendered:
            bundle.add(PAPER, rendered[0])
        bundle.add(WORD, as_docx(volume, rendered[1] if rendered else {}))
        for one in originals:
            if not one.missing:
                with one.open() as source:
                    bundle.copy(one.path, source)
        bundle.add(SNAPSHOT, text.encode())
        bundle.add(FACTS, _facts(content, sha256, lock, originals))
        bundle.add(GUIDE, _guide(has_pdf=rendered is not None, is_locked=lock is not None, missing=missing))
        bundle.close_with_checksums()
    return Written(rendered is not None, missing)


def _facts(content: FileContent, sha256: str, lock: Lock | None, originals: Iterable[Original]) -> bytes:
    facts = {
        "format": FORMAT,
        "name": content.year.name,
        "year": content.year.year,
        "sha256": sha256,
        "lock": {"at": lock.at.isoformat(), "by": lock.by} if lock else None,
        "attachments": [{"path": one.path, "name": one.name, "sha256": one.sha256, "missing": one.missing} for one in originals],
    }
    return json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True).encode()


def _guide(*, has_pdf: bool, is_locked: bool, missing: tuple[Original, ...]) -> bytes:
    """What is what, for whoever unpacks it in ten years; with the mark that Windows' Notepad knows UTF-8 by, and its ends of line."""
    lines = ["五有档案包", ""]
    if has_pdf:
        lines.append(f"{PAPER}：全卷，有封面、目录和页码，可以直接打印。")
    else:
        lines.append(f"本包没有 PDF。{MISSING_LIBRARY}")
    lines += [
        f"{WORD}：同样的内容，可以用 WPS 或 Word 打开；目录的页码可以全选后按 F9 更新。",
        "附件：各条记录的附件原件。",
        f"{SNAPSHOT}：档案内容的原文，SHA-256 就是对它计算的，请不要改动。",
        f"{FACTS}：打包的情况。",
        f"{CHECKSUMS}：包内各文件的 SHA-256，可以用 sha256sum -c {CHECKSUMS} 核对。",
        "",
        "要在另一套系统里读回：请机关党委在“五有档案—读回档案包”里上传这个 zip 文件，不用解压。",
    ]
    if not is_locked:
        lines += ["", "这份档案打包时还没有锁定，内容以打包那天为准。"]
    if missing:
        lines += ["", "下列附件不在包里：", *(f"{one.number} {one.name}：{one.missing}" for one in missing)]
    return ("\ufeff" + "\r\n".join([*lines, ""])).encode()


class Bundle:
    """A zip that knows the digests of what it holds; names in UTF-8 and marked so, which WPS and Windows understand."""

    def __init__(self, stream: BinaryIO, *, day: datetime.date):
        self.archive = zipfile.ZipFile(stream, "w")
        self.day = (max(day.year, 1980), day.month, day.day, 0, 0, 0)
        self.digests: list[tuple[str, str]] = []

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is None:
            self.archive.close()
        else:
            self.archive.fp = None  # a half-written archive gets no directory, and closing it would write again to the full disk

    def add(self, path: str, data: bytes) -> None:
        packed = path.endswith((".json", ".txt", ".sha256")) and len(zlib.compress(data)) * BEST_RATIO > len(data)
        self.archive.writestr(self._entry(path, packed=packed), data)
        self.digests.append((hashlib.sha256(data).hexdigest(), path))

    def copy(self, path: str, source: BinaryIO) -> str:
        """Stored as it is: what is copied is packed already. Returns its SHA-256."""
        digest = hashlib.sha256()
        with self.archive.open(self._entry(path), "w", force_zip64=True) as entry:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                entry.write(chunk)
        self.digests.append((digest.hexdigest(), path))
        return digest.hexdigest()

    def close_with_checksums(self) -> None:
        """As `sha256sum` writes them."""
        lines = "".join(f"{digest}  {path}\n" for digest, path in sorted(self.digests, key=lambda one: one[1]))
        self.add(CHECKSUMS, lines.encode())

    def _entry(self, path: str, *, packed: bool = False) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(path, self.day)
        entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        entry.external_attr = READABLE
        return entry
