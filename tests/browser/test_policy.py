"""What the browser itself sees on every page: the policy kept, nothing asked of another host, no error, no English left over."""

import re
from collections import deque
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest

from cms.imports.services import map_columns, upload_batch
from cms.users.models import User
from learning.models import ColumnPage, Department, NoticePage, StaffMember, StudyMaterialPage

from .rosters import NAMES_COLUMN, roster_with_mistakes

pytestmark = pytest.mark.once

# Latin letters that a Chinese reader expects to see.
ALLOWED = {
    "PDF",
    "Excel",
    "RSS",
    "TXT",
    "KB",
    "MB",
    "SHA",
    "IP",
    "APP",
    "Wagtail",
    "Chrome",
    "Linux",
    "JPG",
    "JPEG",
    "PNG",
    "WEBP",
    "GIF",
    "Outlook",
    "Internet",
    "URL",
    "App",
    "Word",
    "docx",
    "ISBN",
}
WORD = re.compile(r"[A-Za-z]{2,}")
# Addresses and endings of file names are what they are.
NOT_PROSE = re.compile(r"https?://\S+|/[\w/-]+/?|\.(?:xlsx?|txt|csv|et|pdf|zip)\b|\b[0-9a-f]{8,}\b", re.ASCII)

VISIBLE_WORDS = """() => {
  const shown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "KBD", "CODE"].includes(parent.tagName) && shown(parent))
      found.push(walker.currentNode.textContent);
  }
  for (const element of document.querySelectorAll("[title], [aria-label], [placeholder], [alt], input[type=submit]")) {
    if (!shown(element)) continue;
    for (const name of ["title", "aria-label", "placeholder", "alt"]) found.push(element.getAttribute(name) || "");
    if (element.type === "submit") found.push(element.value || "");
  }
  found.push(document.title);
  return found.map((text) => text.trim()).filter(Boolean);
}"""


@dataclass
class Watch:
    """Everything a page said and asked for that it should not have, by page."""

    host: str
    found: list[str] = field(default_factory=list)
    expected: str = ""  # part of a console message that a test provokes

    def on(self, page):
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.found.append(f"{page.url}: {error}"))
        page.on("request", self._request)

    def _console(self, message):
        if message.type in ("error", "warning") and not (self.expected and self.expected in message.text):
            self.found.append(f"{message.location.get('url', '')}: {message.text}")

    def _request(self, request):
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.netloc != self.host:
            self.found.append(f"asked for {request.url}")


def english_in(page, *, names=()) -> set[str]:
    allowed = ALLOWED | set(names)
    return {
        f"{word} in “{text[:80]}”"
        for text in page.evaluate(VISIBLE_WORDS)
        for word in WORD.findall(NOT_PROSE.sub(" ", text))
        if word not in allowed
    }


@pytest.fixture
def watch(site, page):
    watch = Watch(urlsplit(site).netloc)
    watch.on(page)
    return watch


def links_of(page) -> list[str]:
    """Addresses of this site that the page leads to, without fragments; of lists and searches only what no filter narrows."""
    found = page.evaluate("[...document.querySelectorAll('a[href]')].map((link) => link.href)")
    host = urlsplit(page.url).netloc
    return [address.path for link in found if (address := urlsplit(link)).netloc == host and not address.query]


def crawl(page, start, *, leave_out, at_most=60):
    """Visit every page that `start` leads to; yields each address once it is open."""
    waiting, seen = deque(start), set(start)
    while waiting:
        address = waiting.popleft()
        answer = page.goto(address)
        yield address, answer
        for link in links_of(page):
            if link not in seen and not leave_out.search(link):
                seen.add(link)
                waiting.append(link)
        assert len(seen) <= at_most, "the crawl does not end"


class TestPublicPages:
    LEAVE_OUT = re.compile(r"^/(admin|documents|feeds)/|/(pdf|package)/$|^/logout/$")
    START = (
        "/",
        "/search/?q=学习",
        "/search/?q=没有这样的词",
        "/search/?area=political_theory",
        "/xuexiziliao/?area=political_theory",
        "/feedback/status/",
    )

    def test_keep_the_policy_and_are_chinese_throughout(self, page, watch):
        left_over, visited = {}, []
        for address, answer in crawl(page, self.START, leave_out=self.LEAVE_OUT):
            visited.append(address)
            assert answer.status == 200, address
            assert "'unsafe-inline'" not in answer.headers["content-security-policy"]
            if words := english_in(page):
                left_over[address] = words
        assert len(visited) > 20
        assert NoticePage.objects.get(slug__startswith="guan-yu-yin-fa").url in visited
        assert watch.found == []
        assert left_over == {}

    def test_keep_the_policy_for_staff(self, page, watch, signed_in):
        signed_in("zhigong")
        left_over = {}
        for address, answer in crawl(page, ("/account/", "/account/password/", "/jiangzuojilu/"), leave_out=self.LEAVE_OUT):
            assert answer.status == 200, address
            if words := english_in(page):
                left_over[address] = words
        assert watch.found == []
        assert left_over == {}

    def test_keep_the_policy_where_nothing_is(self, page, watch):
        watch.expected = "404"
        page.goto("/nowhere/")
        assert english_in(page) == set()
        assert watch.found == []

    def test_would_be_noticed_breaking_it(self, page, watch):
        page.goto("/")
        page.evaluate("""() => {
          const image = document.createElement("img");
          image.src = "https://elsewhere.invalid/a.png";
          const script = document.createElement("script");
          script.textContent = "window.broken = true";
          const text = document.createElement("p");
          text.textContent = "Hello";
          document.body.append(image, script, text);
        }""")
        page.wait_for_timeout(200)
        assert any("elsewhere.invalid" in line for line in watch.found)
        assert any("script-src" in line for line in watch.found)
        assert page.evaluate("window.broken") is None
        assert english_in(page) == {"Hello in “Hello”"}


class TestAdmin:
    """The screens that editors and clerks reach."""

    @pytest.fixture
    def batches(self, site, tmp_path):
        """A roster at each step of its way, of the clerk."""
        clerk = User.objects.get(username="dangwei")

        def upload(name):
            path = roster_with_mistakes(tmp_path, name=f"{name}.xlsx", heading=name)
            with path.open("rb") as file:
                return upload_batch(kind="roster", file=file, name=path.name, by=clerk)

        mapped = upload("核对")
        mapped = map_columns(
            batch=mapped,
            mapping={**mapped.mapping, "name": NAMES_COLUMN},
            sheet=mapped.options["sheet"],
            header_row=mapped.options["header_row"],
            options={},
            by=clerk,
        )
        return upload("对应"), mapped

    def look(self, page, watch, addresses, names):
        left_over = {}
        for address in addresses:
            answer = page.goto(address)
            assert answer.status == 200, address
            page.locator(".sidebar").wait_for()
            page.wait_for_timeout(150)  # what scripts still do once the page stands
            if words := english_in(page, names=names):
                left_over[address] = words
        assert watch.found == []
        assert left_over == {}

    def test_is_chinese_and_alone_for_editors(self, page, watch, signed_in):
        signed_in("bianji")
        column = ColumnPage.objects.get(slug="xuexiziliao")
        material = StudyMaterialPage.objects.get(slug="gongwen-xiezuo")
        self.look(
            page,
            watch,
            [
                "/admin/",
                "/admin/pages/",
                f"/admin/pages/{column.pk}/",
                f"/admin/pages/{column.pk}/add_subpage/",
                f"/admin/pages/add/learning/studymaterialpage/{column.pk}/",
                f"/admin/pages/add/learning/noticepage/{column.pk}/",
                f"/admin/pages/add/learning/lecturerecordpage/{column.pk}/",
                f"/admin/pages/{material.pk}/edit/",
                f"/admin/pages/{material.pk}/history/",
                f"/admin/pages/{material.pk}/usage/",
                f"/admin/pages/{material.pk}/copy/",
                "/admin/images/",
                "/admin/images/add/",
                "/admin/documents/",
                "/admin/documents/multiple/add/",
                "/admin/reports/workflow/",
                "/admin/reports/aging-pages/",
                "/admin/account/",
            ],
            names={"bianji"},
        )

    def test_is_chinese_in_the_drawers_of_the_editor(self, page, watch, signed_in):
        signed_in("bianji")
        page.goto(f"/admin/pages/{StudyMaterialPage.objects.get(slug='duyuanzhu-xue-yuanwen').pk}/edit/")
        body = page.locator("section[id$=-body-section]")
        left_over = set()

        def look():
            page.wait_for_timeout(400)
            left_over.update(english_in(page, names={"bianji"}))

        for name in ("状态开关", "显示或隐藏检查", "预览开关"):
            page.get_by_role("button", name=name).click()
            look()
        page.get_by_role("button", name="更多动作").click()
        look()
        page.keyboard.press("Escape")
        page.get_by_role("tab", name="推荐").click()
        look()
        page.get_by_role("tab", name="内容").click()
        body.get_by_role("button", name="插入区块").last.click()
        look()
        page.get_by_role("option", name="正文", exact=True).click()
        body.locator("[contenteditable=true]").last.click()
        look()
        body.get_by_role("button", name="插入区块").last.click()
        page.get_by_role("option", name="图片", exact=True).click()
        body.get_by_role("button", name=re.compile("选择.*图")).last.click()
        look()
        assert watch.found == []
        assert left_over == set()

    def test_is_chinese_and_alone_for_clerks(self, page, watch, signed_in, batches):
        signed_in("dangwei")
        uploaded, mapped = batches
        self.look(
            page,
            watch,
            [
                "/admin/",
                "/admin/imports/new/",
                f"/admin/imports/{uploaded.pk}/map/",
                f"/admin/imports/{mapped.pk}/review/",
                "/admin/imports/register/",
                "/admin/feedback/",
                "/admin/staff/",
                f"/admin/staff/edit/{StaffMember.objects.first().pk}/",
                "/admin/departments/",
                f"/admin/departments/edit/{Department.objects.first().pk}/",
                "/admin/departments/new/",
            ],
            names={"dangwei"},
        )
