"""The office's queue, and what is decided on one article."""

import pytest
import time_machine
from django.urls import reverse

from learning.models import MediaArticle
from tests.factories.contributions import OutletFactory
from tests.factories.pages import make_site
from tests.factories.programme import at
from tests.factories.submissions import draft, handed_in, in_queue, make_newsroom
from tests.standing import standing

NOW = at(2026, 3, 5, 9)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW, tick=False):
        yield


@standing(now=NOW)
def room():
    make_site()
    return make_newsroom()


def text_of(answer) -> str:
    return answer.content.decode()


def at_(name, *args) -> str:
    return reverse(name, args=args)


def state() -> str:
    return MediaArticle.objects.order_by("pk").first().state


class TestQueue:
    def test_is_the_offices(self, client, room):
        in_queue(room)
        for name in ("member", "head", "leader", "clerk"):
            client.force_login(getattr(room, name).user)
            assert client.get(at_("contribution_queue")).status_code == 404

    def test_has_three_buttons_a_piece(self, client, room):
        article = in_queue(room)
        handed_in(room, title="科室里的")
        client.force_login(room.officer)
        html = text_of(client.get(at_("contribution_queue")))
        assert at_("adopt_article", article.pk) in html
        assert f"{at_('review_article', article.pk)}#return" in html
        assert f"{at_('review_article', article.pk)}#send" in html
        assert "科室里的" not in html
        assert "1 篇还在科室审" in html

    def test_says_why_it_is_empty(self, client, room):
        client.force_login(room.officer)
        assert "没有待收的稿件" in text_of(client.get(at_("contribution_queue")))


class TestReview:
    def test_is_passed_by_the_head(self, client, room):
        article = handed_in(room)
        client.force_login(room.head.user)
        html = text_of(client.get(at_("review_article", article.pk)))
        assert "通过，报宣传科" in html
        assert "记为投出" not in html
        answer = client.post(
            at_("review_article", article.pk), {"act": "pass", "version": "1", "pass-secrecy_checked_by": "梁静宜"}, follow=True
        )
        assert "已审核通过，转宣传科。没有别的在等了" in text_of(answer)
        stored = MediaArticle.objects.get()
        assert (stored.state, stored.secrecy_checked_by) == ("office", "梁静宜")

    def test_is_given_back_with_a_reason(self, client, room):
        article = handed_in(room)
        client.force_login(room.head.user)
        answer = client.post(at_("review_article", article.pk), {"act": "return", "return-note": "改。"})
        assert answer.status_code == 400
        assert "请选一个原因，作者会看到。" in text_of(answer)
        assert "改。" in text_of(answer)
        client.post(at_("review_article", article.pk), {"act": "return", "return-reason": "facts", "return-note": "改。"})
        assert state() == "returned"

    def test_leads_to_the_next_that_waits(self, client, room):
        first, second = in_queue(room), in_queue(room, title="下一篇的题目")
        outlet = OutletFactory()
        client.force_login(room.officer)
        answer = client.post(
            at_("review_article", first.pk), {"act": "send", "send-outlets": [outlet.pk], "send-sent_on": "2026-03-05"}, follow=True
        )
        assert answer.redirect_chain == [(at_("review_article", second.pk), 302)]
        assert "已记为投出。这是下一篇。" in text_of(answer)
        assert state() == "sent"

    def test_is_set_aside(self, client, room):
        article = in_queue(room)
        client.force_login(room.officer)
        client.post(at_("review_article", article.pk), {"act": "aside", "aside-reason": "no_news"})
        assert state() == "unused"

    def test_may_be_sent_again_once_it_was_adopted_or_set_aside(self, client, room):
        article = in_queue(room)
        client.force_login(room.officer)
        client.post(at_("review_article", article.pk), {"act": "aside", "aside-reason": "no_news"})
        OutletFactory()
        html = text_of(client.get(at_("review_article", article.pk)))
        assert "记为投出" in html
        assert 'value="aside"' not in html

    @pytest.mark.parametrize("name", ["member", "colleague", "other_head", "leader", "clerk"])
    def test_is_nobody_elses(self, client, room, name):
        article = handed_in(room)
        client.force_login(getattr(room, name).user)
        answer = client.get(at_("review_article", article.pk))
        assert (answer.status_code, state()) == (404 if name in ("colleague", "other_head") else 302, "section")
        assert client.post(at_("review_article", article.pk), {"act": "pass"}).status_code == 404
        assert state() == "section"

    def test_of_a_draft_is_not_there(self, client, room):
        article = draft(room)
        for user in (room.head.user, room.officer):
            client.force_login(user)
            assert client.get(at_("review_article", article.pk)).status_code == 404
            assert client.post(at_("review_article", article.pk), {"act": "send"}).status_code == 404

    def test_says_that_somebody_was_faster(self, client, room):
        article = in_queue(room)
        client.force_login(room.head.user)
        answer = client.post(at_("review_article", article.pk), {"act": "pass"}, follow=True)
        assert "没有办成：这篇稿件现在是“宣传科审”" in text_of(answer)

    @pytest.mark.parametrize("value", ["", "\x00", "x" * 5000, "9" * 26, "2026-02-30"])
    def test_survives_whatever_is_sent(self, client, room, value):
        article = in_queue(room)
        OutletFactory()
        client.force_login(room.officer)
        for act in ("send", "return", "aside", "pass", value):
            sent = {"act": act, "version": value, **{f"{act}-{name}": value for name in ("outlets", "sent_on", "note", "reason")}}
            assert client.post(at_("review_article", article.pk), sent).status_code in (302, 400), act
        assert state() == "office"

    @pytest.mark.parametrize("value", ["\x00", "x" * 5000, "2026-02-30", "99999999999999999999999"])
    def test_survives_whatever_a_head_sends(self, client, room, value):
        article = handed_in(room)
        client.force_login(room.head.user)
        for name in ("note", "secrecy_checked_by", "secrecy_checked_on"):
            sent = {"act": "pass", "version": "7", f"pass-{name}": value}
            assert client.post(at_("review_article", article.pk), sent).status_code in (302, 400), name
        assert state() == "section"
