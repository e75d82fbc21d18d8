"""The rows of files, and what is written down of looking at one."""

import datetime

from django.db import transaction

from ...organisation.models import StaffMember
from ...periods import local_day
from ..models import FileLook, FiveHavesFile
from ..rights import FileRights
from ..years import in_scope

NAME = FileLook._meta.get_field("by_name").max_length
AT_ONCE = 1000


class LookRefusedError(Exception):
    """Not somebody who may look at this file; the message is Chinese."""


def look(*, staff: StaffMember, year: int, department_id: int | None, rights: FileRights, now: datetime.datetime) -> FileLook | None:
    """One row a viewer, person, year and day, whoever asks how often and from where at once; None for the own file, of which nothing is
    written down. `department_id` is that of the file then. Raises LookRefusedError."""
    if rights.is_own(staff.pk):
        return None
    role = rights.look_role(staff.pk, department_id)
    if role is None:
        raise LookRefusedError("您不能查看这份档案。本人、当时所在科室（单位）的负责人、机关党委和局领导可以查看。")
    key = {"staff": staff, "year": year, "by": rights.user, "looked_on": rights.today}
    facts = {"by_name": rights.user.get_full_name()[:NAME] or rights.user.get_username()[:NAME], "role": role, "looked_at": now}
    found, _is_new = FileLook.objects.get_or_create(**key, defaults=facts)
    return found


def open_files(*, year: int) -> int:
    """The rows that everybody in scope of `year` has; returns how many were missing. Safe to run twice at once."""
    missing = list(in_scope(year).exclude(five_haves_files__year=year).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(missing), AT_ONCE):
        rows = [FiveHavesFile(year=year, staff_id=pk) for pk in missing[start : start + AT_ONCE]]
        with transaction.atomic():
            FiveHavesFile.objects.bulk_create(rows, ignore_conflicts=True)
    return len(missing)


def open_files_of_today(now: datetime.datetime) -> str:
    """The job of every day: whoever came since has a row from today on."""
    year = local_day(now).year
    return f"{year}年补上 {open_files(year=year)} 份档案"
