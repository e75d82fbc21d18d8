import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.search.text import MAX_TOKENS, index_tokens, normalise, phrase_unit, query_units, recheck_text

CHINESE = st.text(alphabet="学习型机关建设实施方案教育局心得体会阅读五有", min_size=1, max_size=30)


def occurs(query, text):
    """What both databases decide: every unit of the query stands in the text."""
    return all(unit.pattern in recheck_text(text) for unit in query_units(query))


class TestNormalise:
    @pytest.mark.parametrize(("written", "same"), [("學習", "学习"), ("2020年", "2020年"), ("ＡＢＣ", "abc"), ("Wagtail", "wagtail")])
    def test_makes_one_spelling_of_many(self, written, same):
        assert normalise(written) == same


class TestIndexTokens:
    def test_are_overlapping_pairs_and_the_last_character(self):
        assert index_tokens("学习型机关") == ["学习", "习型", "型机", "机关", "关"]

    def test_leave_other_words_whole(self):
        assert index_tokens("GB18030 编码") == ["gb18030", "编码", "码"]

    def test_are_capped(self):
        assert len(index_tokens("学习" * MAX_TOKENS)) == MAX_TOKENS


class TestQueryUnits:
    def test_part_at_blanks_and_punctuation(self):
        assert [unit.runs for unit in query_units("教育局 方案、通知")] == [("教育局",), ("方案",), ("通知",)]

    @pytest.mark.parametrize("joined", ["2020-04-17", "10:13", "a.b@c.com"])
    def test_keep_dates_times_and_addresses_together(self, joined):
        assert len(query_units(joined)) == 1

    def test_of_one_character_is_a_prefix_of_its_pairs(self):
        (unit,) = query_units("教")
        assert unit.ends_open
        assert unit.tokens == ["教"]

    @pytest.mark.parametrize("nothing", ["", " ", "。!?", "😀🎉", "\x00", "()\"'*:^"])
    def test_of_nothing_to_look_for_are_none(self, nothing):
        assert query_units(nothing) == []
        assert phrase_unit(nothing) == []

    @given(st.text())
    def test_of_any_text_hold_letters_and_digits_only(self, text):
        for unit in query_units(text):
            assert unit.tokens
            assert not set("".join(unit.tokens)) & set(" \"'*:^()\\\0")


class TestFragments:
    @given(text=CHINESE, data=st.data())
    def test_of_a_text_are_found_in_it(self, text, data):
        begin = data.draw(st.integers(0, len(text) - 1))
        end = data.draw(st.integers(begin + 1, len(text)))
        assert occurs(text[begin:end], f"前面,{text}。后面")

    @given(text=CHINESE, query=CHINESE)
    def test_are_found_exactly_where_they_stand(self, text, query):
        assert occurs(query, text) == (query in text)
