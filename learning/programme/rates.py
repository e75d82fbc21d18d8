"""Attendance in figures. Both rates of §3.4, each with the head counts it rests on; people are counted in SQL.

Departments and branches are those that people were in at the time of each session. None is ranked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Q, Sum
from django.db.models.functions import TruncMonth

from ..periods import Period
from .choices import ATTENDED_STATUSES
from .models import Attendance, Session
from .querysets import ATTENDANCE_COUNTS, PEOPLE
from .scopes import ORGAN, Scope

FEW = 3  # people: of fewer no percentage is shown, it would be about somebody


@dataclass(frozen=True, slots=True)
class Rates:
    """Counts of person × session."""

    expected: int = 0
    attended: int = 0
    left_early: int = 0
    duty: int = 0
    leave: int = 0
    absent: int = 0
    unrecorded: int = 0
    made_up: int = 0

    @property
    def attendance_base(self) -> int:
        """应到 − 已批准公差."""
        return self.expected - self.duty

    @property
    def completed(self) -> int:
        """到会 + 迟到 + 线上 + 已补学."""
        return self.attended + self.made_up

    @property
    def attendance(self) -> Decimal | None:
        """出勤率 = (到会+迟到+线上) / (应到 − 已批准公差); None where nobody was expected."""
        return _ratio(self.attended, self.attendance_base)

    @property
    def completion(self) -> Decimal | None:
        """学习完成率 = (到会+迟到+线上+已补学) / 应到."""
        return _ratio(self.completed, self.expected)

    @property
    def there(self) -> int:
        """实到: whoever came, also those who left early."""
        return self.attended + self.left_early

    @property
    def excused(self) -> int:
        """请假 of every kind, 公差 included."""
        return self.duty + self.leave

    @property
    def attendance_text(self) -> str:
        return percent(self.attendance)

    @property
    def completion_text(self) -> str:
        return percent(self.completion)

    def __add__(self, other: "Rates") -> "Rates":
        return Rates(*(getattr(self, name) + getattr(other, name) for name in Rates.__slots__))


def _ratio(part: int, whole: int) -> Decimal | None:
    return Decimal(part) / Decimal(whole) if whole > 0 else None


def percent(ratio: Decimal | None) -> str:
    """Rounded here and nowhere before: 93.3%."""
    return "—" if ratio is None else f"{ratio * 100:.1f}%"


@dataclass(frozen=True, slots=True)
class Figure:
    """A rate as it is shown: a percentage with its length as a bar, or the counts alone where they are of fewer than `FEW` people."""

    part: int
    whole: int
    is_of_few: bool

    @property
    def text(self) -> str:
        return self.counts if self.is_of_few and self.whole else percent(_ratio(self.part, self.whole))

    @property
    def counts(self) -> str:
        return f"{self.part}/{self.whole}"

    @property
    def bar(self) -> str:
        """0 to 100; empty where no percentage is shown."""
        ratio = _ratio(self.part, self.whole)
        return "" if self.is_of_few or ratio is None else f"{ratio * 100:.1f}"


@dataclass(frozen=True, slots=True)
class GroupRates:
    """The rates of a group of `people`; `session` where it is those who were expected at one."""

    key: int | None
    name: str
    people: int
    rates: Rates
    session: Session | None = None

    @property
    def attendance(self) -> Figure:
        return Figure(self.rates.attended, self.rates.attendance_base, self.people < FEW)

    @property
    def completion(self) -> Figure:
        return Figure(self.rates.completed, self.rates.expected, self.people < FEW)


def _rates(row: dict) -> Rates:
    return Rates(**{name: row[f"{name}_count"] for name in Rates.__slots__})


def _rows(period: Period, scope: tuple[str, int | None] | None = None):
    rows = Attendance.objects.expected().of_held_sessions().in_period(period).order_by()
    return rows.filter(Scope(*scope).places()) if scope else rows


def overall(period: Period, scope: tuple[str, int | None] | None = None) -> Rates:
    """Of everybody in `scope` (a branch or department as it was then; None is the organ) over the held sessions of `period`."""
    return _rates(_rows(period, scope).aggregate(**ATTENDANCE_COUNTS))


def whole(period: Period, scope: tuple[str, int | None] = ORGAN, *, name: str = "合计") -> GroupRates:
    """`overall` with the number of different people."""
    row = _rows(period, scope).aggregate(people=PEOPLE, **ATTENDANCE_COUNTS)
    return GroupRates(None, name, row["people"], _rates(row))


def by_department(period: Period, scope: tuple[str, int | None] | None = None) -> list[GroupRates]:
    """One GROUP BY, however many people: departments in their order, as they were at the time of each session."""
    return _grouped(period, scope, "department", "未编入科室")


def by_branch(period: Period, scope: tuple[str, int | None] | None = None) -> list[GroupRates]:
    return _grouped(period, scope, "branch", "未编入支部")


def _grouped(period: Period, scope, column: str, none: str) -> list[GroupRates]:
    groups = _rows(period, scope).values(key=F(column)).counted().with_people()
    rows = groups.annotate(name=F(f"{column}__name"), position=F(f"{column}__position")).order_by(
        F(f"{column}__position").asc(nulls_last=True), f"{column}__name", column
    )
    return [GroupRates(row["key"], row["name"] or none, row["people"], _rates(row)) for row in rows]


def by_month(months: Sequence[Period], scope: tuple[str, int | None] | None = None) -> list[GroupRates]:
    """One for each of `months` (in order, without a hole), by the day of the plan; `key` is the number of the month. One statement."""
    span = Period(months[0].first, months[-1].last, months[0].kind)
    rows = _rows(span, scope).annotate(month=TruncMonth("session__planned_on")).values("month").counted().with_people()
    found = {row["month"]: row for row in rows}
    return [
        GroupRates(one.first.month, one.label, found[one.first]["people"], _rates(found[one.first]))
        if one.first in found
        else GroupRates(one.first.month, one.label, 0, Rates())
        for one in months
    ]


def by_session(period: Period, scope: tuple[str, int | None] | None = None) -> list[GroupRates]:
    """Held sessions of `period`, newest first, each with its counts; one row is one person."""
    counts = {row["session"]: _rates(row) for row in _rows(period, scope).values("session").counted()}
    sessions = Session.objects.held().in_period(period).with_organiser().filter(pk__in=list(counts)).order_by("-starts_at", "-pk")
    return [GroupRates(one.pk, one.title, counts[one.pk].expected, counts[one.pk], one) for one in sessions]


def of_session(session: Session) -> Rates:
    return _rates(session.attendances.expected().order_by().aggregate(**ATTENDANCE_COUNTS))


def of_person(staff_id: int, period: Period) -> Rates:
    return study_of_person(staff_id, period)[0]


def study_of_person(staff_id: int, period: Period) -> tuple[Rates, Decimal]:
    """The rates of a person and the 学时 of what was attended or made up, in one statement."""
    studied = Q(status__in=ATTENDED_STATUSES) | Q(is_made_up=True)
    hours = Sum("session__study_hours", filter=studied, default=Decimal(0))
    row = _rows(period).filter(staff=staff_id).aggregate(hours=hours, **ATTENDANCE_COUNTS)
    return _rates(row), row["hours"]


def rows_of_person(staff_id: int, period: Period):
    """What `of_person` was added up from, newest first."""
    return Attendance.objects.expected().of_held_sessions().in_period(period).of_staff(staff_id)
