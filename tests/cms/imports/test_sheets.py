import contextlib
import datetime
import io
import random
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cms.imports.sheets import (
    MAX_COLUMNS,
    MAX_ROWS,
    Sheet,
    UnreadableSheetError,
    check_table_file,
    column_letter,
    guess_header_row,
    read_sheet,
    tidy_heading,
)

from .tables import workbook

KNOWN = {"姓名", "工号", "科室", "任职日期"}
CELLS = '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'


def with_sheet(xml: str, *, compression=zipfile.ZIP_DEFLATED) -> bytes:
    """A sound .xlsx whose only sheet is replaced by `xml`."""
    source, target = zipfile.ZipFile(io.BytesIO(workbook([]))), io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        for name in source.namelist():
            archive.writestr(name, xml if name == "xl/worksheets/sheet1.xml" else source.read(name))
    return target.getvalue()


def read(data, ending="xlsx", **options):
    check_table_file(io.BytesIO(data), name=f"表.{ending}")
    return read_sheet(data, ending=ending, **options)


class TestReadSheet:
    def test_reads_dates_numbers_and_text_with_the_row_numbers_of_the_file(self):
        sheet = read(workbook([["张三", 12, "基教科", "", "", datetime.date(2026, 1, 5)]], title="花名册"))
        assert sheet.name == "花名册"
        assert sheet.rows[2] == ["张三", 12, "基教科", "", "", "2026-01-05"]
        assert guess_header_row(sheet, KNOWN) == 2
        assert sheet.data(2) == [(3, sheet.rows[2])]

    def test_reads_an_old_xls_and_fills_a_cell_merged_over_rows(self):
        sheet = read((Path(__file__).parent / "roster.xls").read_bytes(), "xls")
        assert sheet.rows[2:] == [["张三", 12, "基础教育科", "2026-01-05"], ["李四", "0013", "基础教育科", 46027]]

    def test_reads_the_same_bytes_as_et(self):
        assert read((Path(__file__).parent / "roster.xls").read_bytes(), "et").name == "花名册"

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    def test_reads_csv_in_the_encodings_of_the_country(self, encoding):
        sheet = read("姓名,工号,科室\n张三,0012,基教科\n\n李𬭚,,人事科\n".encode(encoding), "csv")
        assert sheet.rows == [["姓名", "工号", "科室"], ["张三", "0012", "基教科"], ["", "", ""], ["李𬭚", "", "人事科"]]
        assert [number for number, _cells in sheet.data(1)] == [2, 4]

    def test_reads_csv_separated_by_tabs(self):
        assert read("姓名\t工号\n张三\t1\n".encode(), "csv").rows[1] == ["张三", "1"]

    def test_takes_the_first_shown_sheet_and_names_the_others(self):
        data = workbook([["张三"]], sheets=["备用"])
        assert read(data).others == ("花名册", "备用")
        with pytest.raises(UnreadableSheetError, match="是空的"):
            read(data, sheet="备用")
        with pytest.raises(UnreadableSheetError, match="没有名为“没有”的工作表"):
            read(data, sheet="没有")

    def test_strips_control_and_direction_characters(self):
        assert read("姓名\n张\u202e三\u200b\n".encode(), "csv").rows[1] == ["张三"]

    def test_keeps_a_number_that_lost_its_digits_as_a_float(self):
        sheet = read(workbook([["张三", 110101199001011234]]))
        assert isinstance(sheet.rows[1][1], float)

    def test_reads_as_many_rows_as_it_allows(self):
        sheet = read(workbook([[f"职工{number}", number] for number in range(MAX_ROWS)]))
        assert len(sheet.data(1)) == MAX_ROWS
        assert sheet.rows[-1][:2] == [f"职工{MAX_ROWS - 1}", MAX_ROWS - 1]

    def test_keeps_the_places_of_cells_in_a_table_that_begins_further_in(self):
        rows = '<row r="3"><c r="C3"><v>1</v></c></row><row r="5"><c r="B5"><v>2</v></c><c r="D5"><v>3</v></c></row>'
        assert read(with_sheet(CELLS.format(rows))).rows == [[""] * 4, [""] * 4, ["", "", 1, ""], [""] * 4, ["", 2, "", 3]]

    def test_counts_only_cells_with_content(self):
        styled = '<row r="1"><c r="A1"><v>1</v></c></row><row r="19000"><c r="XFD19000" s="1"/></row>'
        assert read(with_sheet(CELLS.format(styled))).rows == [[1]]


class TestRefuses:
    def test_a_small_file_that_claims_the_last_cell_of_the_sheet(self):
        bomb = with_sheet(CELLS.format('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'))
        assert len(bomb) < 10_000
        with pytest.raises(UnreadableSheetError, match="行数超过 10,000 行"):
            read(bomb)

    def test_cells_without_addresses_beyond_the_columns(self):
        with pytest.raises(UnreadableSheetError, match="列数超过 60 列"):
            read(with_sheet(CELLS.format("<row>" + "<c><v>1</v></c>" * 61 + "</row>")))

    def test_a_tiny_archive_that_declares_a_huge_size(self):
        bomb = with_sheet(CELLS.format(" " * (29 * 1024 * 1024)))
        assert len(bomb) < 100_000
        with pytest.raises(UnreadableSheetError, match="压缩炸弹"):
            read(bomb)

    def test_more_shared_strings_than_cells_are_taken(self):
        strings = "".join(f"<si><t>{number}</t></si>" for number in range(MAX_ROWS * MAX_COLUMNS + 1))
        source, target = zipfile.ZipFile(io.BytesIO(workbook([]))), io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in source.namelist():
                archive.writestr(name, f"<sst>{strings}</sst>" if name == "xl/sharedStrings.xml" else source.read(name))
        with pytest.raises(UnreadableSheetError, match="行数超过"):
            read(target.getvalue())

    def test_an_entry_whose_declared_size_lies(self):
        data = bytearray(with_sheet(CELLS.format(" " * 200_000)))
        directory = data.rindex(b"xl/worksheets/sheet1.xml") - 46
        assert data[directory : directory + 4] == b"PK\x01\x02"
        data[directory + 24 : directory + 28] = (1000).to_bytes(4, "little")
        with pytest.raises(UnreadableSheetError, match="重新保存"):
            read(bytes(data))

    def test_entities(self):
        entities = CELLS.replace("<worksheet", '<!DOCTYPE a [<!ENTITY b "c">]><worksheet').format("<row><c><v>&b;</v></c></row>")
        with pytest.raises(UnreadableSheetError, match="重新保存"):
            read(with_sheet(entities))

    def test_too_many_rows(self):
        with pytest.raises(UnreadableSheetError, match="拆成几个文件"):
            read(("姓名\n" + "张三\n" * (MAX_ROWS + 20)).encode(), "csv")

    def test_too_many_columns(self):
        with pytest.raises(UnreadableSheetError, match="列数超过 60 列"):
            read((",".join("x" * 61) + "\n").encode(), "csv")

    def test_an_overlong_cell_naming_its_place(self):
        with pytest.raises(UnreadableSheetError, match="第 2 行 B 列的文字超过"):
            read(f"姓名,备注\n张三,{'长' * 501}\n".encode(), "csv")

    @pytest.mark.parametrize(("name", "data"), [("表.xlsx", b"PK not a zip"), ("表.exe", b"MZ"), ("表.csv", b""), ("表.xls", b"hello")])
    def test_what_is_not_a_table(self, name, data):
        with pytest.raises(UnreadableSheetError):
            check_table_file(io.BytesIO(data), name=name)

    def test_an_ole_file_without_a_workbook(self):
        data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 5000
        with pytest.raises(UnreadableSheetError, match="打不开"):
            read(data, "xls")

    @given(st.integers(0, 2**32))
    @settings(max_examples=15, deadline=None)
    def test_damaged_files_without_breaking(self, seed):
        chance, data = random.Random(seed), bytearray(workbook([["张三", 1]]))
        for _flip in range(chance.randint(1, 20)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        with contextlib.suppress(UnreadableSheetError):
            assert isinstance(read(bytes(data)), Sheet)


class TestHeadings:
    def test_are_compared_without_blanks_stars_and_remarks(self):
        assert [tidy_heading(cell) for cell in ("姓 名*", "任职日期（年月日）", "工号＊", 2026)] == ["姓名", "任职日期", "工号", "2026"]

    def test_of_two_rows_end_in_the_lower_one(self):
        sheet = Sheet("", [["花名册", "", ""], ["姓名", "任职", ""], ["姓名", "科室", "任职日期"], ["张三", "", ""]])
        assert guess_header_row(sheet, KNOWN) == 3

    def test_are_the_first_row_with_two_cells_where_none_is_known(self):
        assert guess_header_row(Sheet("", [["表", ""], ["a", "b"]]), KNOWN) == 2

    def test_columns_have_letters(self):
        assert [column_letter(column) for column in (0, 25, 26, 59)] == ["A", "Z", "AA", "BH"]
