"""Making a backup of the running site."""

import contextlib
import datetime
import errno
import os
import re
import shutil
import sqlite3
import tarfile
import tempfile
from pathlib import Path

import django
import structlog
import wagtail
from django.conf import settings
from django.db import connection
from django.utils import timezone

from .archive import DATABASE, MEDIA, PRIVATE, BackupError, Manifest, add_file, add_folder, add_manifest
from .databases import dump_database, migrations_applied

logger = structlog.get_logger(__name__)
BACKUP_NAME = re.compile(r"learning-\d{8}-\d{6}\.tar")
UNFINISHED = ".unfinished-"


def make_backup(*, folder: Path, keep: int | None = None, prefix: str = "learning", now: datetime.datetime | None = None) -> Path:
    """Write one whole backup into `folder` and drop the oldest beyond `keep`. Returns its path. Raises BackupError.

    The database is copied before the files: a file is stored before its row, so every row of the copy finds its file.
    """
    now = timezone.localtime(now)
    folder = Path(folder).absolute()
    for root in (settings.MEDIA_ROOT, settings.PRIVATE_ROOT):
        if folder.is_relative_to(Path(root).absolute()):
            raise BackupError(f"备份不能放在网站文件的目录（{root}）里，那里的内容会被备份进去。请换一个目录，最好在另一块磁盘上。")
    target = folder / f"{prefix}-{now:%Y%m%d-%H%M%S}.tar"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=folder) as workplace:
            manifest = _write(Path(workplace), now)
            if target.exists():
                raise BackupError(f"“{target.name}”已经有了。请过一秒再试。")
            (Path(workplace) / "backup.tar").rename(target)
        _sync(folder)
    except OSError as error:
        raise BackupError(_what_went_wrong(error, folder)) from error
    logger.info("backup_made", file=target.name, files=len(manifest.files), bytes=manifest.bytes)
    if keep is not None:
        for old in backups_in(folder)[keep:]:
            old.unlink()
            logger.info("backup_dropped", file=old.name)
    return target


def backups_in(folder: Path) -> list[Path]:
    """The regular backups in `folder`, newest first; nothing else that lies there."""
    return sorted((path for path in folder.iterdir() if BACKUP_NAME.fullmatch(path.name)), reverse=True)


def _write(workplace: Path, now: datetime.datetime) -> Manifest:
    manifest = Manifest(
        made_at=now.isoformat(timespec="seconds"),
        engine=connection.vendor,
        migrations=migrations_applied(),
        versions={"django": django.get_version(), "wagtail": wagtail.__version__, "sqlite": sqlite3.sqlite_version},
    )
    if not manifest.migrations:
        raise BackupError("数据库是空的，没有可备份的内容。请核对 DATABASE_URL、VAR_DIR 是否与网站服务一致。")
    database = dump_database(workplace)
    with (workplace / "backup.tar").open("xb") as stream:
        os.fchmod(stream.fileno(), 0o600)
        with tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as archive:
            add_file(archive, manifest, database, f"{DATABASE}/{database.name}")
            add_folder(archive, manifest, Path(settings.MEDIA_ROOT), MEDIA)
            add_folder(archive, manifest, Path(settings.PRIVATE_ROOT), PRIVATE)
            add_manifest(archive, manifest)
        stream.flush()
        os.fsync(stream.fileno())
    database.unlink()
    return manifest


def _sync(folder: Path) -> None:
    """The rename, too, is to survive a power cut; not every file system can promise it."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _what_went_wrong(error: OSError, folder: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        free = shutil.disk_usage(folder).free // 1024**2
        return f"磁盘空间不足（“{folder}”所在磁盘只剩 {free} MB），备份没有完成，没有留下半份文件。请清理空间或换一个目录。"
    return f"备份没有完成：{error.strerror}（{error.filename or folder}）。请核对目录是否存在、运行网站的系统用户能否写入。"
