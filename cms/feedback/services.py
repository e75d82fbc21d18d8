"""Taking in what readers write and answering it."""

import datetime
import secrets

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from .models import FeedbackEntry

FLOOD_WINDOW = datetime.timedelta(minutes=10)
FLOOD_LIMIT = 60  # entries of the whole site in one window: more is a machine, not the public


class TooManyEntriesError(Exception):
    """The site has taken in more than people write; the message is Chinese with the remedy."""


@transaction.atomic
def receive_feedback(
    *, kind: str, subject: str, text: str, contact: str = "", page=None, now: datetime.datetime | None = None
) -> FeedbackEntry:
    """Keep an entry under a receipt code of 128 random bits. Raises TooManyEntriesError."""
    now = now or timezone.now()
    if FeedbackEntry.objects.filter(received_at__gt=now - FLOOD_WINDOW).count() >= FLOOD_LIMIT:
        raise TooManyEntriesError("提交的人太多了，请十分钟后再试。您填写的内容仍在下面。")
    return FeedbackEntry.objects.create(
        receipt_code=secrets.token_hex(16), kind=kind, subject=subject, text=text, contact=contact, page=page
    )


@transaction.atomic
def answer_feedback(*, entry: FeedbackEntry, state: str, answer: str, by, now: datetime.datetime | None = None) -> FeedbackEntry:
    """Record the clerk's answer; whoever has the receipt code reads it."""
    entry.state, entry.answer = state, answer
    entry.answered_by, entry.answered_at = (by, now or timezone.now()) if state != FeedbackEntry.State.OPEN else (None, None)
    entry.save(update_fields=["state", "answer", "answered_by", "answered_at"])
    log(instance=entry, action="wagtail.edit", user=by, title=entry.subject)
    return entry


def find_by_receipt(code: str) -> FeedbackEntry | None:
    """The entry of a receipt code as people type it: blanks, hyphens and capitals do not matter."""
    plain = "".join(character for character in code.casefold() if character.isalnum())
    return FeedbackEntry.objects.filter(receipt_code=plain).first() if len(plain) == 32 else None
