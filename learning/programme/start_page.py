"""What waits for the clerk on the admin's start page."""

import datetime

from django.utils import timezone
from wagtail.admin.ui.components import Component

from ..periods import PeriodKind, local_day, period_of
from .models import Session
from .rights import RUN, Rights
from .services.make_ups import to_check_by

MOST_SHOWN = 20


class ProgrammePanel(Component):
    """Three statements: this week's sessions, those whose roll nobody has taken, the notes to check."""

    name = "programme"
    order = 50
    template_name = "learning/programme/admin/start_panel.html"

    def __init__(self, user, now: datetime.datetime):
        self.user, self.now = user, now

    def get_context_data(self, parent_context=None):
        today = local_day(self.now)
        week = period_of(today, PeriodKind.WEEK)
        sessions = Session.objects.not_cancelled().between(week.starts_at, week.ends_at).with_organiser().order_by("starts_at")
        begun = Session.objects.to_come().filter(starts_at__lte=self.now, roll_completed_at__isnull=True).with_organiser()
        return {
            "week": week,
            "sessions": list(sessions[:MOST_SHOWN]),
            "without_roll": list(begun.order_by("starts_at")[:MOST_SHOWN]),
            "to_check": to_check_by(Rights(self.user, today)).count(),
        }


def add_panel(request, panels) -> None:
    if request.user.has_perm(RUN):
        panels.append(ProgrammePanel(request.user, timezone.now()))
