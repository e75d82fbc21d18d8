"""Articles that several people act on in the same moment."""

import datetime
import threading
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from cms.inbox.models import Message
from learning.contributions.services.adoption import Adoption, register_adoption
from learning.contributions.services.articles import discard_article, hand_in_article, take_back_article
from learning.contributions.services.placements import confirm_placement
from learning.contributions.services.review import pass_article, return_article, send_article
from learning.models import ArticleStep, MediaArticle, Placement
from tests.factories.contributions import OutletFactory, PlacementFactory
from tests.factories.programme import at
from tests.factories.submissions import draft, handed_in, in_queue, make_newsroom

NOW = at(2026, 3, 5, 9)
DAY = datetime.date(2026, 3, 5)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room(transactional_db):
    room = make_newsroom()
    handed_in(
        room, title="先交的一篇"
    )  # the first one of a process takes seconds to import what it needs: longer than others wait for a lock
    Message.objects.all().delete()
    return room


def at_once(*acts):
    """What each returned, or the ValidationError it was refused with; begun together."""
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
    assert not [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, ValidationError)], outcomes
    return outcomes


def refused(outcomes) -> int:
    return sum(isinstance(one, ValidationError) for one in outcomes)


class TestAtOnce:
    def test_it_is_handed_in_once(self, room):
        article = draft(room)
        at_once(*[lambda: hand_in_article(article=article, by=room.member.user, now=NOW)] * 2)
        assert ArticleStep.objects.filter(article=article).count() == 1
        assert Message.objects.filter(recipient=room.head.user).count() == 1

    def test_one_of_two_decisions_holds(self, room):
        article = in_queue(room)
        outlet = OutletFactory()
        outcomes = at_once(
            lambda: send_article(article=article, outlets=[outlet], sent_on=DAY, by=room.officer, now=NOW),
            lambda: return_article(article=article, reason="wording", by=room.officer, now=NOW),
        )
        assert refused(outcomes) == 1
        assert ArticleStep.objects.filter(article=article, step__in=["send", "return"]).count() == 1

    def test_it_is_passed_on_or_taken_back(self, room):
        article = handed_in(room)
        outcomes = at_once(
            lambda: pass_article(article=article, by=room.head.user, now=NOW),
            lambda: take_back_article(article=article, by=room.member.user, now=NOW),
        )
        assert refused(outcomes) == 1
        assert MediaArticle.objects.get(pk=article.pk).state == ArticleStep.objects.order_by("pk").last().state

    def test_a_draft_is_handed_in_or_thrown_away(self, room):
        article = draft(room)
        outcomes = at_once(
            lambda: hand_in_article(article=article, by=room.member.user, now=NOW),
            lambda: discard_article(article=article, by=room.member.user, now=NOW),
        )
        assert refused(outcomes) == 1

    def test_the_same_form_registers_one_adoption(self, room):
        article = in_queue(room)
        facts = Adoption(token=uuid.uuid4(), title="题", outlet=OutletFactory(), published_on=DAY, article=article)
        first, second = at_once(*[lambda: register_adoption(facts=facts, by=room.officer, now=NOW)] * 2)
        assert first == second == Placement.objects.get()
        assert ArticleStep.objects.filter(article=article, step="adopt").count() == 1

    def test_an_adoption_is_confirmed_once(self, room):
        placement = PlacementFactory(article=in_queue(room), confirmed_at=None, entered_by=room.member.user)
        at_once(*[lambda: confirm_placement(placement=placement, by=room.officer, now=NOW)] * 2)
        assert ArticleStep.objects.filter(article=placement.article, step="adopt").count() == 1
        assert Message.objects.filter(recipient=room.member.user, subject__startswith="采用：").count() == 1
