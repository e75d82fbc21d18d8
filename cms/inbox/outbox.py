"""What leaves the site is sent by the job runner, never by a request. At most once an attempt, five attempts at most.

A run claims a row by moving its next attempt into the future, so of two runs at once one sends it, and a run that is killed leaves it to
a later one.
"""

import datetime
import time

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F

from .models import Delivery
from .robots import post

logger = structlog.get_logger(__name__)
# From each attempt to the next. The shortest is longer than a run takes: nobody claims what a run still holds.
WAITS = tuple(datetime.timedelta(minutes=minutes) for minutes in (5, 15, 60, 240, 240))
RUN = 40  # seconds after which a run begins nothing new: other jobs wait for their turn
BATCH = 500


def send_waiting(*, now: datetime.datetime) -> tuple[int, int]:
    """Send what waits; returns how many went and how many did not. Nothing that goes wrong with one keeps the others from going."""
    waiting = Delivery.objects.waiting(now)
    waiting.filter(attempts__gte=len(WAITS)).update(state=Delivery.State.FAILED)  # a run was killed in the last attempt
    sent, failed, began = 0, 0, time.monotonic()
    for delivery in waiting.filter(channel__is_active=True).select_related("channel").order_by("next_try_at", "pk")[:BATCH]:
        if time.monotonic() - began > RUN:
            break
        if not claim(delivery, now=now):
            continue
        if _attempt(delivery):
            sent += 1
        else:
            failed += 1
    return sent, failed


def claim(delivery: Delivery, *, now: datetime.datetime) -> bool:
    """Whether this run is the one to send it. Counts the attempt."""
    as_read = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.WAITING, attempts=delivery.attempts)
    return bool(as_read.update(attempts=F("attempts") + 1, next_try_at=now + WAITS[delivery.attempts]))


def _attempt(delivery: Delivery) -> bool:
    row = Delivery.objects.filter(pk=delivery.pk)
    try:
        _send(delivery)
    except Exception as error:  # whatever a server at the other end or on the way thinks of
        logger.warning("delivery_not_sent", delivery=delivery.pk, channel=delivery.channel_id, error=type(error).__name__)
        is_last = delivery.attempts + 1 >= len(WAITS)
        row.update(last_error=f"{type(error).__name__}: {error}"[:500], state=Delivery.State.FAILED if is_last else Delivery.State.WAITING)
        return False
    row.update(state=Delivery.State.SENT, last_error="")
    return True


def _send(delivery: Delivery) -> None:
    channel, address = delivery.channel, f"{settings.WAGTAILADMIN_BASE_URL.rstrip('/')}{delivery.url}"
    if channel.is_robot:
        post(kind=channel.kind, address=channel.address, text=f"{delivery.subject}\n{address}")
    else:
        body = "\n\n".join(part for part in (delivery.text, address) if part)
        EmailMessage(delivery.subject, body, to=[delivery.recipient_address]).send()


def forget_deliveries(*, before: datetime.datetime) -> int:
    """Delete what was put here before that, sent or not: people's addresses are not kept. Returns how many rows went."""
    deleted, _by_model = Delivery.objects.filter(created_at__lt=before).delete()
    return deleted
