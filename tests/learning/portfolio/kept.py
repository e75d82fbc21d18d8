"""A small bureau's files, confirmed and locked, in the words of the domain."""

import datetime

from learning.portfolio.files import file_of
from learning.portfolio.rights import FileRights
from learning.portfolio.services.confirming import confirm_file
from learning.portfolio.services.locking_files import lock_file
from learning.portfolio.services.opening import look
from tests.factories.bureau import rights_of
from tests.factories.programme import at

YEAR = 2026
TODAY, NOW = datetime.date(2026, 12, 31), at(2026, 12, 31)


def rights(person, day=TODAY) -> FileRights:
    return FileRights(rights_of(person, day))


def confirmed(person, by, *, now=NOW, **facts):
    seen = file_of(person, YEAR, TODAY).to_confirm
    return confirm_file(**{"staff": person, "year": YEAR, "seen": seen, "rights": rights(by), "now": now, **facts})


def locked(person, head, clerk, *, now=NOW):
    confirmed(person, head, now=now)
    return lock_file(staff=person, year=YEAR, rights=rights(clerk), now=now)


def looked_at(person, by, department, *, day=TODAY, now=NOW, year=YEAR):
    return look(staff=person, year=year, department_id=department.pk, rights=rights(by, day), now=now)
