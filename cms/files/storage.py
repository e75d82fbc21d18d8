import contextlib

from django.core.files.storage import FileSystemStorage, storages


class CarefulFileSystemStorage(FileSystemStorage):
    """Leaves nothing half-written behind when the disk is full."""

    def _save(self, name, content):
        try:
            return super()._save(name, content)
        except OSError:
            with contextlib.suppress(OSError):
                self.delete(name)
            raise


def private_storage():
    """What only a view hands out, having asked who may have it; named as a function so that migrations do not say where it is."""
    return storages["private"]
