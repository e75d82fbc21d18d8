import datetime
import re

import pytest
from django.template import engines
from django.test import RequestFactory
from django.urls import reverse

from cms.inbox.models import Message
from cms.inbox.services import mark_read, send_messages
from cms.inbox.unread import unread_messages
from cms.inbox.views import PER_PAGE

from .conftest import NOW

pytestmark = pytest.mark.usefixtures("site")


def send(person, subject="周二学习", url="/study/1/", key="1", now=NOW, **facts):
    send_messages(to=[person], subject=subject, url=url, key=key, now=now, **facts)
    return Message.objects.get(recipient=person, key=key)


class TestInbox:
    def test_lists_the_own_unread_first(self, client, zhang, li):
        mark_read(message=send(zhang, "读过的", key="2", now=NOW + datetime.timedelta(days=1)), by=zhang, now=NOW)
        send(zhang, "没读的")
        send(li, "别人的")
        client.force_login(zhang)
        html = client.get("/inbox/").content.decode()
        assert html.index("没读的") < html.index("读过的")
        assert "别人的" not in html
        assert html.count('<span class="chip chip-unread">未读</span>') == 1
        assert "全部标为已读" in html

    def test_shows_text_as_text(self, client, zhang):
        send(zhang, text="<b>请签到</b>\n谢谢")
        client.force_login(zhang)
        assert "&lt;b&gt;请签到&lt;/b&gt;<br>谢谢" in client.get("/inbox/").content.decode()

    def test_says_so_when_there_is_nothing(self, client, li):
        client.force_login(li)
        html = client.get("/inbox/").content.decode()
        assert "还没有消息" in html
        assert "全部标为已读" not in html

    def test_costs_the_same_for_a_full_page(self, client, zhang, django_assert_max_num_queries):
        for number in range(PER_PAGE + 1):
            send(zhang, key=str(number))
        client.force_login(zhang)
        client.get("/inbox/")
        with django_assert_max_num_queries(8):
            html = client.get("/inbox/").content.decode()
        assert html.count("message-row") == PER_PAGE
        assert "?page=2" in html

    def test_is_for_people_who_are_signed_in(self, client):
        assert client.get("/inbox/").headers["Location"] == "/login/?next=/inbox/"


class TestOpenMessage:
    def test_marks_it_read_and_goes_where_it_leads(self, client, zhang):
        message = send(zhang)
        client.force_login(zhang)
        answer = client.post(reverse("inbox_open", args=[message.pk]))
        assert (answer.status_code, answer.headers["Location"]) == (302, "/study/1/")
        assert not Message.objects.unread().exists()

    @pytest.mark.parametrize("url", ["", "//evil.example/", "https://evil.example/"])
    def test_stays_on_the_site_whatever_the_row_says(self, client, zhang, url):
        message = send(zhang)
        Message.objects.update(url=url)
        client.force_login(zhang)
        assert client.post(reverse("inbox_open", args=[message.pk])).headers["Location"] == "/inbox/"

    def test_changes_nothing_by_looking(self, client, zhang):
        message = send(zhang)
        client.force_login(zhang)
        assert client.get(reverse("inbox_open", args=[message.pk])).headers["Location"] == "/inbox/"
        assert client.get("/inbox/read/").headers["Location"] == "/inbox/"
        assert Message.objects.unread().exists()

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_knows_nobody_elses(self, client, zhang, li, method):
        message = send(li)
        client.force_login(zhang)
        assert getattr(client, method)(reverse("inbox_open", args=[message.pk])).status_code == 404
        assert Message.objects.unread().exists()


class TestReadAll:
    def test_marks_the_own(self, client, zhang, li):
        send(zhang)
        send(li)
        client.force_login(zhang)
        assert "已将 1 条消息标为已读" in client.post("/inbox/read/", follow=True).content.decode()
        assert Message.objects.unread().get().recipient == li


class TestMasthead:
    def link(self, answer):
        html = re.sub(r"<span[^>]*>|</span>", "", answer.content.decode())
        return re.search(r'<a href="/inbox/">(.*?)</a>', html)[1]

    def test_says_how_many_are_unread(self, client, zhang):
        client.force_login(zhang)
        assert self.link(client.get("/feedback/")) == "消息"
        send(zhang)
        send(zhang, key="2")
        assert self.link(client.get("/feedback/")) == "消息（2条未读）"

    def test_says_nothing_to_the_anonymous(self, client):
        assert "/inbox/" not in client.get("/feedback/").content.decode()


class TestUnreadMessages:
    def shown(self, user, template):
        request = RequestFactory().get("/")
        request.user = user
        return engines["django"].from_string(template).render(unread_messages(request))

    def test_costs_nothing_where_nobody_asks(self, zhang, django_assert_num_queries):
        with django_assert_num_queries(0):
            self.shown(zhang, "nothing")

    def test_costs_one_statement_however_often_it_is_asked(self, zhang, django_assert_num_queries):
        send(zhang)
        with django_assert_num_queries(1):
            assert self.shown(zhang, "{% if unread_messages %}{{ unread_messages }} {{ unread_messages }}{% endif %}") == "1 1"

    def test_costs_the_anonymous_nothing(self, django_assert_num_queries):
        from_nobody = type("Nobody", (), {"is_authenticated": False})()
        with django_assert_num_queries(0):
            assert self.shown(from_nobody, "{{ unread_messages }}") == "0"
