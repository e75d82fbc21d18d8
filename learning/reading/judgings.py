"""What judges, those who run a judging, and everybody afterwards see of it. Nothing here names an author before it is closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Exists, FilteredRelation, OuterRef, Q, Sum

from ..judging.choices import JudgingState
from ..judging.scoring import Tally, Vote, tally
from ..programme.rights import Rights
from .exhibiting import hanging
from .models import Ballot, BallotLine, Entry, ExhibitionPage, Judge, Judging
from .services.judging import OWN_WORK, TENTH, entries_of, votes_in

MAX_PLACES = 10  # that everybody signed in sees; and never the lower half
MASK = "□"


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


@dataclass(frozen=True, slots=True)
class Paper:
    """An entry on a judge's desk."""

    number: int
    total: Decimal | None
    conflict: str  # why not scored

    @property
    def is_scored(self) -> bool:
        return self.total is not None

    @property
    def is_own(self) -> bool:
        return self.conflict == OWN_WORK

    @property
    def is_done(self) -> bool:
        return self.is_scored or bool(self.conflict)


@dataclass(frozen=True, slots=True)
class Desk:
    """All papers of one judge, by number."""

    papers: list[Paper]

    @property
    def scored(self) -> int:
        return sum(paper.is_scored for paper in self.papers)

    @property
    def declared(self) -> int:
        return sum(bool(paper.conflict) for paper in self.papers)

    @property
    def waiting(self) -> int:
        return len(self.papers) - self.scored - self.declared

    @property
    def done(self) -> int:
        return self.scored + self.declared

    def next_after(self, number: int) -> int | None:
        """The next paper that waits, beginning anew at the end; None where all is done."""
        waiting = [paper.number for paper in self.papers if not paper.is_done]
        return next((one for one in waiting if one > number), waiting[0] if waiting else None)

    def after(self, number: int) -> int | None:
        return next((paper.number for paper in self.papers if paper.number > number), None)

    def before(self, number: int) -> int | None:
        return next((paper.number for paper in reversed(self.papers) if paper.number < number), None)


def desk_of(judge: Judge) -> Desk:
    """One statement."""
    rows = (
        entries_of(judge.judging)
        .annotate(own=FilteredRelation("ballots", condition=Q(ballots__judge=judge)))
        .order_by("number")
        .values_list("number", "own__is_conflict", "own__conflict_reason")
        .annotate(total=Sum("own__lines__points"))
    )
    return Desk(
        [
            Paper(number, None if is_conflict is not False else (total or Decimal(0)).quantize(TENTH), reason or "" if is_conflict else "")
            for number, is_conflict, reason, total in rows
        ]
    )


def blind(text: str, author: str) -> str:
    """`text` without the author's name, which some write into title or text."""
    return text.replace(author, MASK * len(author)) if len(author) > 1 and not author.isascii() else text


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one judge has come."""

    judge: Judge
    scored: int
    declared: int
    waiting: int


def progress_of(judging: Judging) -> list[Progress]:
    """Two statements, whatever the number of judges."""
    entries = entries_of(judging).count()
    seen = hanging("ballots__entry__reflection__")
    judges = judging.judges.select_related("staff").annotate(
        scored=Count("ballots", filter=seen & Q(ballots__is_conflict=False)),
        declared=Count("ballots", filter=seen & Q(ballots__is_conflict=True)),
    )
    return [Progress(judge, judge.scored, judge.declared, entries - judge.scored - judge.declared) for judge in judges]


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


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One ballot: its points line by line, and whether it counts."""

    judge: str
    points: Sequence[Decimal]
    total: Decimal | None  # None: stood back
    dropped: str
    remark: str
    conflict: str


@dataclass(frozen=True)
class Ledger:
    """The ballots an entry's mean was added up from."""

    entry: Entry
    lines: list
    rows: list[LedgerRow]
    tally: Tally


def ledger_of(entry: Entry, *, with_names: bool) -> Ledger:
    """For its author without the judges' names and in the order of the totals: who gave what cannot be told. Four statements."""
    lines = list(entry.judging.rubric.all())
    ballots = list(Ballot.objects.filter(entry=entry).select_related("judge__staff"))
    votes = {ballot: Vote(ballot, total, first) for _entry, ballot, total, first in votes_in(entry.ballots, lines[0].pk if lines else None)}
    found = tally(votes.values())
    points = {(row.ballot_id, row.line_id): row.points for row in BallotLine.objects.filter(ballot__entry=entry)}
    if not with_names:
        ballots = sorted((one for one in ballots if one.pk in votes), key=lambda one: (-votes[one.pk].total, one.pk))
    rows = [
        LedgerRow(
            judge=str(ballot.judge) if with_names else f"评委 {number}",
            points=[points.get((ballot.pk, line.pk)) for line in lines],
            total=votes[ballot.pk].total if ballot.pk in votes else None,
            dropped=_dropped(found, ballot.pk),
            remark=ballot.remark,
            conflict=ballot.conflict_reason,
        )
        for number, ballot in enumerate(ballots, start=1)
    ]
    return Ledger(entry, lines, rows, found)


def _dropped(found: Tally, ballot: int) -> str:
    if found.highest and found.highest.ballot == ballot:
        return "去掉最高"
    return "去掉最低" if found.lowest and found.lowest.ballot == ballot else ""
