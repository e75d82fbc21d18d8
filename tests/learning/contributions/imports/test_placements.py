"""采用 as a kind of table import: what each row is taken for, and the whole way there and back."""

import datetime
import io
from decimal import Decimal

import pytest
import xlsxwriter
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cms.imports.models import ImportBatch
from cms.imports.services import ChangedMeanwhileError, UndoRefusedError, check_batch, commit_batch, decide_row, undo_batch
from learning.contributions.services.scoring import rescore
from learning.models import ArticleStep, MediaArticle, Outlet, OutletGrade, Placement, ScoreLine, ScoreShare
from tests.factories.contributions import CommissionFactory, MediaArticleFactory, OutletFactory, PlacementFactory, RuleSetFactory
from tests.factories.organisation import DepartmentFactory, StaffMemberFactory

HEADINGS = [
    "标题",
    "媒体",
    "刊发日期",
    "版面",
    "位置",
    "篇幅",
    "有图",
    "转载",
    "网址",
    "供稿科室",
    "作者",
    "成稿日期",
    "备注",
    "级别",
    "媒体类别",
]
pytestmark = pytest.mark.django_db


def row(title="样城读书", outlet="样城日报", day="2026-03-05", **cells):
    values = {"标题": title, "媒体": outlet, "刊发日期": day, "供稿科室": "样城中学", **cells}
    return [values.get(heading, "") for heading in HEADINGS]


@pytest.fixture
def told(checked):
    def run(*rows, **options):
        batch = checked("placements", HEADINGS, rows, **options)
        return [(one.state, "".join(one.messages)) for one in batch.rows.order_by("number")]

    return run


@pytest.fixture
def committed(checked, clerk):
    def run(*rows, **options):
        return commit_batch(batch=checked("placements", HEADINGS, rows, **options), by=clerk)

    return run


@pytest.mark.usefixtures("outlet", "department")
class TestANewStory:
    def test_is_made_with_its_placement(self, committed, clerk, department, now):
        author = StaffMemberFactory(name="张三", posted_to=department)
        cells = {
            "版面": "第 2 版", "位置": "头版", "篇幅": "1,200字", "有图": "2张", "转载": "否", "网址": "https://daily.example.org/1",
            "作者": "张 三、外人", "成稿日期": 46082, "备注": "专版",
        }  # fmt: skip
        committed(row("《样城读书》", "样报", "２０２６年３月５日", **cells), title="2026 年采用登记表")
        placement = Placement.objects.get()
        article = placement.article
        assert (placement.title, placement.outlet.name, placement.published_on) == ("样城读书", "样城日报", datetime.date(2026, 3, 5))
        assert (placement.level, placement.medium, placement.weight_class) == ("city", "newspaper", "none")
        assert (placement.page, placement.position, placement.length, placement.has_picture) == ("第 2 版", "front_page", 1200, True)
        assert (placement.is_reprint, placement.url) == (False, "https://daily.example.org/1")
        assert (placement.confirmed_at, placement.confirmed_by, placement.entered_by) == (now, clerk, clerk)
        assert (article.title, article.state, article.live, article.written_on) == ("样城读书", "adopted", True, datetime.date(2026, 3, 1))
        assert article.submitted_on == article.written_on
        assert [one.department for one in article.departments.all()] == [department]
        assert list(article.authors.values_list("name", "staff")) == [("张三", author.pk), ("外人", None)]
        assert list(ArticleStep.objects.values_list("step", "state", "note", "by_name")) == [("register", "adopted", "专版", "经办人")]

    def test_of_several_clippings_is_one_article_whatever_their_order(self, committed):
        OutletFactory(name="样城电视台", medium="television")
        committed(
            row("甲", "样城电视台", "2026-03-09", 篇幅="1分30秒", 供稿科室=""),
            row("甲", "样城日报", "2026-03-05"),
            row("乙"),
            row("甲", day="2025-12-01"),
        )
        assert sorted(MediaArticle.objects.values_list("title", "written_on")) == [
            ("乙", datetime.date(2026, 3, 5)),
            ("甲", datetime.date(2025, 12, 1)),  # longer than 60 days before the others
            ("甲", datetime.date(2026, 3, 5)),
        ]
        assert Placement.objects.get(length=90).article.written_on == datetime.date(2026, 3, 5)

    def test_says_of_later_rows_that_differ_whose_names_count(self, told):
        DepartmentFactory(name="人事科")
        same = row(day="2026-03-06")
        other = row(day="2026-03-07", 供稿科室="人事科、样中")
        assert told(row(), same, other) == [("new", ""), ("new", ""), ("new", "与第 2 行是同一篇，科室和作者按第 2 行。")]

    def test_of_the_same_title_from_another_department_is_another_one(self, committed):
        DepartmentFactory(name="人事科")
        committed(row(), row(day="2026-03-06", 供稿科室="人事科"), row(day="2026-03-07", 供稿科室="人事科、样中"))
        assert MediaArticle.objects.count() == 2

    def test_is_scored_and_found_again_after_the_commit(self, committed):
        RuleSetFactory()
        batch = committed(row(), row(day="2026-03-06"))
        assert list(ScoreLine.objects.values_list("value", flat=True)) == [Decimal(5), Decimal(5)]
        assert "follow" not in ImportBatch.objects.get(pk=batch.pk).options

    def test_takes_level_and_class_from_the_grade_of_its_day(self, committed, outlet):
        OutletGrade.objects.create(outlet=outlet, level="province", weight_class="first", since=datetime.date(2026, 3, 1))
        committed(row(day="2026-02-28"), row("乙", day="2026-03-01"))
        assert list(Placement.objects.order_by("published_on").values_list("level", "weight_class")) == [
            ("city", "none"),
            ("province", "first"),
        ]


@pytest.mark.usefixtures("outlet", "department")
class TestARowIsRefused:
    @pytest.mark.parametrize(
        ("cells", "words"),
        [
            ({"标题": ""}, "标题是空的"),
            ({"标题": "长" * 121}, "标题超过 120 个字"),
            ({"媒体": ""}, "媒体是空的"),
            ({"媒体": "样城日抱"}, "媒体：系统中没有“样城日抱”。是不是“样城日报”？"),
            ({"媒体": "远方电讯"}, "是新媒体就先导入或新建它"),
            ({"刊发日期": ""}, "刊发日期是空的"),
            ({"刊发日期": "2026-03-21"}, "刊发日期“2026-03-21”在上传这一天（2026-03-20）之后"),
            ({"刊发日期": "三月五日"}, "刊发日期“三月五日”认不出年月日"),
            ({"成稿日期": "2026-03-06"}, "刊发日期 2026-03-05 早于成稿日期 2026-03-06"),
            ({"网址": "javascript:alert(1)"}, "网址“javascript:alert(1)”不是以 http:// 或 https:// 开头"),
            ({"级别": "宇宙级"}, "级别“宇宙级”认不出"),
            ({"位置": "月球"}, "位置“月球”认不出"),
            ({"篇幅": "30秒"}, "按字数计"),
            ({"有图": "大概"}, "有图“大概”认不出"),
            ({"版面": "长" * 31}, "版面超过 30 个字"),
            ({"供稿科室": "样城中雪"}, "是不是“样城中学”？"),
            ({"供稿科室": ""}, "供稿科室是空的"),
        ],
    )
    def test_naming_the_column_and_the_remedy(self, told, cells, words):
        ((state, message),) = told(row(**cells))
        assert state == "error"
        assert words in message

    def test_where_the_department_or_the_outlet_was_closed(self, told, outlet, department):
        department.closed_on = outlet.closed_on = datetime.date(2026, 1, 1)
        department.save()
        outlet.save()
        ((state, message),) = told(row())
        assert state == "error"
        assert "已于 2026-01-01 停办" in message
        assert "已撤销" in message

    def test_where_the_outlet_has_no_level(self, told):
        Outlet.objects.create(name="无级报", medium="newspaper")
        assert "还没有级别" in told(row(outlet="无级报"))[0][1]

    def test_but_not_what_is_a_total_or_a_signature(self, told):
        states = [state for state, _message in told(row(), row("合　计", "", ""), row("", "", "总计："))]
        assert states == ["new", "skipped", "skipped"]


@pytest.mark.usefixtures("department")
class TestAnUnknownOutlet:
    def test_may_be_chosen_among_those_like_it(self, checked, clerk, outlet):
        batch = checked("placements", HEADINGS, [row(outlet="样城日抱")])
        line = batch.rows.get()
        assert line.choices[0] == {"value": f"outlet:{outlet.pk}", "label": "就是“样城日报”"}
        assert decide_row(row=line, decision=f"outlet:{outlet.pk}", by=clerk).state == "new"
        commit_batch(batch=batch, by=clerk)
        assert Placement.objects.get().outlet == outlet

    def test_is_known_by_the_address_where_no_name_is_told(self, told, outlet):
        assert told(row(outlet="", 网址="https://news.daily.example.org/1")) == [("new", "媒体是空的，按网址认作“样城日报”。")]

    def test_is_made_once_where_the_option_says_so(self, committed, clerk):
        new = {"级别": "省级", "媒体类别": "网站"}
        batch = committed(row(outlet="样省网", **new), row("乙", "样省 网", "2026-03-06"), create_outlets=True)
        made = Outlet.objects.get()
        assert (made.name, made.medium, made.grades.get().level) == ("样省网", "website", "province")
        assert Placement.objects.filter(outlet=made, level="province").count() == 2
        undo_batch(batch=batch, by=clerk)
        assert not Outlet.objects.exists()

    def test_is_not_made_without_level_and_kind(self, told):
        ((state, message),) = told(row(outlet="样省网", 级别="省级"), create_outlets=True)
        assert (state, "新建“样省网”要填媒体类别" in message) == ("error", True)

    def test_told_at_another_level_than_it_stands_at_is_counted_as_it_stands(self, told, outlet):
        ((state, message),) = told(row(级别="国家级"))
        assert state == "new"
        assert "按媒体库计" in message


@pytest.mark.usefixtures("outlet")
class TestAStoryThatIsThere:
    @pytest.fixture
    def article(self, department):
        return MediaArticleFactory(title="样城读书", state="sent", live=True, by_departments=[department])

    def test_that_was_sent_is_used_from_now_on_and_stands_as_before_after_an_undo(self, committed, clerk, article, now):
        before = (article.state, article.moved_at)
        batch = committed(row(), row(day="2026-03-06", 供稿科室=""))
        article.refresh_from_db()
        assert (article.state, article.moved_at, article.placements.count()) == ("adopted", now, 2)
        assert list(ArticleStep.objects.values_list("step", "state")) == [("adopt", "adopted")] * 2
        undo_batch(batch=batch, by=clerk)
        article.refresh_from_db()
        assert (article.state, article.moved_at) == before
        assert not ArticleStep.objects.exists()

    def test_that_is_under_review_waits_for_a_decision(self, checked, clerk, article):
        MediaArticle.objects.update(state="office", live=False)
        batch = checked("placements", HEADINGS, [row()])
        line = batch.rows.get()
        assert (line.state, "先在“新闻宣传”里办理" in line.messages[0]) == ("ask", True)
        assert [choice["value"] for choice in line.choices] == ["new", "skip"]
        assert decide_row(row=line, decision="new", by=clerk).state == "new"
        commit_batch(batch=batch, by=clerk)
        assert MediaArticle.objects.count() == 2

    def test_that_answers_a_call_waits_for_its_registration(self, told, article):
        MediaArticle.objects.update(commission=CommissionFactory())
        assert told(row())[0][0] == "ask"

    def test_that_is_a_draft_stays_out_of_sight(self, told, article):
        MediaArticle.objects.update(state="draft", live=False)
        assert told(row()) == [("new", "")]

    def test_of_which_there_are_two_is_chosen(self, checked, clerk, article, department):
        other = MediaArticleFactory(
            title="样城读书", state="adopted", live=True, written_on=datetime.date(2026, 2, 1), by_departments=[department]
        )
        batch = checked("placements", HEADINGS, [row()])
        line = batch.rows.get()
        assert line.state == "ask"
        assert [choice["value"] for choice in line.choices] == [f"story:{article.pk}", f"story:{other.pk}", "new", "skip"]
        decide_row(row=line, decision=f"story:{other.pk}", by=clerk)
        commit_batch(batch=batch, by=clerk)
        assert Placement.objects.get().article == other

    def test_too_long_ago_or_of_another_department_is_another_story(self, told, article):
        DepartmentFactory(name="人事科")
        assert told(row(day="2026-02-28"), row(供稿科室="人事科"), row(outlet="样报", day="2026-03-02"))[:2] == [("new", ""), ("new", "")]

    def test_is_scored_anew_when_it_is_taken_back(self, committed, clerk, article, now):
        RuleSetFactory(dedupe="highest")
        MediaArticle.objects.update(state="adopted")
        PlacementFactory(article=article, outlet=OutletFactory(grade=("county", "none")))
        rescore([article.pk], now=now)
        batch = committed(row())
        assert sorted(ScoreLine.objects.values_list("credited", flat=True)) == [Decimal(0), Decimal(5)]
        undo_batch(batch=batch, by=clerk)
        assert list(ScoreLine.objects.values_list("credited", flat=True)) == [Decimal(2)]

    def test_gives_back_what_a_cap_had_kept_from_others_when_it_is_taken_back(self, committed, clerk, department, now):
        RuleSetFactory(department_cap=Decimal(6))
        other = MediaArticleFactory(state="adopted", by_departments=[department])
        PlacementFactory(article=other, outlet=OutletFactory(), published_on=datetime.date(2026, 3, 6), is_rescored=True)
        batch = committed(row())
        assert ScoreShare.objects.get(article=other).points == 1
        undo_batch(batch=batch, by=clerk)
        assert ScoreShare.objects.get().points == 5


@pytest.mark.usefixtures("outlet", "department")
class TestTheSamePlacement:
    def test_is_not_imported_twice(self, told, committed, outlet):
        committed(row())
        assert told(row(版面="改"), row("乙"), row("《乙》", "样报")) == [
            ("same", "系统中已有相同的采用，不重复导入。"),
            ("new", ""),
            ("same", "与第 3 行相同，不重复导入。"),
        ]

    def test_comes_again_after_an_undo(self, committed, clerk):
        undo_batch(batch=committed(row()), by=clerk)
        committed(row())
        assert Placement.objects.count() == 1


@pytest.mark.usefixtures("outlet", "department")
class TestCommit:
    def test_looks_again_where_something_moved_since_the_check(self, checked, clerk, outlet, department):
        batch = checked("placements", HEADINGS, [row()])
        PlacementFactory(title="样城读书", outlet=outlet, article__by_departments=[department])
        with pytest.raises(ChangedMeanwhileError):
            commit_batch(batch=batch, by=clerk)
        assert batch.rows.get().state == "same"
        assert Placement.objects.count() == 1

    def test_takes_as_many_statements_however_many_rows(self, checked, clerk):
        counts = []
        for size in (5, 150):
            batch = checked("placements", HEADINGS, [row(f"{size} 之 {n}") for n in range(size)])
            with CaptureQueriesContext(connection) as captured:
                check_batch(batch=batch, by=clerk)
                commit_batch(batch=batch, by=clerk)
            counts.append(len(captured))
        assert counts[0] == counts[1]


@pytest.mark.usefixtures("outlet", "department")
class TestUndo:
    def test_is_refused_where_a_placement_was_changed_or_is_proved(self, committed, clerk):
        batch = committed(row(), row("乙"))
        Placement.objects.filter(title="乙").update(page="头版")
        with pytest.raises(UndoRefusedError, match=r"第 3 行：采用“乙.*修改过"):
            undo_batch(batch=batch, by=clerk)

    def test_is_refused_where_the_article_got_another_placement(self, committed, clerk):
        batch = committed(row())
        PlacementFactory(article=MediaArticle.objects.get())
        with pytest.raises(UndoRefusedError, match="第 2 行：稿件“样城读书”在导入之后已被采用"):
            undo_batch(batch=batch, by=clerk)

    def test_takes_back_scored_placements_with_their_lines(self, committed, clerk):
        RuleSetFactory()
        batch = committed(row(), row(day="2026-03-06"))
        assert ScoreLine.objects.count() == 2
        undo_batch(batch=batch, by=clerk)
        assert not Placement.objects.exists()
        assert not MediaArticle.objects.exists()
        assert not ScoreLine.objects.exists()


@pytest.mark.usefixtures("outlet", "department")
class TestFilesAsTheyAre:
    def test_csv_in_gb18030_with_titles_above_the_headings(self, checked):
        text = "采用登记表,,,\n（单位：篇）,,,\n标 题*,媒体,刊发日期（年月日）,供稿科室\n样城读书,样报,2026/3/5,样中\n合计,1,,\n"
        batch = checked("placements", None, None, data=text.encode("gb18030"), name="采用.csv")
        assert list(batch.rows.order_by("number").values_list("number", "state")) == [(4, "new"), (5, "skipped")]

    def test_a_department_merged_over_its_rows(self, checked):
        stream = io.BytesIO()
        with xlsxwriter.Workbook(stream) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, ["供稿科室", "标题", "媒体", "刊发日期"])
            sheet.merge_range(1, 0, 2, 0, "样城中学")
            sheet.write_row(1, 1, ["甲", "样报", 46086])
            sheet.write_row(2, 1, ["乙", "样报", "46087"])
        batch = checked("placements", None, None, data=stream.getvalue())
        assert list(batch.rows.values_list("state", flat=True)) == ["new", "new"]
        assert batch.rows.get(number=3).cleaned["facts"][2] == "2026-03-06"

    def test_many_rows_are_written_with_many_values(self, committed, clerk):
        rows = [row(f"第{n}篇\t“引号”\\反斜杠", day=datetime.date(2026, 1, 1) + datetime.timedelta(days=n % 60)) for n in range(700)]
        batch = committed(*rows)
        assert Placement.objects.filter(title__contains="\\反斜杠").count() == MediaArticle.objects.count() == 700
        undo_batch(batch=batch, by=clerk)
        assert not MediaArticle.objects.exists()
