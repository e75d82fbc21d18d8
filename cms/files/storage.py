import contextlib

from django.core.files.storage import FileSystemStorage


class CarefulFileSystemStorage(FileSystemStorage):
    """Leaves nothing half-written behind when the disk is full."""

    def _save(self, name, content):
        try:
            return super()._save(name, content)
        except OSError:
            with contextlib.suppress(OSError):
                self.delete(name)
            raise
