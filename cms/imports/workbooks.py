"""Tables for download: an empty template and the rows that need work. Text stays text: no cell of ours is ever a formula."""

import io

import xlsxwriter

from .kinds import ImportKind
from .sheets import column_letter

SAFE = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def template_workbook(kind: ImportKind) -> bytes:
    """The kind's columns with an example row; required ones carry a star. All cells are text, so that numbers keep every digit."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, SAFE) as book:
        text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "num_format": "@", "bg_color": "#F2F2F2"})
        sheet = book.add_worksheet(kind.label[:31])
        guide = book.add_worksheet("填写说明")
        guide.write_row(0, 0, ["栏目", "是否必填", "说明", "也可写作"], bold)
        for column, field in enumerate(kind.fields):
            sheet.set_column(column, column, 18, text)
            sheet.write_string(0, column, field.label + ("*" if field.required else ""), bold)
            sheet.write_string(1, column, field.example, text)
            for at, value in enumerate((field.label, "必填" if field.required else "", field.help, "、".join(field.aliases))):
                guide.write_string(column + 1, at, value)
        sheet.freeze_panes(1, 0)
        guide.set_column(0, 3, 24)
    return stream.getvalue()


def problem_workbook(batch, rows) -> bytes:
    """`rows` as they were read, with 原行号 and what is wrong before them; correct it and upload it as a new file."""
    header = batch.options.get("header", [])
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, SAFE) as book:
        text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "num_format": "@"})
        sheet = book.add_worksheet("有问题的行")
        headings = [heading or f"{column_letter(column)} 列" for column, heading in enumerate(header)]
        for column, heading in enumerate([*headings, "原行号", "问题"]):
            sheet.write_string(0, column, heading, bold)
        for at, row in enumerate(rows, start=1):
            for column, cell in enumerate([*_padded(row.raw, len(header)), row.number, "".join(row.messages)]):
                sheet.write_string(at, column, as_text(cell), text)
        sheet.set_column(0, len(headings), 16)
        sheet.set_column(len(headings) + 1, len(headings) + 1, 60)
        sheet.freeze_panes(1, 0)
    return stream.getvalue()


def as_text(cell) -> str:
    """A cell as a person would write it."""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() else f"{cell:.15g}"
    return str(cell)


def _padded(cells: list, width: int) -> list:
    return [*cells[:width], *[""] * (width - len(cells))]
