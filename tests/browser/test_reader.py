"""A reader, on a phone and on an office screen: finds the notice, enlarges, prints, closes, subscribes, searches (R1–R9)."""

import re

import pytest
from defusedxml import ElementTree
from django.utils.http import urlencode
from playwright.sync_api import expect

from cms.readership.models import ReadingCount
from learning.models import LectureRecordPage, NoticePage, StudyMaterialPage

from .conftest import both_widths, on_a_phone
from .looking import font_size, small_targets, sticking_out

pytestmark = pytest.mark.once

TITLE = "关于印发《许昌市教育局学习型机关建设实施方案》的通知"
BODY = ".document-body"
PUBLIC = (
    "/",
    "/liangxueyizuo/",
    "/tongzhigonggao/zhou-er-xuexi-anpai/",
    "/search/?q=学习",
    "/feedback/",
    "/feedback/status/",
    "/sitemap/",
    "/login/",
    "/nowhere/",
)


def size_button(page, name):
    return page.get_by_role("group", name="字号").get_by_role("button", name=name, exact=True)


def elder_button(page):
    return page.get_by_role("button", name=re.compile("长者模式"))


@both_widths
class TestFindingTheNotice:
    def test_leads_from_the_home_page_through_the_column_and_back(self, page, notice):
        page.goto("/")
        page.get_by_role("navigation", name="栏目").get_by_role("link", name="两学一做").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("两学一做")
        expect(page.get_by_role("navigation", name="栏目").locator("[aria-current=page]")).to_have_text("两学一做")
        page.get_by_role("link", name=TITLE).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
        expect(page.locator(".article-meta")).to_contain_text("信息时间：2020-04-17 10:13")
        place = page.get_by_role("navigation", name="您当前的位置")
        expect(place).to_have_text(re.compile(r"您当前的位置：\s*首页\s*两学一做\s*正文"))
        place.get_by_role("link", name="两学一做").click()
        expect(page).to_have_url(re.compile("/liangxueyizuo/$"))
        page.get_by_role("navigation", name="您当前的位置").get_by_role("link", name="首页").click()
        expect(page).to_have_title(re.compile("学习型机关建设平台"))

    def test_shows_every_column_of_the_navigation(self, page, site):
        page.goto("/")
        links = page.get_by_role("navigation", name="栏目").get_by_role("link")
        expect(links).to_have_text(["首页", "两学一做", "通知公告", "学习资料", "讲座记录", "读书园地"])
        for link in links.all():
            box = link.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= page.viewport_size["width"]

    def test_leads_from_the_table_of_contents_to_the_section(self, page, notice):
        page.goto(notice.url)
        contents = page.get_by_role("navigation", name="目录")
        if contents.locator("details:not([open])").count():
            contents.get_by_text("目录").click()
        expect(contents.get_by_role("link")).to_have_count(5 + 5 + 8)  # sections, content areas, carriers
        contents.get_by_role("link", name="五、活动要求").click()
        heading = page.get_by_role("heading", name="五、活动要求")
        expect(heading).to_be_in_viewport()
        assert page.url.endswith(heading.get_attribute("id"))

    def test_goes_on_to_the_neighbours(self, page, site):
        titles = list(
            NoticePage.objects.filter(url_path__contains="/tongzhigonggao/").order_by("-shown_at").values_list("title", flat=True)
        )
        page.goto("/tongzhigonggao/si-jidu-lilun-ceshi/")
        neighbours = page.get_by_role("navigation", name="上一篇和下一篇")
        neighbours.get_by_role("link", name="上一篇").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(titles[0])
        expect(neighbours.get_by_role("link", name="上一篇")).to_have_count(0)
        neighbours.get_by_role("link", name="下一篇").click()
        neighbours.get_by_role("link", name="下一篇").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(titles[2])


@on_a_phone
class TestFindingTheNoticeByItsWords:
    def test_searches_from_the_home_page(self, page, notice):
        for query in ("心得体会", "机关", "阅读", "五有", "教育局 方案"):
            page.goto("/")
            box = page.get_by_role("main").get_by_role("searchbox")
            box.fill(query)
            box.press("Enter")
            found = page.get_by_role("listitem").filter(has=page.get_by_role("link", name=TITLE))
            expect(found).to_be_visible()
            marked = set(found.locator("mark").all_inner_texts())
            assert all(any(word in text for text in marked) for word in query.split()), query
        found.get_by_role("link").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)


@both_widths
class TestTextSize:
    def test_grows_and_is_remembered(self, page, notice):
        page.goto(notice.url)
        medium = font_size(page, BODY)
        size_button(page, "大").click()
        assert font_size(page, BODY) >= medium * 1.25
        expect(size_button(page, "大")).to_have_attribute("aria-pressed", "true")
        page.reload()
        assert font_size(page, BODY) >= medium * 1.25
        expect(size_button(page, "大")).to_have_attribute("aria-pressed", "true")
        page.goto("/xuexiziliao/gongwen-xiezuo/")
        assert font_size(page, BODY) >= medium * 1.25
        size_button(page, "小").click()
        assert font_size(page, BODY) < medium
        size_button(page, "中").click()
        assert font_size(page, BODY) == medium

    def test_is_reached_by_keyboard(self, page, notice):
        page.goto(notice.url)
        medium = font_size(page, BODY)
        size_button(page, "大").focus()
        page.keyboard.press("Enter")
        assert font_size(page, BODY) > medium
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        assert font_size(page, BODY) == medium

    def test_fits_the_window_at_its_largest(self, page, notice):
        page.goto(notice.url)
        elder_button(page).click()
        size_button(page, "大").click()
        assert sticking_out(page) == []
        expect(page.locator(BODY)).to_contain_text("为加快推进我市教育行政队伍")
        page.goto("/tongzhigonggao/zhou-er-xuexi-anpai/")
        assert sticking_out(page) == []


@both_widths
class TestElderMode:
    def test_is_large_and_remembered(self, page, notice):
        page.goto("/")
        elder_button(page).click()
        expect(elder_button(page)).to_have_text("退出长者模式")
        page.goto(notice.url)
        expect(elder_button(page)).to_have_attribute("aria-pressed", "true")
        assert font_size(page, "body") >= 18
        assert font_size(page, BODY) >= 18
        size_button(page, "大").click()
        assert font_size(page, BODY) >= 30
        page.reload()
        assert font_size(page, BODY) >= 30
        elder_button(page).click()
        expect(elder_button(page)).to_have_text("长者模式")
        assert font_size(page, "body") == 16

    def test_is_easy_to_read_and_to_hit(self, page, site, violations_of):
        page.add_init_script("localStorage.setItem('elder', 'on')")
        found = {}
        for address in PUBLIC:
            page.goto(address)
            found[address] = small_targets(page) + sticking_out(page) + violations_of(page, rules=["color-contrast-enhanced"])  # 7 to 1
        assert {address: problems for address, problems in found.items() if problems} == {}


@on_a_phone
class TestPhone:
    def test_never_scrolls_sideways_and_is_easy_to_hit(self, page, site):
        found = {}
        for address in PUBLIC:
            page.goto(address)
            found[address] = small_targets(page) + sticking_out(page)
        assert {address: problems for address, problems in found.items() if problems} == {}


class TestPrinting:
    @pytest.fixture
    def printed(self, page):
        """`window.printed` counts the calls of `window.print`."""
        page.add_init_script("window.printed = 0; window.print = () => { window.printed += 1; };")
        return lambda: page.evaluate("window.printed")

    @both_widths
    def test_is_asked_for_by_the_button(self, page, notice, printed):
        page.goto(notice.url)
        page.get_by_role("button", name="我要打印").click()
        assert printed() == 1

    def test_gives_title_source_time_body_and_address_and_nothing_else(self, page, site):
        page.goto("/tongzhigonggao/zhou-er-xuexi-anpai/")
        page.emulate_media(media="print")
        text = page.locator("body").inner_text()
        for shown in (
            "关于做好本月周二集中学习的通知",
            "信息来源：机关党委",
            "信息时间：",
            "因公因病不能到会的",
            "/tongzhigonggao/zhou-er-xuexi-anpai/",
        ):
            assert shown in text
        for other in (
            "检索",
            "您当前的位置",
            "阅读次数",
            "字号",
            "我要打印",
            "关闭",
            "目录",
            "内容领域",
            "上一篇",
            "下一篇",
            "相关内容",
            "附件",
            "主办单位",
            "网站地图",
        ):
            assert other not in text
        for selector in (".masthead", ".site-footer", ".breadcrumb", ".tool-strip", ".contents", ".neighbours", ".skip-link"):
            expect(page.locator(selector)).to_be_hidden()
        expect(page.locator(".print-address")).to_be_visible()

    def test_keeps_attachments_and_related_pages_off_the_paper(self, page, notice):
        page.goto(notice.url)
        page.emulate_media(media="print")
        text = page.locator("body").inner_text()
        assert "附件" not in text
        assert "相关内容" not in text

    def test_cuts_no_table(self, page, site):
        page.set_viewport_size({"width": 612, "height": 900})  # the text area of A4 at 96 dots an inch
        page.goto("/tongzhigonggao/zhou-er-xuexi-anpai/")
        page.emulate_media(media="print")
        assert sticking_out(page) == []
        for table in page.locator("table").all():
            assert table.evaluate("table => table.scrollWidth <= table.closest('.table-scroll').clientWidth")
            assert table.locator("tr").first.evaluate("row => getComputedStyle(row).breakInside") == "avoid"
        sheet = page.pdf(format="A4")
        assert sheet.startswith(b"%PDF-")

    def test_does_not_print_in_large_type_because_the_screen_is_large(self, page, notice):
        page.goto(notice.url)
        elder_button(page).click()
        size_button(page, "大").click()
        page.emulate_media(media="print")
        assert font_size(page, BODY) == pytest.approx(14 * 96 / 72, abs=0.2)


@on_a_phone
class TestClosing:
    def test_closes_a_window_that_a_script_opened(self, page, notice):
        page.goto("/")
        with page.expect_popup() as opened:
            page.evaluate("address => { window.open(address); }", notice.url)
        with opened.value.expect_event("close"):
            opened.value.get_by_role("link", name="关闭", exact=True).click()
        assert opened.value.is_closed()

    def test_leads_everybody_else_to_the_list(self, page, notice):
        page.goto("/")
        page.goto(notice.url)
        page.get_by_role("link", name="关闭", exact=True).click()
        expect(page).to_have_url(re.compile("/liangxueyizuo/$"))

    def test_leads_to_the_list_where_the_window_stays_open(self, context, notice):
        page = context.new_page()  # nothing behind it: the script tries to close the window first
        page.goto(notice.url)
        page.get_by_role("link", name="关闭", exact=True).click()
        if not page.is_closed():
            expect(page).to_have_url(re.compile("/liangxueyizuo/$"))


class TestSubscribing:
    def test_gives_a_feed_with_the_notice(self, page, notice):
        page.goto("/liangxueyizuo/")
        link = page.get_by_role("link", name="订阅本栏目")
        announced = page.locator("link[type='application/rss+xml'][title='两学一做']")
        assert announced.get_attribute("href") == link.get_attribute("href")
        answer = page.request.get(link.get_attribute("href"))
        assert "rss+xml" in answer.headers["content-type"]
        feed = ElementTree.fromstring(answer.text())
        items = {item.findtext("title"): item.findtext("link") for item in feed.iter("item")}
        assert items[TITLE].endswith(notice.url)


class TestReadingCount:
    def test_counts_three_loads_of_one_reader_once(self, page, site):
        lecture = LectureRecordPage.objects.get(slug="xia-bannian-zhuanjia-jiangzuo")
        for _load in range(3):
            with page.expect_response(lambda answer: "/readings/" in answer.url and "total" in answer.text()):
                page.goto(lecture.url)
            expect(page.locator("[data-reading-count]")).to_have_text("阅读次数：1")
        assert ReadingCount.objects.get(page=lecture).total == 1

    def test_counts_another_reader(self, new_context, site):
        material = StudyMaterialPage.objects.get(slug="biaoge-xiaolv")
        for number in (1, 2):
            page = new_context().new_page()
            page.goto(material.url)
            expect(page.locator("[data-reading-count]")).to_have_text(f"阅读次数：{number}")


@both_widths
class TestKeyboardAlone:
    def test_jumps_over_the_head_of_the_page(self, page, notice):
        page.goto(notice.url)
        page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="跳到正文")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.get_by_role("main")).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.get_by_role("navigation", name="您当前的位置").get_by_role("link", name="首页")).to_be_focused()

    def test_reaches_every_tool_and_shows_where_it_is(self, page, notice):
        page.goto(notice.url)
        page.get_by_role("navigation", name="您当前的位置").get_by_role("link", name="两学一做").focus()
        reached = []
        for _tool in range(6):
            page.keyboard.press("Tab")
            reached.append(page.evaluate("document.activeElement.textContent.trim()"))
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        assert reached == ["大", "中", "小", "我要打印", "下载 PDF", "关闭"]

    def test_finds_and_opens_the_notice(self, page, site):
        page.goto("/search/")
        page.get_by_role("searchbox").focus()
        page.keyboard.type("五有")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search/?q=*")
        for _step in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.textContent.trim()") == TITLE:
                break
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)


@both_widths
class TestWithoutScript:
    @pytest.fixture
    def browser_context_args(self, browser_context_args):
        return {**browser_context_args, "java_script_enabled": False}

    def test_shows_the_article_and_how_often_it_was_read(self, page, notice):
        ReadingCount.objects.update_or_create(page=notice, defaults={"total": 12})
        page.goto(notice.url)
        expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
        expect(page.locator(BODY)).to_contain_text("每周二下午")
        expect(page.locator("[data-reading-count]")).to_have_text("阅读次数：12")
        expect(page.get_by_role("button", name="我要打印")).to_be_hidden()
        expect(page.get_by_role("navigation", name="目录").get_by_role("link", name="五、活动要求")).to_be_visible()
        page.get_by_role("link", name="关闭", exact=True).click()
        expect(page).to_have_url(re.compile("/liangxueyizuo/$"))


@on_a_phone
class TestLookingWithoutScript:
    @pytest.fixture
    def browser_context_args(self, browser_context_args):
        return {**browser_context_args, "java_script_enabled": False}

    def test_searches(self, page, notice):
        page.goto("/")
        page.get_by_role("main").get_by_role("searchbox").fill("教育局 方案")
        page.get_by_role("main").get_by_role("button", name="检索").click()
        page.get_by_role("link", name=TITLE).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)

    def test_lists_and_filters_a_column(self, page, site):
        page.goto("/xuexiziliao/")
        expect(page.locator(".article-list > li")).to_have_count(5)
        page.get_by_label("内容领域").select_option(label="政治理论")
        page.get_by_role("button", name="筛选").click()
        expect(page.locator(".article-list > li")).to_have_count(1)
        assert urlencode({"area": "political_theory"}) in page.url
