"""采用证明: a picture or a PDF kept privately beside a placement, with its digest."""

import datetime
from pathlib import PurePath

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.template.defaultfilters import filesizeformat
from wagtail.log_actions import log

from cms.files.models import sha256_of
from cms.files.services import kept_picture
from cms.files.validation import check_file, presentable_name, size_of

from ...periods import local_day
from ..choices import ProofKind
from ..models import MediaArticle, Placement, PlacementProof
from ..rights import RUN
from .files import PICTURE_ENDINGS
from .locking import lock_article

MAX_PROOFS = 12
MAX_BYTES = {"picture": settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE, "pdf": settings.WAGTAILDOCS_MAX_UPLOAD_SIZE}


class ProofError(ValidationError):
    """The file cannot be kept; the message is Chinese, names it and says what to do."""


def may_add_proof(user, placement: Placement) -> bool:
    """The office; and whoever entered it, until the office has confirmed it."""
    return user.has_perm(RUN) or (placement.confirmed_at is None and placement.entered_by_id == user.pk)


def add_proof(*, placement: Placement, file, name: str, by, now: datetime.datetime) -> PlacementProof:
    """Keep a picture (without what the telephone wrote into it) or a PDF, the same bytes once. `file` is open and binary.

    The digest is that of the bytes that are kept. Raises ValidationError.
    """
    if not may_add_proof(by, placement):
        raise ProofError("采用确认以后，证明由宣传科补充。")
    kind, content = _checked(file, presentable_name(name))
    proof = PlacementProof(
        placement=placement,
        kind=kind,
        file=content,
        original_name=content.name,
        sha256=sha256_of(content),
        taken_on=local_day(now),
        added_at=now,
        added_by=by,
    )
    try:
        with transaction.atomic():
            return _keep(proof)
    except BaseException as error:
        if proof.file._committed:  # a database does not undo files
            proof.file.storage.delete(proof.file.name)
        if isinstance(error, IntegrityError) and (known := placement.proofs.filter(sha256=proof.sha256).first()):
            return known  # the same file twice at once
        raise


def _checked(file, shown: str) -> tuple[str, SimpleUploadedFile]:
    ending = PurePath(shown).suffix.lower().lstrip(".")
    kind = ProofKind.PDF if ending == "pdf" else ProofKind.PICTURE
    if (size := size_of(file)) > MAX_BYTES[kind]:
        raise ProofError(f"“{shown}”有 {filesizeformat(size)}，超过上限 {filesizeformat(MAX_BYTES[kind])}，没有存。请压缩以后再传。")
    if kind == ProofKind.PDF:
        checked = check_file(file, name=shown, endings=["pdf"], max_bytes=MAX_BYTES[kind])
        return kind, SimpleUploadedFile(checked.name, file.read(), content_type="application/pdf")
    if ending not in PICTURE_ENDINGS:
        raise ProofError(f"“{shown}”不是图片或 PDF，没有存。证明可以传 {'、'.join(PICTURE_ENDINGS)} 和 pdf；网页请截图，或另存为 PDF。")
    _given, content = kept_picture(file.read(), stem=PurePath(shown).stem or "图片", endings=PICTURE_ENDINGS, max_bytes=MAX_BYTES[kind])
    return kind, content


def _keep(proof: PlacementProof) -> PlacementProof:
    try:
        lock_article(proof.placement.article_id)
        stored = Placement.objects.get(pk=proof.placement_id)
    except (MediaArticle.DoesNotExist, Placement.DoesNotExist) as error:
        raise ProofError("这条采用已被删去，文件没有存。") from error
    if not may_add_proof(proof.added_by, stored):
        raise ProofError("采用已经确认，证明由宣传科补充。")
    if known := stored.proofs.filter(sha256=proof.sha256).first():
        return known
    if stored.proofs.count() >= MAX_PROOFS:
        raise ProofError(f"一条采用最多 {MAX_PROOFS} 份证明，“{proof.original_name}”没有存。")
    proof.save()
    data = {"proof": proof.original_name, "sha256": proof.sha256}
    log(instance=stored, action="contributions.save_placement", user=proof.added_by, data=data)
    return proof
