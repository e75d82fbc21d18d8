"""The sessions as a calendar, and the addresses that other calendars read them at."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ..calendar_feed import feed_for
from ..models import CalendarToken
from ..rights import Rights
from ..services.calendar import departments_for, find_token, note_reading, subscribe
from ..services.calendar import revoke as revoke_token
from ..timetable import View, day_from, timetable

NO_ADDRESS = "example.invalid"  # the base address of a site that nobody has told its own


@never_cache
@login_required
@require_safe
def session_calendar(request):
    """The sessions of a month, a week or a quarter; the filters stand in the address."""
    rights = Rights(request.user, timezone.localdate())
    view = next((one for one in View if one.key == request.GET.get("view")), View.MONTH)
    asked = {name: request.GET.get(name, "") for name in ("kind", "organiser", "mine")}
    table = timetable(
        view=view,
        on=day_from(request.GET.get("on", ""), otherwise=rights.today),
        rights=rights,
        now=timezone.now(),
        kind=asked["kind"],
        organiser=asked["organiser"],
        is_mine=bool(asked["mine"]),
    )
    return render(
        request,
        "learning/programme/sessions.html",
        {
            "table": table,
            "views": list(View),
            "asked": asked,
            "is_narrowed": any(asked.values()),
            "today": rights.today,
            "has_today": rights.today in table.period,
            "may_open": rights.runs_something,
            "has_staff": rights.staff is not None,
        },
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def subscriptions(request):
    """The own subscription addresses; a POST makes one."""
    rights = Rights(request.user, timezone.localdate())
    departments = list(departments_for(rights))
    if request.method == "POST":
        key = request.POST.get("department", "")
        department = next((one for one in departments if str(one.pk) == key), None)
        if key and department is None:
            raise Http404
        try:
            subscribe(department=department, by=request.user, now=timezone.now())
        except ValidationError as error:
            messages.error(request, "".join(error.messages))
        else:
            messages.success(request, "订阅地址已生成。请复制下面的地址，按步骤加到手机里。")
        return redirect("calendar_subscriptions")
    tokens = list(CalendarToken.objects.filter(user=request.user, revoked_at__isnull=True).select_related("department"))
    taken = {token.department_id for token in tokens}
    return render(
        request,
        "learning/programme/subscriptions.html",
        {
            "subscriptions": [_Shown(token, _address(request, token)) for token in tokens],
            "has_own": None in taken,
            "departments": [department for department in departments if department.pk not in taken],
        },
    )


class _Shown:
    """A subscription with its address as people copy it and as a phone opens it."""

    def __init__(self, token: CalendarToken, address: str):
        self.token, self.address = token, address
        self.for_phones = f"webcal{address[address.index(':') :]}"


def _address(request, token: CalendarToken) -> str:
    path = reverse("calendar_feed", args=[token.token])
    base = settings.WAGTAILADMIN_BASE_URL
    return request.build_absolute_uri(path) if NO_ADDRESS in base else f"{base.rstrip('/')}{path}"


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request, pk):
    """Switch off an own address. Whoever had to sign in on the way comes with GET: that leads to the list and changes nothing."""
    token = get_object_or_404(CalendarToken, pk=pk, user=request.user)
    if request.method == "POST":
        revoke_token(token=token, by=request.user, now=timezone.now())
        messages.success(request, "订阅已停用：旧地址不再显示任何日程。手机里的这个日历可以删去。")
    return redirect("calendar_subscriptions")


@require_safe
def feed(request, token):
    """iCalendar for whoever has the secret address; nobody signs in. A wrong, revoked or orphaned one is not there."""
    now = timezone.now()
    subscription = find_token(token, today=timezone.localdate(now))
    if subscription is None:
        raise Http404
    note_reading(token=subscription, now=now)
    host = urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname  # the same whatever address is read: else a phone shows everything twice
    response = HttpResponse(feed_for(subscription, now=now, host=host), content_type="text/calendar; charset=utf-8")
    response.headers["Cache-Control"] = "private"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
