"""What is left of a holder's shares under the cap of a month, quarter or year."""

import datetime
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from ...periods import Period, PeriodKind, period_of
from ..choices import CapPer, Holder
from .words import plain

KINDS = {CapPer.MONTH: PeriodKind.MONTH, CapPer.QUARTER: PeriodKind.QUARTER, CapPer.YEAR: PeriodKind.YEAR}
WHOSE = {Holder.PERSON: "个人", Holder.DEPARTMENT: "科室"}


@dataclass(frozen=True, slots=True)
class Held:
    """A share of one holder under one version. `facts` puts shares of one day and size in order."""

    key: Hashable
    counted_on: datetime.date
    points: Decimal
    facts: tuple = ()


@dataclass(frozen=True, slots=True)
class Capped:
    points: Decimal
    why: str = ""


@lru_cache(maxsize=4096)
def cap_period(day: datetime.date, per: str) -> Period:
    """The month, quarter or year that the cap of `day` is of."""
    return period_of(day, KINDS[CapPer(per)])


def cap_shares(shares: Iterable[Held], *, cap: Decimal | None, per: str, holder: str = Holder.PERSON) -> dict[Hashable, Capped]:
    """By the shares' keys: as they come by date, each is credited as far as there is room. What is taken away makes room again, for what
    comes later; at no moment is there more than the cap."""
    if cap is None:
        return {one.key: Capped(one.points) for one in shares}
    result, totals = {}, {}
    for one in sorted(shares, key=lambda one: (one.counted_on, -one.points, one.facts)):
        period = cap_period(one.counted_on, per)
        before, points, why = totals.get(period, Decimal(0)), one.points, ""
        if before + points > cap:
            points = min(points, cap - before)
            why = f"{WHOSE[Holder(holder)]}{CapPer(per).label}最高 {plain(cap)} 分，" + ("只计到上限" if points > 0 else "已满")
        totals[period] = before + points
        result[one.key] = Capped(points, why)
    return result
