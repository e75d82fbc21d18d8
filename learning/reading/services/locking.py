"""One order of locks: the reflection's row before the rows that stand on it, and before the reading room's."""

from ..models import Reflection


def lock_reflection(pk: int) -> Reflection:
    """In two statements: PostgreSQL reads the locked row anew once it has waited, and what is joined to it as it stood before."""
    Reflection.objects.select_for_update().only("pk").get(pk=pk)
    return Reflection.objects.select_related("author", "book", "department", "reviewer", "session", "page").get(pk=pk)
