"""Writing notices into the page tree."""

import hashlib
import json

from django.db import transaction
from django.utils.html import escape
from wagtail.rich_text import RichText

from cms.core.services import add_page
from cms.core.slugs import free_slug
from cms.files.models import CustomImage

from .models import NoticePage, NoticeSource
from .notice import Notice

HEADING_TAGS = {1: "h2", 2: "h3", 3: "h4", 4: "h4"}
MAX_ALT_TEXT = 200


class EditedSinceImportError(Exception):
    """Somebody has worked on the page since it was imported; the message is Chinese and names the way on."""

    def __init__(self, page):
        self.page = page
        super().__init__(f"页面“{page.title}”导入后有人修改过，没有覆盖。确实要用文件替换，请加 --replace（旧内容留在历史版本里）。")


def body_of(notice: Notice, *, images: dict[int, CustomImage] | None = None) -> list[tuple]:
    """The notice's blocks as StreamField values; `images` has the pictures under their lines."""
    body = []
    for block in notice.body:
        if block.kind == "heading":
            body.append(("heading", {"text": block.text, "level": HEADING_TAGS[block.level or 1]}))
        elif block.kind == "title":
            body.append(("title", block.text))
        elif block.kind == "signature":
            body.append(("signature", {"name": block.html, "date": block.text}))
        elif block.kind == "table":
            body.append(("table", {"data": [list(row) for row in block.rows], "first_row_is_table_header": block.has_header}))
        elif block.kind == "image":
            if image := (images or {}).get(block.line):
                body.append(("figure", {"image": image, "alt_text": block.text[:MAX_ALT_TEXT], "caption": ""}))
        else:
            body.append(("paragraph", RichText(f"<p>{block.html or escape(block.text)}</p>")))
    return body


def import_key_of(notice: Notice) -> str:
    """What makes two files the same notice: its title and the minute it was first published."""
    identity = f"notice|{notice.title}|{notice.shown_at.isoformat() if notice.shown_at else ''}"
    return hashlib.sha256(identity.encode()).hexdigest()


def content_hash(page: NoticePage) -> str:
    """A fingerprint of everything an import writes, without the ids that the editor gives to blocks."""
    body = [(child.block_type, child.block.get_prep_value(child.value)) for child in page.body]
    shown_at = page.shown_at.timestamp() if page.shown_at else None
    facts = [page.title, page.source, shown_at, page.recipients, page.document_number, str(page.composed_on), body]
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()


def _fill(page: NoticePage, notice: Notice, images) -> NoticePage:
    page.title = page.draft_title = notice.title
    page.source = notice.source
    page.shown_at = notice.shown_at or page.shown_at  # a notice that names no time leaves the one of its first publication
    page.recipients = notice.recipients
    page.document_number = notice.document_number
    page.composed_on = notice.composed_on
    page.body = body_of(notice, images=images)
    return page


@transaction.atomic
def import_notice(*, notice: Notice, parent, publish: bool = False, replace: bool = False, by=None, images=None):
    """Make the notice a page below `parent`, or bring its page up to date; returns (page, "created" | "updated" | "unchanged").

    The same notice never makes a second page. Raises EditedSinceImportError when an editor has changed the page since its import
    and `replace` is not given; with it, the file's content becomes a new revision and the editor's stays in the history.
    """
    key = import_key_of(notice)
    source = NoticeSource.objects.select_related("page").filter(key=key).first()
    if source is None:
        page = _fill(NoticePage(slug=free_slug(notice.title, parent=parent)), notice, images)
        page = add_page(parent=parent, page=page, by=by, publish=publish)
        NoticeSource.objects.create(page=page, key=key, content_sha256=content_hash(page))
        return page, "created"
    existing = source.page
    now = content_hash(existing.get_latest_revision_as_object())
    fresh = _fill(existing.get_latest_revision_as_object(), notice, images)
    if now == content_hash(fresh):
        outcome = "unchanged"
        revision = existing.latest_revision
    elif now != source.content_sha256 and not replace:
        raise EditedSinceImportError(existing)
    else:
        outcome = "updated"
        revision = fresh.save_revision(user=by, log_action=True)
        source.content_sha256 = content_hash(fresh)
        source.save(update_fields=["content_sha256"])
    existing.refresh_from_db()
    if publish and (existing.has_unpublished_changes or not existing.live):
        revision.publish(user=by)
        existing.refresh_from_db()
    return existing, outcome
