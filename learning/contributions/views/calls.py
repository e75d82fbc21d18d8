"""约稿 and 报送要点."""

import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ...programme.rights import Rights
from ..call_forms import CallForm, FocusForm
from ..calls import call_page, calls_seen_by, lines_of, may_see_call
from ..focus import focus_of, writable_months
from ..models import Commission, MonthlyFocus
from ..rights import ContributionRights
from ..services.calls import CallError, publish_focus, send_call
from ..services.calls import close_call as close

LOOK_AND_SEND = ["GET", "HEAD", "POST"]
PER_PAGE = 20
MONTHS_A_PAGE = 12


def _rights(request) -> ContributionRights:
    return ContributionRights(Rights(request.user, timezone.localdate()))


def _paged(found, request, per_page) -> dict:
    page = Paginator(found, per_page).get_page(request.GET.get("page"))
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    return {"page": page, "page_numbers": numbers, "gap": page.paginator.ELLIPSIS}


@never_cache
@login_required
@require_safe
def calls(request):
    rights = _rights(request)
    paged = _paged(calls_seen_by(rights), request, PER_PAGE)
    context = {
        "rights": rights,
        "lines": lines_of(paged["page"], rights),
        "focus": focus_of(writable_months(rights.today)[0]),
        "today": rights.today,
        **paged,
    }
    return render(request, "learning/contributions/calls.html", context)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def new_call(request):
    rights = _rights(request)
    if not rights.is_office:
        raise PermissionDenied("约稿由宣传科发出。")
    form = CallForm(request.POST if request.method == "POST" else None, today=rights.today)
    if request.method == "POST" and form.is_valid():
        try:
            call = send_call(**form.facts, by=request.user, now=timezone.now())
        except ValidationError as error:
            form.add_service_error(error)
        else:
            messages.success(request, f"约稿已发给 {len(form.chosen)} 个科室（单位），有账号的都收到站内消息。")
            return redirect("commission", call.pk)
    context = {"rights": rights, "form": form}
    return render(request, "learning/contributions/call_form.html", context, status=400 if form.errors else 200)


@never_cache
@login_required
@require_safe
def call(request, pk):
    rights, found = _rights(request), get_object_or_404(Commission.objects.select_related("created_by"), pk=pk)
    if not may_see_call(found, rights):
        raise Http404
    context = {"rights": rights, "call": found, "found": call_page(found, rights), "today": rights.today}
    return render(request, "learning/contributions/call.html", context)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def close_call(request, pk):
    """Asked with GET (by whoever had to sign in on the way) it leads to the call and changes nothing."""
    rights, found = _rights(request), get_object_or_404(Commission, pk=pk)
    if not may_see_call(found, rights):
        raise Http404
    if not rights.is_office:
        raise PermissionDenied("约稿由宣传科结束。")
    if request.method == "POST":
        try:
            close(call=found, by=request.user, now=timezone.now())
        except CallError as error:
            messages.error(request, "".join(error.messages))
        else:
            messages.success(request, "约稿已结束，不再提醒没有报送的科室。")
    return redirect("commission", pk)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def focus(request):
    """Everybody reads; the office writes this month's and the next one's at `?month=2026-12`."""
    rights = _rights(request)
    months = writable_months(rights.today)
    month = next((one for one in months if f"{one:%Y-%m}" == request.GET.get("month")), None)
    if request.method == "POST" and not rights.is_office:
        raise PermissionDenied("报送要点由宣传科公布。")
    if request.method == "POST" and month is None:
        messages.error(request, "只能写本月和下个月的报送要点，您的文字没有保存。")
        return redirect("monthly_focus")
    form, standing = None, None
    if month and rights.is_office:
        standing = focus_of(month)
        text = standing.text if standing else ""
        form = FocusForm(request.POST if request.method == "POST" else None, initial={"text": text, "was": text})
    if form and form.is_bound and form.is_valid():
        answer = _published(request, form, month)
        if answer is not None:
            return answer
        standing = focus_of(month)
        form.data = form.data.copy()
        form.data["was"] = standing.text if standing else ""  # what is shown now may be changed next
    earlier = MonthlyFocus.objects.select_related("published_by").exclude(month=month)
    context = {
        "rights": rights,
        "months": [(one, there is not None) for one, there in _standing(months).items()],
        "this_month": months[0],
        "month": month,
        "form": form,
        "standing": standing,
        **_paged(earlier, request, MONTHS_A_PAGE),
    }
    return render(request, "learning/contributions/focus.html", context, status=400 if form and form.errors else 200)


def _standing(months) -> dict[datetime.date, MonthlyFocus | None]:
    found = {one.month: one for one in MonthlyFocus.objects.filter(month__in=months)}
    return {month: found.get(month) for month in months}


def _published(request, form, month):
    """The answer to a request that was granted; None with the errors on the form."""
    facts = {"text": form.cleaned_data["text"], "was": form.cleaned_data["was"]}
    try:
        publish_focus(month=month, **facts, by=request.user, now=timezone.now())
    except ValidationError as error:
        form.add_service_error(error)
        return None
    messages.success(request, f"{month.month}月报送要点已公布。第一次公布时通知各科室负责人，修改不再通知。")
    return redirect("monthly_focus")
