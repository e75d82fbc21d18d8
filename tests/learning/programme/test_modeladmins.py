import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cms.users.roles import ensure_groups
from learning.programme import modeladmins
from tests.factories.organisation import DepartmentFactory, PartyBranchFactory, StaffMemberFactory
from tests.factories.pages import make_user
from tests.factories.programme import AttendanceFactory, SessionFactory, at

pytestmark = pytest.mark.django_db
REGISTER = "/admin/attendance-register/"


@pytest.fixture
def clerk(client):
    ensure_groups()
    client.force_login(make_user("clerk", "机关党委办事员"))
    return client


def rows_of(answer):
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    return list(sheet.iter_rows())


class TestAttendanceRegister:
    @pytest.mark.parametrize("role", ["编辑", "初审员", "复审员", "终审员", "宣传科", "系统管理员", "审计管理员", "职工"])
    def test_is_closed_to_others(self, client, role):
        ensure_groups()
        client.force_login(make_user("somebody", role))
        for query in ({}, {"export": "xlsx"}):
            answer = client.get(REGISTER, query)
            assert answer.status_code in (302, 403)
            assert not answer.streaming

    def test_shows_who_was_there_and_how_it_is_known(self, clerk):
        attendance = AttendanceFactory(
            staff__name="李四",
            department=DepartmentFactory(name="基础教育科"),
            status="late",
            how="code",
            recorded_at=at(2026, 11, 24, 15, 20),
        )
        html = clerk.get(REGISTER).content.decode()
        for text in ("李四", "基础教育科", "迟到", "扫码", "2026-11-24 15:20", reverse("session", args=[attendance.session_id])):
            assert text in html

    def test_says_why_somebody_was_not_expected(self, clerk):
        AttendanceFactory(is_expected=False, roster_reason="驻村")
        assert "不列入应到（驻村）" in clerk.get(REGISTER).content.decode()

    def test_finds_and_filters(self, clerk):
        one, _other = AttendanceFactory(staff__name="李四", status="absent"), AttendanceFactory(staff__name="王五", status="present")
        for asked in (
            {"q": "李四"},
            {"status__exact": "absent"},
            {"session__starts_at__gte": "2026-01-01 00:00:00+08:00", "q": one.session.title},
        ):
            html = clerk.get(REGISTER, asked).content.decode()
            assert "李四" in html
            assert "王五" not in html

    def test_filters_by_unit_and_branch(self, clerk):
        department, branch = DepartmentFactory(), PartyBranchFactory()
        AttendanceFactory(staff__name="李四", department=department, branch=branch)
        AttendanceFactory(staff__name="王五", department=DepartmentFactory(), branch=PartyBranchFactory())
        for asked in ({"department__id__exact": department.pk}, {"branch__id__exact": branch.pk}):
            html = clerk.get(REGISTER, asked).content.decode()
            assert "李四" in html
            assert "王五" not in html

    @pytest.mark.parametrize(
        "asked", [{"department__id__exact": "x"}, {"status__exact": "sleeping"}, {"p": "99"}, {"p": "x"}, {"o": "9.-9"}, {"e": "1"}]
    )
    def test_survives_nonsense_in_the_address(self, clerk, asked):
        AttendanceFactory()
        assert clerk.get(REGISTER, asked).status_code in (200, 302, 404)

    def test_is_taken_away_as_a_table_without_formulas(self, clerk):
        session = SessionFactory(title="=HYPERLINK(1)")
        AttendanceFactory(session=session, staff__name="=1+1", status="present")
        answer = clerk.get(REGISTER, {"export": "xlsx"})
        heads, row = rows_of(answer)
        assert [cell.value for cell in heads][:4] == ["日期", "学习活动", "人员", "当时的科室"]
        assert {cell.data_type for cell in row} == {"s"}
        assert [row[1].value, row[2].value] == ["=HYPERLINK(1)", "=1+1"]

    def test_is_never_taken_away_as_csv(self, clerk):
        AttendanceFactory()
        answer = clerk.get(REGISTER, {"export": "csv"})
        assert "text/html" in answer["Content-Type"]
        assert "csv" not in clerk.get(REGISTER).content.decode()

    def test_is_not_taken_away_where_it_is_too_long(self, clerk, monkeypatch):
        monkeypatch.setattr(modeladmins, "MOST_EXPORTED", 0)
        AttendanceFactory()
        answer = clerk.get(REGISTER, {"export": "xlsx", "q": ""}, follow=True)
        assert "请先用右侧的筛选缩小范围" in "".join(str(message) for message in answer.context["messages"])

    def test_has_no_form(self, clerk):
        attendance = AttendanceFactory()
        for path in ("create/", f"edit/{attendance.pk}/", f"delete/{attendance.pk}/", f"inspect/{attendance.pk}/"):
            assert clerk.post(REGISTER + path).status_code == 404

    def test_costs_the_same_whatever_its_size(self, clerk):
        def statements(query):
            with CaptureQueriesContext(connection) as captured:
                answer = clerk.get(REGISTER, query)
                if answer.streaming:
                    rows_of(answer)
            return len(captured)

        def more(number):
            for person in StaffMemberFactory.create_batch(number):
                AttendanceFactory(staff=person, department=DepartmentFactory(), branch=PartyBranchFactory())

        more(2)
        statements({})
        few = [statements({}), statements({"export": "xlsx"})]
        more(10)
        assert [statements({}), statements({"export": "xlsx"})] == few
        assert few[0] <= 20

    def test_opens_from_the_log_at_its_session(self, clerk):
        attendance = AttendanceFactory()
        finder = modeladmins.AttendanceURLFinder(make_user("editor", "编辑"))
        assert finder.get_edit_url(attendance) is None
        assert modeladmins.AttendanceURLFinder(None).get_edit_url(attendance) == reverse("session", args=[attendance.session_id])
