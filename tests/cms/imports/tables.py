"""Tables as files, for tests."""

import datetime
import io

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

HEADINGS = ["姓名", "工号", "科室", "职务", "党支部", "任职日期"]


def workbook(rows, *, headings=HEADINGS, title="", sheets=()):
    """The bytes of an .xlsx: an optional merged title row, the headings, the rows; text stays text."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": datetime.datetime(2026, 1, 1)})  # noqa: DTZ001 (the same rows are the same bytes)
        sheet, at = book.add_worksheet("花名册"), 0
        if title:
            sheet.merge_range(0, 0, 0, len(headings) - 1, title)
            at = 1
        for row in [headings, *rows]:
            for column, cell in enumerate(row):
                if hasattr(cell, "year"):
                    sheet.write_datetime(at, column, cell, book.add_format({"num_format": "yyyy-mm-dd"}))
                else:
                    sheet.write(at, column, cell)
            at += 1
        for name in sheets:
            book.add_worksheet(name)
    return stream.getvalue()


def upload(data: bytes, name="花名册.xlsx"):
    return SimpleUploadedFile(name, data)
