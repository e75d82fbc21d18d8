import datetime
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from learning.contributions.services.scoring import rescore
from learning.models import Recalculation, ScoreLine, ScoringRule
from tests.factories.contributions import MediaArticleFactory, OutletFactory, PlacementFactory, RuleSetFactory
from tests.factories.pages import make_site, make_user
from tests.factories.programme import at
from tests.factories.rights import with_right

pytestmark = pytest.mark.django_db

NOW = at(2026, 3, 20, 9)


@pytest.fixture(autouse=True)
def _today():
    make_site()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def officer(client):
    user = with_right(make_user("xuanchuan"), "run_contributions")
    client.force_login(user)
    return user


@pytest.fixture
def drifted():
    """An article whose ledger is not what its rules say."""
    RuleSetFactory()
    article = MediaArticleFactory(state="adopted")
    PlacementFactory(article=article, outlet=OutletFactory(grade=("province", "none")), published_on=datetime.date(2026, 3, 5))
    rescore([article.pk], now=NOW)
    ScoringRule.objects.filter(level="province").update(value=Decimal(11))
    return article


def text(response):
    return " ".join(response.content.decode().split())


class TestNewRecalculation:
    def test_shows_what_would_change_and_changes_nothing(self, client, officer, drifted):
        page = text(client.get(reverse("new_recalculation")))
        assert "1 篇稿件里，1 篇的分会变" in page
        assert drifted.title in page
        assert ScoreLine.objects.get().credited == 10

    def test_needs_a_reason(self, client, officer, drifted):
        response = client.post(reverse("new_recalculation"), {"from_on": "2026-01-01", "reason": " "})
        assert response.status_code == 400
        assert "请写明为什么重算" in text(response)
        assert not Recalculation.objects.exists()

    def test_recalculates_and_lists_old_new_and_why(self, client, officer, drifted):
        response = client.post(reverse("new_recalculation"), {"from_on": "2026-01-01", "reason": "级别登记有误"})
        page = text(client.get(response["Location"]))
        assert "级别登记有误" in page
        assert "1 篇的分有变" in page
        assert "适用的规则行有变" in page
        assert ScoreLine.objects.get().credited == 11

    def test_says_that_there_is_nothing_to_do(self, client, officer):
        assert "没有可以计分的记录" in text(client.get(reverse("new_recalculation")))

    @pytest.mark.parametrize("given", ["x", "2026-13-01", "\x00", "0001-01-01", "9" * 400])
    def test_says_what_is_wrong_with_the_day(self, client, officer, given):
        assert client.get(reverse("new_recalculation"), {"from_on": given}).status_code == 400
        response = client.post(reverse("new_recalculation"), {"from_on": given, "reason": "原因"})
        assert response.status_code == 400

    def test_is_the_office_s(self, client):
        client.force_login(with_right(make_user("jiguandangwei"), "run_programme"))
        assert client.get(reverse("new_recalculation")).status_code == 404


class TestRecalculations:
    def test_may_be_looked_at_by_the_clerk(self, client, drifted):
        client.force_login(with_right(make_user("jiguandangwei"), "run_programme"))
        made = Recalculation.objects.create(reason="口径", from_on=datetime.date(2026, 1, 1), started_at=NOW, total=3, done=1)
        assert "1 / 3 篇" in text(client.get(reverse("recalculations")))
        assert "已算 1 篇，共 3 篇" in text(client.get(reverse("recalculation", args=[made.pk]), {"page": "x"}))

    def test_are_not_there_for_others(self, client):
        made = Recalculation.objects.create(reason="口径", from_on=datetime.date(2026, 1, 1), started_at=NOW)
        client.force_login(make_user("renyuan"))
        assert client.get(reverse("recalculations")).status_code == 404
        assert client.get(reverse("recalculation", args=[made.pk])).status_code == 404
