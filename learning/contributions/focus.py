"""报送要点 as they are read and written: of which months."""

import datetime

from ..periods import PeriodKind, period_of
from .models import MonthlyFocus


def writable_months(today: datetime.date) -> tuple[datetime.date, datetime.date]:
    """This month and the next, by their first days."""
    month = period_of(today, PeriodKind.MONTH)
    return month.first, month.next.first


def focus_of(month: datetime.date) -> MonthlyFocus | None:
    return MonthlyFocus.objects.filter(month=month).first()
