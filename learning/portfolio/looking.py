"""Looking at another's file: only after one has said so today, and the owner sees who did (`FileLook`)."""

import datetime

from django.db.models import Exists, OuterRef, QuerySet

from .models import FileLook
from .rights import FileRights


def has_looked(rights: FileRights, staff_id: int, year: int) -> bool:
    """One statement."""
    return FileLook.objects.filter(staff=staff_id, year=year, by=rights.user.pk, looked_on=rights.today).exists()


def looked_today(user_id: int | None, year: int, today: datetime.date) -> Exists:
    """`has_looked` of each person of an outer query, where that is loaded in the same statement."""
    return Exists(FileLook.objects.filter(staff=OuterRef("pk"), year=year, by=user_id, looked_on=today))


def may_open(rights: FileRights, staff_id: int, department_id: int | None, year: int, *, looked: bool | None = None) -> bool:
    """Whether the content of this file may be shown now: always to its owner (no statement), to others who may look at it once they have
    said so today (one statement). `department_id` is that of the file then (`years.place_of`). False is either "not yet" or "never":
    `rights.look_role` tells the two apart. `looked`: what `looked_today` found, where it has been asked already (no statement then)."""
    if rights.is_own(staff_id):
        return True
    if rights.look_role(staff_id, department_id) is None:
        return False
    return has_looked(rights, staff_id, year) if looked is None else looked


def looks_at(staff_id: int, year: int) -> QuerySet[FileLook]:
    """Who looked, the latest first. For the owner alone."""
    return FileLook.objects.filter(staff=staff_id, year=year).only("by_name", "role", "looked_on", "looked_at")
