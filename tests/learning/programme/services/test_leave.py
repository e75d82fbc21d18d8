"""From asking leave to a make-up and a corrected rate; who decides what."""

import pytest

from cms.inbox.models import Message
from learning.evidence import Subject
from learning.models import Attendance, LeaveRequest, MakeUp
from learning.periods import PeriodKind, period_of
from learning.programme.choices import AttendanceStatus, LeaveState, MakeUpState, RecordedBy, SessionKind, SessionState
from learning.programme.rates import of_person
from learning.programme.services.leave import (
    LeaveError,
    approvers_of,
    ask_leave,
    decide_leave,
    may_decide,
    other_leave_this_year,
    waiting_for,
    withdraw_leave,
)
from learning.programme.services.make_ups import MakeUpError, check_make_up, effect_of, may_check, submit_make_up, to_check_by
from learning.programme.services.roll import freeze_roster, save_roll
from tests.factories.bureau import make_bureau, rights_of
from tests.factories.programme import SessionFactory, at
from tests.standing import standing

NOW = at(2026, 11, 25, 9)
TODAY = NOW.date()
YEAR = period_of(TODAY, PeriodKind.YEAR)


@standing()
def bureau():
    return make_bureau()


@pytest.fixture
def session(bureau):
    return SessionFactory(starts_at=at(2026, 12, 1))


def ask(person, session, *, kind="duty", now=NOW):
    return ask_leave(session=session, staff=person, kind=kind, reason="下校督导", by=person.user, now=now)


def decide(leave, by, *, is_approved=True, note="", now=NOW):
    return decide_leave(request=leave, is_approved=is_approved, note=note, by=by.user, now=now)


def hold(session, clerk, missing=()):
    """Take the roll of `session` when it ended."""
    session = freeze_roster(session=session, now=session.starts_at)
    marks = {row.pk: AttendanceStatus.ABSENT for row in session.attendances.expected() if row.staff in missing}
    return save_roll(session=session, marks=marks, version=session.version, by=clerk.user, now=session.ends_at)


class TestAskLeave:
    def test_tells_whoever_decides(self, bureau, session):
        ask(bureau.member, session)
        assert list(Message.objects.values_list("recipient", flat=True)) == [bureau.head.user_id]

    @pytest.mark.parametrize(
        ("kind", "reason", "field"), [("", "督导", "kind"), ("holidays", "督导", "kind"), ("duty", " ", "reason"), ("duty", "", "reason")]
    )
    def test_wants_a_kind_and_a_reason(self, bureau, session, kind, reason, field):
        with pytest.raises(LeaveError) as caught:
            ask_leave(session=session, staff=bureau.member, kind=kind, reason=reason, by=bureau.member.user, now=NOW)
        assert list(caught.value.message_dict) == [field]

    def test_is_asked_once(self, bureau, session):
        ask(bureau.member, session)
        with pytest.raises(LeaveError, match="已请过假"):
            ask(bureau.member, session)
        assert LeaveRequest.objects.count() == 1

    def test_is_not_for_whoever_is_not_expected(self, bureau):
        with pytest.raises(LeaveError, match="不在这次活动"):
            ask(bureau.head, SessionFactory(starts_at=at(2026, 12, 1), audience="party_members"))

    def test_is_not_for_what_was_cancelled_or_is_long_over(self, bureau):
        with pytest.raises(LeaveError, match="已取消"):
            ask(bureau.member, SessionFactory(state=SessionState.CANCELLED, reason="防汛"))
        with pytest.raises(LeaveError, match="3 天以上"):
            ask(bureau.member, SessionFactory(starts_at=at(2026, 11, 20)))

    def test_is_not_for_whoever_was_there(self, bureau):
        with pytest.raises(LeaveError, match="已登记到会"):
            ask(bureau.member, SessionFactory(held=True, starts_at=at(2026, 11, 24), attended_by=[bureau.member]))


class TestMayDecide:
    def test_is_the_head_of_the_persons_department_or_a_clerk(self, bureau, session):
        leave = ask(bureau.member, session)
        allowed = {
            name
            for name in vars(bureau)
            if hasattr(getattr(bureau, name), "user_id") and may_decide(rights_of(getattr(bureau, name), TODAY), leave)
        }
        assert allowed == {"head", "clerk"}

    def test_is_the_leader_for_the_core_group(self, bureau):
        leave = ask(bureau.member, SessionFactory(starts_at=at(2026, 12, 1), kind=SessionKind.CORE_GROUP))
        allowed = {name for name in ("head", "leader", "secretary", "clerk") if may_decide(rights_of(getattr(bureau, name), TODAY), leave)}
        assert allowed == {"leader", "clerk"}
        assert [user.pk for user in approvers_of(leave, day=TODAY)] == [bureau.leader.user_id]

    @pytest.mark.parametrize("role", ["head", "clerk", "leader"])
    def test_is_never_the_person(self, bureau, role):
        person = getattr(bureau, role)
        leave = ask(
            person, SessionFactory(starts_at=at(2026, 12, 1), kind=SessionKind.CORE_GROUP if role == "leader" else SessionKind.COLLECTIVE)
        )
        assert not may_decide(rights_of(person, TODAY), leave)
        assert leave not in waiting_for(rights_of(person, TODAY))
        with pytest.raises(LeaveError, match="不由您审批"):
            decide(leave, person)

    def test_goes_to_the_clerks_where_the_head_asks(self, bureau, session):
        assert [user.pk for user in approvers_of(ask(bureau.head, session), day=TODAY)] == [bureau.clerk.user_id]


class TestDecideLeave:
    def test_of_another_departments_head_is_refused(self, bureau, session):
        leave = ask(bureau.member, session)
        with pytest.raises(LeaveError, match="不由您审批"):
            decide(leave, bureau.other_head)
        leave.refresh_from_db()
        assert leave.state == LeaveState.WAITING

    def test_opens_a_make_up_due_a_fortnight_after(self, bureau, session):
        decide(ask(bureau.member, session), bureau.head)
        make_up = MakeUp.objects.get()
        assert (make_up.staff, make_up.due_on) == (bureau.member, at(2026, 12, 15).date())

    def test_is_made_once(self, bureau, session):
        leave = ask(bureau.member, session)
        decide(leave, bureau.head)
        with pytest.raises(LeaveError, match="已批准"):
            decide(leave, bureau.clerk, is_approved=False, note="不行")

    def test_wants_a_word_with_a_refusal(self, bureau, session):
        leave = ask(bureau.member, session)
        with pytest.raises(LeaveError) as caught:
            decide(leave, bureau.head, is_approved=False)
        assert "note" in caught.value.message_dict
        decide(leave, bureau.head, is_approved=False, note="要您汇报")
        assert not MakeUp.objects.exists()
        ask(bureau.member, session)  # again, with more to say

    def test_comes_after_the_roll_too(self, bureau):
        session = SessionFactory(starts_at=at(2026, 11, 24))
        hold(session, bureau.clerk, missing=[bureau.member])
        decide(ask(bureau.member, session), bureau.head)
        row = Attendance.objects.get(staff=bureau.member)
        assert (row.status, row.how) == (AttendanceStatus.DUTY, RecordedBy.LEAVE)
        assert MakeUp.objects.filter(staff=bureau.member).count() == 1

    def test_counts_the_others_of_the_year(self, bureau, session):
        first = ask(bureau.member, session)
        assert other_leave_this_year(first) == 0
        decide(ask(bureau.member, SessionFactory(starts_at=at(2026, 12, 2))), bureau.head)
        decide(ask(bureau.member, SessionFactory(starts_at=at(2027, 1, 5))), bureau.head)
        assert other_leave_this_year(first) == 1


class TestWithdrawLeave:
    def test_takes_the_make_up_and_the_mark_with_it(self, bureau):
        session = SessionFactory(starts_at=at(2026, 11, 25, 9, 30))
        leave = decide(ask(bureau.member, session), bureau.head)
        freeze_roster(session=session, now=NOW)
        withdraw_leave(request=leave, by=bureau.member.user, now=NOW)
        assert not MakeUp.objects.exists()
        assert Attendance.objects.get(staff=bureau.member).status == AttendanceStatus.UNRECORDED
        ask(bureau.member, session)

    def test_is_for_whoever_asked(self, bureau, session):
        with pytest.raises(LeaveError, match="自己的"):
            withdraw_leave(request=ask(bureau.member, session), by=bureau.head.user, now=NOW)

    def test_ends_with_the_roll(self, bureau):
        session = SessionFactory(starts_at=at(2026, 11, 24))
        leave = decide(ask(bureau.member, session, now=at(2026, 11, 23)), bureau.head, now=at(2026, 11, 23))
        hold(session, bureau.clerk)
        with pytest.raises(LeaveError, match="点名已完成"):
            withdraw_leave(request=leave, by=bureau.member.user, now=NOW)


class TestTheWayToACorrectedRate:
    def test_leaves_attendance_and_raises_completion(self, bureau):
        SessionFactory(held=True, starts_at=at(2026, 11, 10), attended_by=[bureau.member])
        session = SessionFactory(starts_at=at(2026, 11, 24))
        decide(ask(bureau.member, session, kind="personal", now=at(2026, 11, 23)), bureau.head, now=at(2026, 11, 23))
        hold(session, bureau.clerk)
        before = of_person(bureau.member.pk, YEAR)
        assert (before.attendance_text, before.completion_text) == ("50.0%", "50.0%")
        make_up = submit_make_up(make_up=MakeUp.objects.get(), note="读完了", has_read=True, by=bureau.member.user, now=NOW)
        assert of_person(bureau.member.pk, YEAR) == before
        make_up = check_make_up(make_up=make_up, is_accepted=True, note="", by=bureau.clerk.user, now=NOW)
        after = of_person(bureau.member.pk, YEAR)
        assert (after.attendance_text, after.completion_text) == ("50.0%", "100.0%")
        effect = effect_of(make_up)
        assert (effect.before, effect.after) == (before, after)


class TestSubmitMakeUp:
    @pytest.fixture
    def make_up(self, bureau):
        hold(SessionFactory(starts_at=at(2026, 11, 24)), bureau.clerk, missing=[bureau.member])
        return MakeUp.objects.get()

    def submit(self, make_up, person, *, note="读完了", has_read=True):
        return submit_make_up(make_up=make_up, note=note, has_read=has_read, by=person.user, now=NOW)

    def test_is_for_the_person(self, bureau, make_up):
        with pytest.raises(MakeUpError, match="自己的"):
            self.submit(make_up, bureau.colleague)

    @pytest.mark.parametrize(("facts", "field"), [({"has_read": False}, "has_read"), ({"note": " \n"}, "note")])
    def test_wants_the_material_read_and_a_note(self, bureau, make_up, facts, field):
        with pytest.raises(MakeUpError) as caught:
            self.submit(make_up, bureau.member, **facts)
        assert list(caught.value.message_dict) == [field]

    def test_wants_no_minimum(self, bureau, make_up):
        assert self.submit(make_up, bureau.member, note="好").state == MakeUpState.SUBMITTED

    def test_is_handed_in_once(self, bureau, make_up):
        self.submit(make_up, bureau.member)
        with pytest.raises(MakeUpError, match="待核对"):
            self.submit(make_up, bureau.member, note="又写一遍")
        make_up.refresh_from_db()
        assert make_up.note == "读完了"

    def test_waits_for_the_session(self, bureau):
        session = SessionFactory(starts_at=at(2026, 12, 1))
        decide(ask(bureau.member, session), bureau.head)
        with pytest.raises(MakeUpError, match="还没举行"):
            self.submit(MakeUp.objects.get(), bureau.member)

    def test_given_back_is_written_again(self, bureau, make_up):
        self.submit(make_up, bureau.member)
        with pytest.raises(MakeUpError):
            check_make_up(make_up=make_up, is_accepted=False, note="", by=bureau.clerk.user, now=NOW)
        check_make_up(make_up=make_up, is_accepted=False, note="写写怎么用", by=bureau.clerk.user, now=NOW)
        assert self.submit(make_up, bureau.member, note="用在接待里").state == MakeUpState.SUBMITTED


class TestCheckMakeUp:
    def test_is_for_whoever_runs_the_session_and_never_for_the_person(self, bureau):
        session = SessionFactory(
            held=True, starts_at=at(2026, 11, 24), organised_by=Subject.BRANCH, branch=bureau.branch, audience="party_members"
        )
        own = MakeUp.objects.create(session=session, staff=bureau.secretary, due_on=TODAY, state="submitted", note="好", submitted_at=NOW)
        make_up = MakeUp.objects.create(session=session, staff=bureau.member, due_on=TODAY, state="submitted", note="好", submitted_at=NOW)
        assert list(to_check_by(rights_of(bureau.secretary, TODAY))) == [make_up]
        assert not may_check(rights_of(bureau.secretary, TODAY), own)
        assert not may_check(rights_of(bureau.head, TODAY), make_up)
        for stranger in (bureau.secretary, bureau.head):
            with pytest.raises(MakeUpError, match="不由您核对"):
                check_make_up(make_up=own, is_accepted=True, note="", by=stranger.user, now=NOW)
        check_make_up(make_up=make_up, is_accepted=True, note="", by=bureau.secretary.user, now=NOW)
        with pytest.raises(MakeUpError, match="已补学"):
            check_make_up(make_up=make_up, is_accepted=False, note="再写", by=bureau.clerk.user, now=NOW)
