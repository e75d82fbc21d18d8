import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import ModelLogEntry

from learning.contributions.services import recalculation as service
from learning.contributions.services.recalculation import (
    RecalculationError,
    carry_on,
    carry_on_recalculations,
    start_recalculation,
)
from learning.contributions.services.scoring import rescore
from learning.models import Placement, RecalculatedArticle, Recalculation, ScoreLine, ScoreShare, ScoringRule
from tests.factories.contributions import MediaArticleFactory, OutletFactory, PlacementFactory, RuleSetFactory, make_officer
from tests.factories.organisation import DepartmentFactory
from tests.factories.pages import make_user
from tests.factories.programme import at
from tests.factories.rights import with_right
from tests.standing import standing

pytestmark = pytest.mark.django_db

NOW = at(2026, 3, 20, 9)
JANUARY = datetime.date(2026, 1, 1)


@standing()
def officer():
    return with_right(make_officer(), "run_contributions")


@pytest.fixture
def outlet():
    return OutletFactory(grade=("province", "none"))


@pytest.fixture
def articles(outlet):
    """Scored by rules whose points have been changed behind the ledger's back."""
    RuleSetFactory()
    articles = [MediaArticleFactory(state="adopted") for _ in range(5)]
    for number, article in enumerate(articles, start=1):
        PlacementFactory(article=article, outlet=outlet, published_on=datetime.date(2026, number, 1))
    rescore([one.pk for one in articles], now=NOW)
    ScoringRule.objects.filter(level="province").update(value=Decimal(11))
    return articles


def started(officer, **facts):
    return start_recalculation(**{"reason": "口径调整", "from_on": JANUARY, "by": officer, "now": NOW, **facts})


class TestStartRecalculation:
    def test_says_how_many_articles_and_computes_nothing_yet(self, officer, articles):
        made = started(officer, from_on=datetime.date(2026, 3, 1))
        assert (made.total, made.done, made.finished_at, made.started_by) == (3, 0, None, officer)
        assert ScoreLine.objects.filter(credited=11).count() == 0
        assert ModelLogEntry.objects.get(action="contributions.recalculate").data["articles"] == 3

    @pytest.mark.parametrize(("reason", "said"), [("  ", "为什么"), ("长" * 201, "最多 200 字")])
    def test_needs_a_reason(self, officer, reason, said):
        with pytest.raises(RecalculationError, match=said):
            started(officer, reason=reason)

    def test_is_the_office_s(self):
        with pytest.raises(RecalculationError, match="宣传科"):
            started(make_user("renyuan"))

    def test_is_not_started_twice(self, officer, articles):
        started(officer)
        with pytest.raises(RecalculationError, match="没有做完"):
            started(officer)


class TestCarryOn:
    def test_keeps_old_new_and_why_of_what_changed(self, officer, articles):
        Placement.objects.filter(article=articles[0]).update(level="city")

        done = carry_on(started(officer), now=NOW)

        assert (done.done, done.total, done.finished_at) == (5, 5, NOW)
        changes = RecalculatedArticle.objects.order_by("article").values_list("article", "before", "after")
        assert list(changes) == [(articles[0].pk, 10, 5), *((one.pk, 10, 11) for one in articles[1:])]
        assert "适用的规则行有变" in done.changes.first().why

    def test_settles_caps_once_at_its_end(self, officer, outlet, monkeypatch):
        rules = RuleSetFactory(department_cap=Decimal(25))
        department = DepartmentFactory()
        articles = [MediaArticleFactory(state="adopted", by_departments=[department]) for _ in range(4)]
        for number, article in enumerate(articles, start=1):
            PlacementFactory(article=article, outlet=outlet, published_on=datetime.date(2026, number, 1))
        rescore([one.pk for one in articles], now=NOW)
        rules.rules.filter(level="province").update(value=Decimal(11))
        monkeypatch.setattr(service, "AT_ONCE", 2)

        carry_on(started(officer, from_on=datetime.date(2026, 2, 1)), now=NOW, budget=0)
        assert Recalculation.objects.get().finished_at is None
        carry_on_recalculations(NOW)

        # January's is as it was; with the others it is what the cap leaves.
        assert list(ScoreShare.objects.order_by("counted_on").values_list("points", flat=True)) == [10, 11, 4, 0]

    def test_takes_no_more_statements_a_step_however_many_articles(self, officer, articles):
        def statements(made):
            with CaptureQueriesContext(connection) as captured:
                service._next_articles(made.pk, NOW)
            return len(captured)

        carry_on(started(officer), now=NOW)
        one = statements(started(officer, from_on=datetime.date(2026, 5, 1)))
        Recalculation.objects.update(finished_at=NOW)
        assert statements(started(officer)) == one

    def test_leaves_earlier_articles_alone(self, officer, articles):
        carry_on(started(officer, from_on=datetime.date(2026, 4, 1)), now=NOW)
        assert list(ScoreLine.objects.order_by("counted_on").values_list("credited", flat=True)) == [10, 10, 10, 11, 11]

    def test_goes_on_where_it_stopped(self, officer, articles, monkeypatch):
        monkeypatch.setattr(service, "AT_ONCE", 2)
        half = carry_on(started(officer), now=NOW, budget=0)
        assert (half.done, half.done_to, half.finished_at) == (2, articles[1].pk, None)

        said = carry_on_recalculations(NOW)

        assert said == "续做 1 次重算，还有 0 次没有做完"
        assert Recalculation.objects.get().finished_at == NOW
        assert RecalculatedArticle.objects.count() == 5

    def test_does_nothing_once_it_is_done(self, officer, articles):
        made = started(officer)
        carry_on(made, now=NOW)
        assert carry_on(made, now=at(2026, 4, 1, 9)).finished_at == NOW
        assert carry_on_recalculations(NOW) == "没有要续做的重算"

    def test_changes_nothing_a_second_time(self, officer, articles):
        carry_on(started(officer), now=NOW)
        again = carry_on(started(officer), now=NOW)
        assert (again.done, again.changes.count()) == (5, 0)

    def test_is_done_at_once_where_there_is_nothing(self, officer):
        done = carry_on(started(officer), now=NOW)
        assert (done.total, done.finished_at) == (0, NOW)
