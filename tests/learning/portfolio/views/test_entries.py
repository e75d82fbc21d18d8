import datetime

import pytest
import time_machine

from learning.models import Achievement, Application, FileLock, FiveHavesFile
from tests.factories.bureau import make_bureau
from tests.factories.pages import make_site, make_user
from tests.factories.portfolio import AchievementFactory, ApplicationFactory, FileLookFactory
from tests.factories.programme import SessionFactory, at
from tests.learning.portfolio.views.measuring import statements
from tests.standing import standing

NOW = at(2026, 11, 25, 9)
NEW, NEW_ACHIEVEMENT = "/my/applications/new/", "/my/achievements/new/"
TOKEN = "6f1d1f3e-6f1c-4f0a-9c5e-1b2c3d4e5f60"
FORM = {"token": TOKEN, "source": "", "learnt": "公文格式", "change": "退文少了", "happened_on": "2026-11-20"}
DEGREE = {"token": TOKEN, "kind": "degree", "title": "公共管理硕士", "institution": "某大学", "area": "", "started_on": "2026-03-01"}


@standing(now=NOW)
def bureau():
    make_site()
    return make_bureau()


def html_of(response) -> str:
    return response.content.decode()


def look_at(person, by):
    return FileLookFactory(staff=person, by=by.user, looked_on=NOW.date(), looked_at=NOW, role="head")


def lock(person, year=2026):
    file, _new = FiveHavesFile.objects.get_or_create(staff=person, year=year)
    return FileLock.objects.create(file=file, locked_at=NOW, snapshot="{}", sha256="0" * 64)


class TestNewApplication:
    def test_offers_own_records_to_learn_from(self, client, as_, bureau):
        assert client.get(NEW).headers["Location"].startswith("/login/")
        session = SessionFactory(held=True, title="公文写作讲座", starts_at=at(2026, 10, 8), attended_by=[bureau.member])
        SessionFactory(held=True, title="别人的讲座", starts_at=at(2026, 10, 8), attended_by=[bureau.colleague])
        key = f"programme.attendance:{session.pk}"
        html = html_of(as_(bureau.member).get(f"{NEW}?source={key}"))
        assert f'<option value="{key}" selected>公文写作讲座（2026-10-08）' in html
        assert "别人的讲座" not in html

    def test_is_registered_once(self, as_, bureau):
        client = as_(bureau.member)
        for _ in range(2):
            assert client.post(NEW, FORM).headers["Location"] == "/my/five-haves/?year=2026"
        assert Application.objects.get().staff == bureau.member

    def test_needs_somebody_of_the_roster(self, as_, bureau):
        for url in (NEW, NEW_ACHIEVEMENT):
            assert as_(make_user("bianji" + url.split("/")[2])).get(url).status_code == 403

    @pytest.mark.parametrize(
        ("facts", "words"),
        [
            ({"learnt": ""}, "请写学到了什么"),
            ({"learnt": "长" * 301}, "最多 300 个字"),
            ({"change": " "}, "请写工作上有什么改变"),
            ({"change": "长" * 1001}, "最多 1000 个字"),
            ({"happened_on": "x"}, "2026-12-01 这样"),
            ({"happened_on": "9999-01-01"}, "年份须在"),
            ({"happened_on": "2026-11-26"}, "今天以后"),
            ({"source": "programme.attendance:1"}, "请重新选择"),
            ({"source": "\x00"}, "field-error"),
        ],
    )
    def test_says_what_is_wrong(self, as_, bureau, facts, words):
        response = as_(bureau.member).post(NEW, FORM | facts)
        assert response.status_code == 400
        assert words in html_of(response)
        assert not Application.objects.exists()

    def test_takes_any_token_and_no_nul(self, as_, bureau):
        as_(bureau.member).post(NEW, FORM | {"token": "x", "learnt": "有\x00字符"})
        assert Application.objects.get().learnt == "有字符"

    @pytest.mark.parametrize("query", ["?source=x", "?source=%00", "?source=programme.attendance:99999999999999999999"])
    def test_survives_any_address(self, as_, bureau, query):
        assert as_(bureau.member).get(NEW + query).status_code == 200

    def test_costs_the_same_whatever_there_is(self, as_, bureau):
        client, costs = as_(bureau.member), []
        for number in (1, 6):
            for day in range(1, number + 1):
                SessionFactory(held=True, starts_at=at(2026, 10, day), attended_by=[bureau.member])
            costs.append(statements(client, NEW))
        assert costs[0] == costs[1]


class TestApplication:
    def test_of_another_asks_first(self, as_, bureau):
        entry = ApplicationFactory(staff=bureau.member, source_kind="programme.attendance", source_id=7, source_title="讲座")
        url = f"/five-haves/applications/{entry.pk}/"
        html = html_of(as_(bureau.member).get(url))
        for words in ("公文格式国家标准", "退文从每月四件降到一件", "参加学习活动", "讲座", "修改", "删去"):
            assert words in html
        for person, status in (
            (bureau.head, 200),
            (bureau.clerk, 200),
            (bureau.leader, 200),
            (bureau.colleague, 404),
            (bureau.other_head, 404),
        ):
            response = as_(person).get(url)
            assert (response.status_code, "公文格式" in html_of(response)) == (status, False)
        look_at(bureau.member, bureau.head)
        html = html_of(as_(bureau.head).get(url))
        assert "公文格式" in html
        assert "edit/" not in html

    def test_is_changed_by_its_writer_alone(self, as_, bureau):
        entry = ApplicationFactory(staff=bureau.member)
        url = f"/five-haves/applications/{entry.pk}/edit/"
        look_at(bureau.member, bureau.head)
        for person in (bureau.head, bureau.clerk, bureau.colleague):
            assert as_(person).post(url, FORM | {"version": "1"}).status_code == 404
        client = as_(bureau.member)
        assert "公文格式国家标准" in html_of(client.get(url))
        assert client.post(url, FORM | {"version": "1"}).headers["Location"] == f"/five-haves/applications/{entry.pk}/"
        response = client.post(url, FORM | {"version": "1", "learnt": "另一窗口"})
        assert response.status_code == 409
        assert all(words in html_of(response) for words in ("没有保存", "另一窗口", "公文格式", 'value="2"'))

    def test_is_removed_after_one_was_asked(self, as_, bureau):
        entry = ApplicationFactory(staff=bureau.member)
        url = f"/five-haves/applications/{entry.pk}/remove/"
        assert as_(bureau.head).post(url).status_code == 404
        client = as_(bureau.member)
        assert "不能恢复" in html_of(client.get(url))
        assert Application.objects.exists()
        assert client.post(url).headers["Location"] == "/my/five-haves/?year=2026"
        assert not Application.objects.exists()

    def test_of_a_locked_year_stays_as_it_is(self, as_, bureau):
        entry = ApplicationFactory(staff=bureau.member)
        lock(bureau.member)
        client, url = as_(bureau.member), f"/five-haves/applications/{entry.pk}/"
        assert "已锁定，不能再改" in html_of(client.get(url))
        for response in (client.post(f"{url}edit/", FORM | {"version": "1"}), client.post(f"{url}remove/"), client.post(NEW, FORM)):
            assert response.status_code == 400
            assert "已经锁定" in html_of(response)
        entry.refresh_from_db()
        assert entry.version == 1

    def test_is_404_where_there_is_none(self, as_, bureau):
        for what in ("applications", "achievements"):
            for act in ("", "edit/", "remove/"):
                assert as_(bureau.member).get(f"/five-haves/{what}/99999999999/{act}").status_code == 404


class TestAchievements:
    def test_are_registered_and_finished(self, as_, bureau):
        client = as_(bureau.member)
        response = client.post(NEW_ACHIEVEMENT, DEGREE)
        entry = Achievement.objects.get()
        url = f"/five-haves/achievements/{entry.pk}/"
        assert response.headers["Location"] == url
        assert client.post(NEW_ACHIEVEMENT, DEGREE).headers["Location"] == url
        assert "还在学" in html_of(client.get(url))
        was = entry.saved_at.isoformat()
        client.post(f"{url}edit/", DEGREE | {"was": was, "finished_on": "2026-11-20"})
        entry.refresh_from_db()
        assert entry.finished_on == datetime.date(2026, 11, 20)
        with time_machine.travel(NOW + datetime.timedelta(minutes=5), tick=False):
            client.post(f"{url}edit/", DEGREE | {"was": was, "title": "公共管理硕士（二）"})
        response = client.post(f"{url}edit/", DEGREE | {"was": was, "title": "另一窗口"})
        assert response.status_code == 409
        assert "公共管理硕士（二）" in html_of(response)

    def test_of_another_ask_first_and_are_its_writers(self, as_, bureau):
        entry = AchievementFactory(staff=bureau.member)
        url = f"/five-haves/achievements/{entry.pk}/"
        assert "打开会记入" in html_of(as_(bureau.head).get(url))
        assert as_(bureau.colleague).get(url).status_code == 404
        look_at(bureau.member, bureau.head)
        assert "公共管理硕士" in html_of(as_(bureau.head).get(url))
        for act in ("edit/", "remove/"):
            assert as_(bureau.head).post(url + act, DEGREE).status_code == 404
        as_(bureau.member).post(f"{url}remove/")
        assert not Achievement.objects.exists()

    @pytest.mark.parametrize(
        ("facts", "words"),
        [
            ({"title": ""}, "请写名称"),
            ({"title": "长" * 101}, "最多 100 个字"),
            ({"kind": "x"}, "请从列出的类别里选"),
            ({"area": "x"}, "请从列出的领域里选"),
            ({"started_on": ""}, "请选日期"),
            ({"started_on": "2027-01-01"}, "今天以后"),
            ({"finished_on": "2026-02-01"}, "早于开始日期"),
        ],
    )
    def test_say_what_is_wrong(self, as_, bureau, facts, words):
        response = as_(bureau.member).post(NEW_ACHIEVEMENT, DEGREE | facts)
        assert response.status_code == 400
        assert words in html_of(response)
        assert not Achievement.objects.exists()

    @pytest.mark.parametrize("was", ["", "x", "2026-02-30T00:00:00+08:00", "2026-03-01T15:00:00"])
    def test_survive_any_form(self, as_, bureau, was):
        entry = AchievementFactory(staff=bureau.member)
        response = as_(bureau.member).post(f"/five-haves/achievements/{entry.pk}/edit/", DEGREE | {"was": was})
        assert response.status_code == 409
