import io
import re

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from docx import Document

from tests.factories.organisation import LeadingGroupOfficeFactory, StaffMemberFactory
from tests.factories.pages import make_user
from tests.factories.programme import AttendanceFactory, SessionFactory, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(client, time_machine):
    time_machine.move_to(at(2026, 11, 25, 9), tick=False)
    user = make_user("clerk")
    user.user_permissions.add(Permission.objects.get(codename="run_programme"))
    client.force_login(user)
    return user


@pytest.fixture
def session():
    session = SessionFactory(held=True, title="每周二政治学习")
    AttendanceFactory(session=session, staff=StaffMemberFactory(name="张三"), status="absent")
    return session


def page(session, name="session_record"):
    return reverse(name, args=[session.pk])


def text_of(response) -> str:
    return re.sub(r"\s+", "", response.content.decode())


class TestRecord:
    def test_is_filled_in_from_the_roll(self, client, clerk, session):
        text = text_of(client.get(page(session)))
        assert "应到1人，实到0人，请假0人，缺席1人" in text
        assert "缺席：张三" in text
        assert "◐待补：还缺要点、照片。记录应在活动后3日内（2026年11月27日前）补齐" in text

    def test_says_that_it_is_overdue(self, client, clerk, session, time_machine):
        time_machine.move_to(at(2026, 11, 28, 9), tick=False)
        client.force_login(clerk)
        assert "○已逾期" in text_of(client.get(page(session)))

    def test_is_for_those_who_may_know_the_names(self, client, clerk, session):
        leader = StaffMemberFactory(user=make_user("leader"))
        LeadingGroupOfficeFactory(staff=leader)
        for user, status in (leader.user, 200), (make_user("other"), 403):
            client.force_login(user)
            assert client.get(page(session)).status_code == status
            assert client.get(page(session, "session_record_docx")).status_code == status

    def test_asks_the_same_whatever_the_number_of_people(self, client, clerk, session, django_assert_max_num_queries):
        AttendanceFactory.create_batch(20, session=session, status="absent")
        client.get(page(session))
        with django_assert_max_num_queries(15):
            client.get(page(session))


class TestRecordDocx:
    def test_comes_under_a_chinese_name(self, client, clerk, session):
        response = client.get(page(session, "session_record_docx"))
        assert "attachment" in response["Content-Disposition"]
        assert "filename*=utf-8''%E8%AE%B0%E5%AE%9E%E8%A1%A8%202026-11-24" in response["Content-Disposition"]
        document = Document(io.BytesIO(b"".join(response.streaming_content)))
        assert document.paragraphs[0].text == "学习活动记实表"
