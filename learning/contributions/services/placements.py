"""采用: checked, changed, confirmed by the office, removed. The article's row is locked first, its score follows in the same transaction."""

import datetime
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from wagtail.log_actions import log

from cms.inbox.services import send_messages

from ...periods import local_day
from ..choices import ArticleState, Step
from ..models import MediaArticle, Outlet, Placement
from ..reviewing import account_ids_of, is_left_to_colleagues
from ..rights import RUN
from ..same_story import index_article
from .events import complete_commission
from .locking import lock_article
from .scoring import rescore, strike
from .steps import record_step
from .telling import SUBJECT, tell_authors
from .workflow import accept

EARLIEST = datetime.date(2000, 1, 1)
GRADE = ("level", "medium", "weight_class")
EDITED = (
    "outlet_id", "title", "published_on", *GRADE, "page", "position", "length", "has_picture", "is_reprint", "url", "text", "is_scored",
    "unscored_reason",
)  # fmt: skip
MAX_REASON = 300


class PlacementError(ValidationError):
    """The placement cannot be registered or changed like that; the message is Chinese and says what to do. Nothing was stored."""


class AlreadyPlacedError(PlacementError):
    """The same title in the same outlet on the same day is there already: `placement`."""

    def __init__(self, placement: Placement):
        super().__init__({"title": f"{placement.outlet}在 {placement.published_on:%Y-%m-%d} 已登记过同一标题的采用，没有重复登记。"})
        self.placement = placement


class PlacementChangedError(PlacementError):
    """Somebody else has changed or removed it since it was shown."""


def shown_state(placement: Placement) -> str:
    """What a form remembers of the placement as it was shown, to be compared when it comes back."""
    values = [str(getattr(placement, name)) for name in EDITED]
    return sha256("\x1f".join(values).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def grade_of(outlet: Outlet, day: datetime.date) -> dict[str, str]:
    """Level, medium and weight class that a placement of that day takes from its outlet."""
    graded = Outlet.objects.graded_on(day).get(pk=outlet.pk)
    if not graded.level:
        raise PlacementError({"outlet": f"“{outlet}”还没有级别。请先在后台“媒体”里给它填一个级别和起始日期。"})
    return {"level": graded.level, "medium": graded.medium, "weight_class": graded.weight_class}


def check_placement(placement: Placement, article: MediaArticle, *, today: datetime.date) -> None:
    """Raises PlacementError by field, AlreadyPlacedError."""
    day = placement.published_on
    if day is None or day < EARLIEST:
        raise PlacementError({"published_on": f"请填刊发日期，不早于 {EARLIEST:%Y-%m-%d}。"})
    if day > today:
        raise PlacementError({"published_on": f"刊发日期 {day:%Y-%m-%d} 还没有到（今天是 {today:%Y-%m-%d}）。请核对日期，刊发以后再登记。"})
    if day < article.written_on:
        raise PlacementError(
            {
                "published_on": f"刊发日期 {day:%Y-%m-%d} 早于稿件的成稿日期 {article.written_on:%Y-%m-%d}。"
                "请核对刊发日期；成稿日期写错了的，请先在稿件里更正；不是这一篇的，请选别的稿件。"
            }
        )
    if not placement.is_scored and not placement.unscored_reason.strip():
        raise PlacementError({"unscored_reason": "不计分的请写原因，供稿的科室看得到。"})
    same = Placement.objects.filter(outlet=placement.outlet_id, published_on=day, title=placement.title).exclude(pk=placement.pk)
    if known := same.select_related("outlet").first():
        raise AlreadyPlacedError(known)
    try:
        placement.full_clean(exclude=["article", "entered_by", "confirmed_by"], validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        raise PlacementError(error.error_dict) from error


def tidied(placement: Placement) -> Placement:
    placement.title = " ".join(placement.title.split())
    placement.page, placement.unscored_reason = placement.page.strip(), "" if placement.is_scored else placement.unscored_reason.strip()
    return placement


def store(placement: Placement) -> None:
    """Raises AlreadyPlacedError where another node was faster."""
    try:
        with transaction.atomic():
            placement.save()
    except IntegrityError as error:
        key = {"outlet": placement.outlet_id, "published_on": placement.published_on, "title": placement.title}
        known = Placement.objects.filter(**key).exclude(pk=placement.pk).select_related("outlet").first()
        if known is None:
            raise
        raise AlreadyPlacedError(known) from error


@transaction.atomic
def save_placement(*, placement: Placement, shown: str | None = None, by, now: datetime.datetime) -> Placement:
    """Keep what the office has changed on `placement`; `shown` is `shown_state` of what it had before it.

    Where outlet or day changed and the grade did not, level, medium and class are taken from the outlet anew. Raises PlacementError.
    """
    _check_office(by)
    article, stored = _lock(placement)
    _check_colleague(article, by)
    if shown is not None and shown != shown_state(stored):
        raise PlacementChangedError("您打开这一页之后，别人改过这条采用，您的修改还没有保存。最新的内容见这条采用的页面，核对后再改。")
    if (placement.outlet_id, placement.published_on) != (stored.outlet_id, stored.published_on) and all(
        getattr(placement, name) == getattr(stored, name) for name in GRADE
    ):
        for name, value in grade_of(placement.outlet, placement.published_on).items():
            setattr(placement, name, value)
    check_placement(tidied(placement), article, today=local_day(now))
    changed = [name for name in EDITED if getattr(placement, name) != getattr(stored, name)]
    if not changed:
        return stored
    for name in changed:
        setattr(stored, name, getattr(placement, name))
    store(stored)
    if "text" in changed:
        index_article(article)
    log(instance=stored, action="contributions.save_placement", user=by, data={"changed": [name.removesuffix("_id") for name in changed]})
    rescore([article.pk], now=now)
    return stored


def adopt(article: MediaArticle, placement: Placement, *, by, now: datetime.datetime) -> None:
    """The locked article counts as used: its text is the accepted one, its history says where, its authors are told."""
    if article.submitted_on is None:
        article.submitted_on = placement.published_on
        article.save(update_fields=["submitted_on"])
    accept(article, by=by)
    note = f"{placement.outlet}，{placement.published_on:%Y-%m-%d}{f'，{placement.page}' if placement.page else ''}"
    made = record_step(article, step=Step.ADOPT, state=ArticleState.ADOPTED, by=by, now=now, note=note)
    complete_commission(article, by=by, now=now)
    tell_authors(article, made, "采用")


@transaction.atomic
def confirm_placement(*, placement: Placement, by, now: datetime.datetime) -> Placement:
    """The office has seen that it is so: from now on it counts. A second time changes nothing. Raises PlacementError."""
    _check_office(by)
    article, stored = _lock(placement)
    if stored.confirmed_at:
        return stored
    _check_colleague(article, by)
    check_placement(stored, article, today=local_day(now))
    stored.confirmed_at, stored.confirmed_by = now, by
    stored.save(update_fields=["confirmed_at", "confirmed_by"])
    log(instance=stored, action="contributions.save_placement", user=by, data={"confirmed": True})
    adopt(article, stored, by=by, now=now)
    rescore([article.pk], now=now)
    _tell_who_entered(stored, f"采用已确认：{stored.title}", "", by=by, now=now, url=reverse("placement", args=[stored.pk]))
    return stored


@transaction.atomic
def remove_placement(*, placement: Placement, reason: str, by, now: datetime.datetime) -> MediaArticle:
    """It was no adoption after all. The article falls back when it was the only confirmed one. Raises PlacementError."""
    _check_office(by)
    if not (reason := " ".join(reason.replace("\x00", "").split())):
        raise PlacementError({"reason": "请写删去的原因，例如“登记重复”“核实后没有刊发”。"})
    if len(reason) > MAX_REASON:
        raise PlacementError({"reason": f"原因最多 {MAX_REASON} 个字，现在有 {len(reason)} 个。"})
    article, stored = _lock(placement)
    files = [(proof.file.storage, proof.file.name) for proof in stored.proofs.all()]
    facts = {
        "outlet": stored.outlet.name,
        "published_on": f"{stored.published_on:%Y-%m-%d}",
        "article": article.pk,
        "reason": reason,
        "proofs": [proof.sha256 for proof in stored.proofs.all()],
    }
    log(instance=stored, action="contributions.remove_placement", user=by, data=facts)
    title, entered_by = stored.title, stored
    strike(placements=[stored.pk])
    stored.delete()
    transaction.on_commit(lambda: [storage.delete(name) for storage, name in files])
    was_counted = placement.confirmed_at is not None or entered_by.confirmed_at is not None
    state = article.state
    if was_counted and state == ArticleState.ADOPTED and not article.placements.confirmed().exists():
        state = ArticleState.SENT if article.dispatches.exists() else ArticleState.OFFICE
    made = record_step(
        article,
        step=Step.REMOVE_PLACEMENT,
        state=state,
        by=by,
        now=now,
        reason=article.reason if state == article.state else "",
        note=f"{facts['outlet']}，{facts['published_on']}：{reason}"[:MAX_REASON],
    )
    index_article(article)
    rescore([article.pk], now=now)
    tell_authors(article, made, "删去了一次采用")
    account = entered_by.entered_by_id
    if account and account != by.pk and account not in account_ids_of(article):
        send_messages(
            to=[account],
            subject=f"您登记的采用已删去：{title}"[:SUBJECT],
            text=reason,
            url=reverse("media_article", args=[article.pk]),
            key=f"placement:{facts['article']}:removed:{made.pk}",
            now=now,
        )
    return article


def _lock(placement: Placement) -> tuple[MediaArticle, Placement]:
    try:
        article = lock_article(placement.article_id)
        return article, Placement.objects.select_related("outlet").get(pk=placement.pk, article=article)
    except (MediaArticle.DoesNotExist, Placement.DoesNotExist) as error:
        raise PlacementChangedError("这条采用已被删去，没有保存。") from error


def _check_office(by) -> None:
    if not by.has_perm(RUN):
        raise PlacementError("采用由宣传科办理。")


def _check_colleague(article: MediaArticle, by) -> None:
    if is_left_to_colleagues(by, article):
        raise PlacementError("您是这篇稿件的作者，它的采用请由宣传科的其他同事确认、更正。")


def _tell_who_entered(placement: Placement, subject: str, text: str, *, by, now, url: str) -> None:
    if placement.entered_by_id and placement.entered_by_id != by.pk:
        send_messages(
            to=[placement.entered_by_id], subject=subject[:SUBJECT], text=text, url=url, key=f"placement:{placement.pk}:confirmed", now=now
        )
