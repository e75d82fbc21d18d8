"""Questions to the programme's tables, to be chained."""

import datetime

from django.db import models
from django.db.models import CharField, Count, DateField, Max, Q, Value
from django.db.models.functions import Cast, Concat, TruncDate

from ..periods import SHANGHAI, Period
from .choices import ATTENDED_STATUSES, LEAVE_STATUSES, AttendanceStatus, LeaveState, MakeUpState, SessionState

LIVE = (SessionState.PLANNED, SessionState.NOTIFIED, SessionState.POSTPONED)
PLACES_OFFERED = 30


ATTENDANCE_COUNTS = {
    "expected_count": Count("pk"),
    "attended_count": Count("pk", filter=Q(status__in=ATTENDED_STATUSES)),
    "left_early_count": Count("pk", filter=Q(status=AttendanceStatus.LEFT_EARLY)),
    "duty_count": Count("pk", filter=Q(status=AttendanceStatus.DUTY)),
    "leave_count": Count("pk", filter=Q(status__in=[status for status in LEAVE_STATUSES if status != AttendanceStatus.DUTY])),
    "absent_count": Count("pk", filter=Q(status=AttendanceStatus.ABSENT)),
    "unrecorded_count": Count("pk", filter=Q(status=AttendanceStatus.UNRECORDED)),
    # Whoever was there has nothing to make up: nobody counts twice.
    "made_up_count": Count("pk", filter=Q(is_made_up=True) & ~Q(status__in=ATTENDED_STATUSES)),
}
PEOPLE = Count("staff", distinct=True)


class RequirementQuerySet(models.QuerySet):
    def in_force_during(self, first: datetime.date, last: datetime.date):
        return self.filter(Q(in_force_until__isnull=True) | Q(in_force_until__gte=first), in_force_from__lte=last)

    def in_force_on(self, day: datetime.date):
        return self.in_force_during(day, day)


class CalendarDayQuerySet(models.QuerySet):
    def of_year(self, year: int):
        return self.filter(day__year=year)


class PlanItemQuerySet(models.QuerySet):
    def of_year(self, year: int):
        return self.filter(plan__year=year)

    def planned(self):
        return self.filter(state="planned")

    def moved_or_cancelled(self):
        """What the layout did not put where the rule says: each has its reason."""
        return self.filter(Q(moved_from__isnull=False) | Q(state="cancelled") | ~Q(reason=""))


class SessionQuerySet(models.QuerySet):
    def held(self):
        return self.filter(state=SessionState.HELD)

    def to_come(self):
        return self.filter(state__in=LIVE)

    def not_cancelled(self):
        return self.exclude(state=SessionState.CANCELLED)

    def between(self, start: datetime.datetime, end: datetime.datetime):
        """Those that run at some instant of [start, end)."""
        return self.filter(starts_at__lt=end, ends_at__gt=start)

    def in_period(self, period: Period):
        """Those planned for `period`, wherever they were moved to."""
        return self.filter(planned_on__gte=period.first, planned_on__lte=period.last)

    def recent_places(self) -> list[str]:
        """Where sessions were or will be, the latest first; for a form to offer."""
        rows = self.exclude(place="").order_by().values("place").annotate(last=Max("starts_at")).order_by("-last", "place")
        return list(rows.values_list("place", flat=True)[:PLACES_OFFERED])

    def with_organiser(self):
        return self.select_related("branch", "department")


class AttendanceQuerySet(models.QuerySet):
    def expected(self):
        return self.filter(is_expected=True)

    def of_held_sessions(self):
        return self.filter(session__state=SessionState.HELD)

    def in_period(self, period: Period):
        return self.filter(session__planned_on__gte=period.first, session__planned_on__lte=period.last)

    def of_staff(self, staff_id: int):
        """Of one person, newest session first."""
        return self.filter(staff=staff_id).select_related("session").order_by("-session__starts_at", "-pk")

    def counted(self):
        """Annotate (after `values()`, for each group) the counts that both rates rest on (§3.4)."""
        return self.annotate(**ATTENDANCE_COUNTS)

    def with_people(self):
        """Annotate, for each group, the number of different people behind the counts."""
        return self.annotate(people=PEOPLE)


class LeaveRequestQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(state=LeaveState.WAITING)

    def approved(self):
        return self.filter(state=LeaveState.APPROVED)


class MakeUpQuerySet(models.QuerySet):
    def owed(self):
        """Those whose person has to do something."""
        return self.filter(state__in=[MakeUpState.OPEN, MakeUpState.RETURNED])

    def to_check(self):
        return self.filter(state=MakeUpState.SUBMITTED)


class _ShanghaiDay(TruncDate):
    """SQLite asks Django's Python for every row's day; counting eight hours on is the same (no summer time since 1991) and many times as fast."""

    def as_sqlite(self, compiler, connection):
        column, params = compiler.compile(self.lhs)
        return f"date(substr({column}, 1, 19), '+8 hours')", params


def day_of(expression: str):
    """The day in Shanghai of a datetime column, in SQL."""
    return _ShanghaiDay(expression, tzinfo=SHANGHAI)


def day_in_year(year, month_and_day: str):
    """The day "-06-30" of the year that `year` (an expression) says, in SQL."""
    return Cast(Concat(Cast(year, CharField()), Value(month_and_day), output_field=CharField()), DateField())
