import datetime

import pytest

from cms.inbox.models import Channel
from tests.factories.pages import make_site, make_user
from tests.standing import standing

NOW = datetime.datetime(2026, 11, 24, 9, 30, tzinfo=datetime.UTC)


@standing()
def site():
    return make_site()


@pytest.fixture
def zhang(db):
    return make_user("zhang", email="zhang@example.gov.cn")


@pytest.fixture
def li(db):
    return make_user("li")


@pytest.fixture
def email(db):
    return Channel.objects.create(name="邮件", kind="email")


@pytest.fixture
def group(db):
    return Channel.objects.create(name="机关群", kind="wecom", address="wecombot://key")


@pytest.fixture
def posts(monkeypatch):
    """What robots were asked to post, as (class of the robot, text). Setting `posts.answer` to False makes them refuse."""

    class Posts(list):
        answer = True

    made = Posts()

    def notify(robot, body, **_options):
        made.append((type(robot).__name__, body))
        return made.answer

    monkeypatch.setattr("apprise.plugins.base.NotifyBase.notify", notify)
    return made
