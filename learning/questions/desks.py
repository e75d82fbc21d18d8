"""Who answers what: a room registers its desk once."""

from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True, slots=True)
class Desk:
    """`permission` ("app.codename") is what whoever answers has."""

    key: str
    label: str
    permission: str


_desks: dict[str, Desk] = {}


def register_desk(desk: Desk) -> None:
    """Raises ImproperlyConfigured for another desk of the same key."""
    if _desks.setdefault(desk.key, desk) != desk:
        raise ImproperlyConfigured(f"desk {desk.key!r} is registered already")


def find_desk(key: str) -> Desk | None:
    return _desks.get(key)


def desks_of(user) -> list[Desk]:
    """Those that `user` answers for."""
    return [desk for desk in _desks.values() if user.has_perm(desk.permission)]
