"""The code of a sign-in: rotates, is checked on the server's clock, and is exchanged for a ticket that names the person.

The ticket exists because reading a confirm page takes longer than a code lives: whoever has shown a valid code has two minutes to
confirm, for this session and this account only.
"""

import datetime
import hashlib
import hmac

from django.core import signing

from .models import Session

SECONDS = 20
TICKET_SECONDS = 120
SALT = "learning.programme.sign-in"


class CodeRefusedError(Exception):
    """Not a code, or one of another session or of too long ago; the message is Chinese."""


def _code(session: Session, slot: int) -> str:
    return hmac.new(session.code_secret.encode(), f"{session.pk}.{slot}".encode(), hashlib.sha256).hexdigest()[:16]


def _slot(now: datetime.datetime) -> int:
    return int(now.timestamp()) // SECONDS


def code_for(session: Session, now: datetime.datetime) -> str:
    """The code on the screen for these `SECONDS`."""
    return _code(session, _slot(now))


def seconds_left(now: datetime.datetime) -> int:
    return SECONDS - int(now.timestamp()) % SECONDS


def exchange(session: Session, code: str, *, user, now: datetime.datetime) -> str:
    """A ticket for `user` if `code` is the current or the previous one. Raises CodeRefusedError."""
    slot = _slot(now)
    if not any(hmac.compare_digest(_code(session, known).encode(), code.encode()) for known in (slot, slot - 1)):
        raise CodeRefusedError("二维码已过期或不是这次活动的。请重新扫屏幕上的码。")
    return signing.dumps([session.pk, user.pk], salt=SALT)


def check_ticket(ticket: str, *, session: Session, user) -> None:
    """Raises CodeRefusedError for a foreign, forged or old ticket."""
    try:
        owner = signing.loads(ticket, salt=SALT, max_age=TICKET_SECONDS)
    except signing.BadSignature as error:
        raise CodeRefusedError("确认时间过长。请重新扫屏幕上的码。") from error
    if owner != [session.pk, user.pk]:
        raise CodeRefusedError("这个二维码不是给您本人、这次活动用的。请自己扫码。")
