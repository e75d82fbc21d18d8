"""The package of one person's year (§4 item 10): cover, contents with page numbers, records, originals, checksums; it can be read back."""

from .bundle import Written, write_package
from .entries import Original
from .volume import Lock

__all__ = ["Lock", "Original", "Written", "write_package"]
