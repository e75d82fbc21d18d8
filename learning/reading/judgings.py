"""What judges, those who run a judging, and everybody afterwards see of it. Nothing here names an author before it is closed."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from ..judging import desks
from ..judging.choices import JudgingState
from ..judging.desks import Desk, Progress
from ..programme.rights import Rights
from .exhibiting import hanging
from .models import Entry, ExhibitionPage, Judge, Judging
from .services.judging import OWN_WORK, entries_of

MAX_PLACES = 10  # that everybody signed in sees; and never the lower half


def judge_of(judging: Judging, rights: Rights) -> Judge | None:
    return judging.judges.filter(staff=rights.staff).select_related("staff").first() if rights.staff else None


def judgings_of(rights: Rights):
    """Those that concern somebody: where they judge, and what is closed; all of them for whoever runs or oversees the programme."""
    mine = Exists(Judge.objects.filter(judging=OuterRef("pk"), staff=rights.staff.pk if rights.staff else None))
    found = Judging.objects.select_related("exhibition").annotate(is_mine=mine)
    if rights.sees_everything:
        return found
    return found.filter(Q(state=JudgingState.CLOSED) | Q(is_mine=True, state=JudgingState.OPEN))


def exhibitions_without_judging():
    return ExhibitionPage.objects.filter(judging=None).order_by("-quarter_first")


def desk_of(judge: Judge) -> Desk:
    """One statement."""
    return desks.desk_of(judge, entries_of(judge.judging), own=OWN_WORK)


def progress_of(judging: Judging) -> list[Progress]:
    """Two statements, whatever the number of judges."""
    return desks.progress_of(judging, entries_of(judging), hanging("ballots__entry__reflection__"))


@dataclass(frozen=True)
class Results:
    """What one reader sees of a closed judging."""

    judging: Judging
    entries: list[Entry]  # by rank; those without a vote last
    own: list[Entry]
    withdrawn: list[int]  # numbers
    with_points: bool
    entered: int


def results_of(judging: Judging, rights: Rights) -> Results:
    """Everything for whoever runs or oversees the programme, the first places without points for everybody else, the own ones for their
    authors. One statement."""
    rows = list(
        judging.entries.select_related("reflection__author", "reflection__department", "reflection__page")
        .defer("reflection__html", "reflection__page__body")
        .annotate(hangs=Exists(Entry.objects.filter(hanging("reflection__"), pk=OuterRef("pk"))))
    )
    present = sorted((row for row in rows if row.hangs), key=lambda row: (row.rank is None, row.rank, row.number))
    with_points = rights.sees_everything
    last = min(MAX_PLACES, (sum(row.rank is not None for row in present) + 1) // 2)
    return Results(
        judging=judging,
        entries=present if with_points else [row for row in present if row.rank is not None and row.rank <= last],
        own=[row for row in present if rights.staff and row.reflection.author_id == rights.staff.pk],
        withdrawn=[row.number for row in rows if not row.hangs] if with_points else [],
        with_points=with_points,
        entered=len(present),
    )
