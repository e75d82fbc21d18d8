"""What somebody uploads to be read back: one person's package, or many in one zip (a department's, a year's archive). Checked as a whole."""

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from .cells import Place
from .packaging.building import PREFIX
from .packaging.entries import CHECKSUMS, CHUNK, SNAPSHOT, Original
from .packaging.reading import Package, PackageError, check_sums, entry_bytes, entry_chunks, open_archive, read_package
from .packaging.volume import Lock

LARGEST_UPLOAD = 1024**3  # bytes; a thousand people's year is some 600 MB
MOST_PEOPLE = 20_000
IN_MEMORY = 8 * 1024 * 1024
ZIP = ".zip"
NOT_OURS = "不是本系统导出的档案包：里面既没有 file.json，也没有各人的 zip。请上传原来导出的那个 zip 文件，不要解压后重新打包。"


@dataclass(frozen=True, slots=True)
class Upcoming:
    """One person's year in an upload, checked; small enough to be kept for thousands. `entry` is empty where it is the upload itself."""

    entry: str
    name: str
    number: str
    year: int
    places: tuple[Place, ...]
    sha256: str
    lock: Lock | None
    originals: tuple[Original, ...]

    @property
    def departments(self) -> list[str]:
        return list(dict.fromkeys(place.department for place in self.places))

    @property
    def present(self) -> list[Original]:
        return [one for one in self.originals if not one.missing]

    @property
    def missing(self) -> list[Original]:
        return [one for one in self.originals if one.missing]


def read_upload(stream: BinaryIO) -> list[Upcoming]:
    """Everybody in it, each checked to the last byte. Raises PackageError for the first thing that is not right."""
    found = []
    for entry, inner in _packages(stream, with_sums=True):
        try:
            _archive, package = read_package(inner)
        except PackageError as error:
            raise PackageError(f"“{entry}”里：{error}" if entry else str(error)) from error
        found.append(_upcoming(entry, package))
    if not found:
        raise PackageError(NOT_OURS)
    return found


def _upcoming(entry: str, package: Package) -> Upcoming:
    year = package.content.year
    return Upcoming(
        entry=entry,
        name=year.name,
        number=year.employee_number,
        year=year.year,
        places=year.places,
        sha256=package.sha256,
        lock=package.lock,
        originals=package.originals,
    )


def _packages(stream: BinaryIO, *, with_sums: bool) -> Iterator[tuple[str, BinaryIO]]:
    """(entry, the person's zip), one open at a time."""
    stream.seek(0)
    archive = open_archive(stream, most=MOST_PEOPLE, largest=LARGEST_UPLOAD)
    names = archive.namelist()
    if SNAPSHOT in names:
        yield "", stream
        return
    inside = [name for name in names if name.endswith(ZIP)]
    if not inside or CHECKSUMS not in names:
        raise PackageError(NOT_OURS)
    if with_sums:
        check_sums(archive)
    for entry in inside:
        with unpacked(archive, entry) as inner:
            yield entry, inner


@contextlib.contextmanager
def unpacked(archive, entry: str) -> Iterator[BinaryIO]:
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, prefix=PREFIX) as inner:
        for chunk in entry_chunks(archive, entry, most=LARGEST_UPLOAD):
            inner.write(chunk)
        inner.seek(0)
        yield inner


@contextlib.contextmanager
def person_in(stream: BinaryIO, entry: str):
    """The zip of one person within an upload that has been checked."""
    stream.seek(0)
    archive = open_archive(stream, most=MOST_PEOPLE, largest=LARGEST_UPLOAD)
    if not entry:
        yield archive
        return
    with unpacked(archive, entry) as inner:
        yield open_archive(inner)


def text_in(stream: BinaryIO, entry: str) -> str:
    with person_in(stream, entry) as archive:
        return entry_bytes(archive, SNAPSHOT).decode()


def copy_of(archive, path: str) -> BinaryIO:
    """An original as an open temporary file; whoever asks closes it."""
    copy = tempfile.SpooledTemporaryFile(max_size=CHUNK)  # noqa: SIM115
    for chunk in entry_chunks(archive, path):
        copy.write(chunk)
    copy.seek(0)
    return copy
