"""What the department and the office decide on an article that was handed in: passed on, given back, sent out, set aside."""

import datetime
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction

from ...periods import local_day
from ...programme.rights import Rights
from ..choices import ArticleState, Reason, Step
from ..models import Dispatch, MediaArticle, Outlet
from ..reviewing import is_left_to_colleagues
from ..rights import ContributionRights
from .locking import lock_article
from .steps import record_step
from .telling import tell_authors, tell_office
from .workflow import OFFICE, SECTION, cancel_review, give_back, pass_section

MAX_NOTE = MediaArticle._meta.get_field("reason_note").max_length
MAX_NAME = MediaArticle._meta.get_field("reviewer_name").max_length
SENDABLE = (ArticleState.OFFICE, ArticleState.SENT, ArticleState.ADOPTED, ArticleState.UNUSED)
UNUSABLE = (ArticleState.OFFICE, ArticleState.SENT)


class ReviewError(ValidationError):
    """The article cannot be decided on like that; the message is Chinese and says why. Nothing was stored."""


class MovedError(ReviewError):
    """It stands elsewhere by now: somebody was faster, or its author has taken it back."""


@transaction.atomic
def pass_article(
    *,
    article: MediaArticle,
    note: str = "",
    secrecy_checked_by: str = "",
    secrecy_checked_on: datetime.date | None = None,
    version: int | None = None,
    by,
    now: datetime.datetime,
) -> MediaArticle:
    """科室审: on to the office. Whoever decides is 审核人 on this day; who checked it for secrets, and when, may be said, too.

    `version` is the text that was read; None for the one that is there. Raises ReviewError.
    """
    stored = _for_section(article, version, by=by, now=now)
    note, checker = _note(note), _line(secrecy_checked_by)
    today = local_day(now)
    if len(checker) > MAX_NAME:
        raise ReviewError({"secrecy_checked_by": f"姓名最多 {MAX_NAME} 个字。"})
    if secrecy_checked_on and not checker:
        raise ReviewError({"secrecy_checked_by": "填了审查日期的，请写保密审查人。"})
    if secrecy_checked_on and secrecy_checked_on > today:
        raise ReviewError({"secrecy_checked_on": "保密审查日期不能晚于今天。"})
    stored.reviewer_name, stored.reviewed_on = by.get_full_name()[:MAX_NAME], today
    if checker:
        stored.secrecy_checked_by, stored.secrecy_checked_on = checker, secrecy_checked_on or today
    stored.submitted_on = stored.submitted_on or today  # given back by the office and handed in again: the first day counts
    stored.save(update_fields=["reviewer_name", "reviewed_on", "secrecy_checked_by", "secrecy_checked_on", "submitted_on"])
    pass_section(stored, by=by)
    made = record_step(stored, step=Step.PASS, state=ArticleState.OFFICE, by=by, now=now, note=note)
    tell_office(stored, made, now=now)
    tell_authors(stored, made, "科室审核通过")
    return stored


@transaction.atomic
def return_article(
    *, article: MediaArticle, reason: str, note: str = "", version: int | None = None, by, now: datetime.datetime
) -> MediaArticle:
    """退回, by the department or by the office: its authors may change it and hand it in again. Raises ReviewError."""
    stored = _lock(article.pk)
    if stored.state == ArticleState.OFFICE:
        _check_office(stored, by=by, now=now)
        stage = OFFICE
    else:
        stored, stage = _for_section(stored, version, by=by, now=now), SECTION
    reason, note = _reason(reason, note)
    give_back(stored, stage=stage, by=by)
    made = record_step(stored, step=Step.RETURN, state=ArticleState.RETURNED, by=by, now=now, reason=reason, note=note)
    tell_authors(stored, made, "稿件退回")
    return stored


@transaction.atomic
def send_article(
    *, article: MediaArticle, outlets: Sequence[Outlet], sent_on: datetime.date, note: str = "", by, now: datetime.datetime
) -> MediaArticle:
    """投出: to `outlets`, on that day; later to more of them. One that it went to already keeps its first day. Raises ReviewError."""
    stored = _lock(article.pk)
    _check_office(stored, by=by, now=now)
    if stored.state not in SENDABLE:
        raise MovedError(_elsewhere(stored))
    note = _note(note)
    if not outlets:
        raise ReviewError({"outlets": "请选投给哪些媒体。"})
    if closed := [one.name for one in outlets if one.closed_on and one.closed_on < sent_on]:
        raise ReviewError({"outlets": f"{'、'.join(closed)}在这一天已停办。请去掉它，或改日期。"})
    if sent_on > local_day(now):
        raise ReviewError({"sent_on": "投出日期不能晚于今天。"})
    if sent_on < stored.written_on:
        raise ReviewError({"sent_on": f"投出日期不能早于成稿日期（{stored.written_on:%Y-%m-%d}）。"})
    known = set(stored.dispatches.values_list("outlet", flat=True))
    new = [one for one in outlets if one.pk not in known]
    if not new:
        raise ReviewError({"outlets": f"这些媒体都已投过：{'、'.join(one.name for one in outlets)}。请选别的媒体。"})
    Dispatch.objects.bulk_create(Dispatch(article=stored, outlet=one, sent_on=sent_on, by=by) for one in new)
    is_adopted = stored.state == ArticleState.ADOPTED
    said = f"投给{'、'.join(one.name for one in new)}。{note}"[:MAX_NOTE]
    made = record_step(stored, step=Step.SEND, state=ArticleState.ADOPTED if is_adopted else ArticleState.SENT, by=by, now=now, note=said)
    tell_authors(stored, made, "稿件已投出")
    return stored


@transaction.atomic
def set_aside_article(*, article: MediaArticle, reason: str, note: str = "", by, now: datetime.datetime) -> MediaArticle:
    """未用: the office does not send it, or no outlet took it. It may still be sent later. Raises ReviewError."""
    stored = _lock(article.pk)
    _check_office(stored, by=by, now=now)
    if stored.state not in UNUSABLE:
        raise MovedError(_elsewhere(stored))
    if stored.placements.exists():
        raise ReviewError("这篇稿件已登记了采用，不是“未用”。登记有误的，请先删去那次采用。")
    reason, note = _reason(reason, note)
    cancel_review(stored, by=by)
    made = record_step(stored, step=Step.SET_ASIDE, state=ArticleState.UNUSED, by=by, now=now, reason=reason, note=note)
    tell_authors(stored, made, "稿件未用")
    return stored


def may_review_section(rights: ContributionRights, article: MediaArticle) -> bool:
    """Never one's own, office or not."""
    return rights.may_review(article) and not rights.wrote(article)


def _for_section(article: MediaArticle, version: int | None, *, by, now) -> MediaArticle:
    stored = _lock(article.pk)
    rights = _rights(by, now)
    if stored.state != ArticleState.SECTION:
        raise MovedError(_elsewhere(stored))
    if rights.wrote(stored):
        raise ReviewError("自己的稿件由别人审核。")
    if not rights.may_review(stored):
        raise ReviewError("这篇稿件不由您审核：由供稿科室（单位）的负责人审。")
    if version is not None and version != stored.version:
        raise MovedError("您打开这一页之后，作者撤回改过又交了。下面已是最新的，请看过再定。")
    return stored


def _check_office(article: MediaArticle, *, by, now) -> None:
    rights = _rights(by, now)
    if not rights.is_office:
        raise ReviewError("这一步由宣传科办理。")
    if article.state in (ArticleState.DRAFT, ArticleState.RETURNED, ArticleState.SECTION):
        raise MovedError(_elsewhere(article))
    if is_left_to_colleagues(by, article):
        raise ReviewError("您是这篇稿件的作者，请由宣传科的其他同事办理。")


def _elsewhere(article: MediaArticle) -> str:
    if article.state == ArticleState.DRAFT:
        return "作者已把这篇稿件撤回，没有办成。等作者再交。"
    return f"这篇稿件现在是“{article.get_state_display()}”，没有办成。请看过经过再定。"


def _reason(reason: str, note: str) -> tuple[str, str]:
    wrong = {}
    if reason not in Reason.values:
        wrong["reason"] = "请选一个原因，作者会看到。"
    note = _line(note)
    if reason == Reason.OTHER and not note:
        wrong["note"] = "原因是“其他”的，请写明，作者会看到。"
    elif len(note) > MAX_NOTE:
        wrong["note"] = f"说明最多 {MAX_NOTE} 个字，现在有 {len(note)} 个。"
    if wrong:
        raise ReviewError(wrong)
    return reason, note


def _note(note: str) -> str:
    note = _line(note)
    if len(note) > MAX_NOTE:
        raise ReviewError({"note": f"说明最多 {MAX_NOTE} 个字，现在有 {len(note)} 个。"})
    return note


def _line(text: str) -> str:
    return text.replace("\x00", "").replace("\r\n", "\n").strip()


def _lock(pk: int) -> MediaArticle:
    try:
        return lock_article(pk)
    except MediaArticle.DoesNotExist as error:
        raise MovedError("这篇稿件已被删去。", code="gone") from error


def _rights(by, now: datetime.datetime) -> ContributionRights:
    return ContributionRights(Rights(by, local_day(now)))
