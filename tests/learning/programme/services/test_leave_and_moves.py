"""Leave, make-up and roll where they meet a move, a cancellation and each other."""

import datetime

import pytest
from django.utils import timezone

from cms.inbox.models import Message
from learning.models import Absence, AttendanceCorrection, LeaveRequest, MakeUp
from learning.programme.choices import AttendanceStatus, LeaveKind, LeaveState, MakeUpState, RecordedBy
from learning.programme.services.leave import LeaveError, ask_leave, decide_leave
from learning.programme.services.make_ups import check_make_up, submit_make_up
from learning.programme.services.roll import correct_attendance, freeze_roster, save_roll
from learning.programme.services.sessions import cancel_session, move_session, notify_session
from tests.factories.organisation import DepartmentFactory, StaffMemberFactory
from tests.factories.pages import make_user
from tests.factories.programme import SessionFactory, at

pytestmark = pytest.mark.django_db
NOW = at(2026, 11, 20, 9)


@pytest.fixture
def clerk():
    return make_user("clerk", is_superuser=True)


@pytest.fixture
def person():
    return StaffMemberFactory(name="陶思远", user=make_user("zhigong"), posted_to=DepartmentFactory())


@pytest.fixture
def session():
    return SessionFactory(starts_at=at(2026, 11, 24))


@pytest.fixture
def granted(session, person, clerk):
    request = ask_leave(session=session, staff=person, kind=LeaveKind.SICK, reason="做肠镜", by=person.user, now=NOW)
    return decide_leave(request=request, is_approved=True, note="", by=clerk, now=NOW)


def subjects(user):
    return list(Message.objects.filter(recipient=user).order_by("created_at", "pk").values_list("subject", flat=True))


class TestMovingASession:
    def test_to_another_day_ends_the_leave_and_its_make_up(self, session, person, granted, clerk):
        move_session(session=session, starts_at=at(2026, 12, 24), reason="会议冲突", by=clerk, now=NOW)
        granted.refresh_from_db()
        assert granted.state == LeaveState.WITHDRAWN
        assert "改期" in granted.decision_note
        assert not MakeUp.objects.exists()
        assert any(subject.startswith("请假作废") for subject in subjects(person.user))
        ask_leave(session=session, staff=person, kind=LeaveKind.DUTY, reason="下校", by=person.user, now=NOW)

    def test_within_the_day_leaves_it_as_it_is(self, session, granted, clerk):
        move_session(session=session, starts_at=at(2026, 11, 24, 16), reason="推迟一小时", by=clerk, now=NOW)
        granted.refresh_from_db()
        assert granted.state == LeaveState.APPROVED

    def test_back_to_an_earlier_time_is_told_again(self, session, person, clerk):
        notify_session(session=session, by=clerk, now=NOW)
        there, back = at(2026, 12, 1), at(2026, 11, 24)
        for number, starts_at in enumerate((there, back, there)):
            later = NOW + datetime.timedelta(minutes=number)
            move_session(session=session, starts_at=starts_at, reason="调整", by=clerk, now=later)
        assert [subject for subject in subjects(person.user) if subject.startswith("改期")] == [f"改期：{session.title}"] * 3
        assert notify_session(session=session, by=clerk, now=NOW) == 1


class TestCancellingASession:
    def test_ends_what_was_asked(self, session, person, clerk):
        request = ask_leave(session=session, staff=person, kind=LeaveKind.DUTY, reason="下校", by=person.user, now=NOW)
        cancel_session(session=session, reason="防汛", by=clerk, now=NOW)
        request.refresh_from_db()
        assert request.state == LeaveState.WITHDRAWN
        with pytest.raises(LeaveError, match="活动已取消，不用再审批"):
            decide_leave(request=request, is_approved=True, note="", by=clerk, now=NOW)
        assert not MakeUp.objects.exists()


class TestAskingLeave:
    def test_is_not_for_somebody_on_long_leave(self, session, person):
        Absence.objects.create(staff=person, kind="parental", started_on=datetime.date(2026, 9, 1))
        with pytest.raises(LeaveError, match="不用请假"):
            ask_leave(session=session, staff=person, kind=LeaveKind.SICK, reason="产假", by=person.user, now=NOW)

    def test_goes_by_the_roster_once_there_is_one(self, session, person):
        session = freeze_roster(session=session, now=session.starts_at)
        newcomer = StaffMemberFactory(posted_to=DepartmentFactory())
        with pytest.raises(LeaveError, match="不用请假"):
            ask_leave(session=session, staff=newcomer, kind=LeaveKind.SICK, reason="病", by=person.user, now=session.starts_at)


class TestGrantingLeave:
    def test_overrules_an_absence_that_was_saved_before_the_roll_was_complete(self, session, person, clerk):
        session = freeze_roster(session=session, now=session.starts_at)
        row = session.attendances.get(staff=person)
        session = save_roll(
            session=session, marks={row.pk: "absent"}, version=session.version, by=clerk, now=session.starts_at, is_complete=False
        )
        request = ask_leave(session=session, staff=person, kind=LeaveKind.DUTY, reason="下校", by=person.user, now=session.starts_at)
        decide_leave(request=request, is_approved=True, note="", by=clerk, now=session.starts_at)
        row.refresh_from_db()
        assert (row.status, row.how) == (AttendanceStatus.DUTY, RecordedBy.LEAVE)

    def test_after_the_roll_tells_nobody_there_what_the_illness_is(self, session, person, clerk):
        session = freeze_roster(session=session, now=session.starts_at)
        row = session.attendances.get(staff=person)
        save_roll(session=session, marks={row.pk: "absent"}, version=session.version, by=clerk, now=session.ends_at)
        request = ask_leave(session=session, staff=person, kind=LeaveKind.SICK, reason="做肠镜", by=person.user, now=session.ends_at)
        decide_leave(request=request, is_approved=True, note="", by=clerk, now=session.ends_at)
        assert AttendanceCorrection.objects.get().reason == "补办请假：病假"


class TestCorrectingToAndFro:
    def test_gives_an_accepted_note_back(self, session, person, clerk):
        session = freeze_roster(session=session, now=session.starts_at)
        row = session.attendances.get(staff=person)
        session = save_roll(session=session, marks={row.pk: "absent"}, version=session.version, by=clerk, now=session.ends_at)
        make_up = MakeUp.objects.get()
        submit_make_up(make_up=make_up, note="读完了，写下两点。", has_read=True, by=person.user, now=session.ends_at)
        check_make_up(make_up=make_up, is_accepted=True, note="", by=clerk, now=session.ends_at)
        for status in ("present", "absent"):
            row = correct_attendance(attendance=row, status=status, reason="核对签到表", by=clerk, now=timezone.now())
        make_up.refresh_from_db()
        assert (make_up.state, make_up.note, row.is_made_up) == (MakeUpState.ACCEPTED, "读完了，写下两点。", True)

    def test_opens_one_that_was_never_written_again(self, session, person, clerk, granted):
        session = freeze_roster(session=session, now=session.starts_at)
        row = session.attendances.get(staff=person)
        session = save_roll(session=session, marks={row.pk: "present"}, version=session.version, by=clerk, now=session.ends_at)
        assert MakeUp.objects.get().state == MakeUpState.CLOSED
        row = correct_attendance(attendance=row, status="absent", reason="核对签到表", by=clerk, now=timezone.now())
        assert (MakeUp.objects.get().state, row.is_made_up) == (MakeUpState.OPEN, False)
        assert LeaveRequest.objects.count() == 1
