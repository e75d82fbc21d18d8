"""A desk of the tests' own, and one of the propaganda office who answers for it."""

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission

from learning.questions import desks
from learning.questions.desks import Desk
from learning.questions.links import About
from tests.factories.pages import make_site, make_user
from tests.factories.programme import at

NOW = at(2026, 11, 25, 9)
PERMISSION = "learning.run_contributions"
DESK = Desk("ledger", "台账组", PERMISSION)
LINE = About(desk="ledger", key="ledger.line:12", about="2026年一季度 第12行", url="/my/")


@pytest.fixture(autouse=True)
def _desk(monkeypatch):
    monkeypatch.setattr(desks, "_desks", {DESK.key: DESK})


@pytest.fixture(autouse=True)
def _at_nine(db):
    make_site()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def officer():
    """Holds the right through a group, as everybody of an office does."""
    group = Group.objects.create(name="答复的人")
    group.permissions.add(Permission.objects.get(codename="run_contributions"))
    user = make_user("dafu", display_name="卫思齐")
    user.groups.add(group)
    return user


@pytest.fixture
def asker():
    return make_user("tiwen", display_name="陶思远")
