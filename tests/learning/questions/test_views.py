import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learning.models import Question
from learning.questions.links import ask_url
from learning.questions.services import answer, ask
from tests.factories.pages import make_user

from .conftest import LINE, NOW

LATER = NOW + datetime.timedelta(hours=3)
URL = "/questions/"


def html_of(response) -> str:
    return response.content.decode()


def signed_in(client, user):
    client.force_login(user)
    return client


def asked(by, key=LINE.key, text="我是第二作者。", about=LINE.about, now=NOW):
    return ask(about=type(LINE)(LINE.desk, key, about, LINE.url), text=text, by=by, now=now)


class TestAskQuestion:
    def test_says_what_is_asked_about_and_who_answers(self, client, asker):
        assert client.get(ask_url(LINE)).headers["Location"].startswith("/login/")
        html = html_of(signed_in(client, asker).get(ask_url(LINE)))
        for words in ("2026年一季度 第12行", "台账组", '<a href="/my/">', "同事看不到"):
            assert words in html

    def test_hands_it_to_the_desk(self, client, asker):
        response = signed_in(client, asker).post(ask_url(LINE), {"text": "我是第二作者。"})
        question = Question.objects.get()
        assert response.headers["Location"] == f"/questions/{question.pk}/"
        assert (question.asked_by, question.text) == (asker, "我是第二作者。")
        assert "疑问已交给台账组" in html_of(client.get(response.headers["Location"]))

    def test_leads_to_the_first_while_that_waits(self, client, asker):
        first = asked(asker)
        client = signed_in(client, asker)
        html = html_of(client.get(ask_url(LINE)))
        assert f'<a href="/questions/{first.pk}/">看那一条</a>' in html
        assert "<textarea" not in html
        response = client.post(ask_url(LINE), {"text": "另外还有一点"})
        assert response.status_code == 400
        assert "另外还有一点" in html_of(response)
        assert f'<a href="/questions/{first.pk}/">' in html_of(response)
        assert Question.objects.count() == 1

    @pytest.mark.parametrize("text", ["", "   ", "长" * 1001, "有\x00字符"])
    def test_says_what_is_wrong_with_the_words(self, client, asker, text):
        response = signed_in(client, asker).post(ask_url(LINE), {"text": text})
        assert response.status_code == 400
        assert 'class="field-error"' in html_of(response)
        assert not Question.objects.exists()

    @pytest.mark.parametrize("token", ["", "x", "a:b:c", "%00", "一:二:三", "::", "x" * 5000])
    def test_refuses_a_damaged_link(self, client, asker, token):
        client = signed_in(client, asker)
        for response in (client.get(f"/questions/ask/?about={token}"), client.post(f"/questions/ask/?about={token}", {"text": "问"})):
            assert response.status_code == 400
            assert "重新点“有疑问”" in html_of(response)
        damaged = ask_url(LINE)[:-3]
        assert client.get(damaged).status_code == 400
        assert client.get("/questions/ask/").status_code == 400

    def test_refuses_a_line_whose_desk_is_not_there(self, client, asker):
        response = signed_in(client, asker).get(ask_url(type(LINE)("nobody", "k", "关于", "/my/")))
        assert response.status_code == 400


class TestQuestion:
    def test_is_its_askers_and_its_desks(self, client, asker, officer):
        question = asked(asker)
        address = f"/questions/{question.pk}/"
        assert client.get(address).headers["Location"].startswith("/login/")
        for user, status in ((asker, 200), (officer, 200), (make_user("tongshi"), 404)):
            assert signed_in(client, user).get(address).status_code == status
        assert signed_in(client, make_user("zaiyige")).post(address, {"text": "答"}).status_code == 404

    def test_is_answered_by_the_desk(self, client, asker, officer):
        question = asked(asker)
        address = f"/questions/{question.pk}/"
        assert "<textarea" not in html_of(signed_in(client, asker).get(address))
        assert signed_in(client, asker).post(address, {"text": "自答"}).status_code == 403
        response = signed_in(client, officer).post(address, {"text": "已补上。", "corrects": ""})
        assert response.headers["Location"] == address
        question.refresh_from_db()
        assert (question.answer, question.answered_by) == ("已补上。", officer)
        html = html_of(signed_in(client, asker).get(address))
        assert "已补上。" in html
        assert "卫思齐" in html

    def test_is_corrected_and_keeps_what_was_said_before(self, client, asker, officer):
        question = answer(question=asked(asker), text="已补上。", by=officer, now=NOW)
        address, client = f"/questions/{question.pk}/", signed_in(client, officer)
        assert "更正答复" in html_of(client.get(address))
        response = client.post(address, {"text": "材料不全。", "corrects": question.answered_at.isoformat()})
        assert response.status_code == 302
        html = html_of(signed_in(client, asker).get(address))
        assert "材料不全。" in html
        assert "更正前的答复（1）" in html
        assert "已补上。" in html

    def test_keeps_the_words_of_whoever_was_overtaken(self, client, asker, officer):
        question = answer(question=asked(asker), text="已补上。", by=officer, now=NOW)
        response = signed_in(client, officer).post(f"/questions/{question.pk}/", {"text": "我的话", "corrects": ""})
        assert response.status_code == 400
        html = html_of(response)
        assert "您的文字没有保存" in html
        assert "我的话</textarea>" in html
        assert question.answered_at.isoformat()[:19] in html

    @pytest.mark.parametrize("corrects", ["x", "2026-99-99T00:00", "2026-11-25T09:00:00", "9" * 400])
    def test_survives_a_moment_that_is_none(self, client, asker, officer, corrects):
        question = answer(question=asked(asker), text="已补上。", by=officer, now=NOW)
        data = {"text": "改", "corrects": corrects}
        assert signed_in(client, officer).post(f"/questions/{question.pk}/", data).status_code == 400

    @pytest.mark.parametrize("text", ["", "长" * 1001, "有\x00字符"])
    def test_says_what_is_wrong_with_the_answer(self, client, asker, officer, text):
        question = asked(asker)
        assert signed_in(client, officer).post(f"/questions/{question.pk}/", {"text": text}).status_code == 400

    def test_is_404_where_there_is_none(self, client, officer):
        assert signed_in(client, officer).get(f"/questions/{10**18}/").status_code == 404


class TestQuestions:
    def test_are_the_own_with_their_answers(self, client, asker, officer):
        answer(question=asked(asker), text="已补上。", by=officer, now=LATER)
        asked(make_user("tongshi"), text="别人的疑问")
        html = html_of(signed_in(client, asker).get(URL))
        assert "已补上。" in html
        assert "别人的疑问" not in html
        assert "我提的" not in html
        assert client.get(URL + "?state=waiting").status_code == 200

    def test_are_in_the_order_of_work_for_whoever_answers(self, client, asker, officer):
        answer(question=asked(asker, "k:1", about="答过的"), text="好", by=officer, now=LATER)
        asked(asker, "k:2", about="后问的", now=LATER)
        asked(asker, "k:3", about="先问的")
        asked(officer, "k:4", about="自己问的", now=LATER + datetime.timedelta(hours=1))
        client = signed_in(client, officer)
        html = html_of(client.get(URL))
        places = [html.index(words) for words in ("先问的", "后问的", "自己问的", "答过的")]
        assert places == sorted(places)
        assert "3 条待答复" in html
        assert "答过的" not in html_of(client.get(URL + "?state=waiting"))
        assert "先问的" not in html_of(client.get(URL + "?state=answered"))
        mine = html_of(client.get(URL + "?whose=mine"))
        assert "自己问的" in mine
        assert "先问的" not in mine

    def test_say_why_there_are_none(self, client, asker, officer):
        assert "还没有疑问" in html_of(signed_in(client, asker).get(URL))
        assert "没有符合条件的" in html_of(client.get(URL + "?state=waiting"))

    @pytest.mark.parametrize("query", ["?page=x", "?page=99999", "?state=nothing", "?state=%00", "?whose=%00&page=-1"])
    def test_survive_any_address(self, client, officer, query):
        assert signed_in(client, officer).get(URL + query).status_code == 200

    def test_cost_the_same_however_many_there_are(self, client, asker, officer):
        def cost():
            signed_in(client, officer).get(URL)
            with CaptureQueriesContext(connection) as statements:
                assert client.get(URL).status_code == 200
            return len(statements)

        asked(asker, "k:1")
        few = cost()
        for number in range(2, 9):
            answer(question=asked(make_user(f"ren{number}"), f"k:{number}"), text="好", by=officer, now=LATER)
        assert cost() == few
