"""What stands in the way of a session at its time: a room, a person, an audience that is elsewhere, somebody on leave."""

import datetime
from dataclasses import dataclass

from ..organisation.models import Absence
from ..periods import ONE_DAY, SHANGHAI
from .choices import LeaveState
from .models import LeaveRequest, Session
from .roster import present_audience
from .services.plans import work_calendar

LOOK_AHEAD = 30  # days


@dataclass(frozen=True, slots=True)
class Clash:
    text: str
    other: Session | None = None


def _people_of(session: Session, lecturers) -> dict[int, str]:
    """The people a session cannot do without."""
    named = {session.host_id: "主持人", session.recorder_id: "记录人"}
    named.update({lecturer.pk: "主讲人" for lecturer in lecturers})
    named.pop(None, None)
    return named


def clashes_of(session: Session, *, lecturers=(), starts_at=None, ends_at=None) -> list[Clash]:
    """Everything in the way of `session` between the given instants (its own where none are given). `lecturers` are people of this bureau."""
    starts_at, ends_at = starts_at or session.starts_at, ends_at or session.ends_at
    day = starts_at.astimezone(SHANGHAI).date()
    found = []
    calendar = work_calendar(day.year)
    if not calendar.is_workday(day):
        found.append(Clash(f"{day:%Y-%m-%d} 是{calendar.why_not(day)}。"))
    people = _people_of(session, lecturers)
    others = Session.objects.not_cancelled().between(starts_at, ends_at).exclude(pk=session.pk).prefetch_related("lecturers")
    audience = None
    for other in others.select_related("branch", "department", "host", "recorder"):
        if session.place and other.place == session.place:
            found.append(Clash(f"{session.place}已用于“{other}”。", other))
        busy = _people_of(other, [lecturer.staff for lecturer in other.lecturers.all() if lecturer.staff_id])
        for pk in sorted(people.keys() & busy.keys()):
            found.append(Clash(f"{people[pk]}同时是“{other}”的{busy[pk]}。", other))
        if audience is None:
            audience = present_audience(session, day)
        both = audience.filter(pk__in=present_audience(other, day).values("pk")).count()
        if both:
            found.append(Clash(f"有 {both} 人同时要参加“{other}”。", other))
    for absence in Absence.objects.on(day).filter(staff__in=list(people)).select_related("staff"):
        found.append(Clash(f"{people[absence.staff_id]}{absence.staff}这天不在岗（{absence.get_kind_display()}）。"))
    leaves = LeaveRequest.objects.filter(session=session.pk, state=LeaveState.APPROVED, staff__in=list(people)).select_related("staff")
    for leave in leaves:
        found.append(Clash(f"{people[leave.staff_id]}{leave.staff}已请{leave.get_kind_display()}。"))
    return found


def next_free_slot(session: Session, *, lecturers=()) -> datetime.datetime | None:
    """The next start at the same time of day with nothing in the way, within `LOOK_AHEAD` days; None where there is none."""
    length = session.ends_at - session.starts_at
    start = session.starts_at
    for _day in range(LOOK_AHEAD):
        start += ONE_DAY
        if work_calendar(start.astimezone(SHANGHAI).year).is_workday(start.astimezone(SHANGHAI).date()) and not clashes_of(
            session, lecturers=lecturers, starts_at=start, ends_at=start + length
        ):
            return start
    return None
