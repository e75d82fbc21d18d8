"""稿件 as a kind of table import."""

import datetime

import pytest

from cms.imports.services import AlreadyImportedError, UndoRefusedError, commit_batch, undo_batch
from learning.models import ArticleAuthor, ArticleStep, MediaArticle
from tests.factories.contributions import MediaArticleFactory, PlacementFactory
from tests.factories.organisation import DepartmentFactory, StaffMemberFactory

HEADINGS = ["标题", "供稿科室", "成稿日期", "状态", "体裁", "作者", "报送日期", "未用原因", "主题", "转载"]
pytestmark = pytest.mark.django_db


def row(title="样城读书", place="样城中学", day="2026-03-01", state="投出", *more):
    return [title, place, day, state, *more, *[""] * (6 - len(more))]


@pytest.fixture
def told(checked):
    def run(*rows):
        return [(one.state, "".join(one.messages)) for one in checked("articles", HEADINGS, rows).rows.order_by("number")]

    return run


class TestANewArticle:
    def test_is_made_with_its_people_in_order_and_its_first_step(self, checked, clerk, department):
        other = DepartmentFactory(name="基础教育科")
        author = StaffMemberFactory(name="张三", posted_to=other)
        rows = [
            row("《样城读书》", "样中、基础教育科", "2026.3.1", "未采用", "通讯", "李四，张 三", "2026-03-02", "时效已过", "读书", "是")
        ]
        batch = commit_batch(batch=checked("articles", HEADINGS, rows, title="投稿登记"), by=clerk)
        article = MediaArticle.objects.get()
        assert (article.title, article.genre, article.topic, article.state, article.reason) == (
            "样城读书",
            "feature",
            "读书",
            "unused",
            "stale",
        )
        assert (article.written_on, article.submitted_on) == (datetime.date(2026, 3, 1), datetime.date(2026, 3, 2))
        assert (article.is_reprint, article.live, article.created_by) == (True, False, clerk)
        assert [one.department for one in article.departments.all()] == [department, other]
        assert list(article.authors.values_list("name", "staff", "department")) == [("李四", None, None), ("张三", author.pk, other.pk)]
        assert list(ArticleStep.objects.values_list("step", "state", "by_name")) == [("register", "unused", "经办人")]
        assert batch.rows.get().messages == ["作者“李四”不在花名册，按姓名登记。"]

    @pytest.mark.parametrize(
        ("word", "state", "submitted", "live"),
        [
            ("草稿", "draft", False, False),
            ("已报送", "office", True, False),
            ("投出", "sent", True, True),
            ("已采用", "adopted", True, True),
            ("退回", "returned", False, False),
        ],
    )
    def test_stands_where_the_word_says(self, checked, clerk, department, word, state, submitted, live):
        commit_batch(batch=checked("articles", HEADINGS, [row(state=word)]), by=clerk)
        article = MediaArticle.objects.get()
        assert (article.state, article.submitted_on is not None, article.live) == (state, submitted, live)
        assert article.reason == ("other" if state == "returned" else "")

    @pytest.mark.parametrize(
        ("cells", "words"),
        [
            (row(title=""), "标题是空的"),
            (row(title="长" * 121), "标题超过 120 个字"),
            (row(place="没有的科"), "供稿科室：系统中没有科室（单位）“没有的科”"),
            (row(place="样城中雪"), "是不是“样城中学”？"),
            (row(day="2026-03-21"), "成稿日期“2026-03-21”在上传这一天（2026-03-20）之后"),
            (row(state="科室审"), "状态“科室审”不能导入"),
            (row(state="飞了"), "状态“飞了”认不出"),
            (row("样城读书", "样城中学", "2026-03-02", "投出", "", "", "2026-03-01"), "报送日期 2026-03-01 早于成稿日期"),
            (row("样城读书", "样城中学", "2026-03-02", "投出", "诗歌"), "体裁“诗歌”认不出"),
        ],
    )
    def test_is_refused_naming_the_column(self, told, department, cells, words):
        ((state, message),) = told(cells)
        assert state == "error"
        assert words in message

    def test_asks_which_of_two_namesakes_wrote_it(self, told, department, checked, clerk):
        mine = StaffMemberFactory(name="张三", employee_number="0012", posted_to=department)
        StaffMemberFactory(name="张三", employee_number="0013")
        other = StaffMemberFactory(name="李四", employee_number="0014")
        StaffMemberFactory(name="李四", employee_number="0015")
        people = [row("甲", "样城中学", "2026-03-01", "投出", "", "张三"), row("乙", "样城中学", "2026-03-01", "投出", "", "李四")]
        (first, _message), (second, message) = told(*people)
        assert (first, second) == ("new", "error")
        assert "作者“李四”有 2 位" in message
        commit_batch(
            batch=checked("articles", HEADINGS, [people[0], row("乙", "样城中学", "2026-03-01", "投出", "", "李四（0014）")]), by=clerk
        )
        assert list(ArticleAuthor.objects.order_by("pk").values_list("staff", flat=True)) == [mine.pk, other.pk]


class TestTheSameArticle:
    def test_is_not_imported_twice(self, told, department):
        MediaArticleFactory(title="样城读书", written_on=datetime.date(2026, 3, 1), by_departments=[department, DepartmentFactory()])
        assert told(
            row(), row("样城读书", "样城中学", "2026-03-02"), row("样城读书", "样城中学", "2026-03-02"), ["合 计", "", "", "2"] + [""] * 6
        ) == [
            ("same", "系统中已有相同的稿件，不重复导入。"),
            ("new", ""),
            ("same", "与第 3 行相同，不重复导入。"),
            ("skipped", "像是合计或落款，不导入。"),
        ]

    def test_comes_once_from_one_file(self, checked, clerk, department):
        commit_batch(batch=checked("articles", HEADINGS, [row()]), by=clerk)
        with pytest.raises(AlreadyImportedError):
            checked("articles", HEADINGS, [row()])
        again = checked("articles", HEADINGS, [row(), row("别的")])
        assert [one.state for one in again.rows.order_by("number")] == ["same", "new"]


class TestUndo:
    def test_takes_everything_back(self, checked, clerk, department):
        batch = commit_batch(
            batch=checked("articles", HEADINGS, [row("样城读书", "样城中学", "2026-03-01", "投出", "", "张三、李四")]), by=clerk
        )
        undo_batch(batch=batch, by=clerk)
        assert not MediaArticle.objects.exists()
        assert not ArticleStep.objects.exists()

    def test_is_refused_where_something_was_built_on_it(self, checked, clerk, department):
        batch = commit_batch(batch=checked("articles", HEADINGS, [row()]), by=clerk)
        PlacementFactory(article=MediaArticle.objects.get())
        with pytest.raises(UndoRefusedError, match="第 2 行：稿件“样城读书”在导入之后已被采用"):
            undo_batch(batch=batch, by=clerk)

    def test_is_refused_where_it_was_changed(self, checked, clerk, department):
        batch = commit_batch(batch=checked("articles", HEADINGS, [row()]), by=clerk)
        MediaArticle.objects.update(title="改过")
        with pytest.raises(UndoRefusedError, match="第 2 行：稿件“改过”在导入之后被修改过"):
            undo_batch(batch=batch, by=clerk)
