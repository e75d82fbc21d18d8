import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.search.highlighting import marked, passage, places
from cms.search.text import query_units


class TestMarked:
    @pytest.mark.parametrize(
        ("text", "query", "shown"),
        [
            ("有心得体会", "心得", "有<mark>心得</mark>体会"),
            ("學而時習之", "学而", "<mark>學而</mark>時習之"),
            ("ＧＢ１８０３０ 编码", "gb18030", "<mark>ＧＢ１８０３０</mark> 编码"),
            ("心 得体会", "心得", "心 得体会"),
            ("2020-04-17 印发", "2020-04-17", "<mark>2020-04-17</mark> 印发"),
            ("gb18030", "gb1", "gb18030"),
            ("<b>心得</b>", "心得", "&lt;b&gt;<mark>心得</mark>&lt;/b&gt;"),
            ("天天向上", "天天 天向", "<mark>天天向</mark>上"),
        ],
    )
    def test_marks_what_was_looked_for_as_it_is_written(self, text, query, shown):
        assert marked(text, query_units(query)) == shown

    @given(st.text(max_size=60), st.text(max_size=6))
    def test_loses_no_character_and_lets_no_markup_through(self, text, query):
        units = query_units(query)
        shown = marked(text, units)
        plain = shown.replace("<mark>", "").replace("</mark>", "")
        assert "<" not in plain
        assert plain == marked(text, [])
        for one, next_one in zip(places(text, units), places(text, units)[1:], strict=False):
            assert one.end < next_one.start


class TestPassage:
    def test_begins_shortly_before_the_first_place(self):
        text = "前" * 200 + "心得体会" + "后" * 200
        shown = passage(text, query_units("心得"))
        assert shown.startswith("……前")
        assert "<mark>心得</mark>体会" in shown
        assert shown.endswith("后……")

    def test_is_the_beginning_where_the_title_alone_matches(self):
        assert passage("正文的开头。", query_units("标题")) == "正文的开头。"
