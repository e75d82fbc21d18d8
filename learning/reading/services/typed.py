"""What somebody typed: cleaned, counted, within the limits of a draft. Asked before anything is locked."""

import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError

from ..models import Reflection, ReflectionCopy
from ..text import clean_html, count_characters, passages_of
from .books import tidy_title

MAX_DRAFT_LENGTH = 300_000  # characters of text
MAX_TAGS, MAX_OPEN = 60_000, 2_000  # of mark-up: what no document has, and what would keep a server busy for minutes
NESTING = re.compile(r"<(/?)(?:blockquote|ul|ol|li|div|section|table|td|b|i|strong|em|span|ins|h[1-6])\b", re.IGNORECASE)
LIMITS = {"title": ("题目", 120), "application": ("“用到工作中的”", 1000), "book_title": ("书名", 120)}


class DraftError(ValidationError):
    """The draft cannot be kept like that; the message is Chinese and says what to do."""


class DraftTooLongError(DraftError):
    """Longer than any draft may be; nothing was stored."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed, cleaned."""

    title: str
    html: str
    application: str
    characters: int

    def is_in(self, stored: Reflection | ReflectionCopy) -> bool:
        return (self.title, self.html, self.application) == (stored.title, stored.html, stored.application)


def read_typed(title: str, html: str, application: str) -> Typed:
    """Cleaned before anything is locked. Raises DraftError."""
    _check_markup(html)
    text = clean_html(html)
    passages = passages_of(text)
    length = sum(len(passage.text) for passage in passages)
    if length > MAX_DRAFT_LENGTH:
        raise DraftTooLongError(
            f"正文有 {length:,} 个字符，一篇草稿最多 {MAX_DRAFT_LENGTH:,} 个，这次没有保存。您写的还在本页，请先复制到 Word 里留存，再删减或分成几篇。",
            code="too_long",
        )
    characters = sum(count_characters(passage.text) for passage in passages)
    return Typed(_short("title", title), text, _short("application", application), characters)


def _check_markup(html: str) -> None:
    is_open = deepest = 0
    for found in NESTING.finditer(html):
        is_open += -1 if found[1] else 1
        deepest = max(deepest, is_open)
    if deepest > MAX_OPEN or html.count("<") > MAX_TAGS:
        raise DraftError("这些内容的段落或格式太多，读不出来，没有保存。请先粘贴到记事本，再把纯文字复制过来，或分成几篇。")


def about_book(book, book_title: str) -> dict:
    """A book of the room, or a title of one's own."""
    return {"book": book, "book_title": "" if book else _short("book_title", tidy_title(book_title))}


def _short(name: str, value: str) -> str:
    value = value.replace("\x00", "").replace("\r\n", "\n").strip()
    label, limit = LIMITS[name]
    if len(value) > limit:
        raise DraftError({name: f"{label}最多 {limit} 个字，现有 {len(value)} 个，请删减后再保存。"})
    return value
