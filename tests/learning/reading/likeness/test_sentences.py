from hypothesis import given, settings
from hypothesis import strategies as st

from learning.fingerprints import plain
from learning.reading.likeness.sentences import LONG_ENOUGH, SHORTEST, WITHOUT_A_MARK, pieces_of
from learning.reading.text import passages_of

from .texts import html_of, paragraphs


def pieces(html):
    return pieces_of(passages_of(html))


def quotations(html):
    return [piece.text for piece in pieces(html) if piece.is_quotation]


class TestPiecesOf:
    def test_are_sentences(self):
        first, second = "读完这本书以后最大的收获是学会了慢下来。", "回到岗位上我也想这样对待每一份来信！"
        assert [piece.text for piece in pieces(html_of(first + second))] == [first, second]

    def test_gather_what_is_too_short(self):
        text = "学而不思则罔。思而不学则殆。温故而知新。可以为师矣。好。"
        found = pieces(html_of(text))
        assert "".join(piece.text for piece in found) == text
        assert all(len(piece.plain) >= SHORTEST for piece in found)

    def test_cut_a_long_sentence_at_its_commas_and_what_has_no_marks_anywhere(self):
        long = pieces(html_of("，".join(["这一句话写得很长很长没有停下来"] * 6)))
        assert [len(piece.plain) for piece in long] == [30, 30, 30]
        assert max(len(piece.plain) for piece in pieces(html_of("无" * 500))) <= WITHOUT_A_MARK + SHORTEST

    def test_take_a_block_and_what_stands_in_marks_for_quotations(self):
        quoted = "读书之法在循序而渐进熟读而精思"
        assert quotations(f"<blockquote><p>{quoted}</p></blockquote><p>自己的话。</p>") == [quoted]
        for left, right in ("“”", "「」", "『』", '""'):
            assert quotations(html_of(f"古人说：{left}{quoted}{right}，我很赞成。")) == [f"{left}{quoted}{right}"]

    def test_take_an_open_mark_as_going_on_to_the_end_of_the_passage(self):
        assert quotations(html_of("“第一段引文还没有结束请看下一段", "第二段是自己的话不是别人的话。")) == [
            "“第一段引文还没有结束请看下一段"
        ]

    def test_leave_a_term_in_marks_where_it_stands(self):
        text = "这一年围绕“五有”要求我把读书和工作结合起来。"
        assert [piece.text for piece in pieces(html_of(text))] == [text]

    @given(st.lists(st.text(alphabet='学习读书，。；“”「」! "a1　', max_size=120), max_size=4))
    @settings(max_examples=60)
    def test_lose_nothing_and_know_their_place(self, lines):
        html = html_of(*lines)
        found = pieces(html)
        whole = "".join(piece.plain for piece in found)
        assert whole == plain("".join(passage.text for passage in passages_of(html)))
        assert all(whole[piece.begin : piece.end] == piece.plain for piece in found)
        assert [piece.passage for piece in found] == sorted(piece.passage for piece in found)

    def test_of_common_text_are_of_a_sentences_size(self):
        found = pieces(html_of(*paragraphs(3)))
        assert all(SHORTEST <= len(piece.plain) <= 2 * LONG_ENOUGH + SHORTEST for piece in found)
