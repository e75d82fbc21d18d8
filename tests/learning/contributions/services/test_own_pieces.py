"""What somebody of the office wrote themselves is decided on by a colleague, where there is one."""

import datetime
import uuid

import pytest
import time_machine
from django.urls import reverse

from cms.inbox.models import Message
from learning.contributions.bylines import AuthorLine, DepartmentLine
from learning.contributions.services.adoption import Adoption, register_adoption
from learning.contributions.services.articles import hand_in_article
from learning.contributions.services.crediting import EventError, add_event
from learning.contributions.services.placements import PlacementError, confirm_placement, save_placement
from learning.contributions.services.review import ReviewError, return_article, send_article, set_aside_article
from learning.models import MediaArticle
from tests.factories.contributions import OutletFactory, PlacementFactory, RuleSetFactory
from tests.factories.pages import make_site
from tests.factories.programme import at
from tests.factories.reviews import give_right
from tests.factories.submissions import draft, make_newsroom
from tests.standing import standing

NOW = at(2026, 3, 5, 9)
DAY = datetime.date(2026, 3, 5)


@standing()
def room():
    return make_newsroom()


@pytest.fixture
def colleague(room):
    give_right(room.colleague, "run_contributions")
    return room.colleague.user


def own(room) -> MediaArticle:
    """With the office, written by the officer."""
    made = draft(room, author=room.secretary)
    made.state, made.submitted_on = "office", DAY
    made.save()
    return made


def registered(room, *, by, **changes):
    given = {
        "token": uuid.uuid4(),
        "title": "灯下共读一本书",
        "outlet": OutletFactory(),
        "published_on": DAY,
        "departments": [DepartmentLine(room.office)],
        "authors": [AuthorLine(room.secretary.name, room.secretary)],
    }
    return register_adoption(facts=Adoption(**given | changes), by=by, now=NOW)


class TestADecision:
    def test_is_left_to_a_colleague(self, room, colleague):
        article, facts = own(room), {"by": room.officer, "now": NOW}
        for act in (
            lambda: send_article(article=article, outlets=[OutletFactory()], sent_on=DAY, **facts),
            lambda: return_article(article=article, reason="wording", **facts),
            lambda: set_aside_article(article=article, reason="stale", **facts),
        ):
            with pytest.raises(ReviewError, match="其他同事"):
                act()
        assert send_article(article=article, outlets=[OutletFactory()], sent_on=DAY, by=colleague, now=NOW).state == "sent"

    def test_is_made_by_whoever_is_the_office_alone(self, room):
        assert send_article(article=own(room), outlets=[OutletFactory()], sent_on=DAY, by=room.officer, now=NOW).state == "sent"

    def test_on_what_they_only_entered_is_theirs(self, room, colleague):
        entered = hand_in_article(article=draft(room, author=room.head, by=room.officer), by=room.officer, now=NOW)
        assert entered.state == "office"
        assert return_article(article=entered, reason="wording", by=room.officer, now=NOW).state == "returned"


class TestAnAdoption:
    def test_of_a_new_piece_waits_for_a_colleague(self, room, colleague):
        RuleSetFactory()
        placement = registered(room, by=room.officer, level="national")
        assert (placement.confirmed_at, placement.article.state, placement.level) == (None, "office", "city")
        assert Message.objects.filter(recipient=colleague, subject__startswith="待确认的采用").exists()
        with pytest.raises(PlacementError, match="其他同事"):
            confirm_placement(placement=placement, by=room.officer, now=NOW)
        confirm_placement(placement=placement, by=colleague, now=NOW)
        article = MediaArticle.objects.get()
        assert (article.state, article.live) == ("adopted", True)

    def test_of_an_article_waits_for_a_colleague(self, room, colleague):
        assert registered(room, by=room.officer, article=own(room)).confirmed_at is None
        assert registered(room, by=colleague, article=own(room)).confirmed_at == NOW

    def test_is_registered_at_once_by_whoever_is_the_office_alone(self, room):
        assert registered(room, by=room.officer).confirmed_at == NOW

    def test_is_corrected_by_a_colleague(self, room, colleague):
        placement = PlacementFactory(article=own(room))
        placement.level = "national"
        with pytest.raises(PlacementError, match="其他同事"):
            save_placement(placement=placement, by=room.officer, now=NOW)
        assert save_placement(placement=placement, by=colleague, now=NOW).level == "national"

    def test_is_credited_with_an_event_by_a_colleague(self, room, colleague):
        facts = {"article": own(room), "kind": "special_report", "happened_on": DAY, "now": NOW}
        with pytest.raises(EventError, match="其他同事"):
            add_event(**facts, by=room.officer)
        add_event(**facts, by=colleague)


class TestThePages:
    @pytest.fixture(autouse=True)
    def _today(self):
        with time_machine.travel(NOW, tick=False):
            yield

    def test_say_whose_it_is_to_decide(self, client, room, colleague):
        make_site()
        OutletFactory()
        address = reverse("review_article", args=[own(room).pk])
        client.force_login(room.officer)
        assert "其他同事办理" in client.get(address, follow=True).content.decode()
        assert "其他同事办理" in client.post(address, {"act": "return"}, follow=True).content.decode()
        client.force_login(colleague)
        assert 'value="send"' in client.get(address).content.decode()
