"""The sessions of a month, a week or a quarter, day by day, as one person sees them. Three statements and the person's own facts."""

import datetime
from dataclasses import dataclass, field
from enum import Enum

from django.db.models import OuterRef, Subquery

from ..evidence import Subject
from ..periods import ONE_DAY, Period, PeriodKind, period_of
from .choices import THERE_STATUSES, AttendanceStatus, SessionKind, SessionState
from .expectations import Expectations
from .models import Attendance, Session
from .rights import Rights
from .services.plans import work_calendar

FIRST_YEAR, LAST_YEAR = 2000, 2100


class View(Enum):
    """How the sessions are laid out, and how much of the calendar one screen shows."""

    MONTH = ("month", "月", PeriodKind.MONTH, "上个月", "下个月")
    WEEK = ("week", "周", PeriodKind.WEEK, "上一周", "下一周")
    LIST = ("list", "列表", PeriodKind.QUARTER, "上季度", "下季度")

    def __init__(self, key, label, period_kind, previous_label, next_label):
        self.key, self.label, self.period_kind = key, label, period_kind
        self.previous_label, self.next_label = previous_label, next_label


class ShownState(Enum):
    """What a list says of a session: word and mark; the colour is the style sheet's."""

    PLANNED = ("planned", "计划", "–")
    NOTIFIED = ("notified", "已通知", "◔")
    POSTPONED = ("postponed", "顺延", "↷")
    TO_BE_ROLLED = ("waiting", "待点名", "◐")  # it is over and nobody has completed the roll
    HELD = ("held", "已举行", "●")
    CANCELLED = ("cancelled", "取消", "×")

    def __init__(self, key, label, mark):
        self.key, self.label, self.mark = key, label, mark


BY_STATE = {
    SessionState.PLANNED: ShownState.PLANNED,
    SessionState.NOTIFIED: ShownState.NOTIFIED,
    SessionState.POSTPONED: ShownState.POSTPONED,
    SessionState.HELD: ShownState.HELD,
    SessionState.CANCELLED: ShownState.CANCELLED,
}


def shown_state(session: Session, now: datetime.datetime) -> ShownState:
    if session.is_to_come and session.ends_at <= now:
        return ShownState.TO_BE_ROLLED
    return BY_STATE[SessionState(session.state)]


class MyPart(Enum):
    """What a session is to the person who looks."""

    EXPECTED = ("expected", "要参加", "◆")
    ATTENDED = ("attended", "已参加", "●")
    MADE_UP = ("made_up", "已补学", "●")
    ON_LEAVE = ("leave", "请假", "◐")
    ABSENT = ("absent", "缺席", "○")
    UNRECORDED = ("unrecorded", "未登记", "–")

    def __init__(self, key, label, mark):
        self.key, self.label, self.mark = key, label, mark


def part_from_roll(status: str, is_made_up: bool) -> MyPart:
    if is_made_up:
        return MyPart.MADE_UP
    if status in THERE_STATUSES:
        return MyPart.ATTENDED
    if status == AttendanceStatus.ABSENT:
        return MyPart.ABSENT
    return MyPart.UNRECORDED if status == AttendanceStatus.UNRECORDED else MyPart.ON_LEAVE


@dataclass(frozen=True, slots=True)
class Entry:
    session: Session
    state: ShownState
    my_part: MyPart | None


@dataclass(frozen=True, slots=True)
class Day:
    day: datetime.date
    is_in_period: bool
    is_today: bool
    is_workday: bool
    note: str  # the holiday, or that it is a make-up workday
    entries: list[Entry] = field(default_factory=list)

    @property
    def is_quiet(self) -> bool:
        """Nothing to say of it: where days stand below each other it is left out."""
        return not (self.entries or self.note or self.is_today)


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Timetable:
    view: View
    period: Period
    days: list[Day]
    kinds: list[Choice]
    organisers: list[Choice]
    is_calendar_known: bool
    total: int  # in the period, whatever the filters
    shown: int

    @property
    def previous_on(self) -> datetime.date:
        return self.period.previous.first

    @property
    def next_on(self) -> datetime.date:
        return self.period.next.first

    @property
    def has_previous(self) -> bool:
        return self.period.first.year >= FIRST_YEAR and self.previous_on.year >= FIRST_YEAR

    @property
    def has_next(self) -> bool:
        return self.next_on.year <= LAST_YEAR

    @property
    def title(self) -> str:
        if self.view is View.WEEK:
            return f"{_in_words(self.period.first)}—{_in_words(self.period.last, beside=self.period.first)}"
        return self.period.label


def _in_words(day: datetime.date, *, beside: datetime.date | None = None) -> str:
    if beside and beside.year == day.year:
        return f"{day.day}日" if beside.month == day.month else f"{day.month}月{day.day}日"
    return f"{day.year}年{day.month}月{day.day}日"


def day_from(text: str, *, otherwise: datetime.date) -> datetime.date:
    """The day that an address names; `otherwise` for anything that is none or lies beyond the calendar."""
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        return otherwise
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else otherwise


def organiser_key(session: Session) -> str:
    """organ, branch:3, department:5: as the address names who organises."""
    key = session.branch_id or session.department_id
    return f"{session.organised_by}:{key}" if key else str(Subject.ORGAN.value)


def timetable(
    *, view: View, on: datetime.date, rights: Rights, now: datetime.datetime, kind: str = "", organiser: str = "", is_mine: bool = False
) -> Timetable:
    """The filters are applied here and not in SQL, so that their choices are what the period really holds."""
    period = period_of(on, view.period_kind)
    first, last = _shown_days(view, period)
    entries = _entries(period, first, last, rights, now)
    in_period = [entry for entry in entries if entry.session.day in period]
    wanted = [
        entry
        for entry in entries
        if (not kind or entry.session.kind == kind)
        and (not organiser or organiser_key(entry.session) == organiser)
        and (not is_mine or entry.my_part)
    ]
    calendar = work_calendar(period.first.year)
    days = [_day(day, period, rights.today, calendar) for day in _each(first, last)]
    by_day = {one.day: one.entries for one in days}
    for entry in wanted:
        by_day[entry.session.day].append(entry)
    return Timetable(
        view=view,
        period=period,
        days=days,
        kinds=_choices((entry.session.kind, SessionKind(entry.session.kind).label) for entry in in_period),
        organisers=_choices((organiser_key(entry.session), entry.session.organiser_name) for entry in in_period),
        is_calendar_known=calendar.is_known,
        total=len(in_period),
        shown=sum(1 for entry in wanted if entry.session.day in period),
    )


def _shown_days(view: View, period: Period) -> tuple[datetime.date, datetime.date]:
    """A month is shown in whole weeks."""
    if view is not View.MONTH:
        return period.first, period.last
    return period_of(period.first, PeriodKind.WEEK).first, period_of(period.last, PeriodKind.WEEK).last


def _each(first: datetime.date, last: datetime.date):
    while first <= last:
        yield first
        first += ONE_DAY


def _day(day, period, today, calendar) -> Day:
    note = calendar.holidays.get(day) or ("调休上班" if day in calendar.workdays else "")
    return Day(day, is_in_period=day in period, is_today=day == today, is_workday=calendar.is_workday(day), note=note)


def _choices(pairs) -> list[Choice]:
    return [Choice(value, label) for value, label in dict(pairs).items()]


def _entries(period, first, last, rights, now) -> list[Entry]:
    days = Period(first, last, period.kind)
    sessions = (
        Session.objects.filter(starts_at__gte=days.starts_at, starts_at__lt=days.ends_at).with_organiser().order_by("starts_at", "pk")
    )
    if rights.staff is None:
        return [Entry(session, shown_state(session, now), None) for session in sessions]
    mine = Attendance.objects.filter(session=OuterRef("pk"), staff=rights.staff, is_expected=True)
    sessions = sessions.annotate(my_status=Subquery(mine.values("status")[:1]), is_made_up=Subquery(mine.values("is_made_up")[:1]))
    expectations = Expectations([rights.staff], standings=rights.standings)
    return [Entry(session, shown_state(session, now), _my_part(session, rights.staff, expectations)) for session in sessions]


def _my_part(session, staff, expectations) -> MyPart | None:
    """From the frozen roster where there is one, from the rule before that."""
    if session.state == SessionState.CANCELLED:
        return None
    if session.roster_frozen_at:
        if session.my_status is None:
            return None
        part = part_from_roll(session.my_status, session.is_made_up)
        return MyPart.EXPECTED if part is MyPart.UNRECORDED and not session.roll_completed_at else part
    return MyPart.EXPECTED if expectations.is_expected(staff, session) else None
