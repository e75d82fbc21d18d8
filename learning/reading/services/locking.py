"""One order of locks: the reflection's row before the rows that stand on it, and before the reading room's."""

from ..models import Reflection


def lock_reflection(pk: int) -> Reflection:
    related = ("author", "book", "department", "reviewer", "session", "page")
    return Reflection.objects.select_for_update(of=("self",)).select_related(*related).get(pk=pk)
