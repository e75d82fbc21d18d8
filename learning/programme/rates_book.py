"""The rates as a table to take away: the counts as numbers, so that anybody can add them up and divide again; text stays text."""

import io

import xlsxwriter

from .rates import FEW, Figure, GroupRates

SAFE = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULAS = (
    ("出勤率", "（到会＋迟到＋线上）÷（应到－公差）"),
    ("学习完成率", "（到会＋迟到＋线上＋已补学）÷ 应到"),
    ("未登记", "没有点到名的人次，不等于缺席；计入应到。"),
    ("少于 3 人", "少于 3 人的不列百分比，只列人次。"),
)
COUNTS = (
    ("应到", "expected"),
    ("到会、迟到、线上", "attended"),
    ("早退", "left_early"),
    ("公差", "duty"),
    ("病假、事假、休假", "leave"),
    ("缺席", "absent"),
    ("未登记", "unrecorded"),
    ("已补学", "made_up"),
)


def rates_workbook(*, title: str, tables: list[tuple[str, list[GroupRates]]]) -> bytes:
    """A sheet that says what is counted and how, and one for each of `tables` (name, groups)."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, SAFE) as book:
        text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "num_format": "@"})
        percent = book.add_format({"num_format": "0.0%"})
        guide = book.add_worksheet("说明")
        guide.set_column(0, 1, 40)
        guide.write_string(0, 0, title, bold)
        for row, (name, meaning) in enumerate(FORMULAS, start=2):
            guide.write_string(row, 0, name, text)
            guide.write_string(row, 1, meaning, text)
        for name, groups in tables:
            _sheet(book.add_worksheet(name), groups, text=text, bold=bold, percent=percent)
    return stream.getvalue()


def _sheet(sheet, groups: list[GroupRates], *, text, bold, percent) -> None:
    headings = ["名称", "日期", "人数", *(heading for heading, _name in COUNTS), "出勤率", "学习完成率"]
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, heading, bold)
    for row, group in enumerate(groups, start=1):
        sheet.write_string(row, 0, group.name, text)
        sheet.write_string(row, 1, f"{group.session.day:%Y-%m-%d}" if group.session else "", text)
        sheet.write_number(row, 2, group.people)
        for column, (_heading, name) in enumerate(COUNTS, start=3):
            sheet.write_number(row, column, getattr(group.rates, name))
        for column, figure in enumerate((group.attendance, group.completion), start=3 + len(COUNTS)):
            _rate(sheet, row, column, figure, text=text, percent=percent)
    sheet.set_column(0, 0, 30, text)
    sheet.set_column(1, len(headings) - 1, 14)
    sheet.freeze_panes(1, 1)


def _rate(sheet, row: int, column: int, figure: Figure, *, text, percent) -> None:
    if figure.is_of_few or not figure.whole:
        sheet.write_string(row, column, f"少于 {FEW} 人" if figure.whole else "—", text)
    else:
        sheet.write_number(row, column, figure.part / figure.whole, percent)
