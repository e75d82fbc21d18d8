import datetime

import pytest
from wagtail.models import ModelLogEntry

from learning.articles.notices import NoticeDraftError
from learning.contributions.bulletin_texts import BulletinError
from learning.contributions.choices import BulletinKind
from learning.contributions.services.bulletins import make_bulletin
from learning.contributions.services.recalculation import start_recalculation
from learning.contributions.services.scoring import rescore
from learning.models import ColumnPage, NoticePage, RuleSet
from learning.periods import PeriodKind, period_of
from tests.factories.contributions import PlacementFactory
from tests.factories.pages import make_column
from tests.learning.contributions.counted import NOW, day, make_watched
from tests.standing import standing

HALF = period_of(datetime.date(2026, 1, 1), PeriodKind.HALF)
YEAR = period_of(datetime.date(2026, 1, 1), PeriodKind.YEAR)


@standing()
def watched():
    watched = make_watched(audience=["section"])
    make_column(watched.home, "通知公告", "tongzhi")
    return watched


def made(watched, kind=BulletinKind.RANKING, period=YEAR):
    return make_bulletin(kind=kind, period=period, by=watched.officer, now=NOW)


def said(bulletin):
    return "\n".join([*bulletin.snapshot["paragraphs"], *bulletin.snapshot["closing"]])


class TestMakeBulletin:
    def test_drafts_a_notice_and_keeps_the_numbers(self, watched):
        bulletin = made(watched)
        page = NoticePage.objects.get(pk=bulletin.page_id)
        assert (page.live, page.owner, page.title) == (False, watched.officer, "2026年各科室投稿使用情况排名通报")
        assert [block.block_type for block in page.body] == ["paragraph", "paragraph", "table", "paragraph", "paragraph", "signature"]
        assert bulletin.snapshot["whole"] == {"submitted": 3, "adopted": 2, "placements": 3, "points": "20.000000"}
        assert bulletin.snapshot["rules"][0]["name"] == "计分规则"
        assert bulletin.snapshot["made_on"] == bulletin.snapshot["heads_on"] == "2026-08-20"
        basic = next(row for row in bulletin.snapshot["rows"] if row["name"] == "基础教育科")
        assert (basic["rank"], basic["records"], basic["heads"]) == (1, "17.500000", 6)

    def test_names_nobody_who_has_nothing(self, watched):
        bulletin = made(watched)
        (table,) = bulletin.snapshot["tables"]
        assert [row[:5] for row in table["rows"]] == [["1", "基础教育科", "2", "2", "3"], ["2", "办公室", "1", "1", "1"]]
        assert "另有 2 个科室（单位）没有被采用的稿件" in said(bulletin)
        page = str(NoticePage.objects.get(pk=bulletin.page_id).body)
        assert "财务科" not in page
        assert "青少年中心" not in page
        assert bulletin.snapshot["unnamed"] == ["财务科", "青少年中心"]

    def test_ranks_nobody_as_the_last(self, watched):
        placement = PlacementFactory(
            article__by_departments=[watched.counted.finance], published_on=day("07-09"), outlet=watched.counted.city
        )
        rescore([placement.article_id], now=NOW)
        bulletin = made(watched)
        # The office has 2.5 points, finance 5: all three have used pieces.
        (table,) = bulletin.snapshot["tables"]
        assert [row[:2] for row in table["rows"]] == [["1", "基础教育科"], ["2", "财务科"]]
        assert "另有 2 个科室（单位）不一一列出" in said(bulletin)
        assert bulletin.snapshot["unnamed"] == ["办公室", "青少年中心"]
        assert "办公室" not in str(NoticePage.objects.get(pk=bulletin.page_id).body)

    def test_waits_for_a_recalculation(self, watched):
        start_recalculation(reason="口径", from_on=day("07-01"), by=watched.officer, now=NOW)
        with pytest.raises(BulletinError, match="正在重算"):
            made(watched)
        assert made(watched, BulletinKind.HALF_YEAR, HALF)

    def test_lists_apart_who_does_not_take_part(self, watched):
        watched.counted.unit.article_departments.all()
        PlacementFactory(article=watched.counted.unit.article_departments.get().article, published_on=day("07-09"))
        tables = made(watched).snapshot["tables"]
        assert [table["caption"] for table in tables] == ["各科室投稿使用情况", "不参加排名的单位"]
        assert tables[1]["rows"][0][0] == "青少年中心"

    def test_gives_the_basis_and_says_what_is_a_sample(self, watched):
        assert "《计分规则》（2026年1月1日起执行，依据：测试）" in said(made(watched))
        RuleSet.objects.update(is_sample=True)
        assert "示例规则，分值不是本单位的规定" in said(made(watched))

    def test_says_until_when_while_the_year_runs(self, watched):
        assert "2026年（数据截至2026年8月20日），全局报送新闻宣传稿件 3 篇" in said(made(watched))

    def test_sums_up_a_half_year_without_ranks(self, watched):
        bulletin = made(watched, BulletinKind.HALF_YEAR, HALF)
        levels, departments = bulletin.snapshot["tables"]
        assert levels["rows"] == [["国家级", "0", "0"], ["省级", "1", "1"], ["市级", "1", "1"], ["县区级", "0", "0"], ["内部", "0", "0"]]
        assert departments["header"][0] == "科室（单位）"
        assert [row[0] for row in departments["rows"]] == ["基础教育科"]
        assert "名次" not in said(bulletin)

    def test_marks_small_departments(self, watched):
        (table,) = made(watched).snapshot["tables"]
        assert [row[6] for row in table["rows"]] == ["2.92", "2.5*"]

    def test_tells_no_scores_that_are_for_display_only(self, watched):
        RuleSet.objects.update(use="display")
        with pytest.raises(BulletinError, match="仅展示"):
            made(watched)
        bulletin = made(watched, BulletinKind.HALF_YEAR, HALF)
        assert "得分" not in bulletin.snapshot["tables"][1]["header"]

    def test_keeps_the_old_one_when_made_again(self, watched):
        first = made(watched)
        PlacementFactory(article=watched.counted.together, outlet=watched.counted.city, published_on=day("08-01"), is_rescored=True)
        second = made(watched)
        first.refresh_from_db()
        assert first.page_id != second.page_id
        assert (first.snapshot["whole"]["placements"], second.snapshot["whole"]["placements"]) == (3, 4)

    def test_is_for_what_has_begun_and_fits_the_kind(self, watched):
        with pytest.raises(BulletinError, match="还没有开始"):
            made(watched, period=period_of(datetime.date(2027, 1, 1), PeriodKind.YEAR))
        with pytest.raises(BulletinError, match="按年生成"):
            made(watched, period=HALF)

    def test_needs_a_column_for_its_page(self, watched):
        ColumnPage.objects.all().delete()
        with pytest.raises(NoticeDraftError):
            made(watched)

    def test_is_in_the_log(self, watched):
        bulletin = made(watched)
        entry = ModelLogEntry.objects.get(action="contributions.bulletin")
        assert (entry.user, entry.data["page"]) == (watched.officer, bulletin.page_id)
