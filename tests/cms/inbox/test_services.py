import datetime

import pytest
from django.db import IntegrityError, transaction

from cms.inbox.models import Channel, Delivery, Message
from cms.inbox.querysets import MessageQuerySet
from cms.inbox.services import MessageRefusedError, NotTheRecipientError, is_own_path, mark_all_read, mark_read, send_messages
from cms.users.models import User
from tests.factories.pages import make_user

from .conftest import NOW

REMINDER = {"subject": "周二学习还没有签到", "url": "/study/1/", "key": "session:1", "now": NOW}


def send(*to, **facts):
    return send_messages(to=to, **(REMINDER | facts))


class TestSendMessages:
    def test_tells_each_once_about_one_thing(self, zhang, li):
        assert send(zhang) == 1
        assert send(zhang, li, li.pk, now=NOW + datetime.timedelta(days=1)) == 1
        assert send(zhang, li) == 0
        assert Message.objects.count() == 2

    def test_tells_anew_about_another_thing(self, zhang):
        assert send(zhang) + send(zhang, key="session:2") == 2

    def test_takes_a_queryset_and_keys(self, zhang, li):
        assert send_messages(to=User.objects.filter(pk=zhang.pk), **REMINDER) == 1
        assert send(li.pk) == 1

    def test_tells_nobody_when_there_is_nobody(self, db):
        assert send() == 0

    def test_passes_over_accounts_that_are_switched_off(self, zhang):
        assert send(zhang, make_user("gone", is_active=False)) == 1

    def test_counts_only_what_it_made_when_another_node_was_faster(self, zhang, li, email, monkeypatch):
        bulk_create = MessageQuerySet.bulk_create

        def late(rows, messages, **options):
            monkeypatch.setattr(MessageQuerySet, "bulk_create", bulk_create)
            send(zhang)  # the other node
            return rows.bulk_create(messages, **options)

        monkeypatch.setattr(MessageQuerySet, "bulk_create", late)
        assert send(zhang, li) == 1
        assert Delivery.objects.count() == 1

    @pytest.mark.parametrize(
        ("facts", "said"),
        [
            ({"subject": " "}, "缺少主题"),
            ({"key": ""}, "缺少事由"),
            ({"subject": "长" * 121}, "主题最多 120 个字，现在有 121 个"),
            ({"url": "/" + "x" * 300}, "最多 300 个字"),
            ({"url": "https://evil.example/"}, "本站的地址"),
            ({"url": "//evil.example/"}, "本站的地址"),
            ({"url": "/\\evil.example"}, "本站的地址"),
            ({"url": "javascript:alert(1)"}, "本站的地址"),
        ],
    )
    def test_refuses_what_is_not_fit(self, zhang, facts, said):
        with pytest.raises(MessageRefusedError, match=said):
            send(zhang, **facts)

    def test_keeps_the_subject_in_one_line(self, zhang):
        send(zhang, subject="一\n二")
        assert Message.objects.get().subject == "一 二"

    @pytest.mark.parametrize("number", [10, 500])
    def test_takes_few_statements_whatever_the_number(self, number, email, group, django_assert_max_num_queries):
        User.objects.bulk_create(User(username=f"u{each}", email=f"u{each}@example.gov.cn") for each in range(number))
        # Two of them a savepoint; SQLite takes 999 values in one INSERT, so 500 rows are five, twice.
        with django_assert_max_num_queries(9 if number == 10 else 18):
            assert send_messages(to=User.objects.all(), post_to_groups=True, **REMINDER) == number

    def test_takes_one_statement_to_see_that_all_have_been_told(self, zhang, li, django_assert_num_queries):
        send(zhang, li)
        with django_assert_num_queries(3):  # two of them the savepoint
            send(zhang, li)


class TestOutbox:
    def test_gets_a_mail_for_each_who_has_an_address(self, zhang, li, email):
        send(zhang, li, text="请补签。")
        delivery = Delivery.objects.get()
        assert (delivery.recipient_address, delivery.subject, delivery.text, delivery.url) == (
            "zhang@example.gov.cn",
            "周二学习还没有签到",
            "请补签。",
            "/study/1/",
        )

    def test_gets_one_post_for_each_group_without_text_or_names(self, zhang, li, group):
        Channel.objects.create(name="另一群", kind="feishu", address="feishu://key")
        send(zhang, li, text="张三请补签。", post_to_groups=True)
        assert list(Delivery.objects.values_list("subject", "text", "recipient_address")) == [("周二学习还没有签到（2 人）", "", "")] * 2

    def test_gets_no_post_unasked_nor_when_nobody_is_told(self, zhang, group):
        send(zhang)
        send(zhang, post_to_groups=True)
        assert not Delivery.objects.exists()

    def test_gets_nothing_for_a_channel_that_is_switched_off(self, zhang, group, email):
        Channel.objects.update(is_active=False)
        send(zhang, post_to_groups=True)
        assert not Delivery.objects.exists()

    def test_leads_to_the_list_where_the_message_leads_nowhere(self, zhang, email):
        send(zhang, url="")
        assert Delivery.objects.get().url == "/inbox/"

    def test_is_empty_again_when_the_transaction_fails(self, zhang, email):
        with transaction.atomic():
            send(zhang)
            transaction.set_rollback(True)
        assert not Message.objects.exists()
        assert not Delivery.objects.exists()


class TestMarkRead:
    def test_notes_the_first_time(self, zhang):
        send(zhang)
        mark_read(message=Message.objects.get(), by=zhang, now=NOW)
        mark_read(message=Message.objects.get(), by=zhang, now=NOW + datetime.timedelta(hours=1))
        assert Message.objects.get().read_at == NOW

    def test_is_the_recipients(self, zhang, li):
        send(zhang)
        with pytest.raises(NotTheRecipientError, match="不是发给您的"):
            mark_read(message=Message.objects.get(), by=li, now=NOW)


class TestMarkAllRead:
    def test_marks_the_own(self, zhang, li):
        send(zhang, li)
        send(zhang, key="session:2")
        assert mark_all_read(by=zhang, now=NOW) == 2
        assert mark_all_read(by=zhang, now=NOW) == 0
        assert Message.objects.unread().get().recipient == li


class TestIsOwnPath:
    def test_knows_paths(self):
        assert is_own_path("/study/1/?x=https://y.example#z")

    @pytest.mark.parametrize("url", ["", "study/", "//x.example", "/\\x.example", "///x.example", "https://testserver/", "/\t/x.example"])
    def test_knows_what_is_none(self, url):
        assert not is_own_path(url)


class TestMessage:
    def test_stands_once_for_each_person_and_thing(self, zhang):
        send(zhang)
        with pytest.raises(IntegrityError), transaction.atomic():
            Message.objects.create(recipient=zhang, subject="又来", key="session:1", created_at=NOW)
