"""Reading a table file as the imports do, beside openpyxl on the same bytes."""

import io
import time
from unittest import mock

import openpyxl

from cms.imports import sheets
from tests.cms.imports.tables import HEADINGS, workbook

from .measuring import timed
from .table import milliseconds, ratio, show

ROWS = 20_000
RUNS = 3


def rows_of(number: int) -> list[list[str]]:
    return [[f"职工{row}", f"G{row:06}", f"第{row % 30}科", "科员", f"机关第{row % 9}党支部", "2024-03-01"] for row in range(number)]


def read(data: bytes):
    file = io.BytesIO(data)
    checked = sheets.check_table_file(file, name="花名册.xlsx")
    return sheets.read_sheet(data, ending=checked.ending)


def read_plainly(data: bytes):
    return [
        list(row)
        for row in openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets[0].iter_rows(values_only=True)
    ]


def refused(data: bytes) -> bool:
    try:
        read(data)
    except sheets.UnreadableSheetError:
        return True
    return False


def measure() -> None:
    large, allowed = workbook(rows_of(ROWS)), workbook(rows_of(sheets.MAX_ROWS))
    began = time.perf_counter()
    is_refused = refused(large)
    seconds = time.perf_counter() - began
    rows = []
    plain = timed([lambda: read_plainly(large)] * RUNS)
    with mock.patch.object(sheets, "MAX_ROWS", ROWS):
        ours = timed([lambda: read(large)] * RUNS)
    rows.append([f"{ROWS:,} rows, openpyxl", milliseconds(plain.median), ratio(plain.median, ours.median)])
    rows.append([f"{ROWS:,} rows, cms.imports with its limit lifted", milliseconds(ours.median), ratio(1, 1)])
    taken = timed([lambda: read(allowed)] * RUNS)
    rows.append(
        [f"{sheets.MAX_ROWS:,} rows, cms.imports (the most it takes)", milliseconds(taken.median), ratio(taken.median, ours.median)]
    )
    if is_refused:
        rows.append([f"{ROWS:,} rows, refused as too long", milliseconds(seconds * 1000), ratio(seconds * 1000, ours.median)])
    show(
        f"Reading an .xlsx of {len(HEADINGS)} columns",
        ["file", "median ms", "to ours"],
        rows,
        "cms.imports checks the archive and every cell address first and reads in a process of its own; openpyxl only reads.",
    )
