"""The sample site without a year, contributions and files: built once, and what it holds."""

import pytest
from wagtail.models import Page, PageLogEntry

from cms.users.models import User
from home.sample.loading import load_sample_site
from home.sample.people import ACCOUNTS, SAMPLE_PASSWORD
from learning.models import NoticePage, StaffMember
from tests.standing import standing

pytestmark = pytest.mark.usefixtures("is_built")


@standing()
def is_built():
    return load_sample_site(with_year=False, with_contributions=False, with_portfolio=False)


def counts():
    return [model.objects.count() for model in (Page, User, StaffMember, PageLogEntry)]


class TestSampleSite:
    def test_is_built_once_and_keeps_what_was_changed_since(self, is_built):
        assert is_built is True
        before = counts()
        User.objects.filter(username="bianji").update(display_name="改过的名字")
        assert load_sample_site(with_year=False, with_contributions=False, with_portfolio=False) is False
        assert counts() == before
        assert User.objects.get(username="bianji").display_name == "改过的名字"

    def test_holds_the_notice_as_anybody_may_read_it(self, client):
        notice = NoticePage.objects.get(title__contains="学习型机关建设实施方案")
        assert client.get(notice.url, headers={"host": "localhost"}).status_code == 200
        assert [item["text"] for item in notice.contents if item["level"] == "h2"] == [
            "一、指导思想",
            "二、目标任务",
            "三、学习内容",
            "四、形式载体",
            "五、活动要求",
        ]

    def test_lets_each_sample_account_sign_in(self, client):
        for username, *_facts in ACCOUNTS:
            client.logout()
            answer = client.post("/login/", {"login": username, "password": SAMPLE_PASSWORD})
            assert answer.status_code == 302, username
