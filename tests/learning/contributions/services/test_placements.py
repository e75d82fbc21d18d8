import datetime

import pytest
from wagtail.models import ModelLogEntry

from cms.inbox.models import Message
from learning.contributions.services import placements as module
from learning.contributions.services.placements import (
    AlreadyPlacedError,
    PlacementChangedError,
    PlacementError,
    confirm_placement,
    remove_placement,
    save_placement,
    shown_state,
)
from learning.contributions.services.review import send_article
from learning.models import ArticlePrint, OutletGrade, Placement, PlacementProof
from tests.factories.contributions import OutletFactory, PlacementFactory
from tests.factories.programme import at
from tests.factories.submissions import in_queue, make_newsroom
from tests.standing import standing

from ..corpus import LAMP
from .test_adoption import register

NOW = at(2026, 3, 20, 9)
DAY = datetime.date(2026, 3, 5)


@standing()
def room():
    room = make_newsroom()
    room.outlet = OutletFactory(name="样报", grade=("city", "second"))
    return room


@pytest.fixture
def placement(room):
    return register(room, article=in_queue(room))


@pytest.fixture
def scored(monkeypatch):
    keys = []
    monkeypatch.setattr(module, "rescore", lambda given, now: keys.append(list(given)))
    return keys


def changed(placement, **changes):
    stored = Placement.objects.select_related("outlet").get(pk=placement.pk)
    for name, value in changes.items():
        setattr(stored, name, value)
    return stored


def save(room, placement, *, by=None, shown=None, **changes):
    return save_placement(placement=changed(placement, **changes), shown=shown, by=by or room.officer, now=NOW)


class TestSavePlacement:
    def test_keeps_the_change_and_scores_anew(self, room, placement, scored):
        saved = save(room, placement, page="第1版", position="front_page", text=LAMP)
        assert (saved.page, saved.position) == ("第1版", "front_page")
        assert scored == [[placement.article_id]]
        assert ArticlePrint.objects.filter(article=placement.article_id).count() > 20
        entry = ModelLogEntry.objects.filter(action="contributions.save_placement").last()
        assert entry.user == room.officer

    def test_writes_nothing_where_nothing_changed(self, room, placement, scored):
        save(room, placement)
        assert scored == []

    def test_takes_the_grade_anew_with_outlet_or_day(self, room, placement):
        other = OutletFactory(name="省样报", grade=("province", "first"), medium="app")
        saved = save(room, placement, outlet=other)
        assert (saved.level, saved.weight_class, saved.medium) == ("province", "first", "app")
        OutletGrade.objects.create(outlet=other, level="national", since=datetime.date(2026, 3, 12))
        assert save(room, placement, published_on=datetime.date(2026, 3, 13)).level == "national"
        assert save(room, placement, published_on=DAY, level="county").level == "county"

    def test_may_be_marked_as_not_scored_with_a_reason(self, room, placement, scored):
        with pytest.raises(PlacementError, match="写原因"):
            save(room, placement, is_scored=False, unscored_reason=" ")
        assert save(room, placement, is_scored=False, unscored_reason="付费刊登").unscored_reason == "付费刊登"
        assert save(room, placement, is_scored=True).unscored_reason == ""
        assert len(scored) == 2

    def test_refuses_what_has_been_changed_meanwhile(self, room, placement):
        shown = shown_state(placement)
        save(room, placement, page="第2版", shown=shown)
        with pytest.raises(PlacementChangedError, match="别人改过"):
            save(room, placement, page="第3版", shown=shown)
        assert Placement.objects.get().page == "第2版"

    def test_refuses_what_is_there_already(self, room, placement):
        other = PlacementFactory(outlet=room.outlet, published_on=DAY, title="另一题")
        with pytest.raises(AlreadyPlacedError):
            save(room, placement, title="另一题")
        assert Placement.objects.filter(title="另一题").get() == other

    def test_refuses_days_that_cannot_be(self, room, placement):
        for day in (datetime.date(2026, 3, 21), datetime.date(2026, 3, 1), datetime.date(1999, 1, 1)):
            with pytest.raises(PlacementError):
                save(room, placement, published_on=day)

    def test_is_the_offices(self, room, placement):
        for person in (room.member, room.head, room.leader, room.clerk):
            with pytest.raises(PlacementError, match="由宣传科办理"):
                save(room, placement, page="第2版", by=person.user)

    def test_says_that_it_is_gone(self, room, placement):
        again = changed(placement, page="第9版")
        remove_placement(placement=placement, reason="重复", by=room.officer, now=NOW)
        with pytest.raises(PlacementChangedError, match="已被删去"):
            save_placement(placement=again, by=room.officer, now=NOW)


class TestConfirmPlacement:
    def test_counts_from_now_on(self, room, scored):
        article = in_queue(room)
        waiting = register(room, article=article, by=room.member.user)
        made = confirm_placement(placement=waiting, by=room.officer, now=NOW)
        article.refresh_from_db()
        assert (made.confirmed_by, made.confirmed_at, article.state, article.live) == (room.officer, NOW, "adopted", True)
        assert scored == [[article.pk]]
        assert Message.objects.filter(subject__startswith="采用已确认", recipient=room.member.user).count() == 1

    def test_a_second_time_changes_nothing(self, room, placement, scored):
        confirm_placement(placement=placement, by=room.officer, now=NOW)
        assert scored == []
        assert placement.article.steps.filter(step="adopt").count() == 1

    def test_is_the_offices(self, room):
        waiting = register(room, article=in_queue(room), by=room.member.user)
        with pytest.raises(PlacementError, match="由宣传科办理"):
            confirm_placement(placement=waiting, by=room.member.user, now=NOW)


class TestRemovePlacement:
    @pytest.mark.parametrize(("is_sent", "state"), [(True, "sent"), (False, "office")])
    def test_lets_the_article_fall_back(self, room, scored, is_sent, state):
        article = in_queue(room)
        if is_sent:
            send_article(article=article, outlets=[room.outlet], sent_on=DAY, by=room.officer, now=at(2026, 3, 5, 9))
        placement = register(room, article=article)
        scored.clear()
        remove_placement(placement=placement, reason=" 登记重复 ", by=room.officer, now=NOW)
        article.refresh_from_db()
        assert article.state == state
        assert (article.steps.last().step, article.steps.last().note) == ("remove_placement", "样报，2026-03-05：登记重复")
        assert scored == [[article.pk]]
        entry = ModelLogEntry.objects.get(action="contributions.remove_placement")
        assert entry.data["reason"] == "登记重复"

    def test_leaves_an_article_that_is_used_elsewhere(self, room, placement):
        register(room, article=placement.article, outlet=OutletFactory())
        assert remove_placement(placement=placement, reason="重复", by=room.officer, now=NOW).state == "adopted"

    def test_of_an_unconfirmed_one_moves_nothing(self, room):
        waiting = register(room, article=in_queue(room), by=room.member.user)
        assert remove_placement(placement=waiting, reason="没有刊发", by=room.officer, now=NOW).state == "office"

    def test_takes_the_proofs_with_it(self, room, placement, django_capture_on_commit_callbacks):
        proof = PlacementProof.objects.get()
        with django_capture_on_commit_callbacks(execute=True):
            remove_placement(placement=placement, reason="重复", by=room.officer, now=NOW)
        assert not PlacementProof.objects.exists()
        assert not proof.file.storage.exists(proof.file.name)

    @pytest.mark.parametrize("reason", ["", "  ", "\x00", "字" * 301])
    def test_needs_a_reason_of_some_length(self, room, placement, reason):
        with pytest.raises(PlacementError):
            remove_placement(placement=placement, reason=reason, by=room.officer, now=NOW)
        assert Placement.objects.exists()

    def test_is_the_offices(self, room, placement):
        with pytest.raises(PlacementError, match="由宣传科办理"):
            remove_placement(placement=placement, reason="重复", by=room.head.user, now=NOW)
