"""Files of an article: pictures with their captions, and the .docx a text came from. Never a public address."""

import datetime
from dataclasses import dataclass
from pathlib import PurePath

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.template.defaultfilters import filesizeformat

from cms.core.reading import Block, UnreadableDocumentError, read_document
from cms.files.services import kept_picture
from cms.files.validation import check_file, presentable_name, size_of

from ...periods import local_day
from ...programme.rights import Rights
from ..choices import FileKind
from ..models import ArticleFile, MediaArticle
from ..rights import ContributionRights
from .locking import lock_article

PICTURE_ENDINGS = ("jpg", "jpeg", "png", "webp")
MAX_PICTURES = 12
MAX_DOCUMENTS = 3
MAX_PICTURE_BYTES = settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE
MAX_DOCUMENT_BYTES = settings.WAGTAILDOCS_MAX_UPLOAD_SIZE
MAX_CAPTION = ArticleFile._meta.get_field("caption").max_length


class ArticleFileError(ValidationError):
    """The file cannot be kept; the message is Chinese, names it and says what to do."""


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """The text of a .docx. `findings` are for a person to look at."""

    name: str
    text: str
    findings: list[str]
    data: bytes
    sha256: str


def add_picture(*, article: MediaArticle, file, name: str, caption: str, by, now: datetime.datetime) -> ArticleFile:
    """Keep a picture without what the camera wrote into it; the same picture once. `file` is open and binary. Raises ValidationError."""
    shown, caption = presentable_name(name), " ".join(caption.replace("\x00", "").split())
    if not caption:
        raise ArticleFileError({"caption": "请写图片说明：时间、地点、人物、在做什么。"})
    if len(caption) > MAX_CAPTION:
        raise ArticleFileError({"caption": f"图片说明最多 {MAX_CAPTION} 个字，现在有 {len(caption)} 个。"})
    if (size := size_of(file)) > MAX_PICTURE_BYTES:
        limit = filesizeformat(MAX_PICTURE_BYTES)
        raise ArticleFileError(f"图片“{shown}”有 {filesizeformat(size)}，超过上限 {limit}，没有存。请缩小后再传。")
    stem = PurePath(shown).stem or "图片"
    checked, content = kept_picture(file.read(), stem=stem, endings=PICTURE_ENDINGS, max_bytes=MAX_PICTURE_BYTES)
    facts = {"kind": FileKind.PICTURE, "original_name": checked.name, "sha256": checked.sha256, "caption": caption}
    return _keep(article, content, facts, limit=(MAX_PICTURES, "张图片"), by=by, now=now)


def read_docx(*, file, name: str) -> ReadDocument:
    """The text of a .docx, a paragraph a line. Macros are refused, nothing the file points to is fetched. Raises ValidationError."""
    shown = presentable_name(name)
    if PurePath(shown).suffix.lower() in (".doc", ".wps", ".odt", ".rtf"):
        raise ArticleFileError(f"“{shown}”不是 .docx 文件，没有读入。请用 WPS 或 Word 打开，另存为 .docx 再选。")
    checked = check_file(file, name=name, endings=["docx"], max_bytes=MAX_DOCUMENT_BYTES)
    data = file.read()
    try:
        document = read_document(data, checked.name)
    except UnreadableDocumentError as error:
        raise ArticleFileError(f"“{checked.name}”没有读入。{error}") from error
    text, pictures, tables = text_of_blocks(document.blocks)
    if not text:
        raise ArticleFileError(f"“{checked.name}”里没有文字，没有读入。请确认选对了文件。")
    findings = [str(finding) for finding in document.findings]
    if pictures:
        findings.append(f"文件里有 {pictures} 张图片，没有读入：图片请另外上传，并写图片说明。")
    if tables:
        findings.append(f"文件里有 {tables} 个表格，已改成文字，一行一段。请核对。")
    return ReadDocument(checked.name, text, findings, data, checked.sha256)


def keep_document(*, article: MediaArticle, document: ReadDocument, by, now: datetime.datetime) -> ArticleFile:
    """The .docx beside the text that was taken from it; the same one once. Raises ValidationError."""
    content = SimpleUploadedFile(document.name, document.data)
    facts = {"kind": FileKind.DOCUMENT, "original_name": document.name, "sha256": document.sha256, "caption": ""}
    return _keep(article, content, facts, limit=(MAX_DOCUMENTS, "个 Word 文件"), by=by, now=now)


def text_of_blocks(blocks: list[Block]) -> tuple[str, int, int]:
    """The text, and how many pictures and tables there were. A row of a table is a line."""
    lines, pictures, tables = [], 0, 0
    for block in blocks:
        match block.kind:
            case "table":
                tables += 1
                lines += ["　".join(filter(None, row)) for row in block.rows if any(row)]
            case "image":
                pictures += 1
            case _:
                lines.append(block.text)
    return "\n".join(line for line in lines if line.strip()).replace("\x00", ""), pictures, tables


@transaction.atomic
def remove_article_file(*, file: ArticleFile, by, now: datetime.datetime) -> None:
    """The row goes now, the bytes when that is certain. Raises ArticleFileError."""
    _check_writer(lock_article(file.article_id), by=by, now=now)
    storage, name = file.file.storage, file.file.name
    file.delete()
    transaction.on_commit(lambda: storage.delete(name))


def _keep(article: MediaArticle, content, facts: dict, *, limit: tuple[int, str], by, now) -> ArticleFile:
    file = ArticleFile(article=article, file=content, added_at=now, **facts)
    try:
        with transaction.atomic():  # the file last, because no database takes bytes back
            stored = lock_article(article.pk)
            _check_writer(stored, by=by, now=now)
            if known := stored.files.filter(sha256=file.sha256).first():
                return known
            most, what = limit
            if stored.files.filter(kind=file.kind).count() >= most:
                raise ArticleFileError(f"一篇稿件最多 {most} {what}，“{file.original_name}”没有存。请删去不用的再传。")
            file.save()
    except IntegrityError:  # the same file sent twice at once: the other one is there
        file.file.storage.delete(file.file.name)
        return article.files.get(sha256=file.sha256)
    return file


def _check_writer(article: MediaArticle, *, by, now) -> None:
    rights = ContributionRights(Rights(by, local_day(now)))
    if not rights.wrote(article):
        raise ArticleFileError("只有作者和录入的人能增删附件。")
    if not article.is_being_written:
        raise ArticleFileError(f"这篇稿件已是“{article.get_state_display()}”，不能再增删附件；退回或撤回以后可以。")
