"""Files that are made on the disk they are going to lie on: no memory, no second copy, nothing half-written under a final name."""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.core.files import File
from django.core.files.storage import storages

from cms.files.storage import CarefulFileSystemStorage

PREFIX = ".building-"


class _Made(File):
    """Lets the storage move it instead of copying."""

    def temporary_file_path(self) -> str:
        return self.file.name


def private() -> CarefulFileSystemStorage:
    return storages["private"]


@contextlib.contextmanager
def building(folder: str) -> Iterator[BinaryIO]:
    """An open, empty file that is gone afterwards unless `keep` has taken it. Raises OSError (disk full)."""
    where = Path(private().path(folder))
    where.mkdir(parents=True, exist_ok=True)
    made = tempfile.NamedTemporaryFile(dir=where, prefix=PREFIX, delete=False)  # noqa: SIM115 (closed below)
    try:
        yield made
    finally:
        with contextlib.suppress(OSError):
            made.close()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(made.name)


def keep(made: BinaryIO, name: str) -> tuple[str, str, int]:
    """Under `name` or one like it. Returns the name, the SHA-256 and the size in bytes. Raises OSError."""
    made.flush()
    made.seek(0)
    digest = hashlib.file_digest(made, "sha256").hexdigest()
    size = made.tell()
    return private().save(name, _Made(made)), digest, size
