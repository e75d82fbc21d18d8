"""Files of a report: its whole text as it was written, and attachments. Never a public address."""

import datetime
from pathlib import PurePath

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from cms.files.forms import without_metadata
from cms.files.validation import check_file, presentable_name

from ..choices import FileKind
from ..models import ResearchFile, ResearchReport
from ..research_limits import MOST_FILES
from .files import PICTURE_ENDINGS, read_docx
from .research_steps import ResearchError
from .research_work import keep_change, put_text, report_to_write

DOCUMENT_ENDINGS = ("docx", "pdf", "wps", "doc", "xlsx", "xls", "pptx", "ofd")
MAX_BYTES = settings.WAGTAILDOCS_MAX_UPLOAD_SIZE


def add_file(*, report: ResearchReport, file, name: str, is_report: bool, by, now: datetime.datetime) -> ResearchFile:
    """`file` is open and binary; the same one is kept once. Pictures lose what the camera wrote into them. Raises ValidationError."""
    checked = check_file(file, name=name, endings=[*DOCUMENT_ENDINGS, *PICTURE_ENDINGS], max_bytes=MAX_BYTES)
    content = SimpleUploadedFile(checked.name, file.read())
    is_picture = checked.ending in PICTURE_ENDINGS
    if is_picture and is_report:
        raise ResearchError(f"“{checked.name}”是图片，不能作报告全文。请选 .docx 或 .pdf，或作为附件上传。")
    if is_picture:
        content = without_metadata(content, name=checked.name, ending=checked.ending)
    kind = FileKind.PICTURE if is_picture else FileKind.DOCUMENT
    kept = ResearchFile(
        report=report, kind=kind, is_report=is_report, file=content, original_name=checked.name, sha256=checked.sha256, added_at=now
    )
    try:
        with transaction.atomic():  # the file last, because no database takes bytes back
            stored = report_to_write(report, by=by, now=now)
            if known := stored.files.filter(sha256=kept.sha256).first():
                return known
            if stored.files.count() >= MOST_FILES:
                raise ResearchError(f"一份报告最多 {MOST_FILES} 个文件，“{checked.name}”没有存。请删去不用的再传。")
            keep_change(stored, [], by=by, now=now)
            kept.save()
    except IntegrityError:  # the same file sent twice at once: the other one is there
        kept.file.storage.delete(kept.file.name)
        return report.files.get(sha256=kept.sha256)
    return kept


def read_report(
    *, report: ResearchReport, file, name: str, is_replacing: bool, by, now: datetime.datetime
) -> tuple[ResearchReport, list[str]]:
    """The text of a .docx becomes the body, or follows it; the file is kept as the whole text. Returns what a person should look at, too.

    Raises ValidationError.
    """
    if PurePath(presentable_name(name)).suffix.lower() != ".docx":
        raise ResearchError("只能从 .docx 读入文字。请用 WPS 或 Word 另存为 .docx；其他格式请作为附件上传。")
    document = read_docx(file=file, name=name)
    file.seek(0)
    with transaction.atomic():
        stored = put_text(report=report, text=document.text, is_replacing=is_replacing, by=by, now=now)
        add_file(report=stored, file=file, name=name, is_report=True, by=by, now=now)
    return stored, document.findings


@transaction.atomic
def remove_file(*, file: ResearchFile, by, now: datetime.datetime) -> None:
    """The row goes now, the bytes when that is certain. Raises ResearchError."""
    stored = report_to_write(file.report, by=by, now=now)
    found = stored.files.filter(pk=file.pk).first()
    if found is None:
        return
    storage, name = found.file.storage, found.file.name
    found.delete()
    keep_change(stored, [], by=by, now=now)
    transaction.on_commit(lambda: storage.delete(name))
