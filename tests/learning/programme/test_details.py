"""What an archive keeps of a session somebody attended."""

import datetime

import pytest

from learning.models import MakeUp, SessionLecturer
from learning.programme.details import attendance_details
from tests.factories.organisation import StaffMemberFactory
from tests.factories.programme import AttendanceFactory, SessionFactory, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return StaffMemberFactory(name="陶思远")


def made_up(session, person, note, **facts):
    given = {"state": "accepted", "submitted_at": at(2026, 11, 28), **facts}
    return MakeUp.objects.create(session=session, staff=person, note=note, due_on=datetime.date(2026, 12, 8), **given)


class TestAttendanceDetails:
    def test_says_what_it_was_and_how_one_was_there(self, person):
        session = SessionFactory(
            held=True, title="专家辅导讲座", kind="expert_lecture", study_hours=4, key_points="第一条\n\n第二条", attended_by=[person]
        )
        SessionLecturer.objects.create(session=session, name="周教授", post="某大学")
        found = attendance_details(person.pk, [session.pk])[session.pk]
        assert found.facts == (
            ("名称", "专家辅导讲座"),
            ("类型", "专家辅导讲座"),
            ("组织者", "机关党委"),
            ("时间", "2026-11-24 15:00—17:00"),
            ("地点", "三楼会议室"),
            ("主讲人", "周教授（某大学）"),
            ("学时", "4"),
            ("到会情况", "到会"),
        )
        assert found.paragraphs == ("要点：", "第一条", "第二条")
        assert found.attachments == ()

    def test_leaves_out_what_is_empty(self, person):
        session = SessionFactory(held=True, place="", attended_by=[person])
        labels = [label for label, _value in attendance_details(person.pk, [session.pk])[session.pk].facts]
        assert not {"地点", "主讲人", "学时"} & set(labels)

    def test_names_nobody_else_of_the_roll(self, person):
        other = StaffMemberFactory(name="钱多多")
        session = SessionFactory(held=True, attended_by=[other])
        AttendanceFactory(session=session, staff=person, status="sick", is_made_up=True)
        made_up(session, other, "别人写的补学体会。")
        made_up(session, person, "读了材料，\n有两点体会。")
        found = attendance_details(person.pk, [session.pk])[session.pk]
        assert ("到会情况", "病假（已补学）") in found.facts
        assert ("补学提交", "2026-11-28") in found.facts
        assert found.paragraphs == ("补学体会：", "读了材料，", "有两点体会。")
        assert "钱多多" not in str(found)
        assert "别人" not in str(found)

    def test_keeps_no_note_that_was_not_accepted(self, person):
        session = SessionFactory(held=True, missed_by={person: "sick"})
        made_up(session, person, "还没有核对。", state="submitted")
        assert attendance_details(person.pk, [session.pk])[session.pk].paragraphs == ()

    def test_leaves_out_a_session_on_whose_roll_one_does_not_stand(self, person):
        session = SessionFactory(held=True, attended_by=[StaffMemberFactory()])
        assert attendance_details(person.pk, [session.pk]) == {}

    @pytest.mark.parametrize("number", [1, 6])
    def test_takes_three_statements_whatever_the_number(self, person, number, django_assert_num_queries):
        sessions = SessionFactory.create_batch(number, held=True, attended_by=[person, StaffMemberFactory()])
        with django_assert_num_queries(3):
            assert len(attendance_details(person.pk, [one.pk for one in sessions])) == number
