"""The ballots that an entry's mean was added up from."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from .ballots import votes_in
from .scoring import Tally, tally


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
    """All ballots of an entry."""

    entry: object
    lines: list
    rows: list[LedgerRow]
    tally: Tally


def ledger_of(entry, *, with_names: bool) -> Ledger:
    """Without the judges' names it is in the order of the totals: who gave what cannot be told. Four statements."""
    lines = list(entry.judging.rubric.all())
    ballots = list(entry.ballots.select_related("judge__staff"))
    votes = {vote.ballot: vote for _entry, vote in votes_in(entry.judging, entry.ballots)}
    found = tally(votes.values())
    if not with_names:
        ballots = sorted((one for one in ballots if one.pk in votes), key=lambda one: (-votes[one.pk].total, one.pk))
    rows = [
        LedgerRow(
            judge=str(ballot.judge) if with_names else f"评委 {number}",
            points=votes[ballot.pk].lines if ballot.pk in votes else [],
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
