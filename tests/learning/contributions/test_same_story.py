import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learning.contributions.same_story import alike, index_article, index_missing
from learning.models import ArticlePrint
from tests.factories.contributions import MediaArticleFactory, OutletFactory, PlacementFactory
from tests.factories.organisation import DepartmentFactory

from .corpus import FORMULAS, LAMP, LAMP_SHORT, RIVER, WINDOW, with_formulas

DAY = datetime.date(2026, 3, 10)


def piece(title, body="", *, day=DAY, **facts):
    article = MediaArticleFactory(title=title, body=body, written_on=day, **{"state": "office"} | facts)
    index_article(article)
    return article


@pytest.fixture
def others(db):
    """A season of other stories of the same department, all with the same formula sentences."""
    department = DepartmentFactory(name="办公室")
    made = [piece("错时窗口方便上班族", with_formulas(WINDOW)), piece("沿河步道整修完工", with_formulas(RIVER))]
    for number in range(12):
        unlike = f"第{number}次的情况与别的都不相同，涉及{number * 37 + 11}户人家和{number * 91 + 5}件小事。"
        made.append(piece(f"办公室开展第{number}次主题活动", with_formulas(unlike), by_departments=[department]))
    return made


class TestAlike:
    def test_finds_the_story_under_another_title(self, others):
        lamp = piece("灯下共读一本书", with_formulas(LAMP))
        found = alike(title="阅览室里的十二条建议", text=with_formulas(LAMP), day=DAY)
        assert [one.pk for one in found] == [lamp.pk]
        assert found[0].is_likely
        assert "相同" in found[0].why

    def test_finds_the_story_in_a_shortened_text(self, others):
        lamp = piece("灯下共读一本书", with_formulas(LAMP))
        found = alike(title="职工读书提出十二条建议", text=LAMP_SHORT, day=DAY)
        assert (found[0].pk, found[0].is_likely) == (lamp.pk, True)

    def test_finds_the_story_in_a_published_text(self, others):
        lamp = piece("灯下共读一本书", "")
        placement = PlacementFactory(article=lamp, outlet=OutletFactory(name="样报"), title="阅览室的灯", text=LAMP, published_on=DAY)
        index_article(lamp)
        (found,) = alike(title="另一个题目", text=LAMP, day=DAY)
        assert found.pk == lamp.pk
        assert [(one.outlet, one.title, one.published_on) for one in found.placements] == [("样报", "阅览室的灯", placement.published_on)]

    def test_does_not_join_other_stories_by_their_formulas(self, others):
        text = with_formulas("社区里的修鞋摊重新开张，老师傅带了两名徒弟，一个学补胎，一个学配钥匙，收费和十年前一样。" * 2)
        assert alike(title="修鞋摊重新开张", text=text, day=DAY) == []
        assert not any(one.is_likely for one in alike(title="办公室开展第99次主题活动", text=text, day=DAY))

    def test_puts_the_same_text_before_a_like_title(self, others):
        piece("灯下共读一本书", with_formulas(RIVER.replace("步道", "小径")), day=DAY)
        lamp = piece("阅览室的灯亮着", LAMP)
        found = alike(title="灯下共读一本书", text=LAMP, day=DAY)
        assert found[0].pk == lamp.pk

    @pytest.mark.parametrize(
        "title", ["灯下共读一本书", "样报：灯下共读一本书", "【组图】灯下共读一本书", "灯下，共读一本书！", "读书｜灯下共读一本书"]
    )
    def test_finds_the_title_whatever_a_paper_puts_in_front(self, others, title):
        lamp = piece("灯下共读一本书")
        found = alike(title=title, text="", day=DAY)
        assert (found[0].pk, found[0].is_likely, found[0].why) == (lamp.pk, True, "标题相同")

    def test_offers_a_like_title_without_choosing_it(self, others):
        lamp = piece("灯下共读一本书，谈出十二条建议")
        found = alike(title="共读一本书谈出好建议", text="", day=DAY)
        assert (found[0].pk, found[0].is_likely) == (lamp.pk, False)

    def test_does_not_take_next_months_event_for_this_one(self, others):
        old = piece("支部开展主题党日活动", day=DAY - datetime.timedelta(days=30))
        found = alike(title="支部开展主题党日活动", text="", day=DAY)
        assert [(one.pk, one.is_likely) for one in found if one.pk == old.pk] == [(old.pk, False)]
        piece("第二支部开展主题党日活动", with_formulas(WINDOW.replace("窗口", "柜台")))
        assert not any(one.is_likely for one in alike(title="第二支部开展主题党日活动", text=LAMP, day=DAY))

    @pytest.mark.parametrize(("away", "is_found"), [(-60, True), (60, True), (-61, False), (61, False)])
    def test_looks_at_sixty_days_either_side(self, db, away, is_found):
        piece("灯下共读一本书", LAMP, day=DAY + datetime.timedelta(days=away))
        assert bool(alike(title="灯下共读一本书", text=LAMP, day=DAY)) is is_found

    def test_counts_the_days_from_a_placement_too(self, db):
        old = piece("灯下共读一本书", LAMP, day=DAY - datetime.timedelta(days=200))
        PlacementFactory(article=old, published_on=DAY - datetime.timedelta(days=20))
        assert [one.pk for one in alike(title="另题", text=LAMP, day=DAY)] == [old.pk]

    def test_leaves_out_drafts_and_the_article_itself(self, db):
        piece("灯下共读一本书", LAMP, state="draft")
        own = piece("灯下共读一本书", LAMP)
        assert alike(title="灯下共读一本书", text=LAMP, day=DAY, exclude=own.pk) == []

    @pytest.mark.parametrize(("title", "text"), [("", ""), ("题", ""), ("", "短"), ("\x00", "\ud800"), ("：：：", "……")])
    def test_finds_nothing_in_nothing(self, others, title, text):
        assert alike(title=title, text=text, day=DAY) == []
        assert alike(title=title, text=text, day=datetime.date.min) == []
        assert alike(title=title, text=text, day=datetime.date.max) == []

    def test_costs_the_same_however_many_there_are(self, others):
        def statements():
            with CaptureQueriesContext(connection) as asked:
                assert alike(title="灯下共读一本书", text=LAMP, day=DAY)
            return len(asked)

        piece("灯下共读一本书", LAMP)
        few = statements()
        for number in range(6):
            PlacementFactory(article=piece(f"灯下共读一本书之{number}", LAMP), published_on=DAY)
        assert few == statements() <= 9


class TestIndexArticle:
    def test_keeps_body_and_published_texts_in_place_of_what_was_kept(self, db):
        article = piece("题", LAMP)
        before = set(ArticlePrint.objects.values_list("value", flat=True))
        PlacementFactory(article=article, text=WINDOW)
        index_article(article)
        assert before < set(ArticlePrint.objects.values_list("value", flat=True))
        article.body = ""
        article.save()
        index_article(article)
        assert before.isdisjoint(ArticlePrint.objects.values_list("value", flat=True))

    def test_keeps_nothing_of_nothing(self, db):
        piece("题", "短")
        assert not ArticlePrint.objects.exists()


class TestIndexMissing:
    def test_catches_up_with_those_that_have_none(self, db):
        there = piece("题", LAMP)
        texts = (LAMP, WINDOW, *FORMULAS)
        missing = [MediaArticleFactory(body=text) for text in texts]
        PlacementFactory(article=MediaArticleFactory(body="", state="adopted"), text=RIVER)
        assert index_missing([missing[0].pk, there.pk]) == 1
        assert index_missing() == len(texts)
        assert index_missing() == 0
        assert index_missing([]) == 0
