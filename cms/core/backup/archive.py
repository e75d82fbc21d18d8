"""The file itself: an uncompressed .tar whose last member is the manifest, so that a truncated one has none."""

import contextlib
import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE, MEDIA, PRIVATE = "database", "media", "private"
PARTS = (DATABASE, MEDIA, PRIVATE)
ASIDE = ".restore-"  # folders that a restore works in; never part of a backup
CHUNK = 1024 * 1024
LONGEST_MANIFEST = 256 * 1024 * 1024


class BackupError(Exception):
    """The backup cannot be made, trusted or restored; the message is Chinese and says what to do."""


@dataclass(slots=True)
class Manifest:
    """`files` is path in the archive → [SHA-256, bytes]; `migrations` are the "app.name" that the database had applied."""

    made_at: str
    engine: str
    migrations: list[str]
    versions: dict[str, str]
    files: dict[str, list] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def bytes(self) -> int:
        return sum(size for _digest, size in self.files.values())


class _Hashing:
    """A file read through this is hashed on the way."""

    def __init__(self, stream):
        self.stream, self.digest, self.size = stream, hashlib.sha256(), 0

    def read(self, size=-1):
        data = self.stream.read(size)
        self.digest.update(data)
        self.size += len(data)
        return data


def add_file(archive: tarfile.TarFile, manifest: Manifest, path: Path, name: str) -> None:
    """Add one file and note its hash. A file that has gone since the folder was listed is left out: its row has gone, too, or will."""
    try:
        stream = path.open("rb")
    except FileNotFoundError:
        return
    with stream:
        member = tarfile.TarInfo(name)
        status = path.stat()
        member.size, member.mtime, member.mode = status.st_size, int(status.st_mtime), 0o640
        hashing = _Hashing(stream)
        archive.addfile(member, hashing)
    manifest.files[name] = [hashing.digest.hexdigest(), hashing.size]


def add_folder(archive: tarfile.TarFile, manifest: Manifest, folder: Path, name: str) -> None:
    for path in sorted(folder.rglob("*")) if folder.exists() else ():
        inside = path.relative_to(folder)
        if path.is_file() and not path.is_symlink() and not inside.parts[0].startswith(ASIDE):
            add_file(archive, manifest, path, f"{name}/{inside.as_posix()}")


def add_manifest(archive: tarfile.TarFile, manifest: Manifest) -> None:
    data = json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode()
    member = tarfile.TarInfo(MANIFEST)
    member.size, member.mode = len(data), 0o640
    archive.addfile(member, io.BytesIO(data))


def is_safe(name: str) -> bool:
    """Whether a member's name stays inside its part of the site."""
    path = PurePosixPath(name)
    return len(path.parts) > 1 and path.parts[0] in PARTS and ".." not in path.parts and "\\" not in name and "\x00" not in name


def walk(path: Path, *, unpack=None) -> Manifest:
    """Read the whole archive against its manifest; `unpack(name)` names the file each member is written to on the way.

    Raises BackupError for anything that is not exactly what was written.
    """
    found: dict[str, list] = {}
    manifest = None
    try:
        for member, stream in _members(path):
            if manifest is not None:
                raise BackupError(f"备份文件“{path.name}”在清单之后还有内容，不可信，没有使用。请换一份备份。")
            if member.name == MANIFEST:
                manifest = _read_manifest(stream, member.size)
                continue
            if not member.isreg() or not is_safe(member.name) or member.name in found:
                raise BackupError(f"备份文件里有不该有的内容（{member.name[:80]}），没有使用。请换一份备份。")
            found[member.name] = _copy(stream, unpack(member.name) if unpack else None)
    except (tarfile.TarError, EOFError, UnicodeDecodeError, ValueError, TypeError) as error:
        raise BackupError(f"备份文件“{path.name}”已损坏或不完整（{type(error).__name__}）。请换一份备份。") from error
    if manifest is None:
        raise BackupError(f"备份文件“{path.name}”不完整：没有清单。可能没有写完或没有复制完，请换一份备份。")
    _compare(found, manifest)
    return manifest


def _members(path: Path) -> Iterator[tuple[tarfile.TarInfo, object]]:
    try:
        # Stream mode: read once from front to back, and a cut-off member is an error instead of a short file.
        with tarfile.open(path, "r|") as archive:
            for member in archive:
                yield member, archive.extractfile(member) if member.isreg() else None
    except FileNotFoundError as error:
        raise BackupError(f"找不到备份文件“{path}”。请核对路径。") from error
    except PermissionError as error:
        raise BackupError(f"没有权限读取“{path}”。请以运行网站的系统用户执行，或用 chown 改属主。") from error
    except IsADirectoryError as error:
        raise BackupError(f"“{path}”是文件夹。请给出 .tar 备份文件本身。") from error


def _read_manifest(stream, size: int) -> Manifest:
    if stream is None or size > LONGEST_MANIFEST:
        raise ValueError("no manifest")
    told = json.loads(stream.read())
    if not isinstance(told, dict) or not isinstance(told.get("files"), dict):
        raise ValueError("not a manifest")
    if told.get("format", 0) > FORMAT:
        raise BackupError("这份备份由更新的版本制作，本版本读不懂。请先升级网站程序再恢复。")
    return Manifest(**told)


def _copy(stream, target: Path | None) -> list:
    hashing = _Hashing(stream)
    with target.open("wb") if target else contextlib.nullcontext() as written:
        while data := hashing.read(CHUNK):
            if written:
                written.write(data)
    return [hashing.digest.hexdigest(), hashing.size]


def _compare(found: dict, manifest: Manifest) -> None:
    if found == manifest.files:
        return
    names = sorted(name for name in found.keys() | manifest.files.keys() if found.get(name) != manifest.files.get(name))
    shown = "、".join(names[:3]) + ("等" if len(names) > 3 else "")
    raise BackupError(f"备份文件与清单不符（{len(names)} 个文件：{shown}），不可信，没有使用。请换一份备份。")


def verify_backup(path: Path) -> Manifest:
    """Read every byte and compare it with the manifest. Raises BackupError."""
    return walk(Path(path))
