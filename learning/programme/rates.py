"""Attendance in figures. Both rates of §3.4, each with the head counts it rests on; people are counted in SQL."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Q, Sum

from ..evidence import Subject
from ..periods import Period
from .choices import ATTENDED_STATUSES
from .models import Attendance, Session


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
    def attendance(self) -> Decimal | None:
        """出勤率 = (到会+迟到+线上) / (应到 − 已批准公差); None where nobody was expected."""
        return _ratio(self.attended, self.expected - self.duty)

    @property
    def completion(self) -> Decimal | None:
        """学习完成率 = (到会+迟到+线上+已补学) / 应到."""
        return _ratio(self.attended + self.made_up, self.expected)

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


COUNTS = {
    "expected": "expected_count",
    "attended": "attended_count",
    "left_early": "left_early_count",
    "duty": "duty_count",
    "leave": "leave_count",
    "absent": "absent_count",
    "unrecorded": "unrecorded_count",
    "made_up": "made_up_count",
}


def _rates(row: dict) -> Rates:
    return Rates(**{name: row[column] for name, column in COUNTS.items()})


def _rows(period: Period, scope=None):
    rows = Attendance.objects.expected().of_held_sessions().in_period(period)
    if scope:
        level, key = scope
        rows = rows.filter(**{"branch" if level == Subject.BRANCH else "department": key})
    return rows


def overall(period: Period, scope: tuple[str, int] | None = None) -> Rates:
    """Of everybody in `scope` ((level, key) of a branch or department as it was then; None is the organ) over the held sessions of `period`."""
    rows = list(_rows(period, scope).order_by().values("is_expected").counted())
    return _rates(rows[0]) if rows else Rates()


@dataclass(frozen=True, slots=True)
class GroupRates:
    key: int | None
    name: str
    people: int
    rates: Rates


def by_department(period: Period) -> list[GroupRates]:
    """One GROUP BY, however many people: departments in their order, as they were at the time of each session."""
    return _grouped(period, None, "department")


def by_branch(period: Period) -> list[GroupRates]:
    return _grouped(period, None, "branch")


def _grouped(period: Period, scope, column: str) -> list[GroupRates]:
    from_rows = (
        _rows(period, scope)
        .order_by()
        .values(key=F(column), name=F(f"{column}__name"), position=F(f"{column}__position"))
        .counted()
        .with_people()
        .order_by("position", "name")
    )
    return [GroupRates(row["key"], row["name"] or "（无）", row["people"], _rates(row)) for row in from_rows]


def by_session(period: Period, scope: tuple[str, int] | None = None) -> list[tuple[Session, Rates]]:
    """Held sessions of `period`, newest first, each with its counts."""
    counts = {row["session"]: _rates(row) for row in _rows(period, scope).order_by().values("session").counted()}
    sessions = Session.objects.held().in_period(period).with_organiser().filter(pk__in=list(counts)).order_by("-starts_at")
    return [(session, counts[session.pk]) for session in sessions]


def of_session(session: Session) -> Rates:
    rows = list(session.attendances.expected().order_by().values("is_expected").counted())
    return _rates(rows[0]) if rows else Rates()


def of_person(staff_id: int, period: Period) -> Rates:
    return study_of_person(staff_id, period)[0]


def study_of_person(staff_id: int, period: Period) -> tuple[Rates, Decimal]:
    """The rates of a person and the 学时 of what was attended or made up, in one statement."""
    studied = Q(status__in=ATTENDED_STATUSES) | Q(is_made_up=True)
    rows = _rows(period).filter(staff=staff_id).order_by().values("is_expected").counted()
    found = list(rows.annotate(hours=Sum("session__study_hours", filter=studied, default=Decimal(0))))
    return (_rates(found[0]), found[0]["hours"]) if found else (Rates(), Decimal(0))
