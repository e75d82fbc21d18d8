"""From the judges' totals to means and ranks (A7). Pure: the same votes in any order give the same result.

- The total of a vote is the sum of its lines. An entry's mean is the mean of its totals; from five votes on without one highest and one
  lowest. Where several are equally high or low, the one with the higher (lower) first line is left out, then second line, and so on: votes
  that differ in nothing but who cast them are the same to the result.
- Ranks go by the mean; of equal means the one with the higher mean of the first rubric line, taken over the same votes, comes first. Still
  equal, they share a rank, and the next one is skipped: 1, 1, 3.
- Means are compared exactly and rounded only to be kept and shown. An entry without a vote has no rank.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TypeVar

DROPS_FROM = 5  # votes
KEPT = Decimal("0.0001")
MEAN_RULE = "总分为各项之和，平均分为各票总分的平均；满 5 票时去掉一个最高分和一个最低分。"
RULE = MEAN_RULE + "平均分相同的，第一项平均分高的在前；仍相同的并列。"

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Vote:
    """One ballot that scores: its key, its total, its points in the first line of the rubric and in the others."""

    ballot: int
    total: Decimal
    first: Decimal
    rest: tuple[Decimal, ...] = ()

    @property
    def lines(self) -> tuple[Decimal, ...]:
        return (self.first, *self.rest)


@dataclass(frozen=True, slots=True)
class Tally:
    """The votes for one entry, which of them count, and what comes of it."""

    counted: tuple[Vote, ...]
    highest: Vote | None = None  # left out
    lowest: Vote | None = None

    @property
    def sum(self) -> Decimal:
        return sum((vote.total for vote in self.counted), Decimal(0))

    @property
    def mean(self) -> Fraction | None:
        return Fraction(self.sum) / len(self.counted) if self.counted else None

    @property
    def first_mean(self) -> Fraction | None:
        return self.line_means[0] if self.counted else None

    @property
    def line_means(self) -> tuple[Fraction, ...]:
        """Of every line of the rubric, over the votes that count; none without a vote."""
        return tuple(
            sum(map(Fraction, line), Fraction(0)) / len(self.counted) for line in zip(*(vote.lines for vote in self.counted), strict=True)
        )


def tally(votes: Iterable[Vote]) -> Tally:
    ordered = sorted(votes, key=lambda vote: (vote.total, vote.lines, vote.ballot))
    if len(ordered) < DROPS_FROM:
        return Tally(tuple(ordered))
    lowest, *counted, highest = ordered
    return Tally(tuple(counted), highest=highest, lowest=lowest)


def ranks(tallies: Mapping[Key, Tally]) -> dict[Key, int | None]:
    standing = {key: (found.mean, found.first_mean) for key, found in tallies.items() if found.counted}
    better = sorted(standing.values(), reverse=True)
    place = {}
    for position, value in enumerate(better, start=1):
        place.setdefault(value, position)
    return {key: place[standing[key]] if key in standing else None for key in tallies}


def rounded(mean: Fraction | None) -> Decimal | None:
    """To four decimals, halves upwards."""
    if mean is None:
        return None
    return (Decimal(mean.numerator) / Decimal(mean.denominator)).quantize(KEPT, rounding=ROUND_HALF_UP)
