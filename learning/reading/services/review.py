"""评阅: claimed or assigned, decided once, by anybody but the author. Wagtail keeps the same review as the page's moderation."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from wagtail.log_actions import log

from cms.inbox.services import send_messages

from ...programme.rights import RUN
from ..choices import ReflectionState, Verdict
from ..log_actions import named_in_log
from ..models import PassageComment, Reflection, ReviewRound
from ..review_links import address_for
from ..reviewers import may_review
from ..text import passages_of
from .locking import lock_reflection
from .pages import apply_restriction, write_page
from .workflow import decide_stage

QUOTE = PassageComment._meta.get_field("quote").max_length


class ReviewError(ValidationError):
    """The reflection cannot be reviewed like that; the message is Chinese and says why."""


class StaleReviewError(ReviewError):
    """Somebody else was faster: it is decided, claimed, or handed in anew since the reviewer opened it."""


def current_round(reflection: Reflection) -> ReviewRound | None:
    return reflection.rounds.order_by("-number").first()


@transaction.atomic
def claim_reflection(*, reflection: Reflection, by, now: datetime.datetime) -> Reflection:
    """Take it in hand, also from another reviewer, who is told. Raises ReviewError."""
    reflection = _lock_waiting(reflection, by)
    return _give_to(reflection, by, by=by, now=now)


@transaction.atomic
def assign_reviewer(*, reflection: Reflection, user, by, now: datetime.datetime) -> Reflection:
    """A clerk asks `user`, who need not hold the right to review: it holds for this one, by the link in the message. Raises ReviewError."""
    reflection = _lock_waiting(reflection, by)
    if not by.has_perm(RUN):
        raise ReviewError("指定评阅人由机关党委办理。")
    if user.pk == reflection.author.user_id:
        raise ReviewError({"user": "作者本人不能评阅。请另选一位。"})
    if not user.is_active:
        raise ReviewError({"user": f"{user.get_full_name()}的账号已停用。请另选一位。"})
    return _give_to(reflection, user, by=by, now=now)


def _lock_waiting(reflection: Reflection, by) -> Reflection:
    reflection = lock_reflection(reflection.pk)
    if not may_review(by, reflection):
        raise ReviewError("这篇心得不由您评阅。")
    if reflection.state != ReflectionState.WAITING:
        raise StaleReviewError(f"这篇心得{reflection.get_state_display()}，不用再评阅。")
    return reflection


def _give_to(reflection: Reflection, user, *, by, now: datetime.datetime) -> Reflection:
    before = reflection.reviewer
    if before and before.pk == user.pk:
        return reflection
    reflection.reviewer, reflection.claimed_at = user, now
    reflection.save(update_fields=["reviewer", "claimed_at"])
    log(instance=reflection, title=named_in_log(reflection), action="reading.claim", user=by, data={"reviewer": user.get_full_name()})
    number, stamp = current_round(reflection).number, f"{now:%Y%m%d%H%M%S}"
    subject = f"{reflection.author}《{reflection.title}》"
    if before and before.pk != by.pk:
        send_messages(
            to=[before],
            subject=f"不用您评阅了：{subject}"[:120],
            text=f"已由{user.get_full_name()}评阅。",
            key=f"reflection:{reflection.pk}:taken-over:{stamp}",
            now=now,
        )
    if user.pk != by.pk:
        send_messages(
            to=[user],
            subject=f"请您评阅心得：{subject}"[:120],
            text=f"{by.get_full_name()}请您评阅，{reflection.due_on:%Y-%m-%d} 前。点开下面的地址，手机上也能评阅。",
            url=address_for(user, reflection, number),
            key=f"reflection:{reflection.pk}:assigned:{stamp}",
            now=now,
        )
    return reflection


@transaction.atomic
def decide_reflection(
    *, reflection: Reflection, round_number: int, is_accepted: bool, note: str, comments: dict[int, str], by, now: datetime.datetime
) -> ReviewRound:
    """Accept the round, or give it back with a note or `comments` (by number of the passage). Accepted, it is shown as its author consents.

    Raises ReviewError: not this reviewer's, decided already, a newer round is there, nothing said on giving it back.
    """
    reflection = _lock_waiting(reflection, by)
    current = current_round(reflection)
    if current.number != round_number:
        raise StaleReviewError("您打开这一页之后，作者又交了新的一稿。下面已是最新的一稿，请看过再评阅。")
    if reflection.reviewer and reflection.reviewer.pk != by.pk:
        raise StaleReviewError(f"这篇心得已由{reflection.reviewer.get_full_name()}认领。要由您评阅，请先点“由我评阅”。")
    note, comments = note.strip(), {number: text.strip() for number, text in comments.items() if text.strip()}
    if not (is_accepted or note or comments):
        raise ReviewError({"note": "退回修改的，请写意见，或在要改的段落下写批注。"})
    _keep_comments(current, comments)
    current.verdict = Verdict.ACCEPTED if is_accepted else Verdict.RETURNED
    current.note, current.decided_at, current.decided_by = note, now, by
    current.save(update_fields=["verdict", "note", "decided_at", "decided_by"])
    if reflection.reviewer is None:
        reflection.reviewer, reflection.claimed_at = by, now
    reflection.state = ReflectionState.ACCEPTED if is_accepted else ReflectionState.RETURNED
    reflection.accepted_at = now if is_accepted else None
    reflection.save(update_fields=["reviewer", "claimed_at", "state", "accepted_at"])
    _decide_page(reflection, current, is_accepted=is_accepted, by=by)
    log(
        instance=reflection,
        title=named_in_log(reflection),
        action="reading.accept" if is_accepted else "reading.return",
        user=by,
        data={"round": round_number},
    )
    _tell_author(reflection, current, comments=len(comments), now=now)
    return current


def _keep_comments(current: ReviewRound, comments: dict[int, str]) -> None:
    passages = passages_of(current.html)
    PassageComment.objects.bulk_create(
        PassageComment(round=current, passage=number, quote=passages[number].text[:QUOTE], text=text)
        for number, text in sorted(comments.items())
        if 0 <= number < len(passages)
    )


def _decide_page(reflection: Reflection, current: ReviewRound, *, is_accepted: bool, by) -> None:
    if reflection.page is None:  # deleted with what stood above it
        if not is_accepted:
            return
        current.revision = write_page(reflection, current.html, by=by)
        current.save(update_fields=["revision"])
        reflection.save(update_fields=["page"])
    apply_restriction(reflection, by=by)
    decide_stage(reflection.page, is_accepted=is_accepted, by=by)


def _tell_author(reflection: Reflection, current: ReviewRound, *, comments: int, now: datetime.datetime) -> None:
    """Whoever has left may have no account; then nobody is told."""
    if reflection.author.user_id is None:
        return
    is_accepted = current.verdict == Verdict.ACCEPTED
    said = [current.note] if current.note else []
    if comments:
        said.append(f"有 {comments} 处批注，请点开看。")
    send_messages(
        to=[reflection.author.user_id],
        subject=f"心得{'已通过' if is_accepted else '退回修改'}：{reflection.title}"[:120],
        text="\n\n".join(said),
        url=reverse("reflection", args=[reflection.pk]),
        key=f"reflection:{reflection.pk}:round:{current.number}:decided",
        now=now,
    )
