"""One session as one person sees it: what it is, what it counts for, the own part in it, and what is sensible to do next."""

import datetime
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, Exists, F, OuterRef, Q, Value
from django.urls import reverse

from cms.core.visibility import visible_pages
from cms.inbox.models import Channel, Message

from .choices import THERE_STATUSES, AttendanceStatus, FileKind, LeaveKind, LeaveState, MakeUpState, SessionState
from .models import Attendance, Session
from .querysets import day_of
from .rates import Rates, of_session
from .rights import Rights
from .roster import audience_of, present_audience, reason_for, with_places
from .services.leave import LATEST
from .services.roll import opens_at
from .services.sessions import notice_key
from .timetable import MyPart, ShownState, part_from_roll, shown_state


@dataclass(frozen=True, slots=True)
class Act:
    """A link to the page that does it."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Leave:
    pk: int
    kind: LeaveKind
    state: LeaveState

    @property
    def is_open(self) -> bool:
        return self.state in (LeaveState.WAITING, LeaveState.APPROVED)


@dataclass(frozen=True, slots=True)
class Owed:
    """The own make-up."""

    state: MakeUpState
    due_on: datetime.date

    @property
    def is_to_do(self) -> bool:
        return self.state in (MakeUpState.OPEN, MakeUpState.RETURNED)


@dataclass(frozen=True, slots=True)
class Mine:
    """The own part in a session: on the roster or not and why, how it was recorded, leave and make-up."""

    is_expected: bool
    reason: str
    attendance: Attendance | None = None
    leave: Leave | None = None
    make_up: Owed | None = None

    @property
    def part(self) -> MyPart | None:
        """As recorded; None as long as nobody has."""
        return part_from_roll(self.attendance.status, self.attendance.is_made_up) if self.attendance else None


def find_session(pk: int) -> Session | None:
    """With everything that one row each tells of it."""
    related = ("branch", "department", "host", "recorder", "plan_item__requirement__study_format", "plan_item__plan")
    return Session.objects.select_related(*related).filter(pk=pk).first()


def my_part_in(session: Session, rights: Rights) -> Mine | None:
    """None for an account that belongs to nobody on the roster. Two statements."""
    staff = rights.staff
    if staff is None:
        return None
    leave, make_up = _leave_and_make_up(session, staff)
    if session.roster_frozen_at:
        row = session.attendances.filter(staff=staff).first()
        if row is None:
            return Mine(False, "您不在这次活动的名册里", leave=leave, make_up=make_up)
        is_recorded = row.is_expected and (session.roll_completed_at or row.status != AttendanceStatus.UNRECORDED)
        return Mine(row.is_expected, row.roster_reason, attendance=row if is_recorded else None, leave=leave, make_up=make_up)
    person = with_places(audience_of(session, session.day).filter(pk=staff.pk), session.day).first()
    if person is None:
        return Mine(False, "这次活动的参加人员里没有您", leave=leave, make_up=make_up)
    return Mine(not person.away, reason_for(person, session, session.day), leave=leave, make_up=make_up)


def _leave_and_make_up(session: Session, staff) -> tuple[Leave | None, Owed | None]:
    """The latest request that was not taken back, and the make-up that is or was to be done; one statement."""
    asked = session.leave_requests.filter(staff=staff).exclude(state=LeaveState.WITHDRAWN)
    owed = session.make_ups.filter(staff=staff).exclude(state=MakeUpState.CLOSED)
    columns = ("row_kind", "pk", "row_detail", "state", "row_day")
    rows = asked.order_by().annotate(row_kind=Value("leave"), row_detail=F("kind"), row_day=day_of("asked_at")).values_list(*columns)
    others = owed.order_by().annotate(row_kind=Value("make_up"), row_detail=Value(""), row_day=F("due_on")).values_list(*columns)
    leave = make_up = None
    for row_kind, pk, detail, state, day in sorted(rows.union(others, all=True)):
        if row_kind == "leave":
            leave = Leave(pk, LeaveKind(detail), LeaveState(state))
        else:
            make_up = Owed(MakeUpState(state), day)
    return leave, make_up


def _named(rows, what: str, *, more):
    columns = ("row_kind", "name", "row_more", "position", "pk")
    return rows.order_by().annotate(row_kind=Value(what), row_more=more).values_list(*columns)


class SessionPage:
    """Everything the page of `session` shows to `user`; each part is asked for once, and only where it is shown."""

    def __init__(self, session: Session, rights: Rights, now: datetime.datetime):
        self.session, self.rights, self.now = session, rights, now
        self.may_run = rights.may_run(session)
        self.may_take_roll = rights.may_take_roll(session)
        self.may_see_record = rights.may_see_record(session)

    @property
    def state(self) -> ShownState:
        return shown_state(self.session, self.now)

    @cached_property
    def _names(self) -> dict[str, list]:
        """What it counts for, whom it is taught by and what about: (name, more) in their order, in one statement."""
        session, found = self.session, {"format": [], "topic": [], "lecturer": []}
        formats = _named(session.formats, "format", more=Value(""))
        others = _named(session.topics, "topic", more=F("area")), _named(session.lecturers, "lecturer", more=F("post"))
        for what, name, more, _position, _pk in sorted(formats.union(*others, all=True), key=lambda row: row[3:]):
            found[what].append((name, more))
        return found

    @property
    def formats(self) -> list[str]:
        return [name for name, _more in self._names["format"]]

    @property
    def topics(self) -> list[str]:
        return [name for name, _area in self._names["topic"]]

    @property
    def lecturers(self) -> list[tuple[str, str]]:
        """Name and post."""
        return self._names["lecturer"]

    @cached_property
    def moves(self) -> list:
        return list(self.session.moves.all())

    @cached_property
    def materials(self) -> list:
        """Only pages that this person may read."""
        return materials_of(self.session, self.rights.user)

    @cached_property
    def files(self) -> list:
        return list(self.session.files.all()) if self.may_see_record else []

    @property
    def photos(self) -> list:
        return [file for file in self.files if file.kind == FileKind.PHOTO]

    @property
    def papers(self) -> list:
        return [file for file in self.files if file.kind != FileKind.PHOTO]

    @cached_property
    def mine(self) -> Mine | None:
        return my_part_in(self.session, self.rights)

    @cached_property
    def rates(self) -> Rates | None:
        """Head counts without names, once it was held."""
        return of_session(self.session) if self.session.roll_completed_at else None

    @property
    def attended(self) -> int:
        """Those who were there, 早退 included: they were seen."""
        return self.rates.attended + self.rates.left_early

    @property
    def due_without_duty(self) -> int:
        """What 出勤率 is of."""
        return self.rates.expected - self.rates.duty

    @property
    def on_leave(self) -> int:
        return self.rates.duty + self.rates.leave

    @property
    def may_ask_leave(self) -> bool:
        mine, session = self.mine, self.session
        if mine is None or not mine.is_expected or (mine.leave and mine.leave.is_open) or not (session.is_to_come or session.is_held):
            return False
        was_there = mine.attendance is not None and mine.attendance.status in THERE_STATUSES
        return not was_there and not mine.make_up and self.now <= session.ends_at + LATEST

    @property
    def is_roll_open(self) -> bool:
        return self.session.is_to_come and self.now >= opens_at(self.session)

    @cached_property
    def next_act(self) -> Act | None:
        """The one thing that is sensible now, for this person; None where there is nothing to do."""
        return self._next_for_runner() or self._next_for_myself()

    def _next_for_myself(self) -> Act | None:
        if self.mine and self.mine.make_up and self.mine.make_up.is_to_do and self.session.roll_completed_at:
            return self._act("去补学", "make_up")
        return None

    def _next_for_runner(self) -> Act | None:
        session = self.session
        if self.is_roll_open and self.may_take_roll:
            return self._act("点名", "roll")
        if session.is_held and self.may_take_roll and not session.points:
            return self._act("写要点", "session_points")
        if session.is_held and self.may_take_roll and not self.files:
            return self._act("传照片和签到表", "session_files")
        if not (session.is_to_come and self.may_run):
            return None
        if not session.place:
            return self._act("填写地点", "edit_session")
        if not self.materials:
            return self._act("选学习材料", "session_materials")
        return self._act("发通知", "notify_session") if session.state == SessionState.PLANNED else None

    @property
    def may_begin_lecture_record(self) -> bool:
        """Whether the page of the public record may be begun from here; whether there is a column to write in is asked when it is."""
        return self.session.is_held and self.may_see_record and self.rights.user.has_perm("wagtailadmin.access_admin")

    @property
    def acts(self) -> list[Act]:
        """What this person may do with it otherwise, in the order of a session's life."""
        session, acts = self.session, []
        if self.may_run and session.is_to_come:
            acts += [self._act("修改", "edit_session"), self._act("选材料", "session_materials"), self._act("发通知", "notify_session")]
        elif self.may_run and session.is_held:
            acts += [self._act("修改", "edit_session"), self._act("选材料", "session_materials")]
        if self.may_take_roll and session.is_to_come:
            acts += [self._act("点名", "roll")] if self.is_roll_open else []
            acts += [self._act("签到表", "sign_in_sheet")]
            acts += [self._act("签到二维码", "sign_in_code")] if session.accepts_code else []
        elif self.may_see_record and session.is_held:
            acts += [self._act("考勤名册", "roll")] if self.may_take_roll else []
        if self.may_take_roll and session.state != SessionState.CANCELLED:
            acts += [self._act("要点", "session_points")]
        if self.may_take_roll:
            acts += [self._act("照片和文件", "session_files")]
        if self.may_see_record and session.is_held:
            acts += [self._act("记实表", "session_record")]
        if self.may_run and session.is_to_come:
            acts += [self._act("改期", "move_session"), self._act("取消活动", "cancel_session")]
        return [act for act in acts if self.next_act is None or act.url != self.next_act.url]

    def _act(self, label: str, name: str) -> Act:
        return Act(label, reverse(name, args=[self.session.pk]))


def materials_of(session: Session, user) -> list:
    """Pages, in their order, that `user` may read."""
    return list(visible_pages(user).filter(studied_in__session=session.pk).order_by("studied_in__position", "studied_in__pk"))


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom a notice would reach, and by which ways."""

    people: int
    with_account: int
    told: int
    channels: list[Channel]

    @property
    def without_account(self) -> int:
        return self.people - self.with_account

    @property
    def new(self) -> int:
        return self.with_account - self.told


def reach_of_notice(session: Session) -> Reach:
    """Two statements."""
    told = Message.objects.filter(recipient=OuterRef("user"), key=notice_key(session))
    counts = present_audience(session, session.day).aggregate(
        people=Count("pk"),
        with_account=Count("pk", filter=Q(user__is_active=True)),
        told=Count("pk", filter=Q(user__is_active=True) & Exists(told)),
    )
    return Reach(**counts, channels=list(Channel.objects.filter(is_active=True)))
