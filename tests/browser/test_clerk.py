"""The clerk of the organ party committee imports a roster with mistakes in it, decides, commits, looks, and takes it back."""

import io
import re

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from learning.models import StaffMember

from .conftest import PHONE, both_widths, on_a_phone
from .looking import sticking_out
from .rosters import GOOD, NAMELESS, NAMES_COLUMN, NAMESAKE, TWICE, TWICE_AGAIN, WRONG_DEPARTMENT, roster_with_mistakes


@pytest.fixture
def roster(tmp_path, viewport):
    return roster_with_mistakes(tmp_path, heading="人员" if viewport == PHONE else "同志")


def step(page):
    return page.locator("[aria-current=step]")


def row(page, number):
    return page.locator(f"#row-{number}")


def upload(page, roster):
    page.goto("/admin/imports/new/")
    page.get_by_label("人员花名册").check()
    page.get_by_label("表格文件").set_input_files(roster)
    page.get_by_role("button", name="上传并继续").click()


def decide(page, number, choice):
    row(page, number).get_by_role("combobox").select_option(label=choice)
    row(page, number).get_by_role("button", name="确定").click()


def tab(page, name):
    return page.get_by_role("navigation", name="按状态筛选").get_by_role("link", name=name)


@both_widths
class TestImportingARoster:
    def test_leads_from_the_sign_in_to_the_people_and_back(self, page, site, roster, sign_in_by_form):
        before = set(StaffMember.objects.values_list("name", "employee_number"))
        namesake = StaffMember.objects.get(employee_number="0053")
        was_in = namesake.postings.get().department

        sign_in_by_form(page, "dangwei", next="/admin/")
        if page.viewport_size["width"] < 800:
            page.get_by_role("button", name="切换侧边栏").click()
        page.get_by_role("button", name="导入").click()
        page.get_by_role("link", name="新的导入").click()
        expect(step(page)).to_contain_text("上传")
        upload(page, roster)

        expect(step(page)).to_contain_text("对应")
        expect(page.get_by_role("region", name="表格内容")).to_contain_text("示范市教育局人员花名册")
        expect(page.get_by_label("表头在第几行")).to_have_value("2")
        expect(page.get_by_label("工号")).to_have_value("2")  # guessed from the heading
        page.get_by_role("button", name="核对", exact=True).click()
        expect(page.locator(".error-message")).to_have_text(re.compile("请选择“姓名”在表中的哪一列"))
        page.get_by_label("姓名").select_option(str(NAMES_COLUMN))
        page.get_by_role("button", name="核对", exact=True).click()

        expect(step(page)).to_contain_text("核对")
        assert sticking_out(page) == []
        expect(row(page, WRONG_DEPARTMENT)).to_contain_text("系统中没有科室或单位“办工室”。是不是“办公室”？")
        expect(row(page, NAMELESS)).to_contain_text("姓名是空的。请补上。")
        for number in (TWICE, TWICE_AGAIN):
            expect(row(page, number)).to_contain_text("工号 0204 在表中出现了 2 次。请核对。")
        expect(row(page, GOOD)).to_contain_text("新增")
        expect(row(page, NAMESAKE)).to_contain_text("系统中已有同名的李思齐（基础教育科，工号 0053）、李思齐（教研室，工号 0113）")
        expect(page.get_by_role("button", name="确认导入")).to_have_count(0)

        with page.expect_download() as download:
            page.get_by_role("link", name="下载有问题的行").click()
        assert download.value.suggested_filename == "有问题的行 花名册.xlsx"
        cells = [
            cell
            for line in load_workbook(io.BytesIO(download.value.path().read_bytes())).active.iter_rows(values_only=True)
            for cell in line
        ]
        assert "办工室" in cells
        assert "钟灵毓" not in cells

        decide(page, NAMESAKE, "就是 李思齐（基础教育科，工号 0053）")
        expect(row(page, NAMESAKE)).to_contain_text("变更")
        expect(row(page, NAMESAKE)).to_contain_text(re.compile("任职：基础教育科.* → 宣传科.*自 2026-01-05"))
        page.get_by_role("button", name="有错误的 4 行都不导入").click()
        expect(tab(page, "不导入")).to_contain_text("4")
        expect(page.get_by_text("将写入 2 行")).to_be_visible()
        assert set(StaffMember.objects.values_list("name", "employee_number")) == before
        page.get_by_role("button", name="确认导入").click()

        expect(step(page)).to_contain_text("完成")
        expect(page.get_by_role("status").filter(has_text="已导入")).to_be_visible()
        assert set(StaffMember.objects.values_list("name", "employee_number")) == before | {("钟灵毓", "0201")}
        assert {posting.department.name for posting in namesake.postings.filter(ended_on=None)} == {"宣传科"}
        tab(page, "新增").click()
        expect(row(page, GOOD)).to_be_visible()
        expect(row(page, NAMESAKE)).to_have_count(0)

        page.get_by_role("link", name="撤销这次导入").click()
        expect(page.get_by_text("新增的 1 行所建的记录会被删除")).to_be_visible()
        page.get_by_role("button", name="确认撤销").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("导入：已撤销")
        assert set(StaffMember.objects.values_list("name", "employee_number")) == before
        assert namesake.postings.get().department == was_in
        page.goto("/admin/imports/register/")
        expect(page.get_by_role("row").filter(has_text="花名册.xlsx").first).to_contain_text("已撤销")


@on_a_phone
class TestAFileThatIsNoTable:
    def test_says_what_is_wrong_with_a_file_that_is_no_table(self, page, signed_in, tmp_path):
        signed_in("dangwei")
        picture = tmp_path / "花名册.xlsx"
        picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
        upload(page, picture)
        expect(step(page)).to_contain_text("上传")
        expect(page.locator(".error-message")).to_contain_text(re.compile("[\u4e00-\u9fff]"))
        assert sticking_out(page) == []
