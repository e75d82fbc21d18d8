"""The numbering of official documents read as headings: nothing renumbered, nothing dropped, what does not follow is said."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cms.core.reading import Block, find_headings
from cms.core.reading.numbering import chinese_number, split_heading

CHINESE = "零一二三四五六七八九"


def written(number: int) -> str:
    """1 … 99 as documents write it."""
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else CHINESE[tens]) + ("十" if tens else "") + (CHINESE[ones] if ones else "")


def paragraphs(*texts: str) -> list[Block]:
    return [Block("paragraph", line, text=text) for line, text in enumerate(texts, start=1)]


def outline(*texts: str) -> list[tuple[int, str]]:
    return [(block.level, block.text) for block in find_headings(paragraphs(*texts))[0] if block.kind == "heading"]


def findings(*texts: str) -> list[str]:
    return [str(finding) for finding in find_headings(paragraphs(*texts))[1]]


class TestChineseNumber:
    @pytest.mark.parametrize("number", range(1, 100))
    def test_reads_what_is_written(self, number):
        assert chinese_number(written(number)) == chinese_number(str(number)) == number

    @pytest.mark.parametrize("text", ["十十", "一二", "二十十", "一十一一", "百"])
    def test_is_none_for_what_is_no_number(self, text):
        assert chinese_number(text) is None

    @given(st.text(alphabet="一二三四五六七八九十", min_size=1, max_size=3))
    def test_reads_or_refuses_everything_a_heading_may_begin_with(self, text):
        assert chinese_number(text) in (None, *range(1, 100))


class TestSplitHeading:
    @pytest.mark.parametrize(
        ("text", "parts"),
        [
            ("一、指导思想", (1, "一", "一、指导思想", "")),
            ("十二、 附则", (1, "十二", "十二、 附则", "")),
            ("一．总则", (1, "一", "一．总则", "")),
            ("(一)政治理论。深入学习。", (2, "一", "(一)政治理论", "深入学习。")),
            ("（二）政策法规。", (2, "二", "（二）政策法规", "")),
            ("1.读书", (3, "1", "1.读书", "")),
            ("12、读书", (3, "12", "12、读书", "")),
            ("(3)读书", (4, "3", "(3)读书", "")),
            ("（3）读书", (4, "3", "（3）读书", "")),
        ],
    )
    def test_knows_the_four_levels(self, text, parts):
        assert split_heading(text) == parts

    @pytest.mark.parametrize(
        "text",
        [
            "指导思想",
            "一是加强组织领导。",
            "一、",
            "一、。",
            "(一)。每月读一本书。",
            "(一)",
            "3.5亿元投入建设",
            "2020.4.15",
            "1.读一本书。写一篇心得。",
            "(1)读一本书。",
            "一、" + "长" * 40,
            "1.每月读一本书；",
            "(一)每月读一本书，",
            "第一、指导思想",
            "100、读书",
        ],
    )
    def test_leaves_what_only_begins_like_a_heading(self, text):
        assert split_heading(text) is None


class TestFindHeadings:
    def test_makes_the_outline_of_a_document(self):
        assert outline("前言。", "一、总则", "(一)目标。每人一本。", "(二)范围", "1.机关", "(1)科室", "2.直属单位", "二、附则") == [
            (1, "一、总则"),
            (2, "(一)目标"),
            (2, "(二)范围"),
            (3, "1.机关"),
            (4, "(1)科室"),
            (3, "2.直属单位"),
            (1, "二、附则"),
        ]

    def test_cuts_a_heading_that_runs_on_into_heading_and_paragraph(self):
        blocks, _findings = find_headings(paragraphs("(一)政治理论。深入学习。常学常新。"))
        assert [(block.kind, block.level, block.text, block.line) for block in blocks] == [
            ("heading", 2, "(一)政治理论", 1),
            ("paragraph", 0, "深入学习。常学常新。", 1),
        ]

    def test_leaves_tables_and_pictures_alone(self):
        blocks = [Block("table", 1, rows=(("一、总则",),)), Block("image", 2, text="一、总则")]
        assert find_headings(blocks) == (blocks, [])

    def test_keeps_the_rank_of_headings_without_a_number(self):
        blocks = [
            Block("heading", 1, text="总则", level=2),
            Block("heading", 2, text="细则", level=4),
            Block("heading", 3, text="一、附则", level=4),
            Block("heading", 4, text="(一)期限。一年。", level=1),
        ]
        result, _findings = find_headings(blocks)
        assert [(block.kind, block.level, block.text) for block in result] == [
            ("heading", 1, "总则"),
            ("heading", 2, "细则"),
            ("heading", 1, "一、附则"),
            ("heading", 2, "(一)期限"),
            ("paragraph", 0, "一年。"),
        ]

    @pytest.mark.parametrize(
        ("texts", "message"),
        [
            (("一、甲", "三、丙"), "第 2 段：序号不连续：“三、丙”之前应是第 2 项。 原样保留，请核对是否有缺漏。"),
            (("一、甲", "一、乙"), "第 2 段：序号重复：“一、乙”。 原样保留，请核对。"),
            (("一、甲", "二、乙", "一、丙"), "第 3 段：序号不连续：“一、丙”之前应是第 3 项。 原样保留，请核对是否有缺漏。"),
            (("二、乙",), "第 1 段：序号不连续：“二、乙”之前应是第 1 项。 原样保留，请核对是否有缺漏。"),
            (("(一)甲",), "第 1 段：“(一)甲”之前没有“一、”级标题。 请核对是否漏了一级标题。"),
            (("一、甲", "(二)乙"), "第 2 段：序号不连续：“(二)乙”之前应是第 1 项。 原样保留，请核对是否有缺漏。"),
            (("一二、甲",), "第 1 段：序号“一二”不是规范的数字。 请核对。"),
        ],
    )
    def test_says_where_numbers_do_not_follow_and_keeps_them(self, texts, message):
        assert findings(*texts) == [message]
        assert [text for _level, text in outline(*texts)] == list(texts)

    def test_begins_each_level_anew_under_its_parent(self):
        assert not findings("一、甲", "(一)子", "1.孙", "(二)子", "1.孙", "二、乙", "(一)子")


class TestMarkupAfterACut:
    def rest(self, html):
        text = re.sub(r"<[^>]+>", "", html).replace("&amp;", "&").replace("&lt;", "<")
        (_heading, paragraph) = find_headings([Block("paragraph", 1, text=text, html=html)])[0]
        assert paragraph.text == text.partition("。")[2]
        return paragraph.html

    @pytest.mark.parametrize(
        ("html", "rest"),
        [
            ("(一)读书。每月<b>一本</b>", "每月<b>一本</b>"),
            ("<b>(一)读书</b>。每月<b>一本</b>", "每月<b>一本</b>"),
            (
                '(一)读书。见<a href="https://example.org/?a=1&amp;b=2">甲&amp;乙</a>',
                '见<a href="https://example.org/?a=1&amp;b=2">甲&amp;乙</a>',
            ),
            ("(一)读书。1 &lt; 2 <b>的</b>", "1 &lt; 2 <b>的</b>"),
        ],
    )
    def test_is_kept_where_the_cut_goes_through_nothing(self, html, rest):
        assert self.rest(html) == rest

    @pytest.mark.parametrize(
        "html", ["<b>(一)读书。</b>每月一本", "<b>(一)读书。每月</b>一本", "<b>(一)甲<i>。乙</i>丙</b>丁", "<b>(一)<i>甲。</i>乙</b>丙"]
    )
    def test_is_dropped_where_it_would_be_cut_in_two(self, html):
        assert self.rest(html) == ""


LINE = st.text(alphabet="一二三十(（)）、．.。，；12 读书甲乙<&", min_size=1, max_size=60).map(lambda text: " ".join(text.split()))
HEADINGS = st.lists(st.tuples(st.integers(1, 2), st.integers(1, 99)), min_size=1, max_size=12)


class TestWhateverTheNumbering:
    @hypothesis_settings(deadline=None)
    @given(st.lists(LINE, max_size=20))
    def test_every_character_stays_but_the_full_stop_of_a_heading(self, texts):
        blocks, _findings = find_headings(paragraphs(*texts))
        rest = list(blocks)
        for line, text in enumerate(texts, start=1):
            own = [block for block in rest if block.line == line]
            assert len(own) in (1, 2)
            kept, whole = "".join(block.text for block in own), text
            if own[0].kind == "heading":
                whole = text.replace("。", "", 1)
                assert 1 <= own[0].level <= 4
            assert kept.replace(" ", "") == whole.replace(" ", "")
        assert [block.line for block in blocks] == sorted(block.line for block in blocks)

    @hypothesis_settings(deadline=None)
    @given(st.lists(LINE, max_size=20))
    def test_a_heading_stays_one_when_it_is_read_again(self, texts):
        blocks, _findings = find_headings(paragraphs(*texts))
        again, _findings = find_headings(blocks)
        assert all(block in again for block in blocks if block.kind == "heading")

    @given(HEADINGS)
    def test_a_finding_stands_at_every_break_and_nowhere_else(self, numbers):
        texts = [f"{written(number)}、节" if level == 1 else f"（{written(number)}）目" for level, number in numbers]
        broken, last = [], {1: 0, 2: 0}
        for line, (level, number) in enumerate(numbers, start=1):
            if number != last[level] + 1 or (level == 2 and not last[1]):
                broken.append(line)
            last[level] = number
            if level == 1:
                last[2] = 0
        assert outline(*texts) == [(level, text) for (level, _number), text in zip(numbers, texts, strict=True)]
        assert sorted({finding.line for finding in find_headings(paragraphs(*texts))[1]}) == broken

    @given(st.integers(1, 99))
    def test_a_document_numbered_in_order_has_no_findings(self, count):
        assume(count < 99)
        assert not findings(*(f"{written(number)}、节" for number in range(1, count + 1)))
