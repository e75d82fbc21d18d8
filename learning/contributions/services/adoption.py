"""登记采用: a clipping becomes a placement of an article that is there, or of a new one."""

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from wagtail.log_actions import log

from cms.inbox.services import send_messages

from ...organisation.models import Posting
from ...periods import local_day
from ...programme.rights import Rights
from ..bylines import AuthorLine, DepartmentLine
from ..choices import REPORTED, ArticleState, Genre, Position, ProofKind, Step
from ..models import ArticleAuthor, ArticleDepartment, MediaArticle, Outlet, Placement, PlacementProof
from ..reviewing import is_left_to_colleagues, officers
from ..rights import ContributionRights
from ..same_story import index_article
from .locking import lock_article
from .placements import AlreadyPlacedError, PlacementError, adopt, check_placement, grade_of, store, tidied
from .scoring import rescore
from .steps import record_step
from .telling import SUBJECT, tell_authors

MAX_BODY = MediaArticle._meta.get_field("body").max_length


@dataclass(frozen=True, slots=True)
class Adoption:
    """What was confirmed. `article` is None for a new piece, which then has `departments` and `authors`; `token` names the form, so that it
    registers once. `level`, `medium` and `weight_class` are those of the outlet where they are empty. `pasted` is kept as proof."""

    token: uuid.UUID
    title: str
    outlet: Outlet
    published_on: datetime.date
    article: MediaArticle | None = None
    page: str = ""
    position: str = Position.ORDINARY
    length: int | None = None
    has_picture: bool = False
    is_reprint: bool = False
    url: str = ""
    text: str = ""
    level: str = ""
    medium: str = ""
    weight_class: str = ""
    genre: str = Genre.NEWS
    written_on: datetime.date | None = None
    departments: Sequence[DepartmentLine] = ()
    authors: Sequence[AuthorLine] = ()
    pasted: str = ""


def register_adoption(*, facts: Adoption, by, now: datetime.datetime) -> Placement:
    """The same form a second time leads to the placement of the first. Of somebody who is not of the office it waits to be confirmed; so does
    an officer's own piece, where a colleague can do that.

    Raises PlacementError by field, AlreadyPlacedError.
    """
    if (known := _of_form(facts, by)) is not None:
        return known
    kept: list[PlacementProof] = []
    try:
        with transaction.atomic():
            return _register(facts, kept, by=by, now=now)
    except BaseException as error:
        for proof in kept:  # a database does not undo files
            proof.file.storage.delete(proof.file.name)
        if isinstance(error, (IntegrityError, AlreadyPlacedError)) and (known := _of_form(facts, by)) is not None:
            return known  # the same form twice at once
        raise


def _of_form(facts: Adoption, by) -> Placement | None:
    """What this form has registered already: the article made with its token, or the placement that this person has just made of it."""
    mine = Placement.objects.filter(
        outlet=facts.outlet, published_on=facts.published_on, title=" ".join(facts.title.split()), entered_by=by
    ).select_related("outlet", "article")
    return mine.filter(article=facts.article).first() if facts.article else mine.filter(article__token=facts.token).first()


def _register(facts: Adoption, kept: list[PlacementProof], *, by, now) -> Placement:
    rights = ContributionRights(Rights(by, local_day(now)))
    article = _existing(facts.article, rights) if facts.article else _new(facts, rights, by=by, now=now)
    is_final = rights.is_office and not is_left_to_colleagues(by, article)
    placement = tidied(
        Placement(
            article=article,
            outlet=facts.outlet,
            title=facts.title,
            published_on=facts.published_on,
            page=facts.page,
            position=facts.position,
            length=facts.length,
            has_picture=facts.has_picture,
            is_reprint=facts.is_reprint,
            url=facts.url,
            text=facts.text,
            entered_at=now,
            entered_by=by,
            confirmed_at=now if is_final else None,
            confirmed_by=by if is_final else None,
        )
    )
    for name, value in grade_of(facts.outlet, facts.published_on).items():
        setattr(placement, name, (is_final and getattr(facts, name)) or value)
    check_placement(placement, article, today=local_day(now))
    store(placement)
    log(instance=placement, action="contributions.save_placement", user=by, data={"article": article.pk, "is_new": facts.article is None})
    _keep_text(placement, facts.pasted, kept, by=by, now=now)
    index_article(article)
    if not is_final:
        if not facts.article:
            _leave_to_office(article, by=by, now=now)
        _ask_office(placement, by=by, now=now)
        return placement
    if facts.article:
        adopt(article, placement, by=by, now=now)
    else:
        made = record_step(article, step=Step.REGISTER, state=ArticleState.ADOPTED, by=by, now=now, note=str(placement.outlet))
        tell_authors(article, made, "采用")
    rescore([article.pk], now=now)
    return placement


def _leave_to_office(article: MediaArticle, *, by, now) -> None:
    """A new piece whose adoption a colleague has yet to confirm is with the office until then."""
    article.live = False
    article.save(update_fields=["live"])
    record_step(article, step=Step.REGISTER, state=ArticleState.OFFICE, by=by, now=now)


def _existing(chosen: MediaArticle, rights: ContributionRights) -> MediaArticle:
    try:
        article = lock_article(chosen.pk)
    except MediaArticle.DoesNotExist as error:
        raise PlacementError({"story": "这篇稿件已被删去。请另选一篇，或登记为新的一篇。"}) from error
    if article.state == ArticleState.DRAFT:
        raise PlacementError({"story": "这篇稿件还是草稿，没有报送。请作者先提交，或登记为新的一篇。"})
    if not rights.is_office:
        if not (rights.wrote(article) or rights.heads(article)):
            raise PlacementError("只有宣传科、稿件的作者和供稿科室的负责人能登记它的采用。")
        if article.state not in REPORTED:
            raise PlacementError(f"这篇稿件现在是“{article.get_state_display()}”，还没有报到宣传科。报送以后再登记采用。")
    return article


def _new(facts: Adoption, rights: ContributionRights, *, by, now) -> MediaArticle:
    """Registered by the office: accepted and used from the beginning; it counts as submitted on the day it was written."""
    if not rights.is_office:
        raise PlacementError("新的一篇由宣传科登记。请先写稿件并提交。")
    if not facts.departments:
        raise PlacementError({"departments": "请写供稿的科室（单位）：采用的分数记在它名下。"})
    written_on = facts.written_on or facts.published_on
    if written_on > facts.published_on:
        raise PlacementError(
            {"written_on": f"成稿日期 {written_on:%Y-%m-%d} 晚于刊发日期 {facts.published_on:%Y-%m-%d}。请核对，不知道的可以留空。"}
        )
    article = MediaArticle(
        token=facts.token,
        title=" ".join(facts.title.split()),
        body=facts.text if len(facts.text) <= MAX_BODY else "",  # the published text is kept with the placement in any case
        genre=facts.genre,
        written_on=written_on,
        is_reprint=facts.is_reprint,
        state=ArticleState.ADOPTED,
        submitted_on=written_on,
        moved_at=now,
        saved_at=now,
        created_at=now,
        created_by=by,
        live=True,
    )
    article.clean_fields(exclude=["created_by", "session", "commission"])
    article.save()
    _write_lines(article, facts)
    return article


def _write_lines(article: MediaArticle, facts: Adoption) -> None:
    people = [line.staff.pk for line in facts.authors if line.staff]
    posted = Posting.objects.on(article.written_on).primary().filter(staff__in=people).order_by("started_on", "pk")
    units = dict(posted.values_list("staff", "department"))
    ArticleDepartment.objects.bulk_create(
        ArticleDepartment(article=article, department=line.department, share=line.share, sort_order=number)
        for number, line in enumerate(facts.departments)
    )
    ArticleAuthor.objects.bulk_create(
        ArticleAuthor(
            article=article,
            staff=line.staff,
            name=line.name,
            department_id=units.get(line.staff.pk) if line.staff else None,
            share=line.share,
            sort_order=number,
        )
        for number, line in enumerate(facts.authors)
    )


def _keep_text(placement: Placement, pasted: str, kept: list[PlacementProof], *, by, now) -> None:
    """What was pasted, as a text file with its digest: what the page said on that day. A bare title proves nothing and is not kept."""
    text = pasted.replace("\x00", "").strip()
    if not text or " ".join(text.split()) == placement.title:
        return
    data = text.encode("utf-8", "replace")
    day = local_day(now)
    proof = PlacementProof(
        placement=placement,
        kind=ProofKind.TEXT,
        original_name=f"粘贴的文字 {day:%Y-%m-%d}.txt",
        sha256=sha256(data).hexdigest(),
        taken_on=day,
        added_at=now,
        added_by=by,
    )
    kept.append(proof)
    proof.file.save("pasted.txt", ContentFile(data), save=True)


def _ask_office(placement: Placement, *, by, now) -> None:
    send_messages(
        to=set(officers().values_list("pk", flat=True)) - {by.pk},
        subject=f"待确认的采用：{placement.title}"[:SUBJECT],
        text=f"{by.get_full_name()}登记：{placement.outlet}，{placement.published_on:%Y-%m-%d}。",
        url=reverse("placement", args=[placement.pk]),
        key=f"placement:{placement.pk}:waiting",
        now=now,
    )
