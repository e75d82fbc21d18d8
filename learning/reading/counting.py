"""Which quarter a reflection counts for, and when that is late (§3.3 of the product). Pure; days are those of Asia/Shanghai."""

import datetime

from ..periods import Period, PeriodKind, local_day, period_of


def counted_quarter(first_handed_in_at: datetime.datetime) -> Period:
    """The quarter of the first hand-in: how long a review takes, and how often a text comes back, is not the author's doing."""
    return period_of(local_day(first_handed_in_at), PeriodKind.QUARTER)


def is_late(*, meant_for: datetime.date | None, first_handed_in_at: datetime.datetime | None) -> bool:
    """Whether it was begun for a quarter that was over when it was handed in. It is kept and counts where it was handed in."""
    if meant_for is None or first_handed_in_at is None:
        return False
    return first_handed_in_at >= period_of(meant_for, PeriodKind.QUARTER).ends_at
