"""From a file to a notice page: reading, recognising, finding the column, storing the pictures, writing the page."""

import hashlib
from dataclasses import dataclass

from django.db import transaction

from cms.core.reading import Finding, read_document
from cms.files.models import CustomImage
from cms.files.services import UnacceptableFileError, drop_unkept, store_image

from ..articles.models import ColumnPage
from .models import NoticePage
from .notice import Notice, read_notice
from .services import import_notice


class ColumnNotFoundError(Exception):
    """No column to put the notice in; the message lists the ones there are."""


@dataclass(frozen=True, slots=True)
class ImportedNotice:
    page: NoticePage
    outcome: str
    findings: list[Finding]


def find_column(*, slug: str | None, title: str) -> ColumnPage:
    """The column with that slug or, without one, the column named in the notice's breadcrumb.

    Raises ColumnNotFoundError when there is none, or more than one.
    """
    found = list(ColumnPage.objects.filter(slug=slug) if slug else ColumnPage.objects.filter(title=title))
    if len(found) == 1:
        return found[0]
    wanted = f"地址名为“{slug}”的栏目" if slug else f"名为“{title}”的栏目"
    if found:
        problem = f"有不止一个{wanted}"
    elif slug or title:
        problem = f"没有{wanted}"
    else:
        problem = "文件没有写明栏目"
    names = "、".join(f"{column.slug}（{column.title}）" for column in ColumnPage.objects.order_by("path"))
    raise ColumnNotFoundError(f"{problem}。请用 --parent 指定：{names}。" if names else f"{problem}。网站还没有任何栏目，请先建立。")


def import_notice_file(*, data, filename, parent_slug=None, publish=False, replace=False, by=None) -> ImportedNotice:
    """Import one file. Raises UnreadableDocumentError, NotANoticeError, ColumnNotFoundError or EditedSinceImportError; then nothing is written."""
    notice = read_notice(read_document(data, filename))
    parent = find_column(slug=parent_slug, title=notice.column)
    pictures = {}
    try:
        with transaction.atomic():
            _store_pictures(notice, pictures, by)
            page, outcome = import_notice(notice=notice, parent=parent, publish=publish, replace=replace, by=by, images=pictures)
    except BaseException:
        drop_unkept(pictures.values())
        raise
    return ImportedNotice(page=page, outcome=outcome, findings=notice.findings)


def _store_pictures(notice: Notice, stored: dict[int, CustomImage], by) -> None:
    """Put each picture into `stored` under its line (the same bytes are the same image) and report those that could not be kept."""
    for block in notice.body:
        if block.kind != "image":
            continue
        if not block.data:
            notice.findings.append(Finding(block.line, "图片不在文件里（只有外部链接），没有导入。", "请在页面上补传。"))
            continue
        name = f"{hashlib.sha256(block.data).hexdigest()[:16]}"
        try:
            stored[block.line] = store_image(data=block.data, title=block.text or f"{notice.title[:40]} 插图", name=name, by=by)
        except UnacceptableFileError as error:
            notice.findings.append(Finding(block.line, f"图片没有导入：{error}"))
