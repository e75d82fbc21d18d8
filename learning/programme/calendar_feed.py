"""Sessions as an iCalendar feed (RFC 5545) that a phone's calendar subscribes to, behind a secret address."""

import datetime

from django.conf import settings
from django.db.models import Prefetch
from django.urls import reverse
from icalendar import Calendar, Event

from cms.core.visibility import visible_pages

from ..organisation.models import Department, StaffMember
from ..periods import SHANGHAI
from .choices import SessionState
from .expectations import Expectations
from .models import CalendarToken, Session, SessionMaterial

BACK, AHEAD = datetime.timedelta(days=60), datetime.timedelta(days=400)
STATUS = {SessionState.CANCELLED: "CANCELLED", SessionState.PLANNED: "TENTATIVE"}


def sessions_for(token: CalendarToken, now: datetime.datetime) -> list[Session]:
    """The owner's sessions, or those that a department's people are expected at."""
    sessions = Session.objects.between(now - BACK, now + AHEAD).with_organiser().order_by("starts_at")
    materials = SessionMaterial.objects.filter(page__in=visible_pages(token.user)).select_related("page")
    sessions = sessions.prefetch_related(Prefetch("materials", materials))
    if token.department_id:
        people = StaffMember.objects.posted_within(Department.objects.within(token.department), now.astimezone(SHANGHAI).date())
    else:
        people = StaffMember.objects.filter(user=token.user_id)
    return Expectations(people).sessions(sessions)


def feed_for(token: CalendarToken, *, now: datetime.datetime, host: str) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//learning organ//programme//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"学习活动（{token.department or '本人'}）")
    calendar.add("refresh-interval;value=duration", "PT6H")
    for session in sessions_for(token, now):
        calendar.add_component(_event(session, now=now, host=host))
    calendar.add_missing_timezones()
    return calendar.to_ical()


def _event(session: Session, *, now, host: str) -> Event:
    event = Event()
    event.add("uid", f"session-{session.pk}@{host}")
    event.add("dtstamp", now)
    event.add("sequence", session.version)
    event.add("summary", f"（已取消）{session.title}" if session.state == SessionState.CANCELLED else session.title)
    event.add("dtstart", session.starts_at.astimezone(SHANGHAI))
    event.add("dtend", session.ends_at.astimezone(SHANGHAI))
    event.add("status", STATUS.get(session.state, "CONFIRMED"))
    if session.place:
        event.add("location", session.place)
    notes = [session.get_kind_display(), session.reason, *(str(material) for material in session.materials.all())]
    event.add("description", "\n".join(note for note in notes if note))
    event.add("url", f"{settings.WAGTAILADMIN_BASE_URL.rstrip('/')}{reverse('session', args=[session.pk])}")
    return event
