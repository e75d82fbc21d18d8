"""A person's package read back: nothing of it is believed before its limits, its paths, its checksums and its snapshot are right."""

import datetime
import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from .. import snapshots
from ..canonical import UNWRITABLE, CanonicalError, loaded, read_as
from ..contents import FileContent
from .bundle import attachments_of
from .entries import ATTACHMENTS, CHECKSUMS, CHUNK, FACTS, FORMAT, SNAPSHOT, Original, originals_of
from .volume import Lock

MOST_ENTRIES = 2_000
LARGEST_ENTRY = 100 * 1024 * 1024
LARGEST_TEXT = 20 * 1024 * 1024
LARGEST_PACKAGE = 1024 * 1024 * 1024
FIRST_YEAR, LAST_YEAR = 2000, 2100
MOST_RATIO, SMALL = 100, 1024 * 1024
TRICK = re.compile(r"^/|^[A-Za-z]:|\\|(^|/)\.\.?(/|$)|//|[\x00-\x1f]")
LINE = re.compile(r"([0-9a-f]{64})  (.+)")
SYMLINK = 0o120000
AGAIN = "请用原来导出的那个 zip 文件，不要解压后重新打包；原件也坏了的，请在原系统里重新导出。"
WORDS = {"FACTS": "打包的情况", "SUMS": "校验值"}


class PackageError(ValueError):
    """It is not read back; the message is Chinese, names the entry and says what to do."""


@dataclass(frozen=True, slots=True)
class Package:
    """What a package holds, checked. `originals` lie at their `path`, those `missing` do not."""

    content: FileContent
    text: str
    sha256: str
    lock: Lock | None
    originals: tuple[Original, ...]

    @property
    def label(self) -> str:
        year = self.content.year
        number = f"（{year.employee_number}）" if year.employee_number else ""
        return f"{year.name}{number}{year.year}年"


@dataclass(frozen=True, slots=True)
class _Listed:
    path: str
    name: str
    sha256: str
    missing: str


@dataclass(frozen=True, slots=True)
class _Facts:
    name: str
    year: int
    sha256: str
    attachments: tuple[_Listed, ...]


def open_archive(stream: BinaryIO, *, most: int = MOST_ENTRIES, largest: int = LARGEST_PACKAGE) -> zipfile.ZipFile:
    """The zip in `stream`, once its directory is within the limits. Raises PackageError."""
    try:
        archive = zipfile.ZipFile(stream)
        entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, RuntimeError) as error:
        raise PackageError(f"打不开：不是 zip 文件，或已损坏、不完整。{AGAIN}") from error
    if len(entries) > most:
        raise PackageError(f"里面有 {len(entries)} 个文件，最多 {most} 个，不是本系统导出的档案包。")
    if sum(entry.file_size for entry in entries) > largest:
        raise PackageError(f"解压后超过 {largest >> 20} MB，没有读。请确认选对了文件。")
    seen = set()
    for entry in entries:
        _check_entry(entry, seen)
        seen.add(entry.filename)
    return archive


def _check_entry(entry: zipfile.ZipInfo, seen: set[str]) -> None:
    # The zip may say otherwise than zipfile does, which cuts a name at a NUL and turns separators.
    name = entry.filename
    shown = "".join(character if character.isprintable() else "?" for character in name)[:80]
    if TRICK.search(entry.orig_filename) or TRICK.search(name) or (entry.external_attr >> 16) & 0o170000 == SYMLINK:
        raise PackageError(f"“{shown}”的路径不合法，整个包没有读。{AGAIN}")
    if name in seen:
        raise PackageError(f"“{shown}”出现了两次，包被改动过。{AGAIN}")
    if entry.flag_bits & 0x1:
        raise PackageError(f"“{shown}”加了密码。{AGAIN}")
    if entry.file_size > SMALL and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
        raise PackageError(f"“{shown}”的压缩比异常，疑似压缩炸弹，没有读。")


def entry_bytes(archive: zipfile.ZipFile, path: str, *, most: int = LARGEST_TEXT) -> bytes:
    """Raises PackageError."""
    return b"".join(entry_chunks(archive, path, most=most))


def entry_chunks(archive: zipfile.ZipFile, path: str, *, most: int = LARGEST_ENTRY) -> Iterable[bytes]:
    """Never more than `most` bytes, whatever the directory says. Raises PackageError, also where the bytes do not match their CRC."""
    total = 0
    try:
        with archive.open(path) as entry:
            while chunk := entry.read(CHUNK):
                total += len(chunk)
                if total > most:
                    raise PackageError(f"“{path}”超过 {most >> 20} MB，没有读。请确认选对了文件。")
                yield chunk
    except KeyError as error:
        raise PackageError(f"缺少“{path}”，不是完整的五有档案包。{AGAIN}") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        if isinstance(error, PackageError):
            raise
        raise PackageError(f"“{path}”已损坏，读不出来。{AGAIN}") from error


def read_package(stream: BinaryIO) -> tuple[zipfile.ZipFile, Package]:
    """The archive, for the originals to be copied out of it, and what it holds. Raises PackageError."""
    archive = open_archive(stream)
    check_sums(archive)
    text = _text_of(archive, SNAPSHOT)
    digest = snapshots.sha256(text)
    try:
        content = snapshots.from_text(text)
    except snapshots.SnapshotError as error:
        raise PackageError(f"“{SNAPSHOT}”：{error}{AGAIN}") from error
    if not FIRST_YEAR <= content.year.year <= LAST_YEAR:
        raise PackageError(f"“{SNAPSHOT}”的年度是 {content.year.year}，不在 {FIRST_YEAR} 到 {LAST_YEAR} 之间，包被改动过。{AGAIN}")
    facts, lock = _facts_of(archive)
    if facts.sha256 != digest or (facts.name, facts.year) != (content.year.name, content.year.year):
        raise PackageError(f"“{SNAPSHOT}”与“{FACTS}”不符，包被改动过。{AGAIN}")
    return archive, Package(content, text, digest, lock, tuple(_originals(archive, content, facts)))


def check_sums(archive: zipfile.ZipFile) -> None:
    """Every entry is listed once, nothing else is, and each is what its digest says. Raises PackageError."""
    listed: dict[str, str] = {}
    for line in _text_of(archive, CHECKSUMS).splitlines():
        match = LINE.fullmatch(line)
        if not match or match[2] in listed:
            raise PackageError(f"“{CHECKSUMS}”的写法不对，包被改动过。{AGAIN}")
        listed[match[2]] = match[1]
    there = {entry.filename for entry in archive.infolist()} - {CHECKSUMS}
    if missing := sorted(listed.keys() - there):
        raise PackageError(f"缺少“{missing[0]}”，包不完整。{AGAIN}")
    if added := sorted(there - listed.keys()):
        raise PackageError(f"多出“{added[0]}”，它不在校验清单里，包被改动过。{AGAIN}")
    for path, expected in listed.items():
        digest = hashlib.sha256()
        for chunk in entry_chunks(archive, path):
            digest.update(chunk)
        if digest.hexdigest() != expected:
            raise PackageError(f"“{path}”的内容与校验值不符，损坏了或被改动过。{AGAIN}")


def _text_of(archive: zipfile.ZipFile, path: str) -> str:
    try:
        return entry_bytes(archive, path).decode()
    except UnicodeDecodeError as error:
        raise PackageError(f"“{path}”不是 UTF-8 文本，损坏了或被改动过。{AGAIN}") from error


def _facts_of(archive: zipfile.ZipFile) -> tuple[_Facts, Lock | None]:
    try:
        plain = loaded(_text_of(archive, FACTS))
        if not isinstance(plain, dict) or plain.pop("format", None) != FORMAT:
            raise CanonicalError("不是本系统认识的版本。")
        lock = _lock_of(plain.pop("lock", None))
        return read_as(_Facts, plain, WORDS["FACTS"]), lock
    except CanonicalError as error:
        raise PackageError(f"“{FACTS}”读不出：{error}{AGAIN}") from error


def _lock_of(plain) -> Lock | None:
    if plain is None:
        return None
    try:
        at = datetime.datetime.fromisoformat(plain["at"])
        by = plain["by"]
    except (TypeError, KeyError, ValueError) as error:
        raise CanonicalError("锁定的时间读不出。") from error
    if at.tzinfo is None or not 2000 <= at.year <= 2100 or not isinstance(by, str) or len(by) > 50 or UNWRITABLE.search(by):
        raise CanonicalError("锁定的时间或锁定人不对。")
    return Lock(at, by)


def _originals(archive: zipfile.ZipFile, content: FileContent, facts: _Facts) -> Iterable[Original]:
    """Those that the snapshot names, each where it lies; what is missing was missing when the package was made and is said there."""
    there = {name for name in archive.namelist() if name.startswith(ATTACHMENTS)}
    listed = {(one.sha256, one.name): one for one in facts.attachments}
    for expected in originals_of(attachments_of(content), {}):
        told = listed.pop(expected.key, None)
        if told is None or told.path != expected.path:
            raise PackageError(f"附件“{expected.name}”在“{FACTS}”里没有，或名称对不上，包被改动过。{AGAIN}")
        if told.missing and told.path not in there:
            yield Original(expected.number, expected.name, expected.sha256, None, told.missing)
            continue
        if told.path not in there:
            raise PackageError(f"缺少附件“{told.path}”，包不完整。{AGAIN}")
        there.discard(told.path)
        digest = hashlib.sha256()
        for chunk in entry_chunks(archive, told.path):
            digest.update(chunk)
        if digest.hexdigest() != expected.sha256:
            raise PackageError(f"附件“{told.path}”与档案里登记的校验值不符，被换过。{AGAIN}")
        yield Original(expected.number, expected.name, expected.sha256)
    if listed or there:
        extra = min([one.path for one in listed.values()] + list(there))
        raise PackageError(f"多出附件“{extra}”，档案里没有登记，包被改动过。{AGAIN}")
