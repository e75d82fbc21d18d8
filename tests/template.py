"""One migrated database for every worker and every run with the same migrations: copied in a second, made in twenty.

It lies beside the test databases (a file in the temporary folder, or a database of its own on PostgreSQL) and is named after
everything that shapes it. Django still migrates the copy, which finds nothing left to do.
"""

import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import django
import wagtail
from django.apps import apps
from django.conf import settings
from django.db import connection

FOLDER = Path(tempfile.gettempdir())
PREFIX = "test_template_"
A_DAY = 24 * 60 * 60


def fingerprint() -> str:
    """Of the libraries, the settings and the source of every migration there is."""
    digest = hashlib.sha256(f"{django.__version__} {wagtail.__version__} {connection.vendor}".encode())
    folders = [settings.BASE_DIR / "cms" / "settings", *(Path(app.path) / "migrations" for app in apps.get_app_configs())]
    for path in sorted(path for folder in folders for path in folder.glob("*.py")):
        digest.update(str(path).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def alone(name: str):
    """One process at a time."""
    with (FOLDER / f"{PREFIX}{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class _Files:
    def __init__(self):
        self.test, self.template = Path(connection.creation._get_test_db_name()), FOLDER / f"{PREFIX}{fingerprint()}.sqlite3"

    def exists(self) -> bool:
        return self.template.exists()

    def take(self):
        self.drop()
        shutil.copyfile(self.template, self.test)

    def give(self):
        for old in FOLDER.glob(f"{PREFIX}*.sqlite3"):
            with suppress(OSError):  # somebody else's, or gone already
                if time.time() - old.stat().st_mtime > A_DAY:
                    old.unlink()
        unfinished = self.template.with_suffix(f".{os.getpid()}")
        with closing(connection.cursor()) as cursor:
            cursor.execute("VACUUM INTO %s", [str(unfinished)])
        unfinished.rename(self.template)

    def drop(self):
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.test}{suffix}").unlink(missing_ok=True)


class _Databases:
    def __init__(self):
        self.test, self.template = connection.creation._get_test_db_name(), f"{PREFIX}{fingerprint()}"

    def _run(self, statement: str, *names: str) -> list:
        with connection._nodb_cursor() as cursor:
            cursor.execute(statement.format(*map(connection.ops.quote_name, names)))
            return cursor.fetchall() if cursor.description else []

    def _names(self) -> list[str]:
        return [name for (name,) in self._run("SELECT datname FROM pg_database")]

    def exists(self) -> bool:
        return self.template in self._names()

    def take(self):
        self.drop()
        self._run("CREATE DATABASE {} TEMPLATE {}", self.test, self.template)

    def give(self):
        connection.close()  # nobody may be in what is copied
        unfinished = f"{self.template}_unfinished"
        self._run("DROP DATABASE IF EXISTS {}", unfinished)
        self._run("CREATE DATABASE {} TEMPLATE {}", unfinished, self.test)
        self._run("ALTER DATABASE {} RENAME TO {}", unfinished, self.template)

    def drop(self):
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.test)


def template() -> _Files | _Databases:
    return _Databases() if connection.vendor == "postgresql" else _Files()
