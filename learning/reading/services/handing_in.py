"""From the draft only its author sees to a round in the hands of a reviewer."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from wagtail.log_actions import log

from cms.inbox.services import send_messages

from ...periods import local_day
from ..choices import Consent, ReflectionState
from ..likeness import compare, index_reflection
from ..log_actions import named_in_log
from ..models import ReadingSettings, Reflection, ReviewRound
from ..review_links import address_for
from ..reviewers import may_review, reviewers_of
from ..text import count_html
from .drafts import check_writer, missing_for_hand_in
from .locking import lock_reflection
from .pages import department_of, write_page
from .workflow import begin_review


class HandInError(ValidationError):
    """The reflection cannot be handed in like that; the message is Chinese and says what to do. Nothing that was typed is lost."""


class OutdatedError(HandInError):
    """It has been changed in another place since the author looked at it."""


def hand_in(*, reflection: Reflection, version: int, consent: str, by, now: datetime.datetime) -> Reflection:
    """Give the text as it stands in `version` to the reviewers. The same thing handed in twice is handed in once.

    Raises HandInError (OutdatedError for another version), NoReadingRoomError, and DraftError for anybody but an author who is still here.
    """
    # Before anything is locked: it takes a moment and writes nothing. That it is of the right text is seen under the lock.
    likeness = compare(reflection.html, reflection=reflection, session=reflection.session) if reflection.is_being_written else None
    with transaction.atomic():
        seen, reflection = reflection.version, lock_reflection(reflection.pk)
        check_writer(reflection.author, by=by, now=now)
        if reflection.state == ReflectionState.WAITING and reflection.version == version:
            return reflection
        if not reflection.is_being_written:
            raise HandInError(f"这篇心得{reflection.get_state_display()}，不用再提交。")
        if likeness is None or not seen == version == reflection.version:
            raise OutdatedError("您打开这一页之后，这篇心得在别处又改过，还没有提交。下面已是最新的一稿，请看过再提交。")
        if consent not in Consent.values:
            raise HandInError({"consent": "请在不公开、局内、公开里选一种。"})
        if missing := missing_for_hand_in(reflection, ReadingSettings.current()):
            raise HandInError(missing)
        return _hand_in(reflection, consent, likeness, by=by, now=now)


def _hand_in(reflection: Reflection, consent: str, likeness, *, by, now: datetime.datetime) -> Reflection:
    if reflection.first_handed_in_at is None:
        reflection.first_handed_in_at = now
        reflection.department = department_of(reflection)
    if consent != reflection.consent or reflection.consent_changed_at is None:
        reflection.consent, reflection.consent_changed_at = consent, now
    reflection.handed_in_at, reflection.state = now, ReflectionState.WAITING
    reflection.characters = count_html(reflection.html)
    reflection.due_on = local_day(now) + datetime.timedelta(days=ReadingSettings.current().review_days)
    if reflection.reviewer and not (reflection.reviewer.is_active and may_review(reflection.reviewer, reflection)):
        reflection.reviewer = reflection.claimed_at = None
    revision = write_page(reflection, reflection.html, by=by)
    reflection.save()
    begin_review(reflection.page, by=by)
    number = (reflection.rounds.aggregate(last=Max("number"))["last"] or 0) + 1
    ReviewRound.objects.create(
        reflection=reflection,
        number=number,
        revision=revision,
        html=reflection.html,
        handed_in_at=now,
        characters=reflection.characters,
        likeness=likeness.as_json(),
    )
    index_reflection(reflection=reflection, html=reflection.html, now=now)
    log(instance=reflection, title=named_in_log(reflection), action="reading.hand_in", user=by, data={"round": number})
    _tell_reviewers(reflection, number, now=now)
    return reflection


def _tell_reviewers(reflection: Reflection, number: int, *, now: datetime.datetime) -> None:
    """The one who has read an earlier round, by a link of the own; everybody who may review otherwise."""
    again = "（修改后再交）" if number > 1 else ""
    facts = {
        "subject": f"待评阅心得{again}：{reflection.author}《{reflection.title}》"[:120],
        "text": f"{reflection.characters} 字，请在 {reflection.due_on:%Y-%m-%d} 前评阅。",
        "key": f"reflection:{reflection.pk}:round:{number}",
        "now": now,
    }
    if reflection.reviewer:
        send_messages(to=[reflection.reviewer], url=address_for(reflection.reviewer, reflection, number), **facts)
    else:
        send_messages(to=reviewers_of(reflection), url=reverse("review_reflection", args=[reflection.pk]), **facts)
