"""图书: a list of books as a kind of table import.

Two rules above all: a book is known by its ISBN, and without one by title and author; an empty cell never erases anything.
"""

import datetime
import re
from collections import defaultdict
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError

from cms.imports.kinds import Field, ImportKind, Row, Verdict
from cms.imports.models import ImportRow
from cms.imports.workbooks import as_text
from cms.imports.written import changed, created, snapshot

from ..organisation.roster import CellError, clean_text, parse_date
from ..topics.areas import ContentArea
from .isbn import normal_isbn
from .models import Book
from .services.books import save_book, tidy_title

State = ImportRow.State
SUMS = {"合计", "小计", "总计", "共计"}
BLANKS = re.compile(r"\s+")
COPIES = re.compile(r"(\d{1,6})(?:\.0+)?\s*[册本]?")
MOST_COPIES = 32_767
AREAS = {area.label: area.value for area in ContentArea} | {
    "核心价值体系": ContentArea.CORE_VALUES.value,
    "核心价值观": ContentArea.CORE_VALUES.value,
}
LABELS = {
    "title": "书名",
    "author": "作者",
    "publisher": "出版社",
    "isbn": "ISBN",
    "area": "内容领域",
    "copies": "册数",
    "shelf_mark": "架位",
    "arrived_on": "到馆日期",
    "intro": "简介",
}


@dataclass(slots=True)
class _Understood:
    """What the cells of a row say; an empty cell says nothing. `errors` where a cell cannot be understood."""

    row: Row
    values: dict = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    @property
    def title(self) -> str:
        return self.values.get("title", "")


class BookKind(ImportKind):
    key = "books"
    label = "图书"
    description = "阅览室的图书。有 ISBN 的按 ISBN 认，没有的按书名和作者认；已有的书只改有变化的栏目，空白格不改动已有内容。"
    permissions = ("learning.add_book", "learning.change_book")
    fields = (
        Field("title", "书名", ("题名", "图书名称", "书籍名称", "正题名"), required=True, example="某书（修订版）", help="不用写书名号。"),
        Field("author", "作者", ("著者", "责任者", "编者", "著作者"), example="张三"),
        Field("publisher", "出版社", ("出版者", "出版单位"), example="某某出版社"),
        Field(
            "isbn",
            "ISBN",
            ("ISBN号", "书号", "国际标准书号", "标准书号"),
            example="978-7-00-000000-1",
            help="10 位或 13 位，可带连字符；在封底。",
        ),
        Field(
            "area",
            "内容领域",
            ("领域", "类别", "分类"),
            example="政治理论",
            help=f"填{'、'.join(label for label in ContentArea.labels)}之一。",
        ),
        Field("copies", "册数", ("数量", "复本数", "本数", "阅览室册数"), example="2", help="阅览室里的册数；没有的填 0。"),
        Field("shelf_mark", "架位", ("架位号", "索书号", "书架", "位置"), example="A-03"),
        Field("arrived_on", "到馆日期", ("入馆日期", "入库日期", "到货日期", "购入日期"), example="2026-11-02", help="从这一天起算新书。"),
        Field("intro", "简介", ("内容简介", "内容提要", "提要")),
    )

    def check(self, rows, batch):
        understood = [_understand(row) for row in rows]
        register = _Register(understood)
        verdicts = [register.judge(one) for one in understood]
        _refuse_doubles(understood, verdicts)
        return verdicts

    def commit(self, row, by):
        values = dict(row.cleaned["values"])
        if values.get("arrived_on"):
            values["arrived_on"] = datetime.date.fromisoformat(values["arrived_on"])
        if row.cleaned["book"] is None:
            return [created(save_book(book=Book(**values), by=by))]
        book = Book.objects.select_for_update().get(pk=row.cleaned["book"])
        before = snapshot(book)
        for name, value in values.items():
            setattr(book, name, value)
        return [changed(save_book(book=book, by=by), before)]


def _understand(row: Row) -> _Understood:
    understood = _Understood(row)
    for name, read in READERS.items():
        raw = row.values.get(name, "")
        if raw in ("", None):
            continue
        try:
            value = read(raw)
        except CellError as error:
            understood.errors.append(str(error))
        else:
            if value != "":
                understood.values[name] = value
    if not understood.title and not any(error.startswith("书名") for error in understood.errors):
        understood.errors.append("书名是空的。请补上。")
    return understood


def _text(name: str):
    """Reads a cell as it is written: full-width marks belong to a title."""
    most = Book._meta.get_field(name).max_length

    def read(raw):
        text = BLANKS.sub(" ", as_text(raw)).strip()
        if name == "title":
            text = tidy_title(text)
        if len(text) > most:
            raise CellError(f"{LABELS[name]}超过 {most} 个字。请缩短。")
        return text

    return read


def _isbn(raw):
    try:
        return normal_isbn(clean_text(raw, column="ISBN"))
    except ValidationError as error:
        raise CellError("".join(error.messages)) from error


def _area(raw):
    text = clean_text(raw, column="内容领域").replace(" ", "")
    if text in ContentArea.values:
        return text
    if text not in AREAS:
        raise CellError(f"内容领域“{text}”认不出。请填{'、'.join(ContentArea.labels)}之一，或留空。")
    return AREAS[text]


def _copies(raw):
    text = clean_text(raw, column="册数")
    match = COPIES.fullmatch(text)
    if not match or int(match[1]) > MOST_COPIES:
        raise CellError(f"册数“{text}”不是 0 到 {MOST_COPIES} 的整数。请改正。")
    return int(match[1])


READERS = {
    "title": _text("title"),
    "author": _text("author"),
    "publisher": _text("publisher"),
    "isbn": _isbn,
    "area": _area,
    "copies": _copies,
    "shelf_mark": _text("shelf_mark"),
    "arrived_on": lambda raw: parse_date(raw, column="到馆日期").isoformat(),
    "intro": _text("intro"),
}


class _Register:
    """The books that rows may mean, fetched once for the whole table, and the judgement of each row against them."""

    def __init__(self, understood: list[_Understood]):
        self.by_isbn, self.by_title = {}, defaultdict(list)
        titles = {one.title for one in understood if one.title}
        numbers = {one.values["isbn"] for one in understood if "isbn" in one.values}
        for book in Book.objects.order_by("pk").iterator():
            if book.isbn in numbers:
                self.by_isbn[book.isbn] = book
            if book.title in titles:
                self.by_title[book.title].append(book)

    def judge(self, one: _Understood) -> Verdict:
        if one.title.rstrip("：:") in SUMS:
            return Verdict(State.SKIPPED.value, ["像是合计，不导入。"])
        if one.errors:
            return Verdict(State.ERROR.value, one.errors)
        try:
            book, messages = self._find(one)
        except CellError as error:
            return Verdict(State.ERROR.value, [str(error)])
        if book is None:
            return Verdict(State.NEW.value, messages, cleaned={"book": None, "values": one.values})
        changes = [
            (LABELS[name], _in_words(name, before), _in_words(name, after)) for name, before, after in _differences(book, one.values)
        ]
        state = State.CHANGE if changes else State.SAME
        return Verdict(state.value, messages, cleaned={"book": book.pk, "values": one.values}, changes=changes)

    def _find(self, one: _Understood) -> tuple[Book | None, list[str]]:
        """The book that a row means and what is to be said about it. Raises CellError where it may be several."""
        isbn, author = one.values.get("isbn", ""), one.values.get("author", "")
        if isbn in self.by_isbn:
            return self.by_isbn[isbn], []
        alike = [book for book in self.by_title[one.title] if not author or not book.author or book.author == author]
        if isbn:
            without = [book for book in alike if not book.isbn]
            if len(without) == 1:
                return without[0], ["按书名认作系统中没有 ISBN 的这一本，将补上 ISBN。"]
            others = "、".join(book.isbn for book in alike if book.isbn)
            return None, [f"系统中已有同名的书（ISBN {others}），这一行作为另一版本新增。"] if others else []
        exact = [book for book in alike if book.author == author] or alike
        if len(exact) > 1:
            raise CellError(f"系统中有 {len(exact)} 本《{one.title}》，认不出是哪一本。请填作者或 ISBN。")
        return (exact[0] if exact else None), []


def _differences(book: Book, values: dict):
    for name, after in values.items():
        before = getattr(book, name)
        before = before.isoformat() if isinstance(before, datetime.date) else before
        if before != after:
            yield name, before, after


def _in_words(name: str, value) -> str:
    if name == "area":
        return str(ContentArea(value).label) if value else ""
    return "" if value is None else str(value)


def _refuse_doubles(understood: list[_Understood], verdicts: list[Verdict]) -> None:
    """Rows that mean one book: only one of them can be meant. Of a new title two rows are two editions only where both have an ISBN."""
    rows, new = defaultdict(list), defaultdict(list)
    for one, verdict in zip(understood, verdicts, strict=True):
        if not verdict.cleaned:
            continue
        isbn, known = one.values.get("isbn", ""), verdict.cleaned["book"]
        if known or isbn:
            rows[known or isbn].append((one, verdict))
        if not known:
            new[one.title, one.values.get("author", "")].append((one, verdict))
    alike = [same for same in new.values() if not all("isbn" in one.values for one, _verdict in same)]
    for same in (*rows.values(), *alike):
        if len(same) > 1:
            numbers = "、".join(str(one.row.number) for one, _verdict in same)
            for _one, verdict in same:
                verdict.state, verdict.cleaned, verdict.changes = State.ERROR.value, {}, []
                verdict.messages = [f"第 {numbers} 行是同一本书。请合成一行（册数相加），其余删去或选“不导入”。"]
