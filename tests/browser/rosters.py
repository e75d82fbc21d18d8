"""The table of a clerk in a hurry: a title above the headings, a heading nobody knows, and mistakes in the rows."""

import datetime
from pathlib import Path

from openpyxl import Workbook

DAY = datetime.date(2026, 1, 5)
HEADINGS = ["序号", "", "工号", "科室", "职务", "党支部", "任职日期"]
NAMES_COLUMN = 1
GOOD, WRONG_DEPARTMENT, NAMELESS, NAMESAKE, TWICE, TWICE_AGAIN = 3, 4, 5, 6, 7, 8  # row numbers as Excel shows them
ROWS = (
    ["钟灵毓", "0201", "办公室", "一级科员", "机关第一党支部", DAY],
    ["季青云", "0202", "办工室", "一级科员", "", DAY],
    ["", "0203", "人事科", "一级科员", "", DAY],
    ["李思齐", "", "宣传科", "一级科员", "", DAY],  # two people of this name are known
    ["卫子安", "0204", "财务科", "会计", "", DAY],
    ["路知远", "0204", "财务科", "出纳", "", DAY],
)


def roster_with_mistakes(folder: Path, name="花名册.xlsx", heading="人员") -> Path:
    """`heading` stands above the names: the system guesses none it does not know, but remembers what it was once told."""
    book = Workbook()
    sheet = book.active
    sheet.title = "在职人员"
    sheet.append(["示范市教育局人员花名册"])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(HEADINGS))
    sheet.append([each or heading for each in HEADINGS])
    for number, row in enumerate(ROWS, start=1):
        sheet.append([number, *row])
    book.save(folder / name)
    return folder / name
