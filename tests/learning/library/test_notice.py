"""What is recognised in a notice, and what its source lost: reported, never guessed."""

import datetime
from zoneinfo import ZoneInfo

import pytest

from cms.core.reading import Block, SourceDocument, read_document
from learning.library.notice import NotANoticeError, read_notice

from .renderings import AREAS, CARRIERS, PLAN, RENDERINGS, SECTIONS, TITLE, notice_text

SHANGHAI = ZoneInfo("Asia/Shanghai")
META = "【信息来源：办公室】【信息时间：2026-04-17 10:13】【阅读次数：12】"


def read(*paragraphs: str):
    return read_notice(SourceDocument([Block("paragraph", line, text=text) for line, text in enumerate(paragraphs, start=1)]))


def said(notice) -> str:
    return "\n".join(map(str, notice.findings))


def outline(notice) -> list[tuple[int, str]]:
    return [(block.level, block.text) for block in notice.body if block.kind == "heading"]


@pytest.fixture(params=RENDERINGS, scope="module")
def real_notice(request):
    """The notice of the sample site, out of each kind of file."""
    return read_notice(read_document(RENDERINGS[request.param](notice_text()), request.param))


class TestTheRealNotice:
    def test_has_its_five_sections_five_areas_and_eight_carriers(self, real_notice):
        headings = outline(real_notice)
        assert [text for level, text in headings if level == 1] == SECTIONS
        third, fourth, fifth = (headings.index((1, SECTIONS[number])) for number in (2, 3, 4))
        assert headings[third + 1 : fourth] == [(2, text) for text in AREAS]
        assert headings[fourth + 1 : fifth] == [(2, text) for text in CARRIERS]
        assert headings[fifth + 1 :] == []

    def test_has_its_title_column_recipients_and_time(self, real_notice):
        assert real_notice.title == TITLE
        assert real_notice.column == "两学一做"
        assert real_notice.recipients == "局机关各,局属各单位"
        assert real_notice.shown_at == datetime.datetime(2020, 4, 17, 10, 13, tzinfo=SHANGHAI)

    def test_has_the_plan_it_issues_as_a_title_of_its_own(self, real_notice):
        assert [block.text for block in real_notice.body if block.kind == "title"] == [PLAN]

    def test_reports_its_blank_source_and_keeps_none(self, real_notice):
        assert real_notice.source == ""
        assert "信息来源为空。" in said(real_notice)

    def test_reports_its_damaged_date_and_keeps_it_as_it_stands(self, real_notice):
        assert real_notice.composed_on is None
        assert "落款“2020415”疑似日期，缺“年、月、日”。 原样保留" in said(real_notice)
        assert [(block.html, block.text) for block in real_notice.body if block.kind == "signature"] == [("", "2020415")]

    def test_reports_characters_it_lost(self, real_notice):
        for message in (
            "主送“局机关各”后面疑似缺字。",
            "“牵头科室机关党委……”的“科室”后面缺冒号。",
            "“牵头科室基础教育科、机关……”的“科室”后面缺冒号。",
            "段末“……色社会主义思想自觉性”没有句号",
            "阅读次数为空。",
            "这一行的括号不成对",
        ):
            assert message in said(real_notice)

    def test_reports_nothing_else(self, real_notice):
        findings = [finding for finding in real_notice.findings if "只在原网站内有效" not in finding.message]  # the breadcrumb of the .html
        assert len(findings) == 10
        assert [finding.line for finding in real_notice.findings] == sorted(finding.line for finding in real_notice.findings)

    def test_keeps_every_character_of_its_text(self, real_notice):
        source = "".join(notice_text().split())
        source = source[source.index("现将") :]
        kept = "".join(block.text for block in real_notice.body)
        assert "".join(kept.split()).replace("。", "") == source.replace("。", "")


class TestTitle:
    def test_is_the_first_paragraph_that_is_neither_breadcrumb_nor_facts(self):
        assert read("您当前的位置：首页 > 通知公告", META, "关于读书的通知", "各科室：").title == "关于读书的通知"

    def test_is_not_what_stands_on_a_picture(self):
        blocks = [
            Block("image", 1, text="许昌教育"),
            Block("table", 2, rows=(("登录", "注册"),)),
            Block("heading", 3, text="关于读书的通知", level=1),
        ]
        notice = read_notice(SourceDocument(blocks))
        assert notice.title == "关于读书的通知"
        assert [block.kind for block in notice.body] == ["image", "table"]

    def test_may_have_255_characters_and_no_more(self):
        assert len(read("长" * 255).title) == 255
        with pytest.raises(NotANoticeError, match=r"标题有 300 个字，最多 255 个字：“长{30}……”。请确认第一段是标题"):
            read("长" * 300)

    @pytest.mark.parametrize("paragraphs", [(), (META,), ("您当前的位置：首页",)])
    def test_that_is_missing_is_said(self, paragraphs):
        with pytest.raises(NotANoticeError, match="没有找到标题"):
            read(*paragraphs)


class TestColumn:
    @pytest.mark.parametrize(
        ("breadcrumb", "column"),
        [
            ("您当前的位置: 首页 > 两学一做", "两学一做"),
            ("您现在的位置：首页 >> 通知公告 >> 正文", "通知公告"),
            ("当前位置：首页＞通知公告＞", "通知公告"),
            ("当前位置 首页 » 通知公告", "通知公告"),
            ("当前位置：", ""),
        ],
    )
    def test_is_the_last_name_in_the_breadcrumb(self, breadcrumb, column):
        notice = read(breadcrumb, "关于读书的通知")
        assert notice.column == column
        assert notice.title == "关于读书的通知"


class TestSource:
    @pytest.mark.parametrize(
        ("meta", "source"),
        [
            ("【信息来源：办公室】【信息时间：2026-04-17】", "办公室"),
            ("信息来源:人事科 发布时间:2026-04-17", "人事科"),
            ("信息来源：【信息时间：2026-04-17】", ""),
            ("信息来源： 信息时间：2026-04-17", ""),
            ("信息来源： 发布时间：2026-04-17", ""),
            ("信息来源：阅读次数：12", ""),
            ("【信息来源：】", ""),
        ],
    )
    def test_is_what_stands_behind_its_label(self, meta, source):
        notice = read("关于读书的通知", meta)
        assert notice.source == source
        assert ("信息来源为空" in said(notice)) == (not source)

    def test_longer_than_its_field_is_reported_and_left_out(self):
        notice = read("关于读书的通知", f"信息来源：{'长' * 101} 信息时间：2026-04-17")
        assert notice.source == ""
        assert "信息来源有 101 个字，最多 100 个字。 没有填写，请补填。" in said(notice)

    def test_is_found_where_the_facts_stand_in_lines_of_their_own(self):
        notice = read("关于读书的通知", "信息来源：办公室", "信息时间：2026-04-17 10:13", "各科室：")
        assert (notice.source, notice.recipients) == ("办公室", "各科室")
        assert notice.shown_at == datetime.datetime(2026, 4, 17, 10, 13, tzinfo=SHANGHAI)


class TestShownAt:
    @pytest.mark.parametrize(
        ("meta", "shown_at"),
        [
            ("信息时间：2026-04-17 10:13", (2026, 4, 17, 10, 13)),
            ("发布时间:2026-4-7 9：05", (2026, 4, 7, 9, 5)),
            ("信息时间：2026-04-17", (2026, 4, 17, 0, 0)),
        ],
    )
    def test_is_to_the_minute_in_shanghai(self, meta, shown_at):
        assert read("关于读书的通知", meta).shown_at == datetime.datetime(*shown_at, tzinfo=SHANGHAI)

    @pytest.mark.parametrize("meta", ["信息时间：2026-13-40 10:13", "信息时间：2026-04-17 25:00"])
    def test_that_is_no_time_is_reported(self, meta):
        notice = read("关于读书的通知", meta)
        assert notice.shown_at is None
        assert "不是有效的时间。 没有填写，请补填。" in said(notice)

    @pytest.mark.parametrize("meta", ["信息时间：", "信息时间：0001-01-01 00:00", "信息时间：四月十七日"])
    def test_that_cannot_be_read_is_reported(self, meta):
        notice = read("关于读书的通知", meta)
        assert notice.shown_at is None
        assert "没有读到信息时间。" in said(notice)

    def test_without_a_line_of_facts_is_reported(self):
        assert "没有“信息来源、信息时间”一行。" in said(read("关于读书的通知", "各科室："))


class TestRecipients:
    def test_stand_before_the_text_after_the_number_of_the_document(self):
        notice = read("关于读书的通知", META, "示教〔2026〕5号", "局机关各科室，局属各单位：", "正文。")
        assert (notice.document_number, notice.recipients) == ("示教〔2026〕5号", "局机关各科室，局属各单位")
        assert [block.text for block in notice.body] == ["正文。"]

    def test_that_end_too_early_are_reported(self):
        notice = read("关于读书的通知", META, "局机关各、局属各单位：")
        assert "主送“局机关各”后面疑似缺字。" in said(notice)

    def test_that_are_missing_are_reported(self):
        notice = read("关于读书的通知", META, "现将有关事项通知如下。")
        assert notice.recipients == ""
        assert "没有找到主送机关。" in said(notice)


class TestDateOfTheDocument:
    def body(self, *paragraphs):
        return read("关于读书的通知", META, "各科室：", *paragraphs)

    def test_is_taken_with_who_signs(self):
        notice = self.body("正文。", "示范市教育局", "2026年4月15日")
        assert notice.composed_on == datetime.date(2026, 4, 15)
        assert [(block.kind, block.html, block.text) for block in notice.body[1:]] == [("signature", "示范市教育局", "2026年4月15日")]
        assert not notice.findings

    def test_that_does_not_exist_is_reported_and_kept_as_it_stands(self):
        notice = self.body("正文。", "示范市教育局", "2026年2月30日")
        assert notice.composed_on is None
        assert notice.body[-1].text == "2026年2月30日"
        assert "落款日期“2026年2月30日”不是有效的日期。" in said(notice)

    @pytest.mark.parametrize("date", ["2020415", "20200415", "202045"])
    def test_that_lost_its_characters_is_reported_and_kept_as_it_stands(self, date):
        notice = self.body("正文。", date)
        assert notice.composed_on is None
        assert notice.body[-1].text == date
        assert f"落款“{date}”疑似日期" in said(notice)
        assert "落款没有署名。" in said(notice)

    def test_that_is_missing_is_reported(self):
        assert "没有找到落款日期。" in said(self.body("正文。"))


class TestBrokenNumbering:
    def test_is_reported_and_kept_as_it_stands(self):
        text = (
            notice_text()
            .replace("二、目标任务", "三、目标任务")
            .replace("(三)社会主义", "(二)社会主义")
            .replace("五、活动要求", "活动要求")
        )
        notice = read_notice(read_document(text.encode(), "通知.txt"))
        levels = [text for _level, text in outline(notice)]
        assert levels[:4] == ["一、指导思想", "三、目标任务", "三、学习内容", "(一)政治理论"]
        assert "(二)社会主义核心价值体系" in levels
        assert "活动要求" not in levels
        for message in ("“三、目标任务”之前应是第 2 项", "序号重复：“三、学习内容”", "序号重复：“(二)社会主义核心价值体系”"):
            assert message in said(notice)
