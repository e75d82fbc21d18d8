"""`make screenshots`: the pictures in docs/screenshots, taken anew from the sample site that `make run` serves on PORT.

The roster that is uploaded for the picture of an import is never committed.
"""

import datetime
import os
import re
import shutil
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from home.sample.people import SAMPLE_PASSWORD
from learning.periods import SHANGHAI
from tests.browser.rosters import roster_with_mistakes

FOLDER = Path(__file__).parent.parent / "docs" / "screenshots"
SITE = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
COLOURS = 128
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}


def take(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    path = FOLDER / f"{name}-{page.viewport_size['width']}.png"
    page.screenshot(path=path)
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.name}  {path.stat().st_size // 1024} KB")


def open_notice(page: Page) -> None:
    page.goto(f"{SITE}/liangxueyizuo/")
    page.get_by_role("link", name="学习型机关建设实施方案").first.click()


def as_reader(page: Page) -> None:
    page.goto(SITE)
    take(page, "home")
    open_notice(page)
    take(page, "notice")
    page.goto(f"{SITE}/search/?q=心得体会")
    take(page, "search")
    page.goto(f"{SITE}/feedback/")
    take(page, "feedback")
    page.goto(SITE)
    page.get_by_role("button", name="长者模式").click()
    open_notice(page)
    take(page, "elder")


def sign_in(page: Page, username: str, then: str) -> None:
    page.goto(f"{SITE}/login/?next={then}")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(SAMPLE_PASSWORD)
    page.get_by_label("密码").press("Enter")
    page.wait_for_url(f"**{then}")


def as_staff(page: Page) -> None:
    sign_in(page, "zhigong", "/my/")
    take(page, "my-study")


def of_the_files(browser: Browser) -> None:
    """The own five haves on a phone; the one screen of a leader on a desk."""
    for viewport, username, address, name in (
        (PHONE, "zhigong", "/my/five-haves/", "five-haves"),
        (DESKTOP, "juzhang", "/leader/", "leader"),
    ):
        context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", viewport=viewport)
        page = context.new_page()
        sign_in(page, username, address)
        take(page, name)
        context.close()


def in_the_programme(page: Page) -> None:
    """The gaps, the month, the plan; then a roll on a phone, of a session that is moved to now for it."""
    page.goto(f"{SITE}/gaps/")
    take(page, "gaps")
    page.goto(f"{SITE}/sessions/")
    take(page, "sessions")
    page.goto(f"{SITE}/admin/annual_plans/")
    page.get_by_role("link", name=str(datetime.datetime.now(SHANGHAI).year), exact=True).click()
    take(page, "plan")
    page.set_viewport_size(PHONE)
    page.goto(f"{SITE}/sessions/?view=list")
    soon = datetime.datetime.now(SHANGHAI) + datetime.timedelta(minutes=30)
    page.get_by_role("link", name=re.compile("每周二政治学习")).last.click()
    session = page.url
    page.goto(f"{session}move/")
    page.get_by_label("改到哪一天").fill(f"{soon:%Y-%m-%d}")
    page.get_by_label("开始时间").fill(f"{soon:%H:%M}")
    page.get_by_label("原因").fill("示例")
    page.get_by_role("button", name="改期", exact=True).last.click()
    if page.get_by_role("button", name="仍然改期").count():
        page.get_by_role("button", name="仍然改期").click()
    page.goto(f"{session}roll/")
    page.get_by_role("button", name="固定名册，开始点名").click()
    page.locator(".roll-tile .to-absent").nth(3).click()
    take(page, "roll")


def as_clerk(page: Page) -> None:
    sign_in(page, "dangwei", "/admin/imports/new/")
    page.get_by_label("人员花名册").check()
    with tempfile.TemporaryDirectory() as folder:
        page.get_by_label("表格文件").set_input_files(roster_with_mistakes(Path(folder), heading="姓名"))
        page.get_by_role("button", name="上传并继续").click()
        page.get_by_role("button", name="核对", exact=True).click()
        take(page, "import")
    page.goto(f"{SITE}/admin/staff/")
    take(page, "staff")


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--disable-gpu", "--disable-background-networking", *sandbox]
        )
        for viewport in (DESKTOP, PHONE):
            context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", viewport=viewport)
            as_reader(context.new_page())
            as_staff(context.new_page())
            context.close()
        context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", viewport=DESKTOP)
        as_clerk(context.new_page())
        in_the_programme(context.new_page())
        of_the_files(browser)
        browser.close()


if __name__ == "__main__":
    main()
