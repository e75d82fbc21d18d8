"""How long a session lives and how many a person may have (GB/T 22239 8.1.4.1 b)."""

import datetime

from allauth.usersessions.models import UserSession
from django.conf import settings

SIGNED_IN_AT, SEEN_AT = "signed_in_at", "seen_at"
WRITE_EVERY = 60  # seconds: a session is written at most once a minute, not on every request


def begin(session, *, now: datetime.datetime) -> None:
    session[SIGNED_IN_AT] = session[SEEN_AT] = int(now.timestamp())


def is_over(session, *, now: datetime.datetime, idle_seconds: int) -> bool:
    """Whether the session has been idle for too long or is older than `SESSION_COOKIE_AGE`; without times it is a new one."""
    second = int(now.timestamp())
    signed_in, seen = session.get(SIGNED_IN_AT, second), session.get(SEEN_AT, second)
    return second - seen > idle_seconds or second - signed_in > settings.SESSION_COOKIE_AGE


def see(session, *, now: datetime.datetime) -> None:
    second = int(now.timestamp())
    session.setdefault(SIGNED_IN_AT, second)
    if second - session.get(SEEN_AT, 0) > WRITE_EVERY:
        session[SEEN_AT] = second


def end_surplus(user, *, current_key: str) -> int:
    """End the oldest sessions of `user` beyond `MAX_SESSIONS_PER_USER`, never the current one; returns how many ended."""
    others = UserSession.objects.filter(user=user).exclude(session_key=current_key).order_by("-created_at", "-pk")
    surplus = list(others[max(settings.MAX_SESSIONS_PER_USER - 1, 0) :])
    for session in surplus:
        session.end()
    return len(surplus)
