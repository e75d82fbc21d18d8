"""Tables to take away as .xlsx: text stays text, dates are dates, numbers are whole; the only formulas are the sums that we write."""

import datetime
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import xlsxwriter
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from xlsxwriter.utility import xl_range

from ..periods import SHANGHAI

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Row after row goes to a file, so that a hundred thousand rows cost no memory to speak of.
SAFE = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
# What XML cannot hold, and what turns the reading direction round (a name that reads otherwise than it is).
UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]")
MOST_TEXT = 32_767  # characters that a cell can hold
MOST_ROWS = 1_048_576
NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\]")
NOT_IN_A_FILE_NAME = re.compile(r'[\t\n"<>|:*?/\\]')
WIDTH = 14


@dataclass(frozen=True, slots=True)
class Column:
    heading: str
    width: int = WIDTH


@dataclass(frozen=True, slots=True)
class Sheet:
    """`header` are headings or columns; `rows` may be an iterator. `notes` stand above the header, a line each. `sums` are the numbers of
    the columns (from 0) whose sum is written below as a formula, with `sum_label` in the first one."""

    name: str
    header: Sequence[str | Column]
    rows: Iterable[Sequence]
    notes: Sequence[str] = ()
    sums: Sequence[int] = ()
    sum_label: str = "合计"
    after: Sequence[str] = ()


def workbook(sheets: Iterable[Sheet]) -> bytes:
    """Cells may be str, int, Decimal, float, bool, date, datetime (written in Shanghai's time) or None."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        with xlsxwriter.Workbook(path, {**SAFE, "tmpdir": folder}) as book:
            formats = {
                "text": book.add_format({"num_format": "@"}),
                "bold": book.add_format({"bold": True, "num_format": "@", "bg_color": "#F2F2F2"}),
                "note": book.add_format({"num_format": "@"}),
                "number": book.add_format({"num_format": "General"}),
                "total": book.add_format({"bold": True, "num_format": "General", "top": 1}),
                "total_text": book.add_format({"bold": True, "num_format": "@", "top": 1}),
                "date": book.add_format({"num_format": "yyyy-mm-dd"}),
                "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            }
            taken: set[str] = set()
            for sheet in sheets:
                _write(book.add_worksheet(_name(sheet.name, taken)), sheet, formats)
        return path.read_bytes()


def xlsx_response(data: bytes, name: str) -> HttpResponse:
    """A download called `name`.xlsx."""
    file_name = f"{NOT_IN_A_FILE_NAME.sub('', clean_text(name))[:100]}.xlsx"
    return HttpResponse(
        data, content_type=XLSX, headers={"Content-Disposition": content_disposition_header(as_attachment=True, filename=file_name)}
    )


def clean_text(text: str) -> str:
    """Without control characters and no longer than a cell can be."""
    text = UNWRITABLE.sub("", text)
    return text if len(text) <= MOST_TEXT else f"{text[: MOST_TEXT - 1]}…"


def _name(name: str, taken: set[str]) -> str:
    """As Excel allows it: 31 characters, none of []:*?/\\, no other sheet's."""
    base = NOT_IN_A_NAME.sub("", clean_text(name)).strip("'")[:28] or "表"
    found, number = base, 1
    while found.casefold() in taken:
        number += 1
        found = f"{base}{number}"
    taken.add(found.casefold())
    return found


def _write(sheet, given: Sheet, formats) -> None:
    columns = [one if isinstance(one, Column) else Column(one) for one in given.header]
    for number, column in enumerate(columns):
        sheet.set_column(number, number, column.width)
    row = 0
    for note in given.notes:
        sheet.write_string(row, 0, clean_text(note), formats["note"])
        row += 1
    for number, column in enumerate(columns):
        sheet.write_string(row, number, clean_text(column.heading), formats["bold"])
    sheet.freeze_panes(row + 1, 1 if len(columns) > 3 else 0)
    first = row + 1
    totals = dict.fromkeys(given.sums, Decimal(0))
    for cells in given.rows:
        row += 1
        if row >= MOST_ROWS - 1 - len(given.after):
            raise ValueError("more rows than a sheet can hold")
        for number, cell in enumerate(cells):
            _cell(sheet, row, number, cell, formats)
            if number in totals and isinstance(cell, int | Decimal):
                totals[number] += cell
    if given.sums:
        row = _totals(sheet, first, row, totals, given, formats)
    for line in given.after:
        row += 1
        sheet.write_string(row, 0, clean_text(line), formats["note"])


def _totals(sheet, first: int, last: int, totals: dict[int, Decimal], given: Sheet, formats) -> int:
    row = last + 1
    if 0 not in totals:
        sheet.write_string(row, 0, clean_text(given.sum_label), formats["total_text"])
    for number, total in sorted(totals.items()):
        if last < first:
            sheet.write_number(row, number, 0, formats["total"])
        else:
            # The value beside the formula is for readers that do not calculate.
            sheet.write_formula(row, number, f"=SUM({xl_range(first, number, last, number)})", formats["total"], float(total))
    return row


def _cell(sheet, row: int, column: int, cell, formats) -> None:
    match cell:
        case None | "":
            return
        case bool():
            sheet.write_string(row, column, "是" if cell else "否", formats["text"])
        case int() | float() | Decimal():
            sheet.write_number(row, column, cell, formats["number"])
        case datetime.datetime():
            local = cell.astimezone(SHANGHAI) if cell.tzinfo else cell
            sheet.write_datetime(row, column, local.replace(tzinfo=None), formats["time"])
        case datetime.date():
            sheet.write_datetime(row, column, datetime.datetime.combine(cell, datetime.time()), formats["date"])
        case _:
            sheet.write_string(row, column, clean_text(str(cell)), formats["text"])
