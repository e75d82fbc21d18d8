"""A consistent copy of the database and its way back, for the two kinds the site runs on. Both ways back are one transaction."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

from django.db import connection, connections
from django.db.backends.sqlite3._functions import register as register_functions
from django.db.migrations.loader import MigrationLoader

from .archive import BackupError

NAMES = {"sqlite": "site.sqlite3", "postgresql": "site.dump"}
LOCK_SECONDS = 15  # a restore waits so long for the running site to let go


def migrations_applied() -> list[str]:
    """ "app.name" of every applied migration; empty in an empty database."""
    return sorted(f"{app}.{name}" for app, name in MigrationLoader(connection).applied_migrations)


def migrations_known() -> set[str]:
    return {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}


def dump_database(folder: Path) -> Path:
    """A copy of the configured database in `folder`, as of one moment. Raises BackupError."""
    target = folder / NAMES[connection.vendor]
    if connection.vendor == "sqlite":
        _dump_sqlite(target)
    else:
        _run(_postgres("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}"), "备份数据库")
    return target


def load_database(source: Path) -> None:
    """Replace everything in the configured database by what `source` holds, or nothing. Raises BackupError."""
    connections.close_all()
    if connection.vendor == "sqlite":
        _load_sqlite(source)
    else:
        _load_postgres(source)


def _open(path, *, read_only=False):
    database = sqlite3.connect(f"{Path(path).absolute().as_uri()}{'?mode=ro' if read_only else ''}", uri=True, timeout=20)
    register_functions(database)  # constraints on dates are checked while copying, and they call Django's own functions
    return contextlib.closing(database)


def _dump_sqlite(target: Path) -> None:
    """VACUUM INTO: copying the file of a running site loses rows without a word (§0.7 of the security study)."""
    try:
        with _open(connection.settings_dict["NAME"], read_only=True) as source:
            source.execute("VACUUM INTO ?", [str(target)])
        _check_sqlite(target)
    except sqlite3.Error as error:
        raise BackupError(f"数据库没有备份成功：{error}。请核对数据库文件的权限和磁盘空间。") from error


def _check_sqlite(path: Path) -> None:
    with _open(path, read_only=True) as copy:
        verdict = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
        loose = copy.execute("PRAGMA foreign_key_check").fetchone()
    if verdict != "ok" or loose:
        raise BackupError(
            f"数据库内部有损坏（{verdict if verdict != 'ok' else f'表 {loose[0]} 的引用不完整'}）。请保留现场并联系维护人员。"
        )


def _load_sqlite(source: Path) -> None:
    """SQLite's own backup interface writes into the living file, in one transaction that other processes wait for."""
    try:
        _check_sqlite(source)
        with _open(source, read_only=True) as copy, _open(connection.settings_dict["NAME"]) as database:
            copy.backup(database)
    except sqlite3.Error as error:
        raise BackupError(f"数据库没有恢复成功，原数据未变：{error}。请先停止网站服务（learning-web、learning-jobs）再试。") from error


def _load_postgres(source: Path) -> None:
    """Everything in one psql transaction: what the dump does not know (tables of a newer version) goes as well."""
    script = source.with_suffix(".sql")
    _run((["pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(source)], {}), "读取备份里的数据库")
    renew = ["DROP SCHEMA public CASCADE", "CREATE SCHEMA public"]
    command, environment = _postgres("psql", "--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1")
    for statement in renew:
        command += ["--command", statement]
    environment["PGOPTIONS"] = f"-c lock_timeout={LOCK_SECONDS * 1000} -c statement_timeout=0 -c client_min_messages=warning"
    _run(([*command, "--file", str(script)], environment), "恢复数据库（原数据未变；请先停止 learning-web、learning-jobs 再试）")


def _postgres(program: str, *arguments: str) -> tuple[list[str], dict]:
    """The command line of one of PostgreSQL's programs for the configured database; the password travels in the environment."""
    (_psql, *options, name), environment = connection.client.settings_to_cmd_args_env(connection.settings_dict, [])
    return [program, *options, "--no-password", "--dbname", name, *arguments], dict(environment or {})


def _run(call: tuple[list[str], dict], what: str) -> None:
    (program, *arguments), environment = call
    path = shutil.which(program)
    if path is None:
        raise BackupError(
            f"找不到程序 {program}。请安装 PostgreSQL 客户端后再试：apt install postgresql-client（版本不低于数据库服务器）。"
        )
    done = subprocess.run(  # noqa: S603 (a fixed program with settings, no user's words)
        [path, *arguments], env={**os.environ, **environment}, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        reason = " ".join(done.stderr.split())[-500:]
        raise BackupError(f"没有成功：{what}。{program} 的说明：{reason or f'退出码 {done.returncode}'}")
