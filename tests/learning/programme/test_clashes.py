import datetime

import pytest

from learning.models import Absence, CalendarDay
from learning.programme.choices import SessionState
from learning.programme.clashes import clashes_of, next_free_slot
from tests.factories.organisation import DepartmentFactory, StaffMemberFactory
from tests.factories.programme import SessionFactory, at

pytestmark = pytest.mark.django_db


def texts(session, **facts):
    return [clash.text for clash in clashes_of(session, **facts)]


class TestClashesOf:
    def test_finds_nothing_in_the_way_of_a_session_alone(self):
        assert texts(SessionFactory()) == []

    def test_finds_the_room_taken_at_the_same_time_only(self):
        other = SessionFactory(title="中心组学习", starts_at=at(2026, 11, 24, 16))
        assert texts(SessionFactory(starts_at=at(2026, 11, 24, 15))) == ["三楼会议室已用于“中心组学习”。"]
        assert texts(SessionFactory(starts_at=other.ends_at)) == []

    def test_takes_no_notice_of_a_cancelled_one(self):
        SessionFactory(state=SessionState.CANCELLED, reason="防汛")
        assert texts(SessionFactory()) == []

    def test_finds_the_host_elsewhere(self):
        host = StaffMemberFactory(name="沈一舟")
        SessionFactory(title="中心组学习", place="党组会议室", recorder=host)
        assert texts(SessionFactory(host=host)) == ["主持人同时是“中心组学习”的记录人。"]

    def test_finds_a_lecturer_who_teaches_elsewhere(self):
        teacher = StaffMemberFactory()
        SessionFactory(title="培训", place="报告厅").lecturers.create(staff=teacher, name=teacher.name)
        assert texts(SessionFactory(), lecturers=[teacher]) == ["主讲人同时是“培训”的主讲人。"]

    def test_counts_the_people_who_are_to_be_at_both(self):
        StaffMemberFactory(posted_to=DepartmentFactory())
        SessionFactory(title="支部学习", place="活动室")
        assert texts(SessionFactory()) == ["有 1 人同时要参加“支部学习”。"]

    def test_finds_a_host_who_is_away(self):
        host = StaffMemberFactory(name="沈一舟")
        Absence.objects.create(staff=host, kind="training", started_on=datetime.date(2026, 11, 1))
        assert texts(SessionFactory(host=host)) == ["主持人沈一舟这天不在岗（脱产学习）。"]

    def test_finds_a_public_holiday_and_a_weekend(self):
        CalendarDay.objects.create(day=datetime.date(2026, 10, 6), kind="holiday", name="国庆节")
        assert texts(SessionFactory(starts_at=at(2026, 10, 6))) == ["2026-10-06 是国庆节放假。"]
        assert texts(SessionFactory(starts_at=at(2026, 11, 22))) == ["2026-11-22 是星期日休息。"]


class TestNextFreeSlot:
    def test_is_the_next_workday_at_the_same_time_with_nothing_in_the_way(self):
        SessionFactory(starts_at=at(2026, 11, 27))  # Friday
        SessionFactory(starts_at=at(2026, 11, 30))  # Monday
        assert next_free_slot(SessionFactory(starts_at=at(2026, 11, 26))) == at(2026, 12, 1)

    def test_is_none_where_a_month_is_full(self, monkeypatch):
        monkeypatch.setattr("learning.programme.clashes.LOOK_AHEAD", 1)
        SessionFactory(starts_at=at(2026, 11, 25))
        assert next_free_slot(SessionFactory(starts_at=at(2026, 11, 24))) is None
