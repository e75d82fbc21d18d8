import datetime

import pytest
from wagtail.models import ModelLogEntry

from learning.contributions.services import crediting as module
from learning.contributions.services.crediting import EventError, add_event, remove_event
from learning.models import CreditableEvent
from tests.factories.programme import at
from tests.factories.submissions import draft, in_queue, make_newsroom
from tests.standing import standing

NOW = at(2026, 3, 20, 9)
DAY = datetime.date(2026, 3, 10)


@standing()
def room():
    return make_newsroom()


@pytest.fixture
def scored(monkeypatch):
    keys = []
    monkeypatch.setattr(module, "rescore", lambda given, now: keys.append(list(given)))
    return keys


def add(room, article, *, by=None, **changes):
    facts = {"kind": "endorsement", "level": "city", "happened_on": DAY, "given_by": "某领导", "note": "很好。"}
    return add_event(article=article, **facts | changes, by=by or room.officer, now=NOW)


class TestAddEvent:
    def test_is_noted_once_and_scored(self, room, scored):
        article = in_queue(room)
        event = add(room, article)
        assert (event.get_kind_display(), event.level, event.entered_by) == ("领导批示", "city", room.officer)
        assert add(room, article) == event
        assert scored == [[article.pk]]
        assert ModelLogEntry.objects.filter(action="contributions.save_event").count() == 1

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"level": ""}, "level"),
            ({"happened_on": datetime.date(2026, 3, 21)}, "happened_on"),
            ({"happened_on": datetime.date(2026, 3, 1)}, "happened_on"),
        ],
    )
    def test_refuses_what_cannot_be(self, room, changes, field):
        with pytest.raises(EventError) as caught:
            add(room, in_queue(room), **changes)
        assert field in caught.value.error_dict
        assert not CreditableEvent.objects.exists()

    def test_needs_no_level_for_a_special_report(self, room):
        assert add(room, in_queue(room), kind="special_report", level="").level == ""

    def test_is_of_no_draft(self, room):
        with pytest.raises(EventError, match="还是草稿"):
            add(room, draft(room))

    def test_is_the_offices(self, room):
        for person in (room.member, room.head, room.clerk):
            with pytest.raises(EventError, match="由宣传科登记"):
                add(room, in_queue(room, title=f"{person.pk} 的"), by=person.user)


class TestRemoveEvent:
    def test_is_logged_with_its_reason_and_scored(self, room, scored):
        event = add(room, in_queue(room))
        remove_event(event=event, reason="记错了", by=room.officer, now=NOW)
        remove_event(event=event, reason="记错了", by=room.officer, now=NOW)
        assert not CreditableEvent.objects.exists()
        assert len(scored) == 2
        assert ModelLogEntry.objects.get(action="contributions.remove_event").data["reason"] == "记错了"

    def test_needs_a_reason_and_the_office(self, room):
        event = add(room, in_queue(room))
        for facts in ({"reason": " ", "by": room.officer}, {"reason": "记错了", "by": room.member.user}):
            with pytest.raises(EventError):
                remove_event(event=event, **facts, now=NOW)
        assert CreditableEvent.objects.exists()
