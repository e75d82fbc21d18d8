from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.bureau import make_bureau
from tests.factories.pages import make_site, make_user
from tests.factories.programme import SessionFactory, at
from tests.standing import standing

NOW = at(2026, 11, 25, 9)


@standing(now=NOW)
def bureau():
    make_site()
    found = make_bureau()
    SessionFactory(title="昨天的周二学习", starts_at=at(2026, 11, 24))
    SessionFactory(title="支部的活动", starts_at=at(2026, 11, 26), organised_by="branch", branch=found.branch, audience="party_members")
    for day in range(1, 5):
        SessionFactory(title=f"十二月{day}日", starts_at=at(2026, 12, day))
    return found


class TestHomePage:
    def test_begins_with_three_of_what_is_due_and_this_week(self, client, bureau):
        client.force_login(bureau.member.user)
        html = client.get("/").content.decode()
        assert html.index("我的待办") < html.index("home-search")
        assert html.count('<li class="due-row">') == 3
        assert "全部 5 项" in html
        week = html[html.index("本周学习") : html.index("home-search")]
        assert "昨天的周二学习" in week
        assert "支部的活动" in week
        assert "十二月" not in week

    def test_shows_others_no_session_of_a_branch_that_is_not_theirs(self, client, bureau):
        client.force_login(bureau.head.user)
        assert "支部的活动" not in client.get("/").content.decode()

    def test_shows_an_account_that_is_nobodys_the_week_alone(self, client, bureau):
        client.force_login(make_user("bianji"))
        html = client.get("/").content.decode()
        assert "我的待办" not in html
        assert "昨天的周二学习" in html

    def test_is_for_the_anonymous_as_it_was(self, client, bureau):
        client.get("/")
        with CaptureQueriesContext(connection) as captured:
            html = client.get("/").content.decode()
        assert "学习活动" not in html
        assert "周二学习" not in html
        assert "due.css" not in html
        assert not [query for query in captured if "learning_session" in query["sql"]]
