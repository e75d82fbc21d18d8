"""What the owner of a file and the head are told of it on the site."""

import datetime

from django.urls import reverse

from cms.inbox.services import send_messages

from ...organisation.models import Department, Posting
from ...periods import local_day
from ..models import FiveHavesFile


def tell_owner(file: FiveHavesFile, subject: str, text: str, *, key: str, now: datetime.datetime) -> None:
    """Whoever has an account, once about `key`."""
    if file.staff.user_id is not None:
        _tell({file.staff.user_id}, file, subject, text, f"{key}:owner", now)


def tell_heads(file: FiveHavesFile, department_id: int | None, subject: str, text: str, *, key: str, now: datetime.datetime) -> None:
    """Who heads the department of that file today; where the file is that head's own, whoever heads the department above."""
    _tell(heads_of(department_id, local_day(now), but=file.staff_id), file, subject, text, f"{key}:heads", now)


def heads_of(department_id: int | None, day: datetime.date, *, but: int) -> set[int]:
    """Accounts of the heads of a department on `day`, or of the nearest one above it that has a head other than `but`; empty at the top."""
    for _level in range(Department.MAX_DEPTH):
        if department_id is None:
            break
        heads = Posting.objects.on(day).heads().filter(department=department_id).exclude(staff=but)
        if found := set(heads.filter(staff__user__isnull=False).values_list("staff__user", flat=True)):
            return found
        department_id = Department.objects.filter(pk=department_id).values_list("parent", flat=True).first()
    return set()


def _tell(to: set[int], file: FiveHavesFile, subject: str, text: str, key: str, now: datetime.datetime) -> None:
    send_messages(
        to=to,
        subject=subject,
        text=text,
        url=reverse("five_haves_file", args=[file.year, file.staff_id]),
        key=f"five_haves:{file.pk}:{key}",
        now=now,
    )
