"""What the cells of a row of a 采用 table say, before anything is looked up."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field

from cms.imports.kinds import Row

from ..choices import Level, Medium, Position
from .cells import LEVELS, MEDIA, POSITIONS, Cells, code_of, day_of, length_of, names_of, parts_of, text_of, title_of, url_of, yes_or_no
from .known import Author, KnownOutlet


@dataclass(slots=True)
class Clipping:
    """What the cells of a row say, and what was found of it."""

    row: Row
    errors: list[str]
    is_sum: bool = False
    title: str = ""
    outlet_name: str = ""
    published_on: datetime.date | None = None
    written_on: datetime.date | None = None
    page: str = ""
    position: str = Position.ORDINARY.value
    length: tuple[int, bool | None] | None = None
    has_picture: bool = False
    is_reprint: bool = False
    url: str = ""
    places: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    note: str = ""
    level: str = ""
    medium: str = ""
    notes: list[str] = field(default_factory=list)
    choices: Sequence[tuple[str, str]] = ()
    outlet: KnownOutlet | None = None
    departments: tuple[int, ...] = ()
    authors: tuple[Author, ...] = ()


def understand(row: Row, today: datetime.date | None, memory: dict) -> Clipping:
    cells = Cells(row, memory)
    one = Clipping(row, cells.errors)
    if cells.is_sum("title", "outlet", "departments", "published_on"):
        one.is_sum = True
        return one
    one.title = cells.get("title", title_of, "")
    one.outlet_name = cells.get("outlet", lambda raw: text_of(raw, column="媒体", most=60), "")
    one.published_on = cells.get("published_on", lambda raw: day_of(raw, column="刊发日期", today=today))
    one.written_on = cells.get("written_on", lambda raw: day_of(raw, column="成稿日期", today=today))
    one.page = cells.get("page", lambda raw: text_of(raw, column="版面", most=30), "")
    one.position = cells.get("position", lambda raw: code_of(raw, POSITIONS, column="位置", choices=Position), one.position)
    one.length = cells.get("length", length_of)
    one.has_picture = cells.get("has_picture", lambda raw: yes_or_no(raw, column="有图"), False)
    one.is_reprint = cells.get("is_reprint", lambda raw: yes_or_no(raw, column="转载"), False)
    one.url = cells.get("url", url_of, "")
    one.places = cells.get("departments", parts_of, ())
    one.names = cells.get("authors", names_of, ())
    one.note = cells.get("note", lambda raw: text_of(raw, column="备注", most=300), "")
    one.level = cells.get("level", lambda raw: code_of(raw, LEVELS, column="级别", choices=Level), "")
    one.medium = cells.get("medium", lambda raw: code_of(raw, MEDIA, column="媒体类别", choices=Medium), "")
    if not one.title and not any(error.startswith("标题") for error in one.errors):
        one.errors.append("标题是空的。请补上。")
    if one.published_on is None and not any(error.startswith("刊发日期") for error in one.errors):
        one.errors.append("刊发日期是空的。请补上。")
    if one.published_on and one.written_on and one.published_on < one.written_on:
        one.errors.append(
            f"刊发日期 {one.published_on:%Y-%m-%d} 早于成稿日期 {one.written_on:%Y-%m-%d}。请核对这两列；不知道成稿日期的可以留空。"
        )
    return one
