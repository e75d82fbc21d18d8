import datetime

import pytest
from django.core.exceptions import ValidationError
from wagtail.models import ModelLogEntry

from cms.inbox.models import Message
from learning.contributions.services.calls import CallError, close_call, publish_focus, send_call
from learning.models import Commission, MonthlyFocus
from tests.factories.bureau import make_bureau
from tests.factories.contributions import make_officer
from tests.factories.organisation import DepartmentFactory, PostingFactory, StaffMemberFactory
from tests.factories.pages import make_user
from tests.factories.programme import at
from tests.standing import standing

NOW = at(2026, 11, 25, 9)
TODAY, YESTERDAY = NOW.date(), datetime.date(2026, 11, 24)
DUE = datetime.date(2026, 12, 10)
MONTH, NEXT = datetime.date(2026, 11, 1), datetime.date(2026, 12, 1)


@standing()
def bureau():
    return make_bureau()


@standing()
def officer():
    return make_officer()


def sent(officer, *departments, topic="暑期安全教育", text="800 字左右。", due_on=DUE, now=NOW):
    return send_call(topic=topic, text=text, due_on=due_on, departments=departments, by=officer, now=now)


class TestSendCall:
    def test_keeps_what_is_asked_of_whom_until_when(self, bureau, officer):
        call = sent(officer, bureau.office, topic=" 暑期\n安全教育 ")
        assert (call.topic, call.text, call.due_on, call.sent_at, call.created_by) == ("暑期 安全教育", "800 字左右。", DUE, NOW, officer)
        assert list(call.departments.all()) == [bureau.office]
        assert ModelLogEntry.objects.get(action="contributions.call").data == {"sent_to": 1, "due_on": "2026-12-10"}

    def test_tells_heads_and_members_of_the_departments_once(self, bureau, officer):
        PostingFactory(staff=bureau.other_head, department=bureau.office, is_head=True, is_primary=False)  # heads both
        PostingFactory(staff=bureau.secretary, department=bureau.office, is_primary=False)  # only lends a hand
        PostingFactory(staff=StaffMemberFactory(), department=bureau.office)  # has no account
        gone = StaffMemberFactory(user=make_user("zoule"))
        PostingFactory(staff=gone, department=bureau.office, ended_on=YESTERDAY)
        call = sent(officer, bureau.office, bureau.office)
        told = Message.objects.filter(key=f"call:{call.pk}:sent")
        assert {one.recipient for one in told} == {
            person.user for person in (bureau.head, bureau.other_head, bureau.member, bureau.colleague)
        }
        assert (told[0].subject, told[0].url) == ("约稿：暑期安全教育", f"/contributions/calls/{call.pk}/")
        assert told[0].text == "请在 2026-12-10 前报送。\n\n800 字左右。"

    @pytest.mark.parametrize(
        ("facts", "field", "words"),
        [
            ({"due_on": YESTERDAY}, "due_on", "已经过去"),
            ({"topic": "  "}, "topic", "请写约稿的题目"),
            ({"topic": "长" * 121}, "topic", "120"),
            ({"text": "长" * 1001}, "text", "最多 1000 个字"),
        ],
    )
    def test_says_what_is_wrong_and_where(self, bureau, officer, facts, field, words):
        with pytest.raises(ValidationError, match=words) as refused:
            sent(officer, bureau.office, **facts)
        assert list(refused.value.error_dict) == [field]
        assert not Commission.objects.exists()
        assert not Message.objects.exists()

    def test_may_be_due_today(self, bureau, officer):
        assert sent(officer, bureau.office, due_on=TODAY).due_on == TODAY

    def test_needs_departments_that_are_there(self, officer):
        with pytest.raises(CallError, match="至少勾选一个"):
            sent(officer)
        with pytest.raises(CallError, match="老干部科已经撤销"):
            sent(officer, DepartmentFactory(), DepartmentFactory(name="老干部科", closed_on=TODAY))

    def test_is_not_sent_twice_to_the_same(self, bureau, officer):
        first = sent(officer, bureau.office, bureau.other)
        with pytest.raises(CallError, match="已经向这些科室发出过"):
            sent(officer, bureau.office)
        sent(officer, bureau.office, due_on=DUE + datetime.timedelta(days=1))
        close_call(call=first, by=officer, now=NOW)
        sent(officer, bureau.office)
        assert Commission.objects.count() == 3


class TestCloseCall:
    def test_is_done_once(self, bureau, officer):
        call = sent(officer, bureau.office)
        assert close_call(call=call, by=officer, now=NOW).closed_at == NOW
        with pytest.raises(CallError, match="2026-11-25 结束"):
            close_call(call=call, by=officer, now=NOW)


def published(officer, text="安全教育\n一线教师", *, month=MONTH, was="", now=NOW):
    return publish_focus(month=month, text=text, was=was, by=officer, now=now)


class TestPublishFocus:
    def test_tells_the_heads_once(self, bureau, officer):
        published(officer)
        changed = published(officer, "只要安全教育", was="安全教育\r\n一线教师\r\n", now=at(2026, 11, 26))
        assert (changed.text, changed.published_by, MonthlyFocus.objects.count()) == ("只要安全教育", officer, 1)
        assert {one.recipient for one in Message.objects.all()} == {bureau.head.user, bureau.other_head.user}
        assert Message.objects.filter(recipient=bureau.head.user).get().subject == "2026年11月报送要点"

    def test_is_of_this_month_or_the_next(self, officer):
        published(officer, month=NEXT)
        for month in (datetime.date(2026, 10, 1), datetime.date(2027, 1, 1), datetime.date(2026, 11, 2)):
            with pytest.raises(CallError, match="本月和下个月"):
                published(officer, month=month)

    def test_does_not_lose_what_somebody_else_wrote(self, officer):
        published(officer)
        with pytest.raises(CallError, match="您的文字没有保存"):
            published(officer, "别的", was="")
        assert MonthlyFocus.objects.get().text == "安全教育\n一线教师"

    @pytest.mark.parametrize("text", ["", " \n", "长" * 2001])
    def test_needs_words(self, officer, text):
        with pytest.raises(CallError) as refused:
            published(officer, text)
        assert list(refused.value.error_dict) == ["text"]
        assert not MonthlyFocus.objects.exists()
