"""axe against WCAG 2.2 AA on every kind of page, on a phone and on an office screen, as it comes and in elder mode."""

import pytest
from playwright.sync_api import expect

from home.sample.people import SAMPLE_PASSWORD
from learning.models import LectureRecordPage

from .conftest import both_widths, on_a_phone
from .looking import sticking_out
from .rosters import NAMES_COLUMN, roster_with_mistakes

pytestmark = pytest.mark.once


@pytest.fixture
def read_by_all(page, violations_of):
    """`read_by_all("name")`: the page as it stands, and again in elder mode, is asked; what is wrong is told when the test ends."""
    wrong = {}

    def look(name):
        for elder in ("off", "on"):
            page.evaluate("mode => document.documentElement.setAttribute('data-elder', mode)", elder)
            if found := violations_of(page) + sticking_out(page):
                wrong[f"{name} (elder mode {elder})"] = found

    yield look
    assert wrong == {}


class TestTheInstrument:
    def test_notices_what_is_wrong(self, page, site, violations_of):
        page.goto("/feedback/")
        page.evaluate("document.querySelector('label[for=id_subject]').remove(); document.querySelector('.lead').style.color = '#bbb'")
        assert {line.partition(":")[0] for line in violations_of(page)} == {"color-contrast", "label"}
        page.evaluate("document.querySelector('main').style.minWidth = '3000px'")
        assert sticking_out(page)


PUBLIC = (
    "/",
    "/liangxueyizuo/",
    "/tongzhigonggao/",
    "/xuexiziliao/?area=political_theory",
    "/xuexiziliao/?year=1999",
    "/tongzhigonggao/zhou-er-xuexi-anpai/",
    "/xuexiziliao/duyuanzhu-xue-yuanwen/",
    "/jiangzuojilu/xia-bannian-zhuanjia-jiangzuo/",
    "/dushuyuandi/",
    "/search/",
    "/search/?q=学习",
    "/search/?q=没有这样的词",
    "/search/?q=学习&area=core_values",
    "/search/?q=方案&area=core_values",
    "/feedback/",
    "/feedback/status/",
    "/sitemap/",
    "/login/",
    "/nowhere/",
)
OF_STAFF = (
    "/",
    "/account/",
    "/account/password/",
    "/account/sessions/",
    "/account/mfa/",
    "/account/reauthenticate/",
    "/account/inactive/",
    "/logout/",
)


@both_widths
class TestPublicPages:
    def test_meet_the_standard(self, page, site, read_by_all):
        for address in PUBLIC:
            page.goto(address)
            read_by_all(address)

    def test_meet_the_standard_with_the_long_notice(self, page, notice, read_by_all):
        page.goto(notice.url)
        read_by_all("notice, contents as they come")
        page.evaluate("document.querySelectorAll('details').forEach(drawer => { drawer.open = !drawer.open; })")
        read_by_all("notice, contents the other way")

    def test_meet_the_standard_through_a_complaint(self, page, site, read_by_all):
        page.goto("/feedback/")
        page.get_by_role("button", name="提交").click()
        expect(page.locator(".field-error").first).to_be_visible()
        read_by_all("feedback with errors")
        page.get_by_label("主题").fill("阅览室的灯")
        page.get_by_role("textbox", name="内容").fill("靠窗的一盏灯不亮了，请修一修。")
        page.get_by_role("button", name="提交").click()
        code = page.locator(".receipt-code").inner_text()
        read_by_all("feedback received")
        page.get_by_role("link", name="查看答复").click()
        page.get_by_label("查询码").fill("0" * 32)
        page.get_by_role("button", name="查看").click()
        expect(page.locator(".field-error")).to_contain_text("没有这个查询码")
        read_by_all("no such receipt")
        page.get_by_label("查询码").fill(code)
        page.get_by_role("button", name="查看").click()
        expect(page.get_by_text("阅览室的灯")).to_be_visible()
        read_by_all("state of a complaint")

    def test_meet_the_standard_when_signing_in_fails(self, page, site, read_by_all):
        page.goto("/login/")
        page.get_by_label("用户名").fill("zhigong")
        page.get_by_label("密码").fill("not the password")
        page.get_by_role("button", name="登录", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("不正确")
        read_by_all("login with error")


@on_a_phone
class TestPagesOfSignedInStaff:
    def test_meet_the_standard(self, page, signed_in, read_by_all):
        signed_in("zhigong")
        for address in OF_STAFF:
            page.goto(address)
            read_by_all(address)

    def test_meet_the_standard_in_a_closed_article(self, page, signed_in, read_by_all):
        signed_in("zhigong")
        page.goto(LectureRecordPage.objects.get(slug="san-jidu-lianzheng-jiaoyu").url)
        expect(page.get_by_role("heading", level=1)).to_contain_text("廉政警示教育")
        read_by_all("closed article")

    def test_meet_the_standard_where_the_way_is_barred(self, page, signed_in, read_by_all):
        signed_in("zhigong")
        page.goto("/admin/")
        expect(page.get_by_role("heading", level=1)).to_have_text("您的账号不能打开这个页面")
        read_by_all("no access to the admin")

    def test_meet_the_standard_through_activating_the_second_factor(self, page, site, sign_in_by_form, read_by_all):
        sign_in_by_form(page, "zhigong")
        page.goto("/account/mfa/totp/activate/")
        page.get_by_label("密码").fill(SAMPLE_PASSWORD)  # asked for once more
        page.get_by_role("button", name="确认").click()
        expect(page.locator(".qr")).to_be_visible()
        read_by_all("activating the second factor")
        page.get_by_role("textbox").last.fill("000000")
        page.get_by_role("button", name="启用").click()
        expect(page.locator(".field-error")).to_be_visible()
        read_by_all("wrong code")

    def test_meet_the_standard_when_a_new_password_is_refused(self, page, signed_in, read_by_all):
        signed_in("zhigong")
        page.goto("/account/password/")
        page.get_by_label("当前密码").fill("wrong")
        page.get_by_label("新密码", exact=True).fill("123")
        page.get_by_label("新密码（重复）").fill("124")
        page.get_by_role("button", name="修改密码").click()
        expect(page.locator(".field-error").first).to_be_visible()
        read_by_all("password refused")


@on_a_phone
class TestStepsOfAnImport:
    def test_meet_the_standard(self, page, signed_in, tmp_path, violations_of, viewport):
        """The frame around the steps is Wagtail's; what is in it is ours."""

        def look(name):
            page.locator(".sidebar").wait_for(state="attached")
            page.wait_for_timeout(400)  # messages fade in
            found = violations_of(page) + sticking_out(page)
            assert not found, f"{name}: {found}"

        signed_in("dangwei")
        page.goto("/admin/imports/new/")
        look("upload")
        page.get_by_role("button", name="上传并继续").click()
        expect(page.locator(".error-message").first).to_be_visible()
        look("upload with errors")
        page.get_by_label("人员花名册").check()
        page.get_by_label("表格文件").set_input_files(roster_with_mistakes(tmp_path, heading=f"名{viewport['height']}"))
        page.get_by_role("button", name="上传并继续").click()
        look("map")
        page.get_by_label("姓名").select_option(str(NAMES_COLUMN))
        page.get_by_role("button", name="核对", exact=True).click()
        look("review with problems")
        page.get_by_role("button", name="有错误的 4 行都不导入").click()
        page.get_by_role("combobox", name="第 6 行的选择").select_option(label="不导入")
        page.locator("#row-6").get_by_role("button", name="确定").click()
        look("review without problems")
        page.get_by_role("button", name="确认导入").click()
        look("done")
        page.get_by_role("link", name="撤销这次导入").click()
        look("undo")
        page.get_by_role("button", name="确认撤销").click()
        look("undone")
        page.goto("/admin/imports/register/")
        look("register")
