"""One file that holds the whole site: database, media and private files, and a manifest that proves it is whole."""

from .archive import BackupError, Manifest, verify_backup
from .making import BACKUP_NAME, make_backup
from .restoring import Restored, restore_backup

__all__ = ["BACKUP_NAME", "BackupError", "Manifest", "Restored", "make_backup", "restore_backup", "verify_backup"]
