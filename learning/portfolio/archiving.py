"""A year's archive put together from its parts: a folder for each department, an index, the checksums. Nothing of a part is unpacked."""

import tempfile
from collections.abc import Callable
from typing import BinaryIO

import xlsxwriter
from django.db.models import QuerySet

from cms.files.validation import presentable_name

from .models import ArchivePart, YearArchive
from .packaging.building import private
from .packaging.bundle import Bundle
from .packaging.entries import CHECKSUMS, GUIDE
from .years import last_day

INDEX = "档案专卷目录.xlsx"
HEADINGS = ("序号", "科室（单位）", "姓名", "工号", "说明", "文件", "大小（KB）", "SHA-256")
WIDTHS = (6, 24, 12, 12, 24, 50, 12, 70)
LOCKED = "已锁定"
CHUNK = 100


class DamagedPartError(Exception):
    """The bytes of a part are no longer those that were made. `pk` is its key."""

    def __init__(self, pk: int):
        super().__init__(pk)
        self.pk = pk


def entry_of(part: ArchivePart, year: int) -> str:
    """Where the part lies within the whole; the position keeps two people of one name apart."""
    number = f"（{part.staff.employee_number}）" if part.staff.employee_number else ""
    folder = presentable_name(part.folder)
    return f"{folder}/{part.position:04}-{presentable_name(f'{part.staff.name}{number}')} {year}年五有档案.zip"


def parts_in_order(archive: YearArchive) -> QuerySet[ArchivePart]:
    return archive.parts.select_related("staff").order_by("position")


def assemble(archive: YearArchive, stream: BinaryIO, *, renew: Callable[[], object]) -> None:
    """Into the seekable `stream`; `renew` is called every now and then. Raises DamagedPartError, OSError (disk full)."""
    with Bundle(stream, day=last_day(archive.year)) as bundle, tempfile.TemporaryFile() as index:
        with xlsxwriter.Workbook(index, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
            sheet = _new_sheet(book)
            for row, part in enumerate(parts_in_order(archive).iterator(chunk_size=CHUNK), start=1):
                path = entry_of(part, archive.year)
                with private().open(part.file.name, "rb") as source:
                    if bundle.copy(path, source) != part.sha256:
                        raise DamagedPartError(part.pk)
                told = (part.position, part.folder, part.staff.name, part.staff.employee_number, part.message or LOCKED, path)
                _write_row(sheet, row, (*told, (part.size + 1023) // 1024, part.sha256))
                if row % CHUNK == 0:
                    renew()
        index.seek(0)
        bundle.copy(INDEX, index)
        bundle.add(GUIDE, _guide(archive))
        bundle.close_with_checksums()


def _new_sheet(book):
    sheet = book.add_worksheet("目录")
    bold = book.add_format({"bold": True})
    for column, (heading, width) in enumerate(zip(HEADINGS, WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, heading, bold)
    sheet.freeze_panes(1, 0)
    return sheet


def _write_row(sheet, row: int, cells) -> None:
    """Numbers as such, all else as text: no cell of ours is ever a formula."""
    for column, cell in enumerate(cells):
        if isinstance(cell, int):
            sheet.write_number(row, column, cell)
        else:
            sheet.write_string(row, column, cell)


def _guide(archive: YearArchive) -> bytes:
    lines = [
        f"{archive}（{archive.department or '全局'}，{archive.total} 人）",
        "",
        "每个科室（单位）一个文件夹，每人一个档案包（zip），里面有全卷的 PDF、可编辑的文档和附件原件。",
        f"{INDEX}：全部档案的目录。",
        f"{CHECKSUMS}：各文件的 SHA-256，可以用 sha256sum -c {CHECKSUMS} 核对。",
        "说明一栏写着“未锁定”的，内容以打包那天为准。",
        "",
        "要在另一套系统里读回：请机关党委在“五有档案—读回档案包”里上传这个 zip 文件，不用解压。",
    ]
    return ("\ufeff" + "\r\n".join([*lines, ""])).encode()
