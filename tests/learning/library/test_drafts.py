import datetime
from dataclasses import replace

import pytest

from learning.articles.notices import NoticeDraftError, NoticeTable, NoticeText
from learning.library.drafts import column_for_notices, write_notice
from learning.models import NoticePage
from tests.factories.pages import make_column, make_notice, make_site, make_user
from tests.standing import standing

TEXT = NoticeText("名单公示", ["先公示 <b>名单</b>。", "再说渠道。"], "机关党委", datetime.date(2026, 12, 28))


@standing()
def home():
    return make_site()


class TestColumnForNotices:
    def test_is_the_one_that_says_so(self, home):
        make_notice(make_column(home, "两学一做", "a"))
        named = make_column(home, "通知公告", "b")
        assert column_for_notices() == named

    def test_is_else_where_the_newest_notice_stands(self, home):
        make_column(home, "两学一做", "a")
        used = make_column(home, "要闻", "b")
        make_notice(used)
        assert column_for_notices() == used

    def test_is_else_the_first_in_the_menu(self, home):
        hidden, shown = make_column(home, "内部", "a"), make_column(home, "要闻", "b")
        hidden.show_in_menus = False
        hidden.save()
        assert column_for_notices() == shown

    def test_is_asked_for_where_there_is_none(self, home):
        with pytest.raises(NoticeDraftError, match="先在后台建一个栏目"):
            column_for_notices()


class TestWriteNotice:
    def test_makes_a_draft_for_the_review(self, home):
        column, clerk = make_column(home, "通知公告", "b"), make_user("ban")
        page = write_notice(TEXT, by=clerk)
        assert page.get_parent().pk == column.pk
        assert (page.live, page.owner, page.title, page.issuing_body) == (False, clerk, "名单公示", "机关党委")
        assert page.latest_revision.user == clerk
        first, _second, signature = page.body
        assert str(first.value.source) == "<p>先公示 &lt;b&gt;名单&lt;/b&gt;。</p>"
        assert (signature.value["name"], signature.value["date"]) == ("机关党委", "2026年12月28日")

    def test_writes_tables_between_the_text_and_what_closes_it(self, home):
        make_column(home, "通知公告", "b")
        table = NoticeTable("得分", ["科室", "得分"], [["甲科", "5"], ["<b>乙科</b>", "2.5"]])
        page = write_notice(replace(TEXT, tables=[table], closing=["另有说明。"]), by=None)
        assert [block.block_type for block in page.body] == ["paragraph", "paragraph", "table", "paragraph", "signature"]
        shown = str(page.body[2])
        assert "<caption>得分</caption>" in shown
        assert '<th scope="col"' in shown
        assert "&lt;b&gt;乙科&lt;/b&gt;" in shown
        assert "甲科" in NoticePage.objects.get(pk=page.pk).body.get_prep_value()[2]["value"]["data"][1][0]

    def test_gives_a_second_one_an_address_of_its_own(self, home):
        make_column(home, "通知公告", "b")
        assert write_notice(TEXT, by=None).slug != write_notice(TEXT, by=None).slug
