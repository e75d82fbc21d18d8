"""A reflection is typed as people type it: with an input method, on two windows, without a connection, without scripts."""

import pytest
from django.contrib.sessions.models import Session as BrowserSession
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import expect
from wagtail.models import Site

from cms.core.models import SiteIdentity
from learning.models import Reflection, StaffMember
from learning.reading.text import count_characters
from tests.factories.organisation import StaffMemberFactory
from tests.factories.pages import make_site, make_user
from tests.factories.reading import BookFactory, ReflectionFactory

from .conftest import PHONE, both_widths, empty_the_tables, session_cookie
from .looking import small_targets, sticking_out
from .test_policy import english_in

SAVES = 6_000  # milliseconds after which the page has saved
EDITOR = ".ProseMirror"
HTML = "<h2>读了什么</h2><p>第一段，有<strong>加粗</strong>的字。</p>"
WORD = (
    "<html><head><style>p{color:red}</style></head><body><p class='MsoNormal' style='mso-x:1'><b>要点</b><o:p></o:p></p>"
    "<p>留<del cite='mailto:x'>删去的</del><ins>加上的</ins></p><script>window.broken=1</script>"
    "<table><tr><td style='color:red'>甲</td><td>乙</td></tr></table><p><img src='x' onerror='window.broken=1'></p></body></html>"
)


@pytest.fixture(scope="module")
def site(django_db_setup, live_server, django_db_blocker):
    """In the place of the sample site: one person is enough."""
    with django_db_blocker.unblock():
        empty_the_tables()
        cache.clear()
        make_site()
        SiteIdentity.objects.create(site=Site.objects.get(), bureau_name="示范市教育局")
        StaffMemberFactory(name="陶思远", user=make_user("zhigong", display_name="陶思远"))
        try:
            yield live_server.url
        finally:
            empty_the_tables()


@pytest.fixture
def draft(site):
    author = StaffMember.objects.get()
    return ReflectionFactory(author=author, title="读后", html=HTML, book=BookFactory(), saved_at=timezone.now(), created_at=timezone.now())


@pytest.fixture
def complaints(page):
    """What the browser said against the page: broken policy, errors."""
    found = []
    page.on("console", lambda message: found.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


@pytest.fixture
def saves(page):
    """The addresses that the page has saved to by itself."""
    found = []
    page.on("request", lambda request: found.append(request.url) if request.url.endswith("/autosave/") else None)
    return found


def open_draft(page, signed_in, draft, *, frozen=True):
    """The draft at its end, in the editor; its clock goes on when it is told to."""
    signed_in("zhigong")
    if frozen:
        page.clock.install()
    page.goto(f"/my/reflections/{draft.pk}/write/")
    page.locator(EDITOR).click()
    page.keyboard.press("Control+End")


def stored(draft) -> str:
    draft.refresh_from_db()
    return draft.html


def let_save(page):
    """Until the page has saved by itself; what it was told."""
    with page.expect_response("**/autosave/") as answer:
        page.clock.run_for(SAVES)
    return answer.value


class Composing:
    """An input method: letters under way, then the characters."""

    def __init__(self, page):
        self.devtools = page.context.new_cdp_session(page)

    def under_way(self, letters):
        self.devtools.send("Input.imeSetComposition", {"text": letters, "selectionStart": len(letters), "selectionEnd": len(letters)})

    def done(self, characters):
        self.devtools.send("Input.insertText", {"text": characters})


class TestAnInputMethod:
    @pytest.mark.parametrize("place", ["editor", "text area"])
    def test_loses_and_doubles_nothing_while_the_page_saves(self, page, signed_in, draft, saves, place):
        if place == "text area":
            page.route("**/tiptap*.js", lambda route: route.abort())
            draft.html = "<p>第一段，有加粗的字。</p>"
            draft.save()
            signed_in("zhigong")
            page.clock.install()
            page.goto(f"/my/reflections/{draft.pk}/write/")
            page.get_by_label("正文", exact=True).click()
            page.keyboard.press("Control+End")
        else:
            open_draft(page, signed_in, draft)
        method, before = Composing(page), draft.html
        for characters, letters in (("学习", "xuexi"), ("，", ","), ("用到工作中", "yongdaogongzuozhong")):
            for end in range(1, len(letters) + 1):
                method.under_way(letters[:end])
            page.clock.run_for(2 * SAVES)
            page.wait_for_timeout(100)
            method.done(characters)
            let_save(page)
        assert len(saves) == 3  # never in the middle of a word
        assert stored(draft) == before.replace("的字。</p>", "的字。学习，用到工作中</p>")
        if place == "editor":
            assert page.locator(f"{EDITOR} p").last.inner_text() == "第一段，有加粗的字。学习，用到工作中"


class TestTheEditor:
    def test_takes_a_paste_from_word_within_the_policy(self, page, signed_in, draft, complaints):
        open_draft(page, signed_in, draft)
        page.keyboard.press("Enter")
        page.evaluate(
            """([where, html]) => {
              const data = new DataTransfer();
              data.setData("text/html", html);
              document.querySelector(where).dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
            }""",
            [EDITOR, WORD],
        )
        let_save(page)
        assert stored(draft) == f"{HTML}<p><strong>要点</strong></p><p>留加上的</p><p>甲</p><p>乙</p>"
        assert page.evaluate("window.broken") is None
        assert complaints == []

    def test_keeps_to_the_formats_of_its_buttons(self, page, signed_in, draft, complaints):
        open_draft(page, signed_in, draft)
        for number, name in enumerate(("标题", "小标题", "列表", "编号", "引用")):
            page.keyboard.press("Control+End")
            page.keyboard.press("Enter")
            if number:
                page.keyboard.press("Enter")  # out of a list or quotation
            page.keyboard.type(f"{name}的字")
            button = page.get_by_role("button", name=name, exact=True)
            button.click()
            expect(button).to_have_attribute("aria-pressed", "true")
            page.keyboard.press("Control+End")
            if name in ("列表", "编号", "引用"):
                page.keyboard.press("Enter")
        let_save(page)
        html = stored(draft)
        for part in (
            "<h2>标题的字</h2>",
            "<h3>小标题的字</h3>",
            "<ul><li><p>列表的字</p></li></ul>",
            "<ol><li><p>编号的字</p></li></ol>",
            "<blockquote><p>引用的字</p>",
        ):
            assert part in html
        page.get_by_role("button", name="撤销").click()
        assert complaints == []

    @both_widths
    def test_is_seen_whole_and_can_be_reached(self, page, signed_in, draft, violations_of, complaints):
        draft.copies.create(title="另一题", html="<p>另一处写的。</p>", saved_at=timezone.now())
        open_draft(page, signed_in, draft, frozen=False)
        for name in ("手写照片", "读入 Word 文件"):
            drawer = page.locator("details", has=page.get_by_text(name, exact=True))
            if not drawer.evaluate("drawer => drawer.open"):
                drawer.locator("summary").click()
        assert sticking_out(page) == []
        assert small_targets(page) == []
        assert violations_of(page) == []
        assert english_in(page) == set()
        page.goto("/my/reflections/")
        assert sticking_out(page) == []
        assert small_targets(page) == []
        assert violations_of(page) == []
        assert complaints == []


class TestTheCount:
    TEXTS = (
        "学习强国",
        "你好，世界。",
        "hello world 2026年11月",
        "用 Word 写了 3,000 字",
        "“五有”——有……《书》",
        "全角\u3000空格\u00a0和\u2003别的\ufeff空\x1c白\x85",
        "\U0002000b罕字𠮷，한국 カナ ﾊﾝｶｸ ① ½ é e\u0301",
        "mail@a.cn；a-b_c：3.5%",
        "\n\t ",
        "",
    )

    def test_is_that_of_the_server(self, page, site, draft, signed_in):
        signed_in("zhigong")
        page.goto("/my/reflections/new/")
        counted = page.evaluate(
            "async (texts) => { const { countCharacters } = await import('/static/js/reflection_count.js'); return texts.map(countCharacters); }",
            list(self.TEXTS),
        )
        assert counted == [count_characters(text) for text in self.TEXTS]
        page.locator(EDITOR).click()
        page.keyboard.type("写了 2 句。")
        expect(page.locator("[data-count]")).to_have_text("5 字")


class TestWhatWasTyped:
    def test_begins_a_draft_by_itself_and_survives_a_lost_connection_and_a_closed_window(self, page, context, signed_in, site):
        signed_in("zhigong")
        page.clock.install()
        page.goto("/my/reflections/new/")
        page.locator(EDITOR).click()
        page.keyboard.type("有网时写的。")
        said = let_save(page).json()
        assert page.url.endswith(said["url"])
        expect(page.locator("[data-status]")).to_contain_text("已自动保存")
        draft = Reflection.objects.get(pk=said["url"].split("/")[3])
        context.set_offline(True)
        page.keyboard.type("断网时写的。")
        page.clock.run_for(SAVES)
        expect(page.locator("[data-status]")).to_have_text("没有网络，已存在本机")
        page.get_by_role("button", name="保存草稿").last.click()
        page.wait_for_timeout(200)
        assert page.locator(EDITOR).inner_text() == "有网时写的。断网时写的。"  # no page of the browser's in its place
        page.close()
        context.set_offline(False)
        assert stored(draft) == "<p>有网时写的。</p>"
        page = context.new_page()
        page.goto(said["url"])
        with page.expect_response("**/autosave/"):
            page.get_by_role("button", name="没有存上的内容").click()
        assert stored(draft) == "<p>有网时写的。断网时写的。</p>"
        page.reload()
        expect(page.locator(EDITOR)).to_contain_text("断网时写的。")
        expect(page.locator("[data-found]")).to_be_hidden()

    def test_stays_when_the_session_is_over_and_is_stored_after_the_next(self, page, context, signed_in, draft, site):
        open_draft(page, signed_in, draft)
        BrowserSession.objects.all().delete()
        page.keyboard.type("登录过期后写的。")
        page.clock.run_for(SAVES)
        expect(page.locator("[data-status]")).to_contain_text("登录已过期")
        page.get_by_role("button", name="保存草稿").last.click()
        page.wait_for_timeout(200)
        assert "登录过期后写的。" in page.locator(EDITOR).inner_text()
        context.add_cookies([session_cookie("zhigong", site)])
        with page.expect_navigation():
            page.get_by_role("button", name="保存草稿").last.click()
        assert "登录过期后写的。" in stored(draft)

    def test_in_two_windows_is_kept_twice(self, page, context, signed_in, draft):
        open_draft(page, signed_in, draft)
        other = context.new_page()
        other.goto(f"/my/reflections/{draft.pk}/write/")
        other.locator(EDITOR).click()
        other.keyboard.press("Control+End")
        other.keyboard.type("手机上写的。")
        with other.expect_navigation():
            other.get_by_role("button", name="保存草稿").last.click()
        page.keyboard.type("电脑上写的。")
        assert let_save(page).status == 409
        expect(page.locator("[data-conflict]")).to_contain_text("您在这里写的另存了一份，没有丢")
        page.keyboard.type("还在写。")
        assert let_save(page).status == 409
        with page.expect_navigation():
            page.get_by_role("link", name="看两份，选一份").click()
        assert "手机上写的。" in page.locator(EDITOR).inner_text()
        expect(page.locator(".copy-text")).to_contain_text("电脑上写的。还在写。")
        with page.expect_navigation():
            page.get_by_role("button", name="用这一份").click()
        assert page.locator(EDITOR).inner_text().endswith("电脑上写的。还在写。")
        assert "手机上写的。" in draft.copies.get().html

    def test_is_stored_without_scripts_on_a_phone(self, browser, site, draft):
        context = browser.new_context(java_script_enabled=False, viewport=PHONE, base_url=site, locale="zh-CN")
        context.add_cookies([session_cookie("zhigong", site)])
        page = context.new_page()
        page.goto(f"/my/reflections/{draft.pk}/write/")
        expect(page.get_by_text("全文变成普通段落")).to_be_visible()
        page.get_by_label("用到工作中的").fill("改了流程")
        page.get_by_label("题目").press("Enter")
        expect(page.get_by_text("草稿已保存")).to_be_visible()
        assert stored(draft) == HTML
        page.get_by_label("正文", exact=True).fill("没有脚本也能写。\n第二段。")
        page.get_by_role("button", name="保存草稿").last.click()
        expect(page.get_by_label("正文", exact=True)).to_have_value("没有脚本也能写。\n第二段。")
        assert stored(draft) == "<p>没有脚本也能写。</p><p>第二段。</p>"
        context.close()
