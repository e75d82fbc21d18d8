"""Whether what is kept is on its way from old scores to new ones."""

from .choosing import Days
from .models import Recalculation


def is_recalculated(days: Days) -> bool:
    """Whether a recalculation that reaches into `days` is not done yet: some scores there are new, some old."""
    return Recalculation.objects.filter(finished_at__isnull=True, from_on__lte=days.last).exists()
