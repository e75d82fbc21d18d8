import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learning.contributions.same_story import alike, index_article, index_missing, telling
from learning.fingerprints import plain
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
        for number in range(2):
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


STOCK = [
    "会议强调，要提高政治站位，切实把思想和行动统一到上级决策部署上来。",
    "会议要求，各科室要压实责任、狠抓落实，确保各项工作取得实实在在的成效，为推动教育高质量发展作出新的更大贡献。",
    "局党组书记、局长出席会议并讲话，各科室负责人和局属学校校长参加会议。",
]
TOLD = {
    "食品安全": "围绕校园食品安全开展拉网式检查，抽检食堂四十二家，发现问题十七处并当场整改，食堂后厨装上了摄像头，家长用手机就能看。",
    "教师轮岗": "启动春季学期教师轮岗交流，首批六十名骨干教师到乡村学校任教一学年，每人带两名徒弟，每周上一堂公开课。",
    "心理健康": "开展心理健康月活动，为初三学生举办减压讲座二十余场，发放手册三千册，请来七位医生坐诊，学生可以匿名预约。",
    "智慧校园": "推进智慧黑板进教室工程，年内完成八百间教室改造，培训教师一千二百人次，旧设备统一回收，登记造册。",
    "校车安全": "组织校车驾驶员安全培训，通报去年以来三起违规案例，签订承诺书二百份，新装的定位终端全部接入平台。",
    "招生政策": "部署高中招生政策宣讲，编印问答手册，开通六条咨询热线，走进社区三十场，外来务工人员子女也有专场。",
    "校园足球": "举行校园足球联赛开幕式，二十四支队伍参赛，赛程历时两个月共九十六场，女队比去年多了五支。",
    "劳动教育": "发布劳动教育清单，小学阶段列出三十六项家务，建立家校共同评价办法，学校的菜园分到了每个班。",
    "语言文字": "总结语言文字规范化工作，评出示范校十所，组织经典诵读大赛四个组别，老教师带头练粉笔字。",
    "民办年检": "召开民办园年检工作布置会，明确四项量化指标和三个时间节点，逐园建档，结果向社会公布。",
}


def formulaic(topic):
    return f"本报讯　近日，市教育局召开{topic}工作会议。{STOCK[0]}{TOLD[topic]}{STOCK[1]}{STOCK[2]}"


class TestFormulaicPieces:
    """Ten pieces, three quarters of each of which stand in all of them."""

    @pytest.mark.parametrize("count", [1, 3, 9])
    @pytest.mark.django_db
    def test_share_their_formulas_and_are_different_stories(self, count):
        *known, asked = TOLD
        for topic in known[:count]:
            made = MediaArticleFactory(
                title=f"市教育局召开{topic}工作会议", body=formulaic(topic), state="office", written_on=datetime.date(2026, 3, 4)
            )
            index_article(made)
        found = alike(title=f"市教育局召开{asked}工作会议", text=formulaic(asked), day=datetime.date(2026, 3, 5))
        assert not [one for one in found if one.is_likely]

    @pytest.mark.django_db
    def test_are_each_found_again_under_another_title(self):
        made = {}
        for topic in TOLD:
            made[topic] = MediaArticleFactory(
                title=f"市教育局召开{topic}工作会议", body=formulaic(topic), state="office", written_on=datetime.date(2026, 3, 4)
            )
            index_article(made[topic])
        for topic, article in made.items():
            found = alike(title="这里有新变化", text=f"样报讯（记者某某）{TOLD[topic]}{STOCK[1]}", day=datetime.date(2026, 3, 9))
            assert found[0].pk == article.pk
            assert [one.pk for one in found if one.is_likely] in ([article.pk], [])

    def test_of_nothing_but_formulas_are_compared_as_they_are(self):
        assert telling("".join(STOCK[:1])) == plain(STOCK[0])
