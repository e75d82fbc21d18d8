"""Drafts of notices for rooms that do not see the library: they say what is to be told, the library makes the page."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from django.core.exceptions import ImproperlyConfigured, ValidationError
from wagtail.models import Page


class NoticeDraftError(ValidationError):
    """No draft can be made; the message is Chinese and says what to do."""


@dataclass(frozen=True, slots=True)
class NoticeTable:
    """A table of plain text: what it shows, its columns, its rows (as many cells each as there are columns)."""

    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class NoticeText:
    """What a notice says: plain paragraphs, then tables, then closing paragraphs, then who signs and the day below the text."""

    title: str
    paragraphs: Sequence[str]
    signed_by: str
    composed_on: datetime.date
    tables: Sequence[NoticeTable] = ()
    closing: Sequence[str] = ()


class NoticeWriter(Protocol):
    def __call__(self, text: NoticeText, *, by) -> Page:
        """A page that is a draft, in the column where such notices stand. Raises NoticeDraftError."""


_writers: list[NoticeWriter] = []


def register_notice_writer(writer: NoticeWriter) -> None:
    """Raises ImproperlyConfigured when another one is there already: a notice is drafted in one way."""
    if _writers and _writers[0] != writer:
        raise ImproperlyConfigured("a notice writer is registered already")
    _writers[:] = [writer]


def draft_notice(text: NoticeText, *, by) -> Page:
    """The draft of `text` as a page by `by`: nothing is published, it goes the way of every notice. Raises NoticeDraftError."""
    if not _writers:
        raise NoticeDraftError("网站没有装通知栏目，生成不了公示稿。请在后台手工新建通知。")
    return _writers[0](text, by=by)
