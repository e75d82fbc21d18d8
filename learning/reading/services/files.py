"""Files of a reflection: photographs of handwriting, and the .docx a text came from. Never a public address."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import PurePath

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.template.defaultfilters import filesizeformat

from cms.core.reading import Block, UnreadableDocumentError, read_document
from cms.files.services import kept_picture
from cms.files.validation import check_file, presentable_name, size_of

from ..choices import FileKind
from ..models import Reflection, ReflectionFile
from .drafts import check_open, check_writer, put_text
from .locking import lock_reflection

PHOTO_ENDINGS = ("jpg", "jpeg", "png", "webp")
MAX_PHOTOS = 9
MAX_DOCUMENTS = 9
MAX_PHOTO_BYTES = settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE
MAX_DOCUMENT_BYTES = settings.WAGTAILDOCS_MAX_UPLOAD_SIZE


class ReflectionFileError(ValidationError):
    """The file cannot be kept; the message is Chinese, names it and says what to do."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a .docx: `findings` are for a person to look at."""

    reflection: Reflection
    findings: list[str]


def add_photo(*, reflection: Reflection, file, name: str, by, now: datetime.datetime) -> ReflectionFile:
    """Keep a photograph without what the telephone wrote into it; the same picture once. `file` is open and binary. Raises ValidationError."""
    check_writer(reflection.author, by=by, now=now)
    shown = presentable_name(name)
    if (size := size_of(file)) > MAX_PHOTO_BYTES:
        limit = filesizeformat(MAX_PHOTO_BYTES)
        raise ReflectionFileError(
            f"照片“{shown}”有 {filesizeformat(size)}，超过上限 {limit}，没有存。请在手机相册里缩小，或用“普通画质”重拍后再传。"
        )
    stem = PurePath(shown).stem or "照片"
    checked, content = kept_picture(file.read(), stem=stem, endings=PHOTO_ENDINGS, max_bytes=MAX_PHOTO_BYTES)
    return _keep(reflection, FileKind.PHOTO, content, checked, limit=(MAX_PHOTOS, "张照片"), now=now)


def add_document(*, reflection: Reflection, file, name: str, is_replacing: bool, by, now: datetime.datetime) -> Imported:
    """The text of a .docx becomes the body, or follows what is written; the file is kept beside it. Raises ValidationError.

    Macros are refused, nothing the file points to is fetched, what tracked changes deleted is not read.
    """
    check_writer(reflection.author, by=by, now=now)
    shown = presentable_name(name)
    if PurePath(shown).suffix.lower() in (".doc", ".wps", ".odt", ".rtf"):
        raise ReflectionFileError(f"“{shown}”不是 .docx 文件，没有读入。请用 WPS 或 Word 打开，另存为 .docx 再选。")
    checked = check_file(file, name=name, endings=["docx"], max_bytes=MAX_DOCUMENT_BYTES)
    if reflection.files.filter(sha256=checked.sha256).exists() and not is_replacing:
        raise ReflectionFileError(f"“{checked.name}”已经读入过，没有再接一遍。要重新读入，请选“替换现有正文”。")
    data = file.read()
    try:
        document = read_document(data, checked.name)
    except UnreadableDocumentError as error:
        raise ReflectionFileError(f"“{checked.name}”没有读入。{error}") from error
    html, pictures, tables = html_of_blocks(document.blocks)
    if not html:
        raise ReflectionFileError(f"“{checked.name}”里没有文字，没有读入。手写的心得请拍照，在“手写照片”里上传。")
    content = SimpleUploadedFile(checked.name, data)
    with transaction.atomic():  # both or neither; the file last, because no database takes bytes back
        stored = put_text(reflection=reflection, html=html, is_replacing=is_replacing, by=by, now=now)
        _keep(reflection, FileKind.DOCUMENT, content, checked, limit=(MAX_DOCUMENTS, "个 Word 文件"), now=now)
    findings = [str(finding) for finding in document.findings]
    if pictures:
        findings.append(f"文件里有 {pictures} 张图片，没有读入。手写稿的照片请在“手写照片”里上传。")
    if tables:
        findings.append(f"文件里有 {tables} 个表格，已改成文字，一行一段。请核对。")
    return Imported(stored, findings)


def html_of_blocks(blocks: Iterable[Block]) -> tuple[str, int, int]:
    """The text of a document as mark-up, and how many pictures and tables it had. Headings and bold stay; a row of a table is a line."""
    lines, pictures, tables = [], 0, 0
    for block in blocks:
        match block.kind:
            case "heading":
                tag = "h2" if block.level == 1 else "h3"
                lines.append(f"<{tag}>{escape(block.text)}</{tag}>")
            case "table":
                tables += 1
                lines += [f"<p>{escape('　'.join(filter(None, row)))}</p>" for row in block.rows if any(row)]
            case "image":
                pictures += 1
            case _:
                lines.append(f"<p>{block.html or escape(block.text)}</p>")
    return "".join(lines), pictures, tables


@transaction.atomic
def remove_file(*, file: ReflectionFile, by, now: datetime.datetime) -> None:
    """The row goes now, the bytes when that is certain. Raises DraftError."""
    stored = lock_reflection(file.reflection_id)
    check_writer(stored.author, by=by, now=now)
    check_open(stored)
    storage, name = file.file.storage, file.file.name
    file.delete()
    transaction.on_commit(lambda: storage.delete(name))


def may_read_file(user, file: ReflectionFile) -> bool:
    """The author; whoever reviews, what was there at the hand-in; the photographs also whoever the reflection is exhibited to."""
    reflection = file.reflection
    if user.is_authenticated:
        if reflection.author.user_id == user.pk:
            return True
        is_reviewer = reflection.reviewer_id == user.pk or user.has_perm("learning.review_reflections")
        if is_reviewer and reflection.handed_in_at and file.added_at <= reflection.handed_in_at:
            return True
    return file.kind == FileKind.PHOTO and Reflection.objects.exhibited_to(user).filter(pk=reflection.pk).exists()


def _keep(reflection: Reflection, kind: str, content, checked, *, limit: tuple[int, str], now) -> ReflectionFile:
    file = ReflectionFile(reflection=reflection, kind=kind, file=content, original_name=checked.name, sha256=checked.sha256, added_at=now)
    try:
        with transaction.atomic():
            stored = lock_reflection(reflection.pk)
            check_open(stored)
            if known := stored.files.filter(sha256=checked.sha256).first():
                return known
            most, what = limit
            if stored.files.filter(kind=kind).count() >= most:
                raise ReflectionFileError(f"一篇心得最多 {most} {what}，“{checked.name}”没有存。请删去不用的再传。")
            file.save()
    except IntegrityError:  # the same file sent twice at once: the other one is there
        file.file.storage.delete(file.file.name)
        return reflection.files.get(sha256=checked.sha256)
    return file
