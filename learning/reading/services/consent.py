"""不公开 / 局内 / 公开: the author's word, at any moment, honoured everywhere at once (docs/adr/0019)."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from wagtail.log_actions import log

from cms.inbox.services import send_messages

from ...programme.rights import RUN
from ..choices import Consent, ReflectionState
from ..log_actions import named_in_log
from ..models import Reflection
from .locking import lock_reflection
from .pages import is_withdrawn, show_by_consent

WIDTH = {Consent.NONE: 0, Consent.INTERNAL: 1, Consent.PUBLIC: 2}


class ConsentError(ValidationError):
    """To whom a reflection is shown cannot be changed like that; the message is Chinese and says what to do."""


def last_consent(staff) -> str:
    """What the person chose for the last reflection that was handed in; 不公开 for the first one."""
    earlier = Reflection.objects.of(staff).filter(consent_changed_at__isnull=False).order_by("-consent_changed_at")
    return earlier.values_list("consent", flat=True).first() or Consent.NONE


def may_narrow(user, reflection: Reflection) -> bool:
    """Clerks, for authors who cannot any more: never wider, never their own."""
    return reflection.author.user_id != user.pk and reflection.consent != Consent.NONE and user.has_perm(RUN)


@transaction.atomic
def set_consent(*, reflection: Reflection, consent: str, by, now: datetime.datetime, reason: str = "") -> Reflection:
    """The author's word: honoured at once for what is accepted, stored for what is not yet and for what somebody has taken off the site.
    A clerk may narrow it with a reason, of which the author is told. Raises ConsentError."""
    reflection = lock_reflection(reflection.pk)
    if consent not in WIDTH:
        raise ConsentError("请在不公开、局内、公开里选一种。")
    is_author, before = reflection.author.user_id == by.pk, reflection.consent
    if not is_author:
        _check_clerk(reflection, consent, reason, by)
    if consent == before:
        return reflection
    is_shown_by_consent = reflection.state == ReflectionState.ACCEPTED and not is_withdrawn(reflection)
    reflection.consent, reflection.consent_changed_at = consent, now
    reflection.save(update_fields=["consent", "consent_changed_at"])
    if is_shown_by_consent:
        show_by_consent(reflection, by=by)
    data = {"from": before, "to": consent} | ({"reason": reason.strip()} if not is_author else {})
    log(instance=reflection, title=named_in_log(reflection), action="reading.consent", user=by, data=data)
    if not is_author and reflection.author.user_id:
        send_messages(
            to=[reflection.author.user_id],
            subject=f"心得的展示范围改为{reflection.get_consent_display()}：{reflection.title}"[:120],
            text=f"机关党委{by.get_full_name()}改的。原因：{reason.strip()}",
            url=reverse("reflection", args=[reflection.pk]),
            key=f"reflection:{reflection.pk}:consent:{now:%Y%m%d%H%M%S}",
            now=now,
        )
    return reflection


def _check_clerk(reflection: Reflection, consent: str, reason: str, by) -> None:
    if not by.has_perm(RUN):
        raise ConsentError("展示范围由作者本人决定。")
    if WIDTH[Consent(consent)] >= WIDTH[Consent(reflection.consent)]:
        raise ConsentError("没有作者本人的同意，只能把展示范围改小，不能改大。")
    if not reason.strip():
        raise ConsentError({"reason": "请写明原因，例如“作者已调离”。作者会看到。"})


@transaction.atomic
def restore_reflection(*, reflection: Reflection, by, now: datetime.datetime) -> Reflection:
    """Bring back what was taken off the site by mistake: a clerk's act, and no wider than its author says. Raises ConsentError."""
    reflection = lock_reflection(reflection.pk)
    if not by.has_perm(RUN):
        raise ConsentError("恢复展示由机关党委办理。")
    if reflection.page is None:
        raise ConsentError("这篇心得的页面已删除，不能恢复。")
    if not is_withdrawn(reflection):
        raise ConsentError("这篇心得没有被撤下，不用恢复。")
    if reflection.consent == Consent.NONE:
        raise ConsentError("作者选的是“不公开”，不能展示。")
    show_by_consent(reflection, by=by)
    log(instance=reflection, title=named_in_log(reflection), action="reading.consent", user=by, data={"restored": reflection.consent})
    return reflection
