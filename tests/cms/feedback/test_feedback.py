import pytest
from django.urls import reverse
from django.utils import timezone

from cms.feedback.models import FeedbackEntry
from cms.feedback.services import FLOOD_LIMIT, find_by_receipt, receive_feedback
from cms.users.roles import ensure_groups
from tests.factories.pages import make_site, make_user

LETTER = {"kind": "complaint", "subject": "页面打不开", "text": "昨天下午三点打不开。", "contact": ""}


@pytest.fixture(autouse=True)
def site(db):
    return make_site()


class TestFeedback:
    def test_gives_a_receipt_that_finds_the_answer(self, client):
        answer = client.post("/feedback/", LETTER)
        entry = FeedbackEntry.objects.get()
        assert entry.receipt_code in answer.content.decode()
        assert "还在办理中" in client.post("/feedback/status/", {"code": entry.receipt_code}).content.decode()

    def test_reads_a_receipt_as_people_copy_it(self):
        entry = receive_feedback(**LETTER)
        code = entry.receipt_code.upper()
        assert find_by_receipt(f" {code[:8]}-{code[8:16]} {code[16:]}") == entry

    def test_knows_no_wrong_receipt(self, client):
        assert "没有这个查询码" in client.post("/feedback/status/", {"code": "0" * 32}).content.decode()

    def test_says_what_is_missing_and_keeps_what_was_written(self, client):
        answer = client.post("/feedback/", LETTER | {"text": ""})
        html = answer.content.decode()
        assert answer.status_code == 400
        assert "请写下您的意见" in html
        assert "页面打不开" in html

    def test_says_how_much_is_too_much(self, client):
        html = client.post("/feedback/", LETTER | {"text": "长" * 2001}).content.decode()
        assert "最多 2000 个字，现在有 2001 个" in html

    def test_takes_nothing_from_a_machine(self, client):
        client.post("/feedback/", LETTER | {"website": "https://spam.example"})
        assert not FeedbackEntry.objects.exists()

    def test_stops_a_flood_and_keeps_the_text(self, client):
        FeedbackEntry.objects.bulk_create(
            FeedbackEntry(receipt_code=f"{number:032}", subject="x", text="y", received_at=timezone.now()) for number in range(FLOOD_LIMIT)
        )
        answer = client.post("/feedback/", LETTER)
        assert "十分钟后再试" in answer.content.decode()
        assert "昨天下午三点打不开" in answer.content.decode()

    def test_shows_nothing_of_a_hidden_page(self, client, site):
        site.view_restrictions.create(restriction_type="login")
        assert "涉及页面" not in client.get(f"/feedback/?page={site.pk}").content.decode()


class TestAnswering:
    @pytest.fixture
    def entry(self):
        ensure_groups()
        return receive_feedback(**LETTER)

    def url(self, entry):
        return reverse("feedback:edit", args=[entry.pk])

    def test_reaches_whoever_has_the_receipt(self, client, entry):
        clerk = make_user("banshi", "机关党委办事员")
        client.force_login(clerk)
        answer = client.post(self.url(entry), {"state": "answered", "answer": "已修复，谢谢。"})
        assert answer.status_code == 302, answer.context["form"].errors
        entry.refresh_from_db()
        assert (entry.answered_by, entry.text) == (clerk, LETTER["text"])
        client.logout()
        assert "已修复" in client.post("/feedback/status/", {"code": entry.receipt_code}).content.decode()

    def test_needs_a_text(self, client, entry):
        client.force_login(make_user("banshi", "机关党委办事员"))
        answer = client.post(self.url(entry), {"state": "answered", "answer": ""})
        assert answer.status_code == 200
        assert "请先填写答复内容" in answer.content.decode()

    def test_is_not_for_editors(self, client, entry):
        client.force_login(make_user("bianji", "编辑"))
        assert client.get(self.url(entry)).status_code == 302
        assert client.get(reverse("feedback:index")).status_code == 302

    def test_adds_and_deletes_nothing(self, client, entry):
        client.force_login(make_user("boss", is_superuser=True))
        assert client.get(reverse("feedback:add")).status_code == 302
        assert client.post(reverse("feedback:delete", args=[entry.pk])).status_code == 302
        assert FeedbackEntry.objects.count() == 1
