"""One order of locks: the reflection's row before the rows that stand on it, and before the reading room's."""

from ...programme.services.locking import locked
from ..models import Reflection


def lock_reflection(pk: int) -> Reflection:
    return locked(Reflection.objects.select_related("author", "book", "department", "reviewer", "session", "page"), pk)
