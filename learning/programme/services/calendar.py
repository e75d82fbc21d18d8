"""Addresses that a phone's calendar subscribes to: made, found, read, revoked."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from wagtail.log_actions import log

from ...organisation.models import Department
from ...periods import local_day
from ..models import CalendarToken
from ..rights import Rights

NOTED_EVERY = datetime.timedelta(hours=1)  # a calendar reads every few minutes; nobody needs to know it to the minute


class CalendarError(ValidationError):
    """No address for that; the message is Chinese and says why."""


def departments_for(rights: Rights):
    """Departments whose calendar the holder of `rights` may subscribe to."""
    departments = Department.objects.open_on(rights.today)
    return departments if rights.is_clerk else departments.filter(pk__in=rights.department_ids)


def _may_have(rights: Rights, department_id: int | None) -> bool:
    return department_id is None or rights.is_clerk or department_id in rights.department_ids


@transaction.atomic
def subscribe(*, department: Department | None, by, now: datetime.datetime) -> CalendarToken:
    """The address of the own calendar, or of a department's; the one that is there, where there is one. Raises CalendarError."""
    if not _may_have(Rights(by, local_day(now)), department.pk if department else None):
        raise CalendarError("只能订阅本人的和自己负责的科室（单位）的日程。")
    if known := CalendarToken.objects.select_for_update().filter(user=by, department=department, revoked_at__isnull=True).first():
        return known
    token = CalendarToken.objects.create(user=by, department=department, created_at=now)
    log(instance=token, action="wagtail.create", user=by)
    return token


@transaction.atomic
def revoke(*, token: CalendarToken, by, now: datetime.datetime) -> CalendarToken:
    """The address shows nothing from now on. Twice changes nothing. Raises CalendarError."""
    if token.user_id != by.pk:
        raise CalendarError("只能停用自己的订阅。")
    if CalendarToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=now):
        token.revoked_at = now
        log(instance=token, action="wagtail.edit", user=by)
    return token


def find_token(secret: str, *, today: datetime.date) -> CalendarToken | None:
    """The subscription behind an address; None once it is revoked, its account switched off, or the department no longer its owner's."""
    live = CalendarToken.objects.filter(revoked_at__isnull=True, user__is_active=True)
    token = live.filter(token=secret).select_related("user", "department").first()
    return token if token and _may_have(Rights(token.user, today), token.department_id) else None


def note_reading(*, token: CalendarToken, now: datetime.datetime) -> None:
    """That somebody has read it: the one thing a GET of the site's calendar writes, at most once an hour."""
    stale = Q(last_read_at__isnull=True) | Q(last_read_at__lte=now - NOTED_EVERY)
    CalendarToken.objects.filter(stale, pk=token.pk).update(last_read_at=now)
