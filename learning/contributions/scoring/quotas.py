"""任务数: the base points of a month or a year, less what missing pieces take away."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Quota:
    """So many `pieces` earn the `base`; each one missing takes away the `deduction`."""

    pieces: int
    base: Decimal
    deduction: Decimal


def quota_points(quota: Quota, pieces: int) -> Decimal:
    """For so many `pieces`; never below zero. Takes anything that has a quota's fields."""
    missing = max(0, quota.pieces - pieces)
    return max(Decimal(0), quota.base - quota.deduction * missing)
