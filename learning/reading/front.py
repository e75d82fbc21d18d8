"""What the reading room's page shows to a reader."""

import datetime
from dataclasses import dataclass


@dataclass(frozen=True)
class Front:
    today: datetime.date


def front_of(user, *, today: datetime.date) -> Front:
    return Front(today)
