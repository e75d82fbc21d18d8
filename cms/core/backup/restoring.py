"""Putting a backup in the place of what is there. Everything that can refuse comes before anything is changed."""

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import structlog
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.db import DatabaseError, connection

from .archive import ASIDE, DATABASE, MEDIA, PRIVATE, BackupError, Manifest, verify_backup, walk
from .databases import NAMES, load_database, migrations_applied, migrations_known
from .making import make_backup

logger = structlog.get_logger(__name__)
ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True)
class Restored:
    """`kept` is the backup of what was there before, `pending` whether `migrate` has to follow."""

    manifest: Manifest
    kept: Path | None
    sessions: int
    pending: bool


def restore_backup(path: Path, *, keep_current: bool = True) -> Restored:
    """Restore database, media and private files from `path`; everybody has to sign in again. Raises BackupError.

    Unless `keep_current` is False, what is there now is backed up beside `path` first.
    """
    path = Path(path)
    manifest = verify_backup(path)
    _refuse_unfit(manifest)
    _refuse_without_room(manifest)
    kept = _keep_current(path.parent) if keep_current else None
    roots = {MEDIA: Path(settings.MEDIA_ROOT), PRIVATE: Path(settings.PRIVATE_ROOT)}
    with ExitStack() as after:
        try:
            places = {name: _make_aside(roots.get(name, roots[PRIVATE]), name, after) for name in (DATABASE, MEDIA, PRIVATE)}
            walk(path, unpack=_into(places))
        except OSError as error:
            raise BackupError(f"备份没有恢复，原数据未变：{error.strerror}（{error.filename}）。请核对磁盘空间和目录权限。") from error
        load_database(places[DATABASE] / NAMES[connection.vendor])
        try:
            for name, root in roots.items():
                _exchange(root, places[name], after)
        except OSError as error:
            message = f"数据库已恢复，文件没有全部换好：{error.strerror}（{error.filename}）。请核对目录权限后再运行一次同样的恢复。"
            raise BackupError(message) from error
    sessions = _end_sessions()
    for cache in caches.all():
        cache.clear()
    pending = bool(migrations_known() - set(migrations_applied()))
    logger.warning("backup_restored", file=path.name, made_at=manifest.made_at, sessions_ended=sessions, migrations_pending=pending)
    return Restored(manifest, kept, sessions, pending)


def _refuse_unfit(manifest: Manifest) -> None:
    if manifest.engine != connection.vendor:
        theirs, ours = ENGINES.get(manifest.engine, manifest.engine), ENGINES[connection.vendor]
        raise BackupError(f"这份备份来自 {theirs} 数据库，本站现在用的是 {ours}。请核对 DATABASE_URL，或在同类数据库上恢复。")
    if f"{DATABASE}/{NAMES[manifest.engine]}" not in manifest.files:
        raise BackupError("这份备份里没有数据库，没有使用。请换一份备份。")
    if unknown := sorted(set(manifest.migrations) - migrations_known()):
        raise BackupError(f"这份备份来自更新的版本（含本版本没有的数据库变更 {unknown[0]} 等 {len(unknown)} 项）。请先升级网站程序再恢复。")


def _refuse_without_room(manifest: Manifest) -> None:
    root = Path(settings.MEDIA_ROOT)
    while not root.exists():
        root = root.parent
    free = shutil.disk_usage(root).free
    if manifest.bytes * 1.1 > free:
        needed = manifest.bytes * 11 // 10 // 1024**2
        raise BackupError(f"磁盘空间不足：恢复需要约 {needed} MB，只剩 {free // 1024**2} MB。请先清理空间。")


def _keep_current(folder: Path) -> Path | None:
    """A backup of what is about to be replaced; None for an empty database."""
    try:
        if not migrations_applied():
            return None
        return make_backup(folder=folder, prefix="before-restore")
    except (BackupError, DatabaseError) as error:
        raise BackupError(f"恢复之前要先备份现有数据，但没有成功：{error}。若现有数据已无用，请加 --discard-current 跳过。") from error


def _make_aside(root: Path, name: str, after: ExitStack) -> Path:
    """A fresh working folder inside `root` (so that moving out of it is a rename), removed at the end whatever happens."""
    root.mkdir(mode=settings.FILE_UPLOAD_DIRECTORY_PERMISSIONS, parents=True, exist_ok=True)
    folder = root / f"{ASIDE}{name}"
    shutil.rmtree(folder, ignore_errors=True)  # left by a restore that was killed
    folder.mkdir(mode=0o700)
    after.callback(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _into(places: dict[str, Path]) -> Callable[[str], Path]:
    """Where a member of the archive is written, with the site's own modes rather than those in the file."""

    def place(name: str) -> Path:
        part, _slash, inside = name.partition("/")
        target = places[part] / inside
        for folder in reversed(target.relative_to(places[part]).parents[:-1]):
            (places[part] / folder).mkdir(mode=settings.FILE_UPLOAD_DIRECTORY_PERMISSIONS, exist_ok=True)
        target.touch(mode=settings.FILE_UPLOAD_PERMISSIONS)
        target.chmod(settings.FILE_UPLOAD_PERMISSIONS)
        return target

    return place


def _exchange(root: Path, new: Path, after: ExitStack) -> None:
    """Put the children of `new` in the place of those of `root`; the root itself stays, with its owner and mode (it may be a mount)."""
    old = _make_aside(root, "old", after)
    for child in list(root.iterdir()):
        if not child.name.startswith(ASIDE):
            child.rename(old / child.name)
    for child in list(new.iterdir()):
        child.rename(root / child.name)


def _end_sessions() -> int:
    """Whoever was signed in when the backup was made is not signed in now."""
    tables = connection.introspection.table_names()
    if UserSession._meta.db_table in tables:
        UserSession.objects.all().delete()
    return Session.objects.all().delete()[0] if Session._meta.db_table in tables else 0
