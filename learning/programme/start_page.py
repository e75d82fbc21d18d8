"""What waits for the clerk on the admin's start page."""

import datetime

from django.utils import timezone
from wagtail.admin.ui.components import Component

from ..periods import PeriodKind, local_day, period_of
from .models import MakeUp, Session
from .rights import RUN


class ProgrammePanel(Component):
    """Three statements: this week's sessions, rolls that nobody has taken, notes to check."""

    name = "programme"
    order = 50
    template_name = "learning/programme/admin/start_panel.html"

    def __init__(self, now: datetime.datetime):
        self.now = now

    def get_context_data(self, parent_context=None):
        week = period_of(local_day(self.now), PeriodKind.WEEK)
        sessions = Session.objects.not_cancelled().between(week.starts_at, week.ends_at).with_organiser().order_by("starts_at")
        return {
            "week": week,
            "sessions": list(sessions[:8]),
            "without_roll": Session.objects.to_come().filter(starts_at__lte=self.now, roll_completed_at__isnull=True).count(),
            "to_check": MakeUp.objects.to_check().count(),
        }


def add_panel(request, panels) -> None:
    if request.user.has_perm(RUN):
        panels.append(ProgrammePanel(timezone.now()))
