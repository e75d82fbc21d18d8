"""Cells as people write them."""

import contextlib
import datetime
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.imports.kinds import Row
from learning.contributions.choices import Level, Position
from learning.contributions.imports.cells import (
    LEVELS,
    POSITIONS,
    Cells,
    check_length,
    code_of,
    day_of,
    length_of,
    names_of,
    parts_of,
    plain,
    title_of,
    url_of,
    yes_or_no,
)
from learning.organisation.roster import CellError

TODAY = datetime.date(2026, 3, 20)
FULL_WIDTH = str.maketrans(string.digits, "０１２３４５６７８９")
ANYTHING = st.one_of(st.text(max_size=60), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.booleans())
DAYS = st.dates(min_value=datetime.date(2000, 1, 1), max_value=TODAY)


def day(raw):
    return day_of(raw, column="刊发日期", today=TODAY)


class TestDayOf:
    @given(
        DAYS,
        st.sampled_from(["{0:%Y-%m-%d}", "{0:%Y/%m/%d}", "{0.year}.{0.month}.{0.day}", "{0.year}年{0.month}月{0.day}日", "{0:%Y%m%d}"]),
    )
    def test_reads_every_way_a_day_is_written(self, date, form):
        text = form.format(date)
        assert day(text) == day(f" {text.translate(FULL_WIDTH)} ") == date

    @given(DAYS)
    def test_reads_the_serial_numbers_of_a_spreadsheet_as_numbers_and_as_text(self, date):
        serial = (date - datetime.date(1899, 12, 30)).days
        assert day(serial) == day(str(serial)) == day(float(serial)) == date

    @pytest.mark.parametrize("raw", ["2026-02-30", "昨天", "3月5日", 10**18, "1999-12-31", "2026-03-21", ""])
    def test_names_the_column_of_what_is_no_day_of_the_past(self, raw):
        with pytest.raises(CellError, match="刊发日期"):
            day(raw)

    @given(ANYTHING)
    def test_ends_in_a_day_or_in_a_refusal(self, raw):
        with contextlib.suppress(CellError):
            assert datetime.date(2000, 1, 1) <= day(raw) <= TODAY


class TestLengthOf:
    @pytest.mark.parametrize(
        ("raw", "length"),
        [
            (1200, (1200, None)), ("1,200字", (1200, False)), ("１２００", (1200, None)), ("约1200余字", (1200, False)), ("90秒", (90, True)),
            ("1分30秒", (90, True)), ("1.5分钟", (90, True)), ("2'05\"", (125, True)), ("无", None), ("—", None),
        ],
    )  # fmt: skip
    def test_reads_characters_and_time(self, raw, length):
        assert length_of(raw) == length

    @pytest.mark.parametrize("raw", ["很长", "-5", "1000001", "9" * 9, 1e16])
    def test_refuses_others(self, raw):
        with pytest.raises(CellError, match="篇幅"):
            length_of(raw)

    def test_of_a_broadcast_is_seconds(self):
        check_length(90, True, "radio")
        check_length(90, None, "newspaper")
        with pytest.raises(CellError, match="按字数计"):
            check_length(90, True, "newspaper")
        with pytest.raises(CellError, match="按秒数计"):
            check_length(900, False, "television")

    @given(ANYTHING)
    def test_ends_in_a_number_or_in_a_refusal(self, raw):
        try:
            found = length_of(raw)
        except CellError:
            return
        assert found is None or 0 <= found[0] <= 1_000_000


class TestUrlOf:
    @pytest.mark.parametrize(
        ("raw", "url"),
        [
            ("https://example.org/a?b=1", "https://example.org/a?b=1"),
            ("www.example.org/新闻/1", "http://www.example.org/新闻/1"),
            ("无", ""),
            ("http://例子.中国/1", "http://例子.中国/1"),
        ],
    )
    def test_keeps_addresses_of_the_web(self, raw, url):
        assert url_of(raw) == url

    @pytest.mark.parametrize(
        "raw", ["javascript:alert(1)", "JavaScript://x.cn/%0aalert(1)", "data:text/html,x", "ftp://a.cn/", "见报纸", "http://"]
    )
    def test_refuses_everything_else(self, raw):
        with pytest.raises(CellError, match="网址"):
            url_of(raw)

    @given(ANYTHING)
    def test_never_lets_another_scheme_through(self, raw):
        with contextlib.suppress(CellError):
            assert url_of(raw).startswith(("http://", "https://")) or url_of(raw) == ""


class TestNamesOf:
    @pytest.mark.parametrize(
        ("raw", "names"),
        [
            ("张三、李四", ("张三", "李四")),
            ("张 三，李　四", ("张三", "李四")),
            ("张 三", ("张三",)),
            ("张三 李四", ("张三", "李四")),
            ("张 三 李四", ("张三", "李四")),
            ("欧阳 锋", ("欧阳锋",)),
            ("张三（0012）/李四", ("张三(0012)", "李四")),
            ("阿不都·热合曼", ("阿不都·热合曼",)),
            ("张三、张三", ("张三",)),
            ("无", ()),
        ],
    )
    def test_parts_people_and_not_their_names(self, raw, names):
        assert names_of(raw) == names

    def test_refuses_too_many_and_too_long(self):
        with pytest.raises(CellError, match="最多 20 位"):
            names_of("、".join(f"甲{n}" for n in range(21)))
        with pytest.raises(CellError, match="顿号"):
            names_of("长" * 51)

    @given(
        st.lists(st.text("张王李赵某甲乙", min_size=2, max_size=3), min_size=1, max_size=8, unique=True),
        st.sampled_from("、，,；;/\n"),
        st.booleans(),
    )
    def test_are_the_same_however_they_are_parted_and_blanked(self, names, mark, blanked):
        written = [" ".join(name) for name in names] if blanked else names
        assert names_of(f" {mark} ".join(written)) == tuple(names)


class TestCells:
    def test_read_words_for_codes_and_name_those_there_are(self):
        assert code_of(" 地市级 ", LEVELS, column="级别", choices=Level) == "city"
        assert code_of("头版头条", POSITIONS, column="位置", choices=Position) == "headline"
        with pytest.raises(CellError, match="级别“宇宙级”认不出。请填国家级、省级"):
            code_of("宇宙级", LEVELS, column="级别", choices=Level)

    @pytest.mark.parametrize(
        ("raw", "told"), [("是", True), ("√", True), (1, True), (True, True), ("3张", True), ("无", False), ("Ｎ", False), (0, False)]
    )
    def test_read_yes_and_no(self, raw, told):
        assert yes_or_no(raw, column="有图") is told

    def test_do_not_guess_yes_or_no(self):
        with pytest.raises(CellError, match="有图“大概”认不出"):
            yes_or_no("大概", column="有图")

    def test_remember_what_stood_in_a_column_before(self):
        memory = {}
        first, second = Cells(Row(2, {"day": "?"}), memory), Cells(Row(3, {"day": "?"}), memory)
        for cells in (first, second):
            assert cells.get("day", day) is None
        assert first.errors == second.errors
        assert len(memory) == 1

    def test_know_a_total(self):
        assert Cells(Row(2, {"title": "合 计："})).is_sum("title")
        assert not Cells(Row(2, {"title": "合计生育工作"})).is_sum("title")

    @given(st.text(max_size=200))
    def test_titles_are_tidied_once_for_all(self, text):
        try:
            title = title_of(text)
        except CellError:
            return
        assert title == " ".join(title.split())
        assert len(title) <= 120

    @given(st.text(max_size=80))
    def test_parts_hold_no_mark_between(self, text):
        assert not any(mark in part for part in parts_of(text) for mark in "、,;/\n")

    def test_are_compared_without_blanks_and_width(self):
        assert plain(" Ａ 类　") == "a类"
