"""Handing out the files of many people at once is looking at each of them: it is written down as such, and once in the audit log."""

import datetime

from django.db import transaction
from wagtail.log_actions import log

from ..choices import LookRole
from ..models import FileLook, YearArchive
from ..rights import FileRights

CHUNK = 500
NAME = FileLook._meta.get_field("by_name").max_length


@transaction.atomic
def hand_out_archive(*, archive: YearArchive, rights: FileRights, now: datetime.datetime) -> int:
    """Rows for everybody in it but oneself, one a day; returns of how many people. Whether they may have it has been asked before."""
    role = LookRole.HEAD if rights.heads(archive.department_id) else LookRole.CLERK
    people = [pk for pk in archive.parts.values_list("staff", flat=True) if not rights.is_own(pk)]
    facts = {
        "year": archive.year,
        "by": rights.user,
        "by_name": rights.user.get_full_name()[:NAME] or rights.user.get_username()[:NAME],
        "role": role,
        "looked_on": rights.today,
        "looked_at": now,
    }
    FileLook.objects.bulk_create([FileLook(staff_id=pk, **facts) for pk in people], ignore_conflicts=True, batch_size=CHUNK)
    data = {"handed_out": True, "sha256": archive.sha256, "people": len(people)}
    log(instance=archive, action="portfolio.archive", user=rights.user, data=data)
    return len(people)
