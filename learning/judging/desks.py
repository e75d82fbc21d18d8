"""How far the judges of a judging have come: each judge's own papers, and all judges side by side."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, FilteredRelation, Q, Sum

from .ballots import TENTH


@dataclass(frozen=True, slots=True)
class Paper:
    """An entry on a judge's desk; `is_own` says that it is closed for this judge."""

    number: int
    total: Decimal | None
    conflict: str  # why not scored
    is_own: bool = False

    @property
    def is_scored(self) -> bool:
        return self.total is not None

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


def desk_of(judge, entries, *, own: str) -> Desk:
    """`entries` are those that are judged; `own` is the reason that closed a judge's own ones. One statement."""
    rows = (
        entries.annotate(own=FilteredRelation("ballots", condition=Q(ballots__judge=judge)))
        .order_by("number")
        .values_list("number", "own__is_conflict", "own__conflict_reason")
        .annotate(total=Sum("own__lines__points"))
    )
    return Desk(
        [
            Paper(
                number=number,
                total=None if is_conflict is not False else (total or Decimal(0)).quantize(TENTH),
                conflict=reason or "" if is_conflict else "",
                is_own=bool(is_conflict) and reason == own,
            )
            for number, is_conflict, reason, total in rows
        ]
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one judge has come."""

    judge: object
    scored: int
    declared: int
    waiting: int


def progress_of(judging, entries, seen: Q) -> list[Progress]:
    """`entries` are those that are judged; `seen` says the same of a judge's `ballots`. Two statements, whatever the number of judges."""
    number = entries.count()
    judges = judging.judges.select_related("staff").annotate(
        scored=Count("ballots", filter=seen & Q(ballots__is_conflict=False)),
        declared=Count("ballots", filter=seen & Q(ballots__is_conflict=True)),
    )
    return [Progress(judge, judge.scored, judge.declared, number - judge.scored - judge.declared) for judge in judges]
