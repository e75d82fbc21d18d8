import datetime
import itertools
import smtplib

import pytest
from django.core import mail
from django.utils import timezone

from cms.inbox import outbox
from cms.inbox.jobs import JOBS
from cms.inbox.models import Delivery
from cms.inbox.outbox import WAITS, claim, forget_deliveries, send_waiting
from cms.inbox.services import send_messages
from cms.jobs.registry import all_jobs

from .conftest import NOW


@pytest.fixture
def base(settings):
    settings.WAGTAILADMIN_BASE_URL = "https://study.example.gov.cn"


@pytest.fixture
def waiting(zhang, li, email, group, base):
    """One mail and one post."""
    send_messages(to=[zhang, li], subject="周二学习", text="请签到。", url="/study/1/", key="session:1", now=NOW, post_to_groups=True)
    return Delivery.objects.all()


class TestSendWaiting:
    def test_sends_mails_to_people_and_one_post_to_the_group(self, waiting, posts):
        assert send_waiting(now=NOW) == (2, 0)
        assert posts == [("NotifyWeComBot", "周二学习（2 人）\nhttps://study.example.gov.cn/study/1/")]
        [sent] = mail.outbox
        assert (sent.to, sent.subject, sent.body) == (
            ["zhang@example.gov.cn"],
            "周二学习",
            "请签到。\n\nhttps://study.example.gov.cn/study/1/",
        )

    def test_sends_once(self, waiting, posts):
        send_waiting(now=NOW)
        assert send_waiting(now=NOW + datetime.timedelta(days=1)) == (0, 0)
        assert (len(posts), len(mail.outbox)) == (1, 1)

    def test_sends_once_when_two_run_at_once(self, waiting, posts, monkeypatch):
        def meanwhile(delivery):
            monkeypatch.setattr(outbox, "_send", send)
            assert send_waiting(now=NOW) == (1, 0)  # the one that is not held here
            send(delivery)

        send = outbox._send
        monkeypatch.setattr(outbox, "_send", meanwhile)
        assert send_waiting(now=NOW) == (1, 0)
        assert (len(posts), len(mail.outbox)) == (1, 1)

    def test_tries_five_times_and_waits_longer_each_time(self, waiting, posts):
        posts.answer = False
        tried, now = [], NOW
        while now < NOW + datetime.timedelta(days=2):
            if send_waiting(now=now)[1]:
                tried.append(now - NOW)
            now += datetime.timedelta(minutes=5)
        assert [after - before for before, after in itertools.pairwise(tried)] == list(WAITS[:-1])
        failed = Delivery.objects.get(recipient_address="")
        assert (failed.state, failed.attempts, len(posts)) == ("failed", 5, 5)
        assert "连到外网" in failed.last_error

    def test_goes_on_when_one_cannot_be_sent(self, waiting, posts, monkeypatch):
        def refuse(*_arguments, **_options):
            raise smtplib.SMTPServerDisconnected("gone")

        monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
        assert send_waiting(now=NOW) == (1, 1)
        assert Delivery.objects.get(state="waiting").last_error == "SMTPServerDisconnected: gone"
        monkeypatch.undo()
        assert send_waiting(now=NOW + WAITS[0]) == (1, 0)
        assert Delivery.objects.filter(state="sent", last_error="").count() == 2

    def test_gives_up_what_was_killed_in_its_last_attempt(self, waiting, posts):
        waiting.update(attempts=5)
        assert send_waiting(now=NOW) == (0, 0)
        assert waiting.filter(state="failed").count() == 2

    def test_leaves_a_channel_that_was_switched_off(self, waiting, posts, group):
        group.is_active = False
        group.save()
        assert send_waiting(now=NOW) == (1, 0)
        assert posts == []

    def test_begins_nothing_new_when_its_time_is_up(self, waiting, posts, monkeypatch):
        monkeypatch.setattr(outbox, "RUN", -1)
        assert send_waiting(now=NOW) == (0, 0)


class TestClaim:
    def test_is_given_to_one(self, waiting):
        first, second = (Delivery.objects.get(recipient_address="") for _ in range(2))
        assert claim(first, now=NOW)
        assert not claim(second, now=NOW)

    def test_lasts_longer_than_a_run(self):
        assert min(WAITS) > 2 * datetime.timedelta(seconds=outbox.RUN)


class TestForgetDeliveries:
    def test_keeps_no_addresses(self, waiting, posts):
        assert forget_deliveries(before=NOW) == 0
        assert forget_deliveries(before=NOW + datetime.timedelta(days=30)) == 2


class TestJobs:
    def test_are_registered_and_say_what_they_did(self, waiting, posts):
        assert set(JOBS) <= set(all_jobs())
        now = timezone.now() + datetime.timedelta(days=365)
        assert [job.run(now) for job in JOBS] == ["送出 2 条，未送出 0 条", "清理 2 条"]
