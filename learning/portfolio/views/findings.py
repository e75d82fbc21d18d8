"""What an inspection has found: put right by the person, closed or given back by whoever found it. Addresses: `inspections.py`."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ..inspection_desk import TO_RECTIFY, may_close, may_rectify, may_see_file, may_see_finding
from ..inspection_forms import DecideForm, RectifyForm
from ..models import Finding
from ..rights import FileRights
from ..services.inspections import decide_finding
from ..services.inspections import rectify_finding as rectify
from .opening import rights_of

LOOK_AND_SEND = ["GET", "HEAD", "POST"]


def _finding(request, pk) -> tuple[FileRights, Finding]:
    rights = rights_of(request)
    joined = ("inspected__inspection", "inspected__staff__user", "inspected__department", "found_by", "closed_by", "line")
    found = get_object_or_404(Finding.objects.select_related(*joined), pk=pk)
    if not may_see_finding(found, rights):
        raise Http404
    return rights, found


def _show(request, rights: FileRights, found: Finding, *, rectified=None, decided=None):
    is_open = not found.inspected.inspection.closed_at
    sent = rectified or decided
    context = {
        "finding": found,
        "file": found.inspected,
        "inspection": found.inspected.inspection,
        "today": rights.today,
        "is_own": rights.is_own(found.inspected.staff_id),
        "sees_file": may_see_file(found.inspected, rights),
        "rectify": None,
        "decide": None,
    }
    if is_open and found.state in TO_RECTIFY and may_rectify(found, request.user):
        context["rectify"] = rectified or RectifyForm(initial={"text": found.rectification})
    if is_open and found.state not in TO_RECTIFY and not found.closed_at and may_close(found, request.user):
        context["decide"] = decided or DecideForm()
    return render(request, "learning/portfolio/finding.html", context, status=400 if sent and sent.errors else 200)


@never_cache
@login_required
@require_safe
def finding(request, pk):
    return _show(request, *_finding(request, pk))


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def rectify_finding(request, pk):
    """Asked with GET (by whoever had to sign in on the way) it leads to the finding and changes nothing."""
    rights, found = _finding(request, pk)
    if request.method != "POST":
        return redirect("finding", pk)
    form = RectifyForm(request.POST)
    if form.is_valid():
        try:
            rectify(finding=found, text=form.cleaned_data["text"], by=request.user, now=timezone.now())
        except ValidationError as error:
            return _refused(request, rights, found, form, error, rectified=form)
        messages.success(request, "整改情况已交，检查的人核对以后销号。")
        return redirect("finding", pk)
    return _show(request, rights, found, rectified=form)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def close_finding(request, pk):
    """Closed, or given back; asked with GET it leads to the finding and changes nothing."""
    rights, found = _finding(request, pk)
    if request.method != "POST":
        return redirect("finding", pk)
    form = DecideForm(request.POST)
    if form.is_valid():
        try:
            made = decide_finding(finding=found, **form.facts, by=request.user, now=timezone.now())
        except ValidationError as error:
            return _refused(request, rights, found, form, error, decided=form)
        messages.success(request, f"{made.get_state_display()}，已通知本人。")
        return redirect("finding", pk)
    return _show(request, rights, found, decided=form)


def _refused(request, rights: FileRights, found: Finding, form, error: ValidationError, **shown):
    """Beside the field it is about; what is about none (somebody was faster, it is not theirs to do) above the finding as it is now."""
    form.add_service_error(error)
    if form.non_field_errors():
        messages.error(request, "；".join(form.non_field_errors()))
        return redirect("finding", found.pk)
    return _show(request, rights, found, **shown)
