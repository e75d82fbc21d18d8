import datetime
import threading

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wagtail.models import ModelLogEntry

from cms.inbox.models import Channel, Delivery, Message
from learning.models import Absence, Attendance, LeaveRequest, MakeUp, Session, StaffMember
from learning.programme.choices import AttendanceStatus, LeaveState, MakeUpState, RecordedBy, SessionState
from learning.programme.rates import of_session
from learning.programme.services.roll import (
    NotExpectedError,
    RollChangedError,
    RollError,
    correct_attendance,
    freeze_roster,
    freeze_started_sessions,
    save_roll,
    set_code_sign_in,
    sign_in,
)
from learning.programme.services.sessions import SessionError
from tests.factories.organisation import DepartmentFactory, StaffMemberFactory
from tests.factories.pages import make_user
from tests.factories.programme import AttendanceFactory, SessionFactory, at

NOW = at(2026, 11, 24, 15)
MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def clerk(db):
    return make_user("clerk")


def frozen(number=4, **facts):
    """A session with a frozen roster of `number` people, of them the first with an account."""
    session = SessionFactory(roster_frozen_at=NOW, **facts)
    people = [StaffMemberFactory() for _one in range(number)]
    people[0].user = make_user(f"first{session.pk}")
    people[0].save()
    rows = [AttendanceFactory(session=session, staff=person) for person in people]
    return session, rows


def statuses(session):
    return list(session.attendances.order_by("pk").values_list("status", flat=True))


class TestFreezeRoster:
    def test_writes_down_who_is_expected_with_place_and_reason(self, clerk):
        office = DepartmentFactory(name="办公室")
        person, away = StaffMemberFactory(posted_to=office), StaffMemberFactory(posted_to=office)
        Absence.objects.create(staff=away, kind=Absence.Kind.PARENTAL, started_on=datetime.date(2026, 9, 1))
        session = freeze_roster(session=SessionFactory(), now=NOW)
        row, out = session.attendances.get(staff=person), session.attendances.get(staff=away)
        assert (row.department, row.is_expected, row.status) == (office, True, "unrecorded")
        assert not out.is_expected
        assert "2026-09-01" in out.roster_reason

    def test_presets_an_approved_leave(self, clerk):
        person = StaffMemberFactory(posted_to=DepartmentFactory())
        session = SessionFactory()
        LeaveRequest.objects.create(
            session=session, staff=person, kind="duty", reason="下校", asked_at=NOW, state=LeaveState.APPROVED, decided_at=NOW
        )
        row = freeze_roster(session=session, now=NOW).attendances.get()
        assert (row.status, row.how) == ("duty", RecordedBy.LEAVE)

    def test_is_done_once(self, clerk):
        StaffMemberFactory(posted_to=DepartmentFactory())
        session = freeze_roster(session=SessionFactory(), now=NOW)
        StaffMemberFactory(posted_to=DepartmentFactory())
        freeze_roster(session=session, now=NOW + MINUTE)
        assert session.attendances.count() == 1

    def test_waits_until_it_is_time_and_for_a_session_that_takes_place(self, clerk):
        with pytest.raises(SessionError, match="60 分钟"):
            freeze_roster(session=SessionFactory(), now=NOW - 61 * MINUTE)
        with pytest.raises(SessionError, match="防汛"):
            freeze_roster(session=SessionFactory(state="cancelled", reason="防汛"), now=NOW)

    def test_comes_by_itself_when_a_session_starts(self, clerk):
        begun, later = SessionFactory(), SessionFactory(starts_at=NOW + 30 * MINUTE)
        assert freeze_started_sessions(NOW) == "固定名册 1 次"
        assert Session.objects.get(pk=begun.pk).roster_frozen_at
        assert not Session.objects.get(pk=later.pk).roster_frozen_at


class TestSaveRoll:
    def test_completes_with_everybody_there_but_the_marked(self, clerk, django_capture_on_commit_callbacks):
        session, rows = frozen()
        with django_capture_on_commit_callbacks(execute=True):
            save_roll(session=session, marks={rows[0].pk: "absent", rows[1].pk: "late"}, version=1, by=clerk, now=NOW)
        assert statuses(session) == ["absent", "late", "present", "present"]
        session.refresh_from_db()
        assert (session.state, session.version, session.roll_completed_at) == (SessionState.HELD, 2, NOW)
        assert list(MakeUp.objects.values_list("staff", "due_on")) == [(rows[0].staff_id, datetime.date(2026, 12, 8))]
        assert Message.objects.get().recipient == rows[0].staff.user
        assert ModelLogEntry.objects.get(action="programme.roll").data == {"complete": True, "changed": 4}

    def test_kept_for_now_leaves_the_rest_unrecorded(self, clerk):
        session, rows = frozen()
        save_roll(session=session, marks={rows[0].pk: "absent"}, version=1, by=clerk, now=NOW, is_complete=False)
        assert statuses(session) == ["absent", "unrecorded", "unrecorded", "unrecorded"]
        assert not Session.objects.get().roll_completed_at
        assert not MakeUp.objects.exists()

    def test_may_leave_those_unrecorded_who_did_not_sign(self, clerk):
        session, rows = frozen(2)
        save_roll(session=session, marks={rows[0].pk: "present"}, version=1, by=clerk, now=NOW, rest="unrecorded")
        assert statuses(session) == ["present", "unrecorded"]
        assert not MakeUp.objects.exists()  # 未登记 is not 缺席

    def test_tells_the_second_of_two_clerks_and_loses_nothing(self, clerk):
        session, rows = frozen()
        save_roll(session=session, marks={rows[0].pk: "absent"}, version=1, by=clerk, now=NOW, is_complete=False)
        with pytest.raises(RollChangedError, match="别人刚保存过"):
            save_roll(session=session, marks={rows[1].pk: "late"}, version=1, by=clerk, now=NOW)
        assert statuses(session) == ["absent", "unrecorded", "unrecorded", "unrecorded"]

    def test_refuses_a_roll_that_is_complete(self, clerk):
        session, rows = frozen()
        save_roll(session=session, marks={}, version=1, by=clerk, now=NOW)
        with pytest.raises(RollChangedError, match="更正"):
            save_roll(session=session, marks={rows[1].pk: "late"}, version=2, by=clerk, now=NOW)

    def test_does_not_overrule_unseen_whoever_signed_meanwhile(self, clerk):
        session, rows = frozen(accepts_code=True)
        sign_in(session=session, staff=rows[0].staff, by=rows[0].staff.user, now=NOW)
        marks, seen = {rows[0].pk: "absent"}, {rows[0].pk: "unrecorded"}
        with pytest.raises(RollChangedError, match=rows[0].staff.name):
            save_roll(session=session, marks=marks, seen=seen, version=1, by=clerk, now=NOW)
        save_roll(session=session, marks=marks, seen={rows[0].pk: "present"}, version=1, by=clerk, now=NOW)
        assert statuses(session)[0] == "absent"

    def test_keeps_a_sign_in_of_somebody_nobody_marked(self, clerk):
        session, rows = frozen(2, accepts_code=True)
        sign_in(session=session, staff=rows[0].staff, by=rows[0].staff.user, now=NOW + 11 * MINUTE)
        save_roll(session=session, marks={}, version=1, by=clerk, now=NOW + 20 * MINUTE)
        assert statuses(session) == ["late", "present"]

    @pytest.mark.parametrize(
        ("facts", "words"),
        [
            ({"marks": {999: "absent"}}, "不在这次的应到名册里"),
            ({"status": "ill"}, "没有“ill”这种状态"),
            ({"rest": "ill"}, "没有“ill”这种状态"),
            ({"now": NOW - 61 * MINUTE}, "还没开始"),
        ],
    )
    def test_refuses_what_cannot_be(self, clerk, facts, words):
        session, rows = frozen()
        marks = facts.pop("marks", {rows[0].pk: facts.pop("status", "absent")})
        with pytest.raises(RollError, match=words):
            save_roll(session=session, marks=marks, version=1, by=clerk, **{"now": NOW} | facts)
        assert set(statuses(session)) == {"unrecorded"}

    def test_refuses_a_mark_for_somebody_who_is_out_and_a_roster_that_is_not_frozen(self, clerk):
        session, rows = frozen()
        Attendance.objects.filter(pk=rows[0].pk).update(is_expected=False)
        with pytest.raises(RollError, match="应到名册"):
            save_roll(session=session, marks={rows[0].pk: "absent"}, version=1, by=clerk, now=NOW)
        with pytest.raises(RollError, match="还没有固定"):
            save_roll(session=SessionFactory(), marks={}, version=1, by=clerk, now=NOW)

    def test_closes_the_make_up_of_somebody_on_leave_who_came(self, clerk):
        session, rows = frozen()
        MakeUp.objects.create(session=session, staff=rows[0].staff, due_on=NOW.date())
        save_roll(session=session, marks={}, version=1, by=clerk, now=NOW)
        assert MakeUp.objects.get().state == MakeUpState.CLOSED

    def test_takes_eleven_statements_for_five_hundred_people(self, clerk, django_capture_on_commit_callbacks):
        session = SessionFactory(roster_frozen_at=NOW)
        people = StaffMember.objects.bulk_create([StaffMember(name=f"职工{number}") for number in range(500)])
        rows = Attendance.objects.bulk_create([Attendance(session=session, staff=person) for person in people])
        people[0].user = make_user("mailed", email="a@example.com")
        people[0].save()
        Channel.objects.create(name="邮件", kind=Channel.Kind.EMAIL)
        MakeUp.objects.create(session=session, staff=people[499], due_on=NOW.date())  # on leave, came all the same
        kinds = ["absent", "late", "left_early", "online", "duty", "sick", "personal", "holiday"]
        marks = {row.pk: kinds[number % len(kinds)] for number, row in enumerate(rows[:240])}
        ContentType.objects.get_for_model(Session)
        with (
            django_capture_on_commit_callbacks(execute=True) as told,
            CaptureQueriesContext(
                connection,
            ) as queries,
        ):
            save_roll(session=session, marks=marks, seen=dict.fromkeys(marks, "unrecorded"), version=1, by=clerk, now=NOW)
            saved = len(statements(queries))
        assert saved <= 11
        assert len(told) == 1
        assert MakeUp.objects.filter(state=MakeUpState.OPEN).count() == 150
        assert Delivery.objects.count() == 1


def statements(queries) -> list[str]:
    control = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    return [query["sql"] for query in queries.captured_queries if not query["sql"].startswith(control)]


class TestSetCodeSignIn:
    def test_switches_on_and_freezes_when_it_is_time(self, clerk):
        StaffMemberFactory(posted_to=DepartmentFactory())
        session = set_code_sign_in(session=SessionFactory(), is_on=True, by=clerk, now=NOW)
        assert session.accepts_code
        assert session.attendances.count() == 1
        assert session.version == 1  # a roll that is being taken goes on
        assert ModelLogEntry.objects.get(action="programme.code").data == {"on": True}

    def test_freezes_nothing_before(self, clerk):
        session = set_code_sign_in(session=SessionFactory(), is_on=True, by=clerk, now=NOW - datetime.timedelta(days=1))
        assert session.accepts_code
        assert not session.roster_frozen_at

    def test_switches_off(self, clerk):
        session, _rows = frozen(accepts_code=True)
        assert not set_code_sign_in(session=session, is_on=False, by=clerk, now=NOW).accepts_code

    def test_is_over_with_the_roll_and_for_a_cancelled_session(self, clerk):
        with pytest.raises(RollError, match="点名已完成"):
            set_code_sign_in(session=SessionFactory(held=True), is_on=True, by=clerk, now=NOW)
        with pytest.raises(SessionError, match="防汛"):
            set_code_sign_in(session=SessionFactory(state="cancelled", reason="防汛"), is_on=True, by=clerk, now=NOW)


class TestSignIn:
    def test_is_late_ten_minutes_after_the_start(self, clerk):
        session, rows = frozen(accepts_code=True)
        for row, minutes, status in ((rows[0], 10, "present"), (rows[1], 11, "late")):
            signed = sign_in(session=session, staff=row.staff, by=clerk, now=NOW + minutes * MINUTE)
            assert (signed.status, signed.how, signed.recorded_by) == (status, RecordedBy.CODE, clerk)

    def test_changes_nothing_a_second_time(self, clerk):
        session, rows = frozen(accepts_code=True)
        sign_in(session=session, staff=rows[0].staff, by=clerk, now=NOW)
        again = sign_in(session=session, staff=rows[0].staff, by=clerk, now=NOW + 20 * MINUTE)
        assert (again.status, again.recorded_at) == ("present", NOW)

    @pytest.mark.parametrize("status", ["duty", "sick", "absent"])
    def test_is_for_whoever_comes_after_all(self, clerk, status):
        session, rows = frozen(accepts_code=True)
        Attendance.objects.filter(pk=rows[0].pk).update(status=status, how="leave")
        assert sign_in(session=session, staff=rows[0].staff, by=clerk, now=NOW).status == "present"

    def test_is_not_for_others(self, clerk):
        session, rows = frozen(accepts_code=True)
        with pytest.raises(NotExpectedError, match="找记录人"):
            sign_in(session=session, staff=StaffMemberFactory(), by=clerk, now=NOW)
        Attendance.objects.filter(pk=rows[0].pk).update(is_expected=False, roster_reason="借调")
        with pytest.raises(NotExpectedError, match="借调"):
            sign_in(session=session, staff=rows[0].staff, by=clerk, now=NOW)

    def test_is_over_when_it_is_switched_off_or_the_roll_complete(self, clerk):
        for facts in ({}, {"accepts_code": True, "roll_completed_at": NOW, "state": "held"}):
            session, rows = frozen(**facts)
            with pytest.raises(RollError, match="已停止"):
                sign_in(session=session, staff=rows[0].staff, by=clerk, now=NOW)

    def test_says_when_it_begins(self, clerk):
        session, person = SessionFactory(accepts_code=True), StaffMemberFactory()
        with pytest.raises(RollError, match="14:00 起"):
            sign_in(session=session, staff=person, by=clerk, now=NOW - 61 * MINUTE)
        with pytest.raises(RollError, match="名册还没有固定"):
            sign_in(session=session, staff=person, by=clerk, now=NOW)
        cancelled = SessionFactory(state="cancelled", reason="防汛")
        with pytest.raises(RollError, match="防汛"):
            sign_in(session=cancelled, staff=person, by=clerk, now=NOW)


def at_once(*acts):
    """Run each of `acts` in a thread of its own, from the same instant on; what they returned or raised, in their order."""
    ready, outcomes = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number, act):
        try:
            ready.wait(10)
            outcomes[number] = act()
        except Exception as error:
            outcomes[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_sign_ins_of_one_person_are_one(self):
        session, rows = frozen(1, accepts_code=True)
        person = rows[0].staff
        acts = [
            lambda moment=moment: sign_in(session=session, staff=person, by=person.user, now=NOW + moment)
            for moment in (0 * MINUTE, MINUTE)
        ]
        first, second = at_once(*acts)
        assert first.recorded_at == second.recorded_at
        assert Attendance.objects.get().status == "present"

    def test_two_clerks_do_not_both_save(self):
        session, rows = frozen(2)
        clerks = [make_user("one"), make_user("two")]
        acts = [
            lambda clerk=clerk, row=row: save_roll(session=session, marks={row.pk: "absent"}, version=1, by=clerk, now=NOW)
            for clerk, row in zip(clerks, rows, strict=True)
        ]
        outcomes = at_once(*acts)
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["RollChangedError", "Session"]
        assert sorted(statuses(session)) == ["absent", "present"]

    def test_a_sign_in_and_the_end_of_the_roll_agree(self):
        session, rows = frozen(1, accepts_code=True)
        person, clerk = rows[0].staff, make_user("clerk")
        signed, saved = at_once(
            lambda: sign_in(session=session, staff=person, by=person.user, now=NOW),
            lambda: save_roll(session=session, marks={}, rest="absent", version=1, by=clerk, now=NOW),
        )
        assert isinstance(saved, Session)
        if isinstance(signed, RollError):  # the roll was first
            assert statuses(session) == ["absent"]
            assert MakeUp.objects.get().state == MakeUpState.OPEN
        else:
            assert statuses(session) == ["present"]
            assert not MakeUp.objects.exists()


class TestCorrectAttendance:
    def completed(self, clerk, **marks):
        session, rows = frozen()
        save_roll(session=session, marks={rows[0].pk: "absent"}, version=1, by=clerk, now=NOW)
        return session, Attendance.objects.get(pk=rows[0].pk)

    def test_keeps_what_stood_there_and_tells_the_person(self, clerk):
        _session, row = self.completed(clerk)
        correct_attendance(attendance=row, status="present", reason="签到表上有签名", by=clerk, now=NOW + MINUTE, how="paper")
        row.refresh_from_db()
        assert (row.status, row.how, row.recorded_at) == ("present", RecordedBy.PAPER, NOW + MINUTE)
        correction = row.corrections.get()
        assert (correction.was, correction.now, correction.reason) == ("absent", "present", "签到表上有签名")
        message = Message.objects.get(subject__startswith="考勤更正")
        assert message.recipient == row.staff.user
        assert "签到表上有签名" in message.text
        assert MakeUp.objects.get().state == MakeUpState.CLOSED

    def test_opens_a_make_up_for_whoever_was_not_there(self, clerk):
        session, _row = self.completed(clerk)
        other = session.attendances.exclude(status="absent").first()
        correct_attendance(attendance=other, status="absent", reason="中途离开未归", by=clerk, now=NOW)
        assert session.make_ups.get(staff=other.staff).state == MakeUpState.OPEN

    def test_takes_a_made_up_absence_back(self, clerk):
        _session, row = self.completed(clerk)
        Attendance.objects.filter(pk=row.pk).update(is_made_up=True)
        assert not correct_attendance(attendance=row, status="late", reason="到了", by=clerk, now=NOW).is_made_up

    @pytest.mark.parametrize(
        ("facts", "words"),
        [({"reason": " "}, "写明更正的原因"), ({"status": "absent"}, "没有变"), ({"status": "ill"}, "选一种状态")],
    )
    def test_refuses_what_says_nothing(self, clerk, facts, words):
        _session, row = self.completed(clerk)
        with pytest.raises(RollError, match=words):
            correct_attendance(attendance=row, by=clerk, now=NOW, **{"status": "present", "reason": "到了"} | facts)
        assert not row.corrections.exists()

    def test_is_for_a_completed_roll_and_those_expected(self, clerk):
        _session, rows = frozen()
        with pytest.raises(RollError, match="点名页"):
            correct_attendance(attendance=rows[0], status="late", reason="到了", by=clerk, now=NOW)
        out = AttendanceFactory(session=SessionFactory(held=True), is_expected=False, roster_reason="借调")
        with pytest.raises(RollError, match="借调"):
            correct_attendance(attendance=out, status="late", reason="到了", by=clerk, now=NOW)


STATUS = st.sampled_from(AttendanceStatus.values)
STEP = st.one_of(
    st.tuples(st.just("save"), st.dictionaries(st.integers(0, 4), STATUS, max_size=5), st.sampled_from(["present", "unrecorded"])),
    st.tuples(st.just("complete"), st.dictionaries(st.integers(0, 4), STATUS, max_size=5), st.sampled_from(["present", "unrecorded"])),
    st.tuples(st.just("sign"), st.integers(0, 4), st.none()),
    st.tuples(st.just("correct"), st.integers(0, 4), STATUS),
)


@pytest.mark.django_db
class TestTheCounts:
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(steps=st.lists(STEP, max_size=8))
    def test_add_up_to_those_expected_whatever_is_done(self, clerk, steps):
        session, rows = frozen(5, accepts_code=True)
        for step, first, second in steps:
            version = Session.objects.values_list("version", flat=True).get(pk=session.pk)
            try:
                if step in ("save", "complete"):
                    marks = {rows[number].pk: status for number, status in first.items()}
                    save_roll(session=session, marks=marks, version=version, by=clerk, now=NOW, is_complete=step == "complete", rest=second)
                elif step == "sign":
                    sign_in(session=session, staff=rows[first].staff, by=clerk, now=NOW)
                else:
                    correct_attendance(attendance=rows[first], status=second, reason="核对", by=clerk, now=NOW)
            except RollError:
                pass
            rates = of_session(session)
            assert rates.expected == 5
            assert rates.there + rates.excused + rates.absent + rates.unrecorded == 5
            missed = session.attendances.filter(status__in=["duty", "sick", "personal", "holiday", "absent"])
            if Session.objects.get(pk=session.pk).roll_completed_at:
                owing = session.make_ups.exclude(state=MakeUpState.CLOSED).values_list("staff", flat=True)
                assert sorted(owing) == sorted(missed.values_list("staff", flat=True))
