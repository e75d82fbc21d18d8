"""稿件 in its authors' hands: written, handed in, taken back, thrown away."""

import datetime
import uuid
from collections.abc import Sequence
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from wagtail.log_actions import log

from ...organisation.models import Posting
from ...periods import local_day
from ...programme.rights import Rights
from ..bylines import AuthorLine, DepartmentLine, UnfitLinesError, check_shares
from ..choices import ArticleState, FileKind, Genre, Step
from ..models import ArticleAuthor, ArticleDepartment, MediaArticle
from ..naming import named_in_log
from ..reviewing import account_ids_of, heads_of
from ..rights import ContributionRights
from ..same_story import index_article
from .locking import lock_article
from .scoring import rescore
from .steps import record_step
from .telling import tell_reviewers
from .workflow import OFFICE, SECTION, begin_review, cancel_review

MAX_TITLE = MediaArticle._meta.get_field("title").max_length
MAX_BODY = MediaArticle._meta.get_field("body").max_length
MAX_TOPIC = MediaArticle._meta.get_field("topic").max_length
MAX_DEPARTMENTS = 6
EARLIEST = datetime.date(2000, 1, 1)


class ArticleError(ValidationError):
    """The article cannot be written or moved like that; the message is Chinese and says what to do. Nothing was stored."""


class OutdatedError(ArticleError):
    """It has been changed in another place since the writer opened it; `article` is how it stands now."""

    def __init__(self, article: MediaArticle):
        super().__init__(
            "您打开这一页之后，这篇稿件在别处（另一个窗口，或合写的人）改过，还没有保存。您写的都在下面；再点一次，就以您写的为准。",
            code="outdated",
        )
        self.article = article


def save_article(
    *,
    article: MediaArticle | None = None,
    token: uuid.UUID | None = None,
    version: int | None = None,
    title: str,
    body: str = "",
    genre: str = Genre.NEWS,
    topic: str = "",
    written_on: datetime.date,
    is_reprint: bool = False,
    session=None,
    commission=None,
    authors: Sequence[AuthorLine],
    departments: Sequence[DepartmentLine],
    by,
    now: datetime.datetime,
) -> MediaArticle:
    """A new draft, or `article` as its writer has it who opened `version`. The same `token` a second time leads to the first.

    Raises ArticleError (by field), OutdatedError.
    """
    facts = _checked(title, body, genre, topic, written_on, today=local_day(now))
    facts |= {"is_reprint": is_reprint, "session": session, "commission": commission}
    _check_lines(authors, departments)
    lines = {"authors": authors, "departments": departments}
    if article is not None:
        return _put(article.pk, version, facts, **lines, by=by, now=now)
    rights = _rights(by, now)
    if rights.staff is None and not rights.is_office:
        raise ArticleError("您的账号没有对应的人员，不能写稿件。请联系机关党委，在人员登记里填上您的账号。")
    token = token or uuid.uuid4()
    try:
        with transaction.atomic():
            if (first := _of_token(token, by)) is None:
                return _create(token, facts, **lines, by=by, now=now)
    except IntegrityError:  # the same form twice at once
        if (first := _of_token(token, by)) is None:
            raise
    return _put(first.pk, 1, facts, **lines, by=by, now=now)


def _of_token(token, by) -> MediaArticle | None:
    first = MediaArticle.objects.filter(token=token).first()
    if first is not None and first.created_by_id != by.pk:
        raise ArticleError("这张表单已经用过了。请从“我的稿件”里重新点“写稿件”，再粘贴您写的文字。")
    return first


def _create(token, facts, *, authors, departments, by, now) -> MediaArticle:
    made = MediaArticle.objects.create(
        token=token, live=False, state=ArticleState.DRAFT, moved_at=now, saved_at=now, created_at=now, created_by=by, **facts
    )
    _write_lines(made, authors, departments, today=local_day(now))
    return made


@transaction.atomic
def _put(pk, version, facts, *, authors, departments, by, now) -> MediaArticle:
    stored = _lock(pk)
    if not _rights(by, now).wrote(stored):
        raise ArticleError("只有作者和录入的人能改这篇稿件。")
    if not stored.is_being_written:
        raise ArticleError(
            f"这篇稿件已是“{stored.get_state_display()}”，不能再改；退回或撤回以后可以接着改。您写的没有保存，请先复制留存。", code="closed"
        )
    is_same = all(getattr(stored, name) == value for name, value in facts.items()) and _same_lines(stored, authors, departments)
    if is_same:
        return stored  # the other window need not hear of it
    if version != stored.version:
        raise OutdatedError(stored)
    for name, value in facts.items():
        setattr(stored, name, value)
    stored.version, stored.saved_at = stored.version + 1, now
    stored.save(update_fields=["version", "saved_at", *facts])
    if not _same_lines(stored, authors, departments):
        _write_lines(stored, authors, departments, today=local_day(now))
        if stored.placements.exists() or stored.events.exists():
            rescore([stored.pk], now=now)
    return stored


def _checked(title, body, genre, topic, written_on, *, today) -> dict:
    """The text as it is stored. Raises ArticleError by field."""
    title, topic = (" ".join(_clean(one).split()) for one in (title, topic))
    body = _clean(body).replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    wrong = {}
    if not title:
        wrong["title"] = "请写标题。"
    for name, text, most in (("title", title, MAX_TITLE), ("body", body, MAX_BODY), ("topic", topic, MAX_TOPIC)):
        if len(text) > most:
            wrong[name] = f"最多 {most:,} 个字，现在有 {len(text):,} 个，多出 {len(text) - most:,} 个。请删减。"
    if genre not in Genre.values:
        wrong["genre"] = "请从列出的体裁里选一种。"
    if written_on is None or written_on < EARLIEST:
        wrong["written_on"] = f"请填成稿日期，不早于 {EARLIEST:%Y-%m-%d}。"
    elif written_on > today:
        wrong["written_on"] = f"成稿日期不能晚于今天（{today:%Y-%m-%d}）。"
    if wrong:
        raise ArticleError(wrong)
    return {"title": title, "body": body, "genre": genre, "topic": topic, "written_on": written_on}


def _clean(text: str) -> str:
    """Without the characters that no database takes."""
    return text.replace("\x00", "")


def _check_lines(authors: Sequence[AuthorLine], departments: Sequence[DepartmentLine]) -> None:
    wrong = {}
    if not authors:
        wrong["authors"] = "请写至少一位作者。"
    elif twice := _twice([line.staff.pk if line.staff else line.name for line in authors]):
        name = next(line.name for line in authors if twice in (line.name, line.staff and line.staff.pk))
        wrong["authors"] = f"“{name}”写了两次。每位作者只写一次；同名的两个人请写清科室。"
    if not departments:
        wrong["departments"] = "请选供稿的科室（单位）。"
    elif len(departments) > MAX_DEPARTMENTS:
        wrong["departments"] = f"供稿的科室（单位）最多 {MAX_DEPARTMENTS} 个。"
    elif _twice([line.department.pk for line in departments]):
        wrong["departments"] = "同一个科室（单位）选了两次。请去掉一个。"
    for name, lines in (("authors", authors), ("departments", departments)):
        try:
            check_shares([line.share for line in lines])
        except UnfitLinesError as error:
            wrong.setdefault(name, str(error))
    if wrong:
        raise ArticleError(wrong)


def _twice(keys: list):
    return next((key for number, key in enumerate(keys) if key in keys[:number]), None)


def _same_lines(stored: MediaArticle, authors, departments) -> bool:
    written = [(line.staff_id, line.name, line.share) for line in stored.authors.all()]
    sent_from = [(line.department_id, line.share) for line in stored.departments.all()]
    return written == [(line.staff.pk if line.staff else None, line.name, line.share) for line in authors] and sent_from == [
        (line.department.pk, line.share) for line in departments
    ]


def _write_lines(article: MediaArticle, authors, departments, *, today) -> None:
    """An author who was there keeps the department of then; of a new one it is where the primary posting is today."""
    before = dict(ArticleAuthor.objects.filter(article=article, staff__isnull=False).values_list("staff", "department"))
    new = [line.staff.pk for line in authors if line.staff and line.staff.pk not in before]
    posted = Posting.objects.on(today).primary().filter(staff__in=new).order_by("started_on", "pk")
    units = dict(posted.values_list("staff", "department")) | before
    ArticleAuthor.objects.filter(article=article).delete()
    ArticleDepartment.objects.filter(article=article).delete()
    ArticleAuthor.objects.bulk_create(
        ArticleAuthor(
            article=article,
            staff=line.staff,
            name=line.name,
            department_id=units.get(line.staff.pk) if line.staff else None,
            share=line.share,
            sort_order=number,
        )
        for number, line in enumerate(authors)
    )
    ArticleDepartment.objects.bulk_create(
        ArticleDepartment(article=article, department=line.department, share=line.share, sort_order=number)
        for number, line in enumerate(departments)
    )


@transaction.atomic
def discard_article(*, article: MediaArticle, by, now: datetime.datetime) -> None:
    """A draft that nobody but its authors has ever seen is gone, with its files. Raises ArticleError."""
    stored = _lock(article.pk)
    if not _rights(by, now).wrote(stored):
        raise ArticleError("只有作者和录入的人能删去这篇草稿。")
    if not may_discard(stored):
        raise ArticleError("提交过的稿件连同经过一起保留，不能删去。不想再报的，不用管它，或注明缘由后请宣传科标为“未用”。")
    files = [(file.file.storage, file.file.name) for file in stored.files.all()]
    log(instance=stored, title=named_in_log(stored), action="contributions.discard_article", user=by)
    stored.delete()
    transaction.on_commit(lambda: [storage.delete(name) for storage, name in files])


def may_discard(article: MediaArticle) -> bool:
    return article.state == ArticleState.DRAFT and article.handed_in_at is None


@transaction.atomic
def hand_in_article(*, article: MediaArticle, version: int | None = None, by, now: datetime.datetime) -> MediaArticle:
    """To the head of the first department; a head's own piece, and one of a department that has no head with an account, to the office.

    `version` is the one that was looked at; None takes what is there. Handed in twice, it is handed in once. Raises ArticleError.
    """
    stored = _lock(article.pk)
    if not _rights(by, now).wrote(stored):
        raise ArticleError("只有作者和录入的人能提交这篇稿件。")
    if not stored.is_being_written:
        if stored.state in (ArticleState.SECTION, ArticleState.OFFICE):
            return stored
        raise ArticleError(f"这篇稿件已是“{stored.get_state_display()}”，不用再提交。")
    if version is not None and version != stored.version:
        raise OutdatedError(stored)
    if missing := missing_for_hand_in(stored):
        raise ArticleError(missing)
    today = local_day(now)
    heads, note = _section_heads(stored, by=by, today=today)
    state = ArticleState.SECTION if heads else ArticleState.OFFICE
    stored.handed_in_at = now
    if state == ArticleState.OFFICE and stored.submitted_on is None:
        stored.submitted_on = today
    stored.save(update_fields=["handed_in_at", "submitted_on"])
    begin_review(stored, stage=SECTION if heads else OFFICE, by=by)
    made = record_step(stored, step=Step.HAND_IN, state=state, by=by, now=now, note=note)
    index_article(stored)
    tell_reviewers(stored, made, heads=heads)
    return stored


def missing_for_hand_in(article: MediaArticle) -> list[str]:
    """What keeps it from being handed in, each with its remedy; empty: nothing."""
    kinds = list(article.files.values_list("kind", "caption"))
    missing = []
    if not article.body.strip() and not any(kind == FileKind.DOCUMENT for kind, _caption in kinds):
        missing.append("还没有正文。请写正文，或读入 Word 文件。")
    if article.genre == Genre.PICTURE and not any(kind == FileKind.PICTURE for kind, _caption in kinds):
        missing.append("体裁是“图片”，还没有图片。请在“图片和文件”里上传，并写图片说明。")
    if any(kind == FileKind.PICTURE and not caption.strip() for kind, caption in kinds):
        missing.append("有图片没有说明。请写明图片里的时间、地点、人物。")
    if not article.departments.exists():
        missing.append("还没有供稿的科室（单位）。")
    if not article.authors.exists():
        missing.append("还没有作者。")
    return missing


def _section_heads(article: MediaArticle, *, by, today) -> tuple[set[int], str]:
    """The accounts of the heads who review it, or none and why."""
    department = article.departments.select_related("department__parent__parent__parent").first().department
    heads = heads_of(department, today)
    own = account_ids_of(article) | {by.pk}
    writers = set(article.authors.filter(staff__isnull=False).values_list("staff", flat=True))
    if any(one.staff_id in writers or one.staff.user_id in own for one in heads):
        return set(), "负责人本人的稿件，直接报宣传科。"
    accounts = {one.staff.user_id for one in heads if one.staff.user and one.staff.user.is_active}
    return accounts, "" if accounts else f"{department}没有能在网上审核的负责人，直接报宣传科。"


@transaction.atomic
def take_back_article(*, article: MediaArticle, by, now: datetime.datetime) -> MediaArticle:
    """By its authors, while nobody has decided on it: it is a draft again. Raises ArticleError."""
    stored = _lock(article.pk)
    if not _rights(by, now).wrote(stored):
        raise ArticleError("只有作者和录入的人能撤回这篇稿件。")
    if stored.is_being_written:
        return stored
    if stored.placements.exists() or stored.events.exists():
        raise ArticleError("这篇稿件已登记了采用或其他事项，不能撤回：草稿别人看不到。登记有误的，请与宣传科联系，由他们删去。")
    if not may_take_back(stored):
        raise ArticleError(f"这篇稿件已有人审核（现在是“{stored.get_state_display()}”），不能撤回。要改的，请与宣传科联系，请他们退回。")
    if stored.state == ArticleState.OFFICE and not _was_with_office_before(stored):  # it never reached the office, then
        stored.state, stored.submitted_on = ArticleState.DRAFT, None
        stored.save(update_fields=["state", "submitted_on"])
    cancel_review(stored, by=by)
    record_step(stored, step=Step.TAKE_BACK, state=ArticleState.DRAFT, by=by, now=now)
    return stored


def may_take_back(article: MediaArticle) -> bool:
    """Nobody has done anything with it since it was handed in."""
    if article.state not in (ArticleState.SECTION, ArticleState.OFFICE):
        return False
    last = article.steps.order_by("-at", "-pk").first()
    if last is None or last.step != Step.HAND_IN:
        return False
    return not (article.placements.exists() or article.events.exists())  # registered meanwhile: a draft would hide it from the office


def _was_with_office_before(article: MediaArticle) -> bool:
    """Whether the office has had it, and has given it back, before it was handed in the last time."""
    steps = list(article.steps.order_by("at", "pk").values_list("step", "state"))
    return any(state == ArticleState.OFFICE and after[0] == Step.RETURN for (_step, state), after in pairwise(steps))


def _lock(pk: int) -> MediaArticle:
    try:
        return lock_article(pk)
    except MediaArticle.DoesNotExist as error:
        raise ArticleError("这篇稿件已被删去。", code="gone") from error


def _rights(by, now: datetime.datetime) -> ContributionRights:
    return ContributionRights(Rights(by, local_day(now)))
