"""The list of one person: what is due, due first. Asked of the rooms' tables, never kept in one of its own."""

import datetime

from ...contributions.rights import ContributionRights
from ...contributions.waiting import parts_for, waiting_in
from ...portfolio.desk import file_desk_in, file_parts_for
from ...portfolio.rights import FileRights
from ...programme.desk_parts import grouped
from ...programme.owing import owing
from ...programme.rights import Rights
from .contributions import contribution_rows
from .gaps import gap_rows
from .portfolio import portfolio_rows, still_owed
from .programme import programme_rows
from .reading import reading_rows
from .rows import DueList

PLAN_AHEAD = datetime.timedelta(days=14)


def due_of(rights: Rights, *, now: datetime.datetime) -> DueList:
    """The list of whoever holds `rights`; nothing for an account that is nobody's. A constant number of statements."""
    if rights.staff is None:
        return DueList(rows=[])
    rows, next_session = programme_rows(rights, now=now)
    until = rights.today + PLAN_AHEAD
    debts = owing(rights, until=until)
    files = FileRights(rights)
    found = grouped([*parts_for(ContributionRights(rights), until), *file_parts_for(files)])
    file_desk = file_desk_in(found)
    rows += [*reading_rows(rights, still_owed(debts.own, file_desk)), *contribution_rows(waiting_in(found), rights.today)]
    rows += [*portfolio_rows(file_desk, rights.today), *gap_rows(debts.led, rights.today)]
    return DueList(rows=sorted(rows, key=lambda row: row.order), next_session=next_session)
