"""学习笔记: written, changed, deleted and made into a reflection by their owner. Nothing here is logged, told or indexed: a note is private."""

import datetime
import uuid

from django.core.exceptions import ValidationError
from django.db import transaction

from ...organisation.models import StaffMember
from ..models import Reflection, StudyNote
from ..note_materials import Material
from ..own_reflections import suggested_title
from ..text import html_of_text
from .drafts import open_draft

ABOUT_LENGTH = StudyNote._meta.get_field("about").max_length
TITLE_LENGTH = Reflection._meta.get_field("title").max_length


class NoteError(ValidationError):
    """The note cannot be kept or used like that; the message is Chinese and says what to do."""


@transaction.atomic
def write_note(*, material: Material, about: str, quote: str, text: str, by, now: datetime.datetime) -> StudyNote:
    """A note of `by`, beside `material` or beside nothing. `about` is the material's title unless they named it themselves."""
    return StudyNote.objects.create(
        owner=by,
        page=material.page,
        book=material.book,
        session=material.session,
        about=_about(about or material.title),
        quote=_text(quote),
        text=_written(text),
        created_at=now,
        updated_at=now,
    )


@transaction.atomic
def change_note(*, note: StudyNote, about: str, quote: str, text: str, by, now: datetime.datetime) -> StudyNote:
    """Raises StudyNote.DoesNotExist for anybody but the owner."""
    note = _lock(note, by)
    note.about, note.quote, note.text, note.updated_at = _about(about), _text(quote), _written(text), now
    note.save(update_fields=["about", "quote", "text", "updated_at"])
    return note


@transaction.atomic
def delete_note(*, note: StudyNote, by) -> None:
    """For good; a reflection that was made of it stays. Raises StudyNote.DoesNotExist for anybody but the owner."""
    _lock(note, by).delete()


@transaction.atomic
def reflect_on(*, note: StudyNote, by, now: datetime.datetime) -> Reflection:
    """The reflection that `note` has become: a draft with its text, the quotation marked as one, on the same book or session.

    A second time leads to the first. Raises NoteError for an account that is nobody's of the roster, DraftError as any draft does,
    StudyNote.DoesNotExist for anybody but the owner.
    """
    note = _lock(note, by)
    if note.reflection:
        return note.reflection
    author = StaffMember.objects.filter(user=by).first()
    if author is None:
        raise NoteError("您的账号还没有对应到人员名册里的人，写不了心得；笔记照样可以记。请联系系统管理员关联账号。")
    title = suggested_title(book_name=note.book.title if note.book else "", session=note.session)
    if not title and note.about:
        title = f"“{note.about}”学习心得" if len(note.about) <= TITLE_LENGTH - 6 else note.about[:TITLE_LENGTH]
    note.reflection = open_draft(
        author=author, token=uuid.uuid4(), book=note.book, session=note.session, title=title, html=html_of(note), by=by, now=now
    )
    note.save(update_fields=["reflection"])
    return note.reflection


def html_of(note: StudyNote) -> str:
    quote = html_of_text(note.quote)
    return (f"<blockquote>{quote}</blockquote>" if quote else "") + html_of_text(note.text)


def _lock(note: StudyNote, by) -> StudyNote:
    """In two statements: PostgreSQL reads the locked row anew once it has waited, and what is joined to it as it stood before."""
    own = StudyNote.objects.of(by)
    own.select_for_update().only("pk").get(pk=note.pk)
    return own.select_related("book", "session", "reflection").get(pk=note.pk)


def _text(value: str) -> str:
    return value.replace("\x00", "").replace("\r\n", "\n").strip()


def _about(value: str) -> str:
    return " ".join(_text(value).split())[:ABOUT_LENGTH]


def _written(value: str) -> str:
    text = _text(value)
    if not text:
        raise NoteError({"text": "还没有写笔记。请写一句再保存。"})
    return text
