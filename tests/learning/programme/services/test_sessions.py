import datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils.timezone import now as right_now

from learning.models import PlanItem, Session
from learning.programme.choices import AttendanceStatus, SessionState
from learning.programme.services.sessions import (
    MAX_FILES,
    LecturerLine,
    SessionChangedError,
    SessionError,
    add_file,
    cancel_session,
    move_session,
    notify_session,
    remove_file,
    save_session,
    set_key_points,
    set_material,
    when,
)
from tests.factories.bureau import make_bureau
from tests.factories.pages import make_article, make_column, make_site, make_user
from tests.factories.programme import AttendanceFactory, PlanItemFactory, RequirementFactory, SessionFactory, StudyFormatFactory, at

pytestmark = pytest.mark.django_db
NOW = at(2026, 11, 25, 9)


@pytest.fixture
def clerk():
    return make_user("clerk")


@pytest.fixture
def study_format():
    return StudyFormatFactory(name="政治理论学习")


def new(**facts):
    return Session(title="集中学习", starts_at=at(2026, 12, 1), ends_at=at(2026, 12, 1, 17), **facts)


class TestSaveSession:
    def test_plans_a_session_by_itself_for_its_own_day(self, clerk, study_format):
        session = save_session(session=new(), formats=[study_format], by=clerk, lecturers=[LecturerLine("王外请", "教授")])
        assert session.planned_on == datetime.date(2026, 12, 1)
        assert [(line.name, line.post) for line in session.lecturers.all()] == [("王外请", "教授")]

    def test_keeps_the_day_of_the_plan_for_one_from_an_item(self, clerk, study_format):
        item = PlanItemFactory(requirement=RequirementFactory(study_format=study_format), planned_on=datetime.date(2026, 11, 24))
        session = save_session(session=new(plan_item=item), formats=[study_format], by=clerk)
        assert session.planned_on == datetime.date(2026, 11, 24)
        session.starts_at, session.ends_at = at(2026, 12, 2), at(2026, 12, 2, 17)
        assert save_session(session=session, formats=[study_format], by=clerk).planned_on == datetime.date(2026, 11, 24)

    def test_refuses_what_would_not_count(self, clerk, study_format):
        item = PlanItemFactory(requirement=RequirementFactory(study_format=study_format))
        with pytest.raises(SessionError, match="请至少勾选一种形式载体"):
            save_session(session=new(), formats=[], by=clerk)
        with pytest.raises(SessionError, match="不能去掉"):
            save_session(session=new(plan_item=item), formats=[StudyFormatFactory()], by=clerk)
        PlanItem.objects.update(state="cancelled", reason="放假")
        item.refresh_from_db()
        with pytest.raises(SessionError, match="这个计划项已取消"):
            save_session(session=new(plan_item=item), formats=[study_format], by=clerk)

    def test_refuses_a_second_live_session_of_an_item_and_an_end_before_the_start(self, clerk, study_format):
        item = PlanItemFactory(requirement=RequirementFactory(study_format=study_format))
        save_session(session=new(plan_item=item), formats=[study_format], by=clerk)
        with pytest.raises(ValidationError, match="已有一次学习活动"):
            save_session(session=new(plan_item=item), formats=[study_format], by=clerk)
        session = new()
        session.ends_at = session.starts_at
        with pytest.raises(ValidationError, match="结束时间须晚于开始时间"):
            save_session(session=session, formats=[study_format], by=clerk)

    def test_tells_the_second_of_two(self, clerk, study_format):
        session = SessionFactory(formats=[study_format])
        save_session(session=session, formats=[study_format], by=clerk, version=1)
        with pytest.raises(SessionChangedError):
            save_session(session=session, formats=[study_format], by=clerk, version=1)

    @pytest.mark.parametrize("facts", [{"state": SessionState.NOTIFIED}, {"roster_frozen_at": NOW}])
    def test_leaves_the_time_to_moving_once_people_know_it_or_are_on_the_roster(self, clerk, study_format, facts):
        session = SessionFactory(formats=[study_format], **facts)
        session.starts_at, session.ends_at = at(2026, 12, 2), at(2026, 12, 2, 17)
        with pytest.raises(SessionError, match="改时间请用“改期”"):
            save_session(session=session, formats=[study_format], by=clerk)

    def test_leaves_a_cancelled_one_as_it_is(self, clerk, study_format):
        session = SessionFactory(formats=[study_format], state=SessionState.CANCELLED, reason="防汛")
        with pytest.raises(SessionError, match="活动已取消"):
            save_session(session=session, formats=[study_format], by=clerk)

    def test_does_not_undo_a_roster_that_was_frozen_meanwhile(self, clerk, study_format):
        session = SessionFactory(formats=[study_format])
        Session.objects.update(roster_frozen_at=NOW)
        save_session(session=session, formats=[study_format], by=clerk)
        session.refresh_from_db()
        assert session.roster_frozen_at == NOW


class TestNotifySession:
    def test_tells_each_once_and_again_only_for_another_time(self):
        bureau = make_bureau()
        by, session = bureau.clerk.user, SessionFactory(starts_at=at(2026, 12, 1))
        assert notify_session(session=session, by=by, now=NOW) == 7
        assert notify_session(session=session, by=by, now=NOW) == 0
        moved = move_session(session=session, starts_at=at(2026, 12, 2), reason="会议", by=by, now=NOW)
        assert notify_session(session=moved, by=by, now=NOW) == 7

    def test_refuses_without_a_place_and_after_it_was_held(self, clerk):
        with pytest.raises(SessionError, match="还没有填地点"):
            notify_session(session=SessionFactory(place=""), by=clerk, now=NOW)
        with pytest.raises(SessionError, match="不用再通知"):
            notify_session(session=SessionFactory(held=True), by=clerk, now=NOW)


class TestMoveSession:
    def test_keeps_the_planned_day_across_a_year_end(self, clerk):
        session = SessionFactory(starts_at=at(2026, 12, 29))
        moved = move_session(session=session, starts_at=at(2027, 1, 5), reason="年终考核", by=clerk, now=NOW)
        assert (moved.planned_on, moved.ends_at) == (datetime.date(2026, 12, 29), at(2027, 1, 5, 17))
        assert (moved.state, moved.moves.get().reason) == (SessionState.POSTPONED, "年终考核")

    def test_takes_up_the_roster_again_unless_somebody_was_marked(self, clerk):
        session = SessionFactory(roster_frozen_at=NOW)
        row = AttendanceFactory(session=session)
        moved = move_session(session=session, starts_at=at(2026, 12, 1), reason="停电", by=clerk, now=NOW)
        assert (moved.roster_frozen_at, moved.attendances.count()) == (None, 0)
        Session.objects.update(roster_frozen_at=NOW)
        AttendanceFactory(session=session, staff=row.staff, status=AttendanceStatus.PRESENT)
        with pytest.raises(SessionError, match="已开始点名"):
            move_session(session=session, starts_at=at(2026, 12, 2), reason="停电", by=clerk, now=NOW)

    def test_needs_a_reason_another_time_and_a_session_to_come(self, clerk):
        session = SessionFactory()
        for starts_at, reason, match in ((at(2026, 12, 1), " ", "请写明改期的原因"), (session.starts_at, "会议", "时间没有变")):
            with pytest.raises(SessionError, match=match):
                move_session(session=session, starts_at=starts_at, reason=reason, by=clerk, now=NOW)
        with pytest.raises(SessionError, match="不能改期"):
            move_session(session=SessionFactory(held=True), starts_at=at(2026, 12, 1), reason="会议", by=clerk, now=NOW)


class TestCancelSession:
    def test_keeps_the_reason_and_happens_once(self, clerk):
        session = cancel_session(session=SessionFactory(), reason=" 防汛 ", by=clerk, now=NOW)
        assert (session.state, session.reason) == (SessionState.CANCELLED, "防汛")
        with pytest.raises(SessionError, match="不能取消"):
            cancel_session(session=session, reason="防汛", by=clerk, now=NOW)


class TestSetMaterial:
    def test_twice_changes_nothing(self, clerk):
        session, page = SessionFactory(), make_article(make_column(make_site()), "原文")
        for is_wanted, number in ((True, 1), (True, 1), (False, 0), (False, 0)):
            set_material(session=session, page=page, is_wanted=is_wanted, by=clerk)
            assert session.materials.count() == number


class TestSetKeyPoints:
    def test_keeps_what_somebody_else_has_written_meanwhile(self, clerk):
        session = SessionFactory(held=True)
        set_key_points(session=session, text="一\n二", was="", by=clerk)
        with pytest.raises(SessionChangedError, match="要点刚被别人改过"):
            set_key_points(session=session, text="我的", was="", by=clerk)
        assert set_key_points(session=session, text="合并", was="一\r\n二", by=clerk).points == ["合并"]

    def test_has_no_part_in_the_version_that_a_roll_goes_by(self, clerk):
        session = SessionFactory()
        set_key_points(session=session, text="一", by=clerk)
        session.refresh_from_db()
        assert session.version == 1


class TestFiles:
    def add(self, session, clerk, data=b"minutes"):
        return add_file(session=session, data=data, name="记录.txt", kind="minutes", by=clerk, now=right_now())

    def test_keep_the_same_bytes_once(self, clerk):
        session = SessionFactory()
        assert self.add(session, clerk) == self.add(session, clerk)

    def test_are_limited_in_number(self, clerk, monkeypatch):
        monkeypatch.setattr("learning.programme.services.sessions.MAX_FILES", 1)
        session = SessionFactory()
        self.add(session, clerk)
        with pytest.raises(SessionError, match="最多 1 个文件"):
            self.add(session, clerk, b"more")
        assert MAX_FILES > 20

    def test_go_with_their_bytes_when_they_are_removed(self, clerk, django_capture_on_commit_callbacks):
        file = self.add(SessionFactory(), clerk)
        storage, name = file.file.storage, file.file.name
        with django_capture_on_commit_callbacks(execute=True):
            remove_file(file=file, by=clerk)
        assert not storage.exists(name)


def test_when_is_said_for_people():
    session = Session(starts_at=at(2026, 11, 24), ends_at=at(2026, 11, 24, 17))
    assert when(session) == "11月24日（星期二）15:00—17:00"
