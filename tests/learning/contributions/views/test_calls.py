import datetime

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cms.inbox.models import Message
from learning.models import Commission, MonthlyFocus
from tests.factories.bureau import make_bureau
from tests.factories.contributions import CommissionFactory, MediaArticleFactory, make_officer
from tests.factories.pages import make_site, make_user
from tests.factories.programme import at
from tests.standing import standing

NOW = at(2026, 11, 25, 9)
URL = "/contributions/calls/"
FOCUS = "/contributions/focus/"
DUE = datetime.date(2026, 12, 10)


@standing(now=NOW)
def bureau():
    make_site()
    return make_bureau()


@pytest.fixture
def officer(bureau):
    user = make_officer()
    user.user_permissions.add(Permission.objects.get(codename="run_contributions"))
    return user


@pytest.fixture
def as_(client):
    def sign_in(person):
        client.force_login(getattr(person, "user", person))
        return client

    return sign_in


def html_of(response) -> str:
    return response.content.decode()


def call_to(*departments, **facts):
    return CommissionFactory(to=departments, due_on=facts.pop("due_on", DUE), **facts)


class TestCalls:
    def test_are_the_own_departments_with_a_button_to_write(self, client, as_, bureau):
        assert client.get(URL).headers["Location"].startswith("/login/")
        own = call_to(bureau.office, topic="本科室的约稿")
        call_to(bureau.other, topic="别科室的约稿")
        html = html_of(as_(bureau.member).get(URL))
        assert "本科室的约稿" in html
        assert "别科室的约稿" not in html
        assert f'href="/contributions/articles/new/?call={own.pk}"' in html
        assert "新约稿" not in html
        assert "办公室未报" in html

    def test_are_all_for_the_office_with_how_many_answered(self, as_, bureau, officer):
        call_to(bureau.office, bureau.other)
        html = html_of(as_(officer).get(URL))
        assert "0 / 2 个科室（单位）已报送" in html
        assert "新约稿" in html
        assert "写稿件" not in html

    def test_say_why_there_are_none(self, as_, bureau, officer):
        for person in (bureau.member, officer, bureau.leader, make_user("meiren")):
            assert "没有约稿" in html_of(as_(person).get(URL))

    @pytest.mark.parametrize("query", ["?page=x", "?page=999999999999999999999", "?page=%00"])
    def test_survive_any_address(self, as_, bureau, query):
        assert as_(bureau.member).get(URL + query).status_code == 200

    def test_cost_the_same_however_many_there_are(self, as_, bureau, officer):
        def cost():
            as_(officer).get(URL)
            with CaptureQueriesContext(connection) as statements:
                assert as_(officer).get(URL).status_code == 200
            return len(statements)

        call_to(bureau.office)
        few = cost()
        for _ in range(7):
            MediaArticleFactory(commission=call_to(bureau.office, bureau.other), by_departments=[bureau.office], state="office")
        assert cost() == few


class TestNewCall:
    FACTS = {"topic": "暑期安全教育", "text": "", "due_on": "2026-12-10"}

    def test_is_the_offices(self, client, as_, bureau):
        assert client.get(URL + "new/").headers["Location"].startswith("/login/")
        assert as_(bureau.head).get(URL + "new/").status_code == 403
        assert as_(bureau.head).post(URL + "new/", self.FACTS).status_code == 403

    def test_is_sent_to_the_ticked(self, as_, bureau, officer):
        client = as_(officer)
        assert "办公室" in html_of(client.get(URL + "new/"))
        response = client.post(URL + "new/", self.FACTS | {"departments": [bureau.office.pk]})
        call = Commission.objects.get()
        assert response.headers["Location"] == f"{URL}{call.pk}/"
        assert list(call.departments.all()) == [bureau.office]
        assert Message.objects.filter(recipient=bureau.member.user).count() == 1
        assert "已发给 1 个科室" in html_of(client.get(response.headers["Location"]))

    def test_is_sent_to_a_whole_kind_with_one_tick(self, as_, bureau, officer):
        as_(officer).post(URL + "new/", self.FACTS | {"kinds": ["section"], "departments": [bureau.office.pk]})
        assert set(Commission.objects.get().departments.all()) == {bureau.office, bureau.other}

    @pytest.mark.parametrize(
        ("facts", "words"),
        [
            ({"topic": ""}, "请写约稿的题目"),
            ({"topic": "长" * 121}, "最多 120 个字"),
            ({"topic": "有\x00字符"}, "field-error"),
            ({"due_on": "2026-11-24"}, "已经过去"),
            ({"due_on": "x"}, "2026-12-01 这样"),
            ({"due_on": "99999-01-01"}, "2026-12-01 这样"),
            ({"departments": []}, "至少勾选一个"),
            ({"departments": ["x"]}, "请重新勾选"),
            ({"departments": [10**30]}, "请重新勾选"),
            ({"kinds": ["nothing"]}, "field-error"),
        ],
    )
    def test_says_what_is_wrong(self, as_, bureau, officer, facts, words):
        response = as_(officer).post(URL + "new/", self.FACTS | {"departments": [bureau.office.pk]} | facts)
        assert response.status_code == 400
        assert words in html_of(response)
        assert not Commission.objects.exists()


class TestCall:
    def test_is_seen_by_the_called_and_by_whoever_sees_everything(self, client, as_, bureau, officer):
        address = f"{URL}{call_to(bureau.office).pk}/"
        assert client.get(address).headers["Location"].startswith("/login/")
        for person, status in (
            (bureau.member, 200),
            (bureau.head, 200),
            (officer, 200),
            (bureau.clerk, 200),
            (bureau.leader, 200),
            (bureau.secretary, 404),
            (bureau.other_head, 404),
            (make_user("meiren"), 404),
        ):
            assert as_(person).get(address).status_code == status

    def test_says_who_answered(self, as_, bureau, officer):
        call = call_to(bureau.office, bureau.other, text="要有图")
        MediaArticleFactory(commission=call, by_departments=[bureau.office], state="office", title="安全课", written_on=NOW.date())
        html = html_of(as_(officer).get(f"{URL}{call.pk}/"))
        for words in ("1 / 2 个科室（单位）已报送", "按时报送", "未报", "安全课", "2026-11-25 报到宣传科", "要有图", "结束约稿"):
            assert words in html
        html = html_of(as_(bureau.other_head).get(f"{URL}{call.pk}/"))
        assert "安全课" not in html
        assert "结束约稿" not in html
        assert f"/contributions/articles/new/?call={call.pk}" in html

    def test_is_404_where_there_is_none(self, as_, officer):
        assert as_(officer).get(f"{URL}{10**18}/").status_code == 404


class TestCloseCall:
    def test_is_the_offices_and_needs_a_post(self, as_, bureau, officer):
        call = call_to(bureau.office)
        address = f"{URL}{call.pk}/close/"
        assert as_(bureau.secretary).post(address).status_code == 404
        assert as_(bureau.head).post(address).status_code == 403
        assert as_(bureau.head).get(address).status_code == 403
        assert as_(officer).get(address).headers["Location"] == f"{URL}{call.pk}/"
        call.refresh_from_db()
        assert call.closed_at is None
        assert "约稿已结束" in html_of(as_(officer).post(address, follow=True))
        call.refresh_from_db()
        assert call.closed_at == NOW
        assert "不用再结束" in html_of(as_(officer).post(address, follow=True))
        assert "写稿件" not in html_of(as_(bureau.member).get(URL))


class TestFocus:
    def test_is_read_by_everybody_signed_in(self, client, as_, bureau):
        assert client.get(FOCUS).headers["Location"].startswith("/login/")
        for month in (10, 11):
            MonthlyFocus.objects.create(month=datetime.date(2026, month, 1), text=f"{month}月的要点", published_at=NOW)
        html = html_of(as_(bureau.member).get(FOCUS))
        assert "11月的要点" in html
        assert "10月的要点" in html
        assert "公布</button>" not in html
        assert "公布</button>" not in html_of(as_(bureau.member).get(FOCUS + "?month=2026-11"))
        assert "11月的要点" in html_of(as_(bureau.member).get(URL))

    def test_is_written_by_the_office(self, as_, bureau, officer):
        assert as_(bureau.clerk).post(FOCUS + "?month=2026-12", {"text": "一条"}).status_code == 403
        client = as_(officer)
        assert "2026年12月" in html_of(client.get(FOCUS + "?month=2026-12"))
        response = client.post(FOCUS + "?month=2026-12", {"text": "一条", "was": ""})
        assert response.headers["Location"] == FOCUS
        assert MonthlyFocus.objects.get().month == datetime.date(2026, 12, 1)
        assert Message.objects.filter(recipient=bureau.head.user).count() == 1
        assert "修改12月要点" in html_of(client.get(FOCUS))

    def test_keeps_the_words_of_whoever_was_overtaken(self, as_, officer):
        MonthlyFocus.objects.create(month=datetime.date(2026, 11, 1), text="别人写的", published_at=NOW)
        response = as_(officer).post(FOCUS + "?month=2026-11", {"text": "我写的", "was": ""})
        assert response.status_code == 400
        html = html_of(response)
        for words in ("您的文字没有保存", "我写的</textarea>", "别人写的"):
            assert words in html

    @pytest.mark.parametrize("text", ["", "长" * 2001, "有\x00字符"])
    def test_says_what_is_wrong(self, as_, officer, text):
        assert as_(officer).post(FOCUS + "?month=2026-11", {"text": text}).status_code == 400
        assert not MonthlyFocus.objects.exists()

    @pytest.mark.parametrize("month", ["", "x", "2026-10", "2027-13", "%00"])
    def test_of_another_month_is_not_written(self, as_, officer, month):
        client = as_(officer)
        assert client.get(f"{FOCUS}?month={month}").status_code == 200
        response = client.post(f"{FOCUS}?month={month}", {"text": "一条"}, follow=True)
        assert "只能写本月和下个月" in html_of(response)
        assert not MonthlyFocus.objects.exists()
