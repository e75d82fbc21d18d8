"""Scoring by several at once: nothing is counted twice, nobody waits in a ring."""

import datetime
import threading
from decimal import Decimal

import pytest
from django.db import connection

from learning.contributions.scoring_checks import drift
from learning.contributions.services.recalculation import carry_on, start_recalculation
from learning.contributions.services.rules import activate_rules
from learning.contributions.services.scoring import rescore
from learning.models import RecalculatedArticle, Recalculation, ScoreLine, ScoreShare
from tests.factories.contributions import MediaArticleFactory, OutletFactory, PlacementFactory, RuleSetFactory, make_officer
from tests.factories.organisation import DepartmentFactory
from tests.factories.programme import at
from tests.factories.rights import with_right

NOW = at(2026, 3, 20, 9)
MARCH = datetime.date(2026, 3, 5)


def at_once(*acts):
    """What each returns or raises, begun together."""
    outcomes, barrier = [None] * len(acts), threading.Barrier(len(acts))

    def run(place, act):
        barrier.wait()
        try:
            outcomes[place] = act()
        except Exception as error:
            outcomes[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not [one for one in outcomes if isinstance(one, Exception)]
    return outcomes


def placed(department, count=4):
    outlet = OutletFactory(grade=("province", "none"))
    articles = [MediaArticleFactory(state="adopted", by_departments=[department]) for _ in range(count)]
    for article in articles:
        PlacementFactory(article=article, outlet=outlet, published_on=MARCH)
    return [article.pk for article in articles]


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_do_not_exceed_a_cap_together(self):
        RuleSetFactory(department_cap=Decimal(25))
        keys = placed(DepartmentFactory())
        at_once(lambda: rescore(keys[:2], now=NOW), lambda: rescore(keys[2:], now=NOW))
        assert sum(ScoreShare.objects.values_list("points", flat=True)) == 25

    def test_the_same_articles_in_any_order_are_scored_once(self):
        RuleSetFactory()
        keys = placed(DepartmentFactory())
        at_once(lambda: rescore(keys, now=NOW), lambda: rescore(keys[::-1], now=NOW))
        assert ScoreLine.objects.count() == ScoreShare.objects.count() == 4

    def test_a_recalculation_is_carried_on_by_two_in_turns(self):
        RuleSetFactory()
        officer = with_right(make_officer(), "run_contributions")
        placed(DepartmentFactory())
        made = start_recalculation(reason="口径", from_on=datetime.date(2026, 1, 1), by=officer, now=NOW)
        at_once(lambda: carry_on(made, now=NOW), lambda: carry_on(made, now=NOW))
        assert Recalculation.objects.get().done == RecalculatedArticle.objects.count() == 4

    def test_what_is_scored_while_rules_are_switched_on_goes_by_the_new_ones_in_the_end(self):
        RuleSetFactory()
        officer = with_right(make_officer(), "run_contributions")
        draft = RuleSetFactory(state="draft", effective_from=datetime.date(2026, 3, 1), lines=[{"value": Decimal(7)}])
        keys = placed(DepartmentFactory())
        at_once(lambda: rescore(keys, now=NOW), lambda: activate_rules(rule_set=draft, by=officer, now=NOW))
        carry_on(Recalculation.objects.get(), now=NOW)
        assert drift(keys) == []
        assert set(ScoreLine.objects.values_list("credited", flat=True)) == {7}
