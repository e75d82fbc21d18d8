import datetime
import io
from decimal import Decimal

import openpyxl
import pytest

from learning.periods import SHANGHAI
from learning.programme.books import XLSX, Sheet, workbook, xlsx_response


def opened(data, **options):
    return openpyxl.load_workbook(io.BytesIO(data), **options)


def cells(data, name, **options):
    return [list(row) for row in opened(data, **options)[name].iter_rows(values_only=True)]


class TestWorkbook:
    def test_keeps_text_as_text(self):
        data = workbook([Sheet("表", ["标题"], [["=1+1"], ["@SUM(A1)"], ["0012"], ["http://example.org/"]])])
        assert cells(data, "表") == [["标题"], ["=1+1"], ["@SUM(A1)"], ["0012"], ["http://example.org/"]]
        assert {cell.data_type for row in opened(data)["表"].iter_rows() for cell in row} == {"s"}

    def test_removes_what_xml_cannot_hold(self):
        data = workbook([Sheet("表", ["标题"], [["甲\x00乙\x1b\u202e丙\ud800\ufffe"], ["多\n行"], ["长" * 40_000]])])
        rows = cells(data, "表")
        assert rows[1:3] == [["甲乙丙"], ["多\n行"]]
        assert len(rows[3][0]) == 32_767

    def test_writes_dates_as_dates(self):
        at = datetime.datetime(2026, 3, 5, 1, 30, tzinfo=datetime.UTC)
        data = workbook([Sheet("表", ["日期", "时间"], [[datetime.date(2026, 3, 5), at]])])
        assert cells(data, "表")[1] == [
            datetime.datetime.combine(datetime.date(2026, 3, 5), datetime.time()),
            at.astimezone(SHANGHAI).replace(tzinfo=None),
        ]
        assert opened(data)["表"]["A2"].number_format == "yyyy-mm-dd"

    def test_writes_numbers_unrounded_and_leaves_out_nothing_but_emptiness(self):
        data = workbook([Sheet("表", ["分", "篇", "是否", "空"], [[Decimal("3.333333"), 0, True, None]])])
        assert cells(data, "表")[1] == [3.333333, 0, "是", None]

    def test_sums_with_a_formula_that_gives_the_same(self):
        rows = [["甲", Decimal("1.100001")], ["乙", Decimal("2.2")], ["丙", Decimal("-0.3")]]
        sheet = Sheet("表", ["名称", "分"], iter(rows), notes=["说明"], sums=[1], after=["示例规则"])
        data = workbook([sheet])
        assert cells(data, "表")[-2:] == [["合计", "=SUM(B3:B5)"], ["示例规则", None]]
        assert cells(data, "表", data_only=True)[-2] == ["合计", pytest.approx(3.000001)]
        formulas = [cell for row in opened(data)["表"].iter_rows() for cell in row if cell.data_type == "f"]
        assert len(formulas) == 1

    def test_sums_nothing_to_nought(self):
        assert cells(workbook([Sheet("表", ["名称", "分"], [], sums=[1])]), "表")[-1] == ["合计", 0]

    def test_names_sheets_as_excel_allows(self):
        names = ["A/B:C", "a/b:c", "'" * 40, "科" * 60]
        assert opened(workbook([Sheet(name, ["x"], []) for name in names])).sheetnames == ["ABC", "abc2", "表", "科" * 28]


class TestXlsxResponse:
    def test_is_a_download_with_a_clean_name(self):
        response = xlsx_response(b"PK", "排名\r\n2026")
        assert response["Content-Type"] == XLSX
        assert response["Content-Disposition"] == "attachment; filename*=utf-8''%E6%8E%92%E5%90%8D2026.xlsx"
