"""约稿 and 报送要点: sent to the departments, closed, published."""

import datetime
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from wagtail.log_actions import log

from cms.inbox.services import send_messages

from ...organisation.models import Department, Posting
from ...periods import local_day
from ..focus import writable_months
from ..models import Commission, MonthlyFocus

LONGEST_SUBJECT = 100
LONGEST_CALL = Commission._meta.get_field("text").max_length
LONGEST_FOCUS = MonthlyFocus._meta.get_field("text").max_length


class CallError(ValidationError):
    """It cannot be called for, closed or published like that; the message is Chinese and says what to do."""


def _words(text: str, longest: int) -> str:
    text = text.strip()
    if len(text) > longest:
        raise CallError({"text": f"最多 {longest} 个字，现在有 {len(text)} 个。请缩短。"})
    return text


@transaction.atomic
def send_call(*, topic: str, text: str, due_on: datetime.date, departments: Sequence[Department], by, now: datetime.datetime) -> Commission:
    """Tells the heads and everybody of the departments once. Raises CallError."""
    topic, today = " ".join(topic.split()), local_day(now)
    if not topic:
        raise CallError({"topic": "请写约稿的题目。"})
    if due_on < today:
        raise CallError({"due_on": "截止日期已经过去，请改成今天或以后的日期。"})
    # Held so that the same call is not sent twice by an impatient hand; ordered, so that two calls do not wait for each other.
    held = Department.objects.select_for_update(no_key=True).filter(pk__in=[one.pk for one in departments]).order_by("pk")
    keys = list(held.values_list("pk", flat=True))
    if not keys:
        raise CallError({"departments": "请至少勾选一个科室（单位）。"})
    closed = Department.objects.filter(pk__in=keys).exclude(pk__in=Department.objects.open_on(today))
    if names := list(closed.values_list("name", flat=True)):
        raise CallError({"departments": f"{'、'.join(names)}已经撤销。请去掉它再发出。"})
    _check_not_sent(topic, due_on, set(keys))
    call = Commission(topic=topic, text=_words(text, LONGEST_CALL), due_on=due_on, sent_at=now, created_by=by)
    call.full_clean(exclude=["created_by"])
    call.save()
    call.departments.set(keys)
    log(instance=call, action="contributions.call", user=by, data={"sent_to": len(keys), "due_on": due_on.isoformat()})
    send_messages(
        to=_accounts_of(keys, today),
        subject=f"约稿：{topic}"[:LONGEST_SUBJECT],
        text="\n\n".join(filter(None, [f"请在 {due_on:%Y-%m-%d} 前报送。", call.text])),
        url=reverse("commission", args=[call.pk]),
        key=f"call:{call.pk}:sent",
        now=now,
    )
    return call


def _check_not_sent(topic: str, due_on: datetime.date, keys: set[int]) -> None:
    for same in Commission.objects.filter(topic=topic, due_on=due_on, closed_at__isnull=True):
        if keys <= set(same.departments.values_list("pk", flat=True)):
            raise CallError("同样题目、同一截止日期的约稿已经向这些科室发出过，不用再发。要再催的，请先结束那一次。")


def _accounts_of(department_ids, today: datetime.date):
    """Keys of the accounts of whoever belongs to the departments or heads them today."""
    posted = Posting.objects.on(today).filter(Q(is_primary=True) | Q(is_head=True), department__in=department_ids)
    return posted.filter(staff__user__isnull=False).values_list("staff__user", flat=True)


@transaction.atomic
def close_call(*, call: Commission, by, now: datetime.datetime) -> Commission:
    """Nothing is owed any more. Raises CallError where that was done before."""
    Commission.objects.select_for_update().only("pk").get(pk=call.pk)
    call = Commission.objects.get(pk=call.pk)
    if call.closed_at is not None:
        raise CallError(f"这次约稿已于 {local_day(call.closed_at):%Y-%m-%d} 结束，不用再结束。")
    call.closed_at = now
    call.save(update_fields=["closed_at"])
    log(instance=call, action="contributions.call", user=by, data={"closed": True})
    return call


@transaction.atomic
def publish_focus(*, month: datetime.date, text: str, was: str, by, now: datetime.datetime) -> MonthlyFocus:
    """Of this month or the next; what stands there is changed by whoever has seen it (`was`). Heads are told once. Raises CallError."""
    if month not in writable_months(local_day(now)):
        raise CallError("只能写本月和下个月的报送要点。请重新打开这一页再写。")
    text = _words(text, LONGEST_FOCUS)
    if not text:
        raise CallError({"text": "请写要点。"})
    facts = {"text": text, "published_at": now, "published_by": by}
    _focus, is_new = MonthlyFocus.objects.get_or_create(month=month, defaults=facts)
    MonthlyFocus.objects.select_for_update().only("pk").get(month=month)
    focus = MonthlyFocus.objects.get(month=month)
    if not is_new:
        if _lines(focus.text) != _lines(was):
            raise CallError("别人刚刚改过这个月的要点，您的文字没有保存。请对照下面现在的要点，改好再公布。")
        for name, value in facts.items():
            setattr(focus, name, value)
    focus.full_clean(exclude=["published_by"])
    focus.save()
    log(instance=focus, action="wagtail.create" if is_new else "wagtail.edit", user=by, content_changed=True)
    send_messages(
        to=Posting.objects.on(local_day(now)).heads().filter(staff__user__isnull=False).values_list("staff__user", flat=True),
        subject=f"{month.year}年{month.month}月报送要点",
        text=text,
        url=reverse("monthly_focus"),
        key=f"focus:{month:%Y-%m}",
        now=now,
    )
    return focus


def _lines(text: str) -> list[str]:
    """A form sends other ends of line than the database keeps."""
    return text.strip().splitlines()
