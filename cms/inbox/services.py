"""Telling people something on the site, and their reading of it. What leaves the site is put into the outbox (outbox.py)."""

import datetime
from collections.abc import Iterable

from django.contrib.auth import get_user_model
from django.db import transaction
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from .models import Channel, Delivery, Message

User = get_user_model()


class MessageRefusedError(Exception):
    """Not fit to be sent; the message is Chinese and says why."""


class NotTheRecipientError(Exception):
    """Somebody else's message; the message is Chinese."""


def is_own_path(url: str) -> bool:
    """Whether `url` is a path of this site and nothing that a browser would take for another's ("//host", "/\\host")."""
    return url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)


def _checked(*, subject: str, url: str, key: str) -> str:
    """The subject in one line. Rows are made in bulk, where no field looks at its length."""
    subject = " ".join(subject.split())
    for name, value in (("subject", subject), ("url", url), ("key", key)):
        field = Message._meta.get_field(name)
        if not value and not field.blank:
            raise MessageRefusedError(f"消息缺少{field.verbose_name}。")
        if len(value) > field.max_length:
            raise MessageRefusedError(f"消息的{field.verbose_name}最多 {field.max_length} 个字，现在有 {len(value)} 个。")
    if url and not is_own_path(url):
        raise MessageRefusedError("消息只能指向本站的地址，以 / 开头。")
    return subject


@transaction.atomic
def send_messages(
    *,
    to: Iterable,
    subject: str,
    text: str = "",
    url: str = "",
    key: str,
    now: datetime.datetime,
    post_to_groups: bool = False,
) -> int:
    """Tell each of `to` (users or their keys) once about `key`; returns how many had not been told before.

    Accounts that are switched off are passed over. Whoever has an e-mail address gets it there, too, where that channel is open.
    `post_to_groups`: one post for the whole call to each group, of the subject and the number of people, if anybody is told at all; so
    the subject should name nobody. Safe to run at once on several nodes. Raises MessageRefusedError.
    """
    subject = _checked(subject=subject, url=url, key=key)
    people = User.objects.filter(pk__in={getattr(person, "pk", person) for person in to}, is_active=True)
    messages = [
        Message(recipient_id=pk, subject=subject, text=text, url=url, key=key, created_at=now)
        for pk in people.exclude(inbox_messages__key=key).order_by("pk").values_list("pk", flat=True)
    ]
    if not messages:
        return 0
    Message.objects.bulk_create(messages, ignore_conflicts=True)
    # Of a person that another node has told meanwhile there is no row of ours.
    addresses = list(Message.objects.filter(pk__in=[message.pk for message in messages]).values_list("recipient__email", flat=True))
    if addresses:
        _put_into_outbox(
            addresses=[address for address in addresses if address],
            told=len(addresses) if post_to_groups else 0,
            subject=subject,
            text=text,
            url=url or reverse("inbox"),
            now=now,
        )
    return len(addresses)


def _put_into_outbox(*, addresses: list[str], told: int, subject: str, text: str, url: str, now: datetime.datetime) -> None:
    common = {"url": url, "created_at": now, "next_try_at": now}
    deliveries = []
    for channel in Channel.objects.filter(is_active=True):
        if not channel.is_robot:
            deliveries += [
                Delivery(channel=channel, recipient_address=address, subject=subject, text=text, **common) for address in addresses
            ]
        elif told:
            deliveries.append(Delivery(channel=channel, subject=f"{subject}（{told} 人）", **common))
    Delivery.objects.bulk_create(deliveries)


@transaction.atomic
def mark_read(*, message: Message, by, now: datetime.datetime) -> Message:
    """Note that the recipient has opened it; a second time changes nothing. Raises NotTheRecipientError."""
    if message.recipient_id != by.pk:
        raise NotTheRecipientError("这条消息不是发给您的。")
    if Message.objects.unread().filter(pk=message.pk).update(read_at=now):
        message.read_at = now
    return message


@transaction.atomic
def mark_all_read(*, by, now: datetime.datetime) -> int:
    """Note that `by` has read everything; returns how many messages were new."""
    return Message.objects.to(by).unread().update(read_at=now)
