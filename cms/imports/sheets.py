"""From an uploaded table file to rows of cells. Knows no model and no kind; every refusal is Chinese and says what to do.

Order: what the file is and the limits of its archive (`check_file`) → how far its cells reach → only then the parser, in a process of
its own.
"""

import csv
import io
import json
import re
import subprocess
import sys
import tempfile
import threading
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from xml.parsers import expat

from cms.core.reading import UnreadableDocumentError
from cms.core.reading.archives import UnsafeArchiveError, check_archive
from cms.core.reading.sources import decode, tidy
from cms.files.validation import CheckedFile, UnacceptableFileError, check_file

ENDINGS = ["xlsx", "xls", "et", "csv"]
MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 10_000
MAX_COLUMNS = 60
HEADER_WITHIN = 10  # the heading stands in one of the first ten rows
MAX_CELL = 500  # characters
MAX_EXACT = 1e15  # a sheet keeps 15 digits of a number, the rest is lost
MAX_STRINGS = MAX_ROWS * MAX_COLUMNS
CHILD = Path(__file__).with_name("calamine_child.py")
CHILD_SECONDS = 25
CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
BROKEN = "表格打不开，可能已损坏。请用 WPS 或 Office 打开后重新保存，再上传。"
TOO_LONG = f"表格的行数超过 {MAX_ROWS:,} 行。请拆成几个文件分别导入；若下方是空行，请选中后删除整行再保存。"
TOO_WIDE = f"表格的列数超过 {MAX_COLUMNS} 列。请删去不用的列（若右侧是空列，请选中后删除整列）再保存。"


class UnreadableSheetError(Exception):
    """The table cannot be read; the message is Chinese and names the place and the remedy."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: `rows[0]` is row 1 of the file. `others` are the names of all sheets (of a .csv: none), `hidden` those not shown."""

    name: str
    rows: list[list]
    others: tuple[str, ...] = ()
    hidden: tuple[str, ...] = field(default=())

    def header(self, row: int) -> list[str]:
        """The headings in row `row` (counted from 1), tidied for comparison."""
        return [tidy_heading(cell) for cell in self.rows[row - 1]] if 0 < row <= len(self.rows) else []

    def data(self, header_row: int) -> list[tuple[int, list]]:
        """(row number, cells) below the header; rows with nothing in them are left out."""
        return [(number, row) for number, row in enumerate(self.rows, start=1) if number > header_row and any(cell != "" for cell in row)]


def tidy_heading(cell) -> str:
    """A heading without blanks, the star of a required column, or a remark in brackets at its end."""
    return re.sub(r"[（(][^（()）]*[)）]$", "", re.sub(r"[\s*＊]+", "", str(cell)))


def column_letter(column: int) -> str:
    """0 → A, 26 → AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def check_table_file(file, *, name: str) -> CheckedFile:
    """Raises UnreadableSheetError unless `file` is what its name says, small enough and harmless inside."""
    try:
        return check_file(file, name=name, endings=ENDINGS, max_bytes=MAX_BYTES)
    except UnacceptableFileError as error:
        raise UnreadableSheetError(str(error)) from error


def read_sheet(data: bytes, *, ending: str, sheet: str | None = None) -> Sheet:
    """The sheet named `sheet` (without a name: the first that is shown) of a file that `check_table_file` has passed.

    Raises UnreadableSheetError.
    """
    result = _read_csv(data) if ending == "csv" else _read_workbook(data, sheet)
    rows = result.rows
    while rows and all(cell == "" for cell in rows[-1]):
        rows.pop()
    width = max((max((column for column, cell in enumerate(row, start=1) if cell != ""), default=0) for row in rows), default=0)
    for row in rows:  # in place: the table is in memory once
        row[width:] = [""] * (width - len(row))
    if not rows:
        raise UnreadableSheetError("这张工作表是空的。请另选一张工作表，或确认选对了文件。")
    if len(rows) > MAX_ROWS + HEADER_WITHIN:
        raise UnreadableSheetError(TOO_LONG)
    if width > MAX_COLUMNS:
        raise UnreadableSheetError(TOO_WIDE)
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, str) and len(cell) > MAX_CELL:
                place = f"第 {number} 行 {column_letter(column)} 列"
                raise UnreadableSheetError(f"{place}的文字超过 {MAX_CELL} 个字。请确认该列内容，删减后再上传。")
    return result


def guess_header_row(sheet: Sheet, known: set[str]) -> int:
    """The row (from 1) among the first ten that holds most of the `known` headings; without any, the first with two cells filled."""
    best, score = 0, 0
    for number in range(1, min(HEADER_WITHIN, len(sheet.rows)) + 1):
        found = len(known.intersection(sheet.header(number)))
        if found and found >= score:  # of equals the lower one: a heading over two rows ends there
            best, score = number, found
    if best:
        return best
    filled = (
        number for number in range(1, min(HEADER_WITHIN, len(sheet.rows)) + 1) if sum(bool(cell) for cell in sheet.header(number)) > 1
    )
    return next(filled, 1)


class _Cells:
    """Tidies cells; what stands in a table many times is tidied and kept once."""

    def __init__(self):
        self.known: dict[str, str] = {}

    def tidied(self, row: list) -> list:
        return [self._tidied(cell) for cell in row]

    def _tidied(self, cell):
        if cell is None:
            return ""
        if isinstance(cell, str):
            if cell not in self.known:
                self.known[cell] = tidy(cell)
            return self.known[cell]
        if isinstance(cell, float) and cell.is_integer() and abs(cell) < MAX_EXACT:
            return int(cell)
        return cell


def _read_csv(data: bytes) -> Sheet:
    try:
        text, _encoding = decode(data)
    except UnreadableDocumentError as error:
        raise UnreadableSheetError(str(error)) from error
    beginning = text.split("\n", HEADER_WITHIN)[:HEADER_WITHIN]
    delimiter = max(",\t;，", key=lambda mark: sum(line.count(mark) for line in beginning))
    rows, cells = [], _Cells()
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if len(rows) > MAX_ROWS + HEADER_WITHIN and any(row):
                raise UnreadableSheetError(TOO_LONG)
            rows.append(cells.tidied(row))
            if len(rows) > 20 * MAX_ROWS:
                break
    except csv.Error as error:
        place = f"第 {len(rows) + 1} 行"
        raise UnreadableSheetError(f"{place}读不出来（引号不成对或文字过长）。请用 WPS 或 Excel 另存为 .xlsx 再上传。") from error
    return Sheet("", rows)


def _read_workbook(data: bytes, sheet: str | None) -> Sheet:
    if data[:2] == b"PK":
        _check_extent(data)
    asked = {"wanted": sheet, "max_rows": MAX_ROWS + HEADER_WITHIN, "max_columns": MAX_COLUMNS}
    with tempfile.TemporaryFile() as source:
        source.write(data)
        source.seek(0)
        with subprocess.Popen(  # noqa: S603 (our own program; the file goes in by standard input)
            [sys.executable, "-I", str(CHILD), json.dumps(asked)], stdin=source, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as child:
            late = threading.Event()
            clock = threading.Timer(CHILD_SECONDS, lambda: (late.set(), child.kill()))
            clock.start()
            try:
                return _told(child.stdout, sheet)
            except ValueError as error:  # the child was ended and its last line is missing or half a line
                if late.is_set():
                    raise UnreadableSheetError("表格太复杂，没能在规定时间内读完。请只留要导入的工作表，另存后再上传。") from error
                raise UnreadableSheetError("表格占用的内存过大，已拒绝。请只留要导入的行列，另存后再上传。") from error
            finally:
                clock.cancel()
                child.kill()


def _told(lines: Iterable[bytes], sheet: str | None) -> Sheet:
    """Row by row, so that the table is in memory once. Raises ValueError where the telling ends early."""
    known, rows, cells = None, [], _Cells()
    for line in lines:
        told = json.loads(line)
        if isinstance(told, list):
            rows.append(cells.tidied(told))
        elif problem := told.get("error"):
            raise UnreadableSheetError(_complaint(problem, told, sheet))
        elif told.get("end"):
            names = tuple(one["name"] for one in known["sheets"])
            return Sheet(known["sheet"], rows, names, tuple(one["name"] for one in known["sheets"] if one["hidden"]))
        else:
            known = told
    raise ValueError("the last line is missing")


def _complaint(problem: str, answer: dict, sheet: str | None) -> str:
    if problem == "extent":
        return TOO_LONG if answer["height"] > MAX_ROWS + HEADER_WITHIN else TOO_WIDE
    if problem == "sheet":
        return f"文件里没有名为“{sheet}”的工作表。请重新选择。"
    return {
        "password": "文件已加密。请去掉打开密码后再上传。",
        "empty": "文件里没有工作表。请确认选对了文件。",
        "memory": "表格占用的内存过大，已拒绝。请只留要导入的行列，另存后再上传。",
    }.get(problem, BROKEN)


class _TooFarError(Exception):
    pass


class _ForbiddenError(Exception):
    """The part declares a document type: the beginning of every entity bomb."""


class _Extent:
    """Reads a worksheet's cells and stops at the first one with content outside the limits.

    A parser reserves the whole rectangle up to the last cell: a file of two kilobytes can ask for a million rows by 16,384 columns.
    """

    def __init__(self):
        self.row, self.column, self.strings = 0, 0, 0

    def read(self, part: bytes) -> None:
        """Straight from expat, which resolves nothing from outside: a handler between would take four times as long.

        Raises _TooFarError, _ForbiddenError, ExpatError.
        """
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = self._refuse
        parser.Parse(part, True)

    def _start(self, name, attributes):
        if ":" in name:
            name = name.rpartition(":")[2]
        if name == "c":
            match = CELL.fullmatch(attributes.get("r") or "")
            if match:
                self.column, self.row = _column_number(match[1]), int(match[2])
            else:
                self.column += 1
        elif name in ("v", "f", "is"):
            if self.row > MAX_ROWS + HEADER_WITHIN:
                raise _TooFarError(TOO_LONG)
            if self.column > MAX_COLUMNS:
                raise _TooFarError(TOO_WIDE)
        elif name == "row":
            self.row, self.column = self._number(attributes.get("r"), self.row + 1), 0
        elif name == "si":
            self.strings += 1
            if self.strings > MAX_STRINGS:
                raise _TooFarError(TOO_LONG)

    @staticmethod
    def _refuse(*_declared):
        raise _ForbiddenError

    @staticmethod
    def _number(text, otherwise):
        return int(text) if text and text.isdigit() and len(text) < 9 else otherwise


@cache
def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _check_extent(data: bytes) -> None:
    """Read every part to its end (a size that lies is found here) and every sheet's cell addresses."""
    try:
        check_archive(data)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in archive.infolist():
                part = archive.read(entry)
                if entry.filename.lower().endswith(".xml"):  # a sheet may go by any name
                    _Extent().read(part)
    except UnsafeArchiveError as error:
        raise UnreadableSheetError(str(error)) from error
    except _TooFarError as error:
        raise UnreadableSheetError(str(error)) from error
    except (expat.ExpatError, _ForbiddenError, zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError) as error:
        raise UnreadableSheetError(BROKEN) from error
