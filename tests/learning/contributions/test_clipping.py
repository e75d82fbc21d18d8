import datetime
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learning.contributions.clipping import LONGEST, read_clipping
from learning.contributions.dictionary import Dictionary, KnownDepartment, KnownOutlet, KnownPerson

TODAY = datetime.date(2026, 3, 20)
DICTIONARY = Dictionary(
    outlets=(
        KnownOutlet(1, "样报", "newspaper", ("样报", "样报网", "sample.example")),
        KnownOutlet(2, "省样报", "newspaper", ("省样报", "news.sample.example")),
        KnownOutlet(3, "样城电视台", "television", ("样城电视台", "样城台")),
    ),
    departments=(
        KnownDepartment(5, "办公室", ("办公室",)),
        KnownDepartment(6, "人事教育科", ("人事教育科", "人教科")),
        KnownDepartment(8, "第二办公室", ("第二办公室",)),
    ),
    people=(
        KnownPerson(7, "陶思远", "陶思远（办公室）", 5),
        KnownPerson(9, "王一", "王一（人事教育科）", 6),
        KnownPerson(10, "王一鸣", "王一鸣（办公室）", 5),
        KnownPerson(11, "钱多", "钱多（办公室）", 5),
        KnownPerson(12, "钱多", "钱多（人事教育科）", 6),
    ),
)


def read(text, today=TODAY):
    return read_clipping(text, dictionary=DICTIONARY, today=today)


class TestTitle:
    @pytest.mark.parametrize(
        "text",
        [
            "职工共读一本书",
            "  职工共读一本书  \n",
            "标题：职工共读一本书",
            "【职工共读一本书】 https://sample.example/a.html",
            "职工共读一本书_样报网",
            "职工共读一本书 - 样报网",
            "样报 2026-03-05 第3版《职工共读一本书》",
            "样报\t2026年3月5日\t职工共读一本书",
            "来源：样报\n职工共读一本书\n正文",
            "2026-03-05 09:30\n职工共读一本书",
        ],
    )
    def test_is_found(self, text):
        found = read(text)
        assert found.title == "职工共读一本书"
        assert found.why["title"]

    def test_of_a_text_without_one_is_its_first_sentence(self):
        text = "办公室昨天办了读书会。" + "大家谈了体会。" * 30
        found = read(text)
        assert found.title == "办公室昨天办了读书会"
        assert found.text == text

    def test_of_a_link_alone_is_empty(self):
        assert read("https://sample.example/2026/03/05/a.html").title == ""

    def test_with_a_book_in_it_keeps_it(self):
        assert read("职工共读《乡土中国》谈体会").title == "职工共读《乡土中国》谈体会"


class TestLink:
    @pytest.mark.parametrize(
        ("link", "outlet"),
        [
            ("https://sample.example/a", 1),
            ("http://www.sample.example/a", 1),
            ("https://news.sample.example/a", 2),
            ("https://a.b.news.sample.example/a", 2),
            ("https://NEWS.Sample.Example/a", 2),
            ("https://notsample.example/a", None),
            ("https://sample.example.evil.example/a", None),
        ],
    )
    def test_names_its_outlet_by_the_longest_domain(self, link, outlet):
        found = read(link)
        assert (found.url, found.outlet) == (link, outlet)

    def test_is_found_without_its_scheme(self):
        assert read("www.sample.example/2026/0305/a.html").url == "http://www.sample.example/2026/0305/a.html"

    @pytest.mark.parametrize("text", ["javascript:alert(1)", " JavaScript : x", "data:text/html,<b>", "vbscript:x", "file:///etc/passwd"])
    def test_of_another_kind_is_refused_in_words(self, text):
        found = read(text)
        assert (found.url, found.title) == ("", "")
        assert "不能登记" in found.problems[0]

    @pytest.mark.parametrize("text", ["https://u:p@sample.example/", "https://sample.example@evil.example/"])
    def test_with_a_user_is_refused_in_words(self, text):
        assert read(text).url == ""
        assert "用户名或密码" in read(text).problems[0]

    @pytest.mark.parametrize("text", ["https://[::1/", "https://a:b/", "http:///a", "https://sample.example:99999999/"])
    def test_that_is_broken_is_refused_in_words(self, text):
        assert read(text).url == ""
        assert "不完整" in read(text).problems[0]

    def test_that_is_too_long_is_refused_in_words(self):
        assert "超过 500" in read("https://sample.example/" + "a" * 600).problems[0]


class TestOutlet:
    @pytest.mark.parametrize(
        ("text", "outlet", "why"),
        [
            ("题目\n来源：样报\n正文", 1, "“来源”一行里找到"),
            ("题目\n（来源：省样报）正文", 2, "“来源”一行里找到"),
            ("题目\n省 样 报 2026-03-05", 2, "文字里找到"),
            (
                "题目\n正文。" + "好" * 80 + "\n正文二。" + "好" * 80 + "\n正文三。" + "样报" + "好" * 80 + "\n甲\n乙",
                1,
                "文字里提到，请核对",
            ),
        ],
    )
    def test_is_found_by_its_longest_name(self, text, outlet, why):
        found = read(text)
        assert (found.outlet, found.why["outlet"]) == (outlet, why)

    def test_of_the_link_goes_before_the_source_which_makes_it_a_reprint(self):
        found = read("题目\n来源：省样报\nhttps://sample.example/a\n正文")
        assert (found.outlet, found.is_reprint) == (1, True)
        assert "省样报" in found.why["is_reprint"]

    def test_that_is_timed_has_no_length_in_characters(self):
        assert read("题目\n来源：样城台\n正文正文").length is None
        assert read("题目\n来源：样报\n正文 正文").length == 4


class TestDay:
    @pytest.mark.parametrize(
        "text",
        [
            "题目\n2026-03-05",
            "题目\n2026年3月5日",
            "题目\n2026 年 3 月 5 日 星期四",
            "题目\n发布时间：2026/03/05 08:00",
            "题目\n２０２６年３月５日 样报",
            "题目\n样报 20260305",
            "题目\n3月5日 样报 第2版",
            "https://sample.example/2026/03/05/c_1.html",
            "https://sample.example/2026-03/05/c_1.html",
            "https://sample.example/202603/t20260305_1234567.html",
            "https://sample.example/20260305/1.html",
            "https://sample.example/a/2026/0305/1.html",
            "https://sample.example/2026/3/5/1.html",
            "题目\n本报讯 3月5日，办公室办了读书会。",
        ],
    )
    def test_is_found_as_papers_and_links_write_it(self, text):
        assert read(text).published_on == datetime.date(2026, 3, 5)

    def test_of_the_paper_goes_before_that_of_the_event(self):
        found = read("题目\n来源：样报 2026-03-05\n本报讯 2026年3月1日，办公室办了读书会。")
        assert found.published_on == datetime.date(2026, 3, 5)

    def test_of_the_link_goes_before_one_without_a_year(self):
        assert read("题目\n3月1日 样报\nhttps://sample.example/20260305/1.html").published_on == datetime.date(2026, 3, 5)

    def test_without_a_year_is_the_last_one(self):
        assert read("题目\n12月28日 样报").published_on == datetime.date(2025, 12, 28)
        assert read("题目\n2月29日 样报").published_on == datetime.date(2024, 2, 29)

    @pytest.mark.parametrize("text", ["题目\n2026-03-21", "题目\n2026-13-40", "题目\n1999-01-01", "题目\n电话 20261234", "题目"])
    def test_that_has_not_come_or_is_none_is_not_taken(self, text):
        assert read(text).published_on is None


class TestPage:
    @pytest.mark.parametrize(
        ("text", "page", "position"),
        [
            ("题目\n样报 2026-03-05 第3版", "第3版", "ordinary"),
            ("题目\n样报 2026-03-05 第０３版", "第03版", "ordinary"),
            ("题目\n样报 2026-03-05 A03版", "A03版", "ordinary"),
            ("题目\n样报 2026-03-05 第A03版", "第A03版", "ordinary"),
            ("题目\n样报 2026-03-05 第三版", "第三版", "ordinary"),
            ("题目\n样报 2026-03-05 3版", "第3版", "ordinary"),
            ("题目\n样报 2026-03-05 第1版", "第1版", "front_page"),
            ("题目\n样报 2026-03-05 头版", "", "front_page"),
            ("题目\n样报 2026-03-05 头版头条", "", "headline"),
            ("题目\n样报 2026-03-05 报眼", "", "ear"),
            ("题目\n样城电视台《新闻联播》 2026-03-05", "", "main_news"),
            ("题目\n栏目：读书时间\n正文", "读书时间", "ordinary"),
            ("登上头条的读书会", "", "ordinary"),
        ],
    )
    def test_is_found_with_its_place(self, text, page, position):
        found = read(text)
        assert (found.page, found.position) == (page, position)

    def test_leaves_no_trace_in_the_text(self):
        found = read("题目\n样报 2026年3月5日 第3版 头条\n正文。\n责任编辑：甲")
        assert found.text == "正文。"


class TestPicture:
    @pytest.mark.parametrize("line", ["图为读书会现场。", "（图/文 陶思远）", "陶思远 摄", "陶思远 摄影报道", "读书会现场。陶思远摄"])
    def test_is_told_by_its_caption(self, line):
        assert read(f"题目\n正文。\n{line}").has_picture

    @pytest.mark.parametrize("line", ["室温 20 摄氏度", "他摄取营养", "计划图强"])
    def test_is_not_told_by_any_character(self, line):
        assert not read(f"题目\n{line}").has_picture


class TestWhoseItIs:
    def test_names_authors_and_their_departments(self):
        found = read("题目\n（通讯员 陶思远 王一鸣）正文")
        assert [one.key for one in found.people] == [7, 10]
        assert [(one.key, one.why) for one in found.departments] == [(5, "作者所在科室")]

    def test_finds_names_however_they_are_set_apart(self):
        for line in ("通讯员：陶思远、王一", "作者/陶思远 王一", "文/陶思远，王一", "供稿 陶 思 远 王 一", "通讯员陶思远 王一"):
            assert [one.key for one in read(f"题目\n{line}\n正文").people] == [7, 9], line

    def test_does_not_take_everybody_who_is_mentioned_for_an_author(self):
        assert read("题目\n会上，陶思远作了发言。").people == ()

    def test_asks_where_two_have_the_name(self):
        (one,) = read("题目\n通讯员 钱多\n正文").people
        assert (one.key, one.label) == (None, "钱多")
        assert "2 位同名" in one.why

    def test_tells_namesakes_apart_by_the_department_beside_them(self):
        assert [one.key for one in read("题目\n通讯员 人教科 钱多\n正文").people] == [12]

    def test_names_the_first_department_of_a_text_without_byline(self):
        found = read("题目\n人教科和办公室联合办了读书会。")
        assert [(one.key, one.why) for one in found.departments] == [(6, "文字里提到，请核对")]

    def test_does_not_find_a_name_inside_a_longer_one(self):
        assert [one.key for one in read("题目\n第二办公室办了读书会。").departments] == [8]


class TestReadClipping:
    @given(st.text(max_size=400) | st.text(alphabet="样报省第3版A年月日2026-/:：.()（）《》通讯员 记者来源\n\thttps摄图", max_size=400))
    @settings(max_examples=400, deadline=None)
    def test_never_raises_whatever_is_pasted(self, text):
        found = read(text)
        assert found.url == "" or found.url.lower().startswith(("http://", "https://"))
        assert "@" not in found.url.split("/")[2:3]
        assert len(found.title) <= 120
        assert len(found.url) <= 500
        assert len(found.page) <= 30
        assert "\x00" not in found.title + found.text

    @given(
        outlet=st.sampled_from([(1, "样报"), (2, "省样报"), (1, "样报网")]),
        day=st.dates(datetime.date(2020, 1, 1), TODAY),
        form=st.sampled_from(["{:%Y-%m-%d}", "{:%Y/%m/%d}", "{0.year}年{0.month}月{0.day}日", "{:%Y.%m.%d}"]),
        page=st.integers(2, 60).map("第{}版".format) | st.integers(1, 60).map("B{:02}版".format),
        words=st.text(alphabet="共读一本书的春天里大家谈心得", min_size=5, max_size=30),
        layout=st.sampled_from(["{t}\n来源：{o} {d} {p}\n{b}", "{o} {d} {p}\n{t}\n{b}", "{t}\n{b}\n{o} {d} {p}", "{o}\t{d}\t{p}\t{t}"]),
    )
    @settings(max_examples=300, deadline=None)
    def test_reads_back_what_was_composed(self, outlet, day, form, page, words, layout):
        key, name = outlet
        text = layout.format(t=words, o=name, d=form.format(day), p=page, b="大家围坐一圈，谈各自的体会，谈到很晚才散。")
        found = read(text)
        assert (found.title, found.outlet, found.published_on, found.page) == (words, key, day, page)

    @pytest.mark.parametrize(
        "piece", ["来源：", "《", "2026", "通讯员 ", "https://a.", "第", "（图", "a.", "摄 ", "_", " - ", "\n", "：", "1月", "【", "头条"]
    )
    def test_takes_no_longer_for_a_text_made_to_be_slow(self, piece):
        text = (piece * (LONGEST + 10))[: LONGEST + 10]
        began = time.perf_counter()
        found = read(text)
        assert time.perf_counter() - began < 2
        assert any("50000" in one for one in found.problems)


class TestWhatStandsAroundAPiece:
    """Layouts of papers, stations, accounts and websites, as people paste them."""

    @pytest.mark.parametrize(
        "head",
        [
            "首页 > 新闻中心 > 教育动态",
            "您现在的位置：首页 > 动态",
            "《样报》２０２６年３月５日第２版",
            "2026 年 3 月 5 日 星期四  样报  读书周刊 02 版",
            "样报 2026年第6期（总第300期）",
            "2026-03-05 09:12 来源：样报 作者：陶思远 点击数：123",
            "2026年3月5日 17:30 样城",
            "□ 通讯员 陶思远 王一",
            "点击上方蓝字关注我们",
        ],
    )
    def test_is_neither_title_nor_text(self, head):
        found = read(f"{head}\n职工共读一本书\n读书会昨天开了。\n上一篇：关于培训的通知\n下一篇：会议召开\n版权所有 样报网")
        assert (found.title, found.text) == ("职工共读一本书", "读书会昨天开了。")

    def test_the_line_that_says_so_is_the_title(self):
        found = read("样城台《早间新闻》3月11日播出\n题目：职工共读一本书\n时长：1分25秒\n通讯员钱多")
        assert (found.title, found.outlet, found.length) == ("职工共读一本书", 3, 85)
        assert found.why["length"] == "“时长”一行，换成秒"

    def test_a_title_in_quotes_may_be_followed_by_where_it_was_used(self):
        found = read("《职工共读一本书》刊登于《样报》2026年3月3日第4版，作者：陶思远")
        assert (found.title, found.outlet, found.page, found.people[0].key) == ("职工共读一本书", 1, "第4版", 7)

    @pytest.mark.parametrize("line", ["图文：陶思远", "文/图：陶思远", "（陶思远 摄）"])
    def test_whoever_took_the_pictures_is_read_too(self, line):
        assert [one.key for one in read(f"职工共读一本书\n读书会昨天开了。\n{line}").people] == [7]

    def test_whoever_only_edited_it_is_no_author(self):
        assert read("职工共读一本书\n责编：陶思远  校对：王一  终审：钱多\n正文。").people == ()

    @pytest.mark.parametrize(
        "line", ["打印一份作文，读给同学听。", "主编的话让大家很受鼓舞。", "首页展示了各校的作品，学生说2026年要多读。"]
    )
    def test_sentences_stay_in_the_text(self, line):
        assert line in read(f"职工共读一本书\n{line}").text
