"""Drafts of reflections: kept as they are typed, on two devices at once; nothing that was typed is lost."""

import datetime

from django.db import IntegrityError, transaction
from django.utils.timezone import localtime

from ...organisation.models import StaffMember
from ...periods import local_day
from ..choices import FileKind, ReflectionState
from ..models import Reflection, ReflectionCopy
from ..text import clean_html, count_html
from .locking import lock_reflection
from .typed import DraftError, Typed, about_book, read_typed

MAX_CHARACTERS = 30_000  # 字; what is longer is kept as a draft and not handed in
SUMMARY_CHARACTERS = 30  # 字 typed beside photographs of handwriting, which no search and no likeness check can read


class DraftClosedError(DraftError):
    """It has been handed in meanwhile; nothing was stored."""


class AuthorLeftError(DraftError):
    """The author has left the bureau; nothing was stored."""


class DraftConflictError(DraftError):
    """Another device was faster. What was typed here is stored beside the newer text, as `copy` of `reflection`."""

    def __init__(self, *, reflection: Reflection, copy: ReflectionCopy, now: datetime.datetime):
        message = (
            f"这篇心得在另一处（另一个窗口或手机）{moment(reflection.saved_at, now)}改过。您在这里写的另存了一份，没有丢，请选用一份。"
        )
        super().__init__(message, code="conflict")
        self.reflection, self.copy = reflection, copy


def open_draft(
    *,
    author: StaffMember,
    token,
    book=None,
    book_title: str = "",
    session=None,
    group=None,
    meant_for: datetime.date | None = None,
    title: str = "",
    html: str = "",
    application: str = "",
    by,
    now: datetime.datetime,
) -> Reflection:
    """A new reflection; the same `token` a second time leads to the first. `html` is taken as it comes and cleaned here.

    Raises DraftError; DraftConflictError where the first has another text by now.
    """
    check_writer(author, by=by, now=now)
    text = read_typed(title, html, application)
    facts = about_book(book, book_title) | {"session": session, "group": group, "meant_for": meant_for}
    if first := Reflection.objects.filter(token=token).first():
        return _again(first, author, text, now=now)
    try:
        with transaction.atomic():
            return Reflection.objects.create(
                author=author,
                token=token,
                title=text.title,
                html=text.html,
                application=text.application,
                characters=text.characters,
                created_at=now,
                saved_at=now,
                **facts,
            )
    except IntegrityError:  # the same form twice at once
        return _again(Reflection.objects.get(token=token), author, text, now=now)


def _again(first: Reflection, author: StaffMember, text: Typed, *, now) -> Reflection:
    if first.author_id != author.pk:
        raise DraftError("这张表单已经用过了。请从“我的心得”里重新打开，再粘贴您写的文字。")
    return _put(first.pk, author, version=None, text=text, facts={}, copy=None, now=now)


def save_draft(
    *,
    reflection: Reflection,
    version: int | None,
    title: str,
    html: str,
    application: str,
    book=None,
    book_title: str = "",
    by,
    now: datetime.datetime,
    copy: int | None = None,
) -> Reflection:
    """The draft as it stands in the author's window, which was opened with `version`.

    Where that is not the newest version, the text is kept as a copy (the one with the key `copy`, if that is still there) and
    DraftConflictError raised; the same text is no conflict. Raises DraftError.
    """
    check_writer(reflection.author, by=by, now=now)
    text = read_typed(title, html, application)
    return _put(reflection.pk, reflection.author, version=version, text=text, facts=about_book(book, book_title), copy=copy, now=now)


def _put(pk: int, author: StaffMember, *, version, text: Typed, facts: dict, copy, now) -> Reflection:
    with transaction.atomic():  # ends before the error is raised: what is kept beside stays kept
        stored = lock_reflection(pk)
        if version == stored.version and stored.is_being_written:
            return _store(stored, text, facts, now)
        if text.is_in(stored):
            return stored
        if not stored.is_being_written:
            raise DraftClosedError(
                "这篇心得已在另一处提交，不能再改；退回以后可以接着改。您在这里写的没有保存，请先复制留存。", code="closed"
            )
        kept = _keep(stored, text, copy, now)
    raise DraftConflictError(reflection=stored, copy=kept, now=now)


def _store(stored: Reflection, text: Typed, facts: dict, now) -> Reflection:
    """Text that is there already is not a new version: the other window need not hear of it."""
    if text.is_in(stored) and all(getattr(stored, name) == value for name, value in facts.items()):
        return stored
    for name, value in facts.items():
        setattr(stored, name, value)
    stored.title, stored.html, stored.application, stored.characters = text.title, text.html, text.application, text.characters
    stored.version, stored.saved_at = stored.version + 1, now
    stored.save(update_fields=["title", "html", "application", "characters", "version", "saved_at", *facts])
    return stored


def _keep(stored: Reflection, text: Typed, key: int | None, now) -> ReflectionCopy:
    values = {"title": text.title, "html": text.html, "application": text.application}
    if known := stored.copies.filter(**values).first():
        return known
    values["saved_at"] = now
    if key and stored.copies.filter(pk=key).update(**values):
        return stored.copies.get(pk=key)
    return stored.copies.create(**values)


def put_text(*, reflection: Reflection, html: str, is_replacing: bool, by, now: datetime.datetime) -> Reflection:
    """Text from a file after what is written, or in its place: then what stood there becomes a copy. Raises DraftError."""
    check_writer(reflection.author, by=by, now=now)
    with transaction.atomic():
        stored = lock_reflection(reflection.pk)
        check_open(stored)
        before = Typed(stored.title, stored.html, stored.application, stored.characters)
        if is_replacing and stored.html:
            _keep(stored, before, None, now)
        text = read_typed(stored.title, html if is_replacing else stored.html + clean_html(html), stored.application)
        return _store(stored, text, {}, now)


@transaction.atomic
def use_copy(*, copy: ReflectionCopy, by, now: datetime.datetime) -> Reflection:
    """The copy becomes the text; what was the text is kept as a new copy, so that the choice can be taken back. Raises DraftError."""
    stored = lock_reflection(copy.reflection_id)
    check_writer(stored.author, by=by, now=now)
    check_open(stored)
    chosen = stored.copies.filter(pk=copy.pk).first()
    if chosen is None:
        raise DraftError("这一份已经用过或删除了。下面是最新的。")
    before = Typed(stored.title, stored.html, stored.application, stored.characters)
    text = Typed(chosen.title, chosen.html, chosen.application, count_html(chosen.html))
    chosen.delete()
    if not before.is_in(chosen) and before.html:
        _keep(stored, before, None, stored.saved_at)
    return _store(stored, text, {}, now)


@transaction.atomic
def drop_copy(*, copy: ReflectionCopy, by, now: datetime.datetime) -> None:
    """Raises DraftError."""
    check_writer(copy.reflection.author, by=by, now=now)
    copy.delete()


@transaction.atomic
def discard_draft(*, reflection: Reflection, by, now: datetime.datetime) -> None:
    """A draft that nobody but its author has ever seen is gone, with its copies and files. Raises DraftError."""
    stored = lock_reflection(reflection.pk)
    if stored.author.user_id != by.pk:
        raise DraftError("只能删除自己的草稿。")
    if not may_discard(stored):
        raise DraftError("提交过的心得连同评阅意见一起保留，不能删除。不想展示的，可以改为“不公开”。")
    files = [(file.file.storage, file.file.name) for file in stored.files.all()]
    stored.delete()
    transaction.on_commit(lambda: [storage.delete(name) for storage, name in files])


def may_discard(reflection: Reflection) -> bool:
    return reflection.state == ReflectionState.DRAFT and reflection.first_handed_in_at is None


def missing_for_hand_in(reflection: Reflection, settings) -> list[str]:
    """What keeps `reflection` from being handed in under `settings` (ReadingSettings), each with its remedy; empty: nothing.

    The minimum is for what was typed as a whole (off by default, A6); beside photographs of handwriting a summary is enough.
    """
    characters = count_html(reflection.html)
    has_photos = reflection.files.filter(kind=FileKind.PHOTO).exists()
    missing = [] if reflection.title.strip() else ["还没有题目。请写一个题目。"]
    if has_photos and characters < SUMMARY_CHARACTERS:
        missing.append(
            f"有手写照片的，请在正文里打一段内容提要（不少于 {SUMMARY_CHARACTERS} 字，现有 {characters} 字）：照片里的字查不到，也比不了。"
        )
    elif not characters:
        missing.append("还没有正文。请写正文，或读入 Word 文件，或上传手写照片并打一段提要。")
    elif not has_photos and characters < settings.minimum_characters:
        lacking = settings.minimum_characters - characters
        missing.append(f"正文现有 {characters} 字，要求不少于 {settings.minimum_characters} 字，还差 {lacking} 字。")
    if characters > MAX_CHARACTERS:
        missing.append(
            f"正文现有 {characters:,} 字，最多 {MAX_CHARACTERS:,} 字，多出 {characters - MAX_CHARACTERS:,} 字。"
            "请删减，或分成几篇提交；草稿都在，没有丢。"
        )
    return missing


def check_writer(author: StaffMember, *, by, now: datetime.datetime) -> None:
    """Raises DraftError for anybody but the author, AuthorLeftError once the author has left."""
    if author.user_id != by.pk:
        raise DraftError("只能写自己的心得。")
    if author.has_left(local_day(now)):
        raise AuthorLeftError(
            f"按人员登记，您已于 {author.left_on:%Y-%m-%d} 离开本单位，不能再保存或提交心得。写下的文字还在，请自行复制留存；登记有误的，请与机关党委联系。"
        )


def check_open(reflection: Reflection) -> None:
    """Raises DraftClosedError for what is in a reviewer's hands or accepted."""
    if not reflection.is_being_written:
        raise DraftClosedError("这篇心得已经提交，不能再改；退回以后可以接着改。", code="closed")


def moment(at: datetime.datetime, now: datetime.datetime) -> str:
    """For people: 14:05, with the day where that is another one."""
    local = localtime(at)
    return f"{local:%H:%M}" if local.date() == localtime(now).date() else f"{local.month}月{local.day}日 {local:%H:%M}"
