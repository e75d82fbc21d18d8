import io

import openpyxl
import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories.organisation import DepartmentFactory, PostingFactory, StaffMemberFactory
from tests.factories.pages import make_site, make_user
from tests.factories.programme import AttendanceFactory, SessionFactory, at
from tests.standing import standing

pytestmark = pytest.mark.usefixtures("site")
ADDRESS = "/attendance/"


@standing(now=at(2026, 11, 25, 9))
def site():
    return make_site()


@pytest.fixture
def clerk():
    user = make_user("clerk")
    user.user_permissions.add(Permission.objects.get(codename="run_programme"))
    return user


def page_for(client, user, query=""):
    client.force_login(user)
    return client.get(ADDRESS + query)


def roll(department, *statuses, **facts):
    session = SessionFactory(held=True, **facts)
    for status in statuses:
        AttendanceFactory(session=session, department=department, status=status)
    return session


class TestSummary:
    def test_asks_whoever_is_not_signed_in_to_sign_in(self, client):
        assert client.get(ADDRESS).status_code == 302

    def test_shows_both_rates_with_the_counts_they_rest_on(self, client, clerk):
        roll(DepartmentFactory(name="思政科"), "present", "present", "late", "duty", "absent")
        page = page_for(client, clerk).content.decode()
        assert "75.0%" in page
        assert "60.0%" in page
        assert "到会、迟到、线上 3 ÷（应到 5 − 公差 1）" in page
        assert "思政科" in page

    def test_shows_no_percentage_of_fewer_than_three(self, client, clerk):
        roll(DepartmentFactory(name="小科"), "present", "absent")
        page = page_for(client, clerk).content.decode()
        assert "50.0%" not in page
        assert "1/2" in page

    def test_keeps_to_the_quarter_asked_for(self, client, clerk):
        roll(DepartmentFactory(), "present", starts_at=at(2026, 3, 3))
        assert "还没有考勤" in page_for(client, clerk, "?quarter=2").content.decode()
        assert "还没有考勤" not in page_for(client, clerk, "?quarter=1").content.decode()

    def test_keeps_to_the_month_asked_for(self, client, clerk):
        SessionFactory(held=True, starts_at=at(2026, 2, 3), attended_by=[StaffMemberFactory()])
        assert "还没有考勤" in page_for(client, clerk, "?quarter=m3").content.decode()
        html = page_for(client, clerk, "?quarter=m2").content.decode()
        assert "考勤汇总：机关（全局）（2026年2月）" in html
        assert '<option value="m2" selected>2月</option>' in html

    @pytest.mark.parametrize(
        "query", ["?quarter=5", "?quarter=m0", "?quarter=m13", "?year=x", "?scope=organ:1", "?scope=department:999999"]
    )
    def test_finds_nothing_under_a_made_up_address(self, client, clerk, query):
        assert page_for(client, clerk, query).status_code == 404

    def test_shows_a_plain_member_the_own_line_and_nobody_elses(self, client):
        department = DepartmentFactory(name="办公室")
        member = StaffMemberFactory(user=make_user("member"), posted_to=department)
        session = roll(department, "absent", title="中心组学习")
        AttendanceFactory(session=session, staff=member, status="late", department=department)
        page = page_for(client, member.user).content.decode()
        assert "100.0%" in page
        assert "迟到" in page
        assert "按科室" not in page
        for query in ("?scope=organ", f"?scope=department:{department.pk}"):
            assert page_for(client, member.user, query).status_code == 404

    def test_shows_a_head_the_own_department_and_no_other(self, client):
        own, other = DepartmentFactory(name="本科"), DepartmentFactory(name="别科")
        head = StaffMemberFactory(user=make_user("head"))
        PostingFactory(staff=head, department=own, is_head=True)
        roll(own, "present", "present", "absent")
        roll(other, "absent")
        page = page_for(client, head.user).content.decode()
        assert "66.7%" in page
        assert "别科" not in page
        assert page_for(client, head.user, f"?scope=department:{other.pk}").status_code == 404
        assert "我的记录" in page_for(client, head.user, "?scope=me").content.decode()

    def test_says_so_to_an_account_that_is_nobody(self, client):
        assert "还没有对应到人员" in page_for(client, make_user("outsider")).content.decode()

    def test_gives_the_counts_as_a_table_to_take_away(self, client, clerk):
        roll(DepartmentFactory(name="思政科"), "present", "present", "absent")
        answer = page_for(client, clerk, "?format=xlsx")
        assert "attachment" in answer["Content-Disposition"]
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        assert book.sheetnames == ["说明", "按科室", "按支部", "按活动"]
        rows = list(book["按科室"].iter_rows(values_only=True))
        assert [row[0] for row in rows] == ["名称", "思政科", "合计"]
        assert rows[1][2:5] == (3, 3, 2)

    def test_asks_as_many_statements_for_many_as_for_few(self, client, clerk):
        def statements():
            page_for(client, clerk)
            with CaptureQueriesContext(connection) as captured:
                client.get(reverse("attendance_summary"))
            return len(captured)

        roll(DepartmentFactory(), "present")
        few = statements()
        for _ in range(6):
            roll(DepartmentFactory(), "present", "absent", "sick")
        assert statements() == few <= 18
