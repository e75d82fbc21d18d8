"""学习检查: the inspections, the sample of one, the checklist before a clerk."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ...judging.errors import UnfinishedError
from ...programme.books import workbook, xlsx_response
from ...programme.people import People
from ..inspecting import redraw_of
from ..inspection_books import findings_sheet
from ..inspection_desk import (
    TO_RECTIFY,
    files_seen_by,
    findings_to_check,
    inspections_seen_by,
    is_to_judge,
    may_see_file,
    next_to_check,
    numbers_by_department,
    own_findings,
)
from ..inspection_forms import CheckForm, InspectionForm
from ..models import Finding, InspectedFile
from ..rights import FileRights
from ..services.inspections import check_file, open_inspection
from ..services.inspections import close_inspection as close
from . import findings
from .opening import rights_of

LOOK_AND_SEND = ["GET", "HEAD", "POST"]
PER_PAGE = 20
PEOPLE_PER_PAGE = 50


def _paged(found, request, per_page) -> dict:
    page = Paginator(found, per_page).get_page(request.GET.get("page"))
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    return {"page": page, "page_numbers": numbers, "gap": page.paginator.ELLIPSIS}


def _seen(rights: FileRights, pk: int):
    """The inspection with its numbers, as this person may see them."""
    return get_object_or_404(inspections_seen_by(rights), pk=pk)


@never_cache
@login_required
@require_safe
def inspections(request):
    """What was found in the own file, what waits to be checked again; the inspections that a clerk, a leader, a head may see."""
    rights = rights_of(request)
    context = {
        "own": own_findings(rights.staff),
        "to_check": findings_to_check(request.user),
        "to_rectify": TO_RECTIFY,
        "sees_some": rights.sees_totals or bool(rights.base.department_ids),
        "is_clerk": rights.may_lock,
        "today": rights.today,
        **_paged(inspections_seen_by(rights), request, PER_PAGE),
    }
    return render(request, "learning/portfolio/inspections.html", context)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def new_inspection(request):
    rights = rights_of(request)
    if not rights.may_lock:
        raise Http404
    sent = request.POST if request.method == "POST" else None
    form = InspectionForm(sent, people=People(rights.today), today=rights.today)
    if request.method == "POST" and form.is_valid():
        try:
            made = open_inspection(**form.facts, by=request.user, now=timezone.now())
        except ValidationError as error:
            form.add_service_error(error)
        else:
            messages.success(request, f"检查已建立：{made.files.count()} 人（范围内在岗 {made.drawn_from} 人）。查到谁，检查以前不通知。")
            return redirect("inspection", made.pk)
    return render(request, "learning/portfolio/inspection_new.html", {"form": form}, status=400 if form.errors else 200)


@never_cache
@login_required
@require_safe
def inspection(request, pk):
    """`?redraw` draws the sample again from its seed and says whether it is the same."""
    rights = rights_of(request)
    found = _seen(rights, pk)
    context = {
        "inspection": found,
        "is_clerk": rights.may_lock,
        "sees_totals": rights.sees_totals,
        "departments": numbers_by_department(found, rights.today) if rights.sees_totals else None,
        "redraw": redraw_of(found) if rights.may_lock and "redraw" in request.GET else None,
        "lines": list(found.lines.all()),
        "following": next_to_check(found, request.user) if rights.may_lock and not found.closed_at else None,
        **_paged(files_seen_by(found, rights), request, PEOPLE_PER_PAGE),
    }
    return render(request, "learning/portfolio/inspection.html", context)


@never_cache
@login_required
@require_safe
def inspection_findings_xlsx(request, pk):
    rights = rights_of(request)
    if not rights.may_lock:
        raise Http404
    found = _seen(rights, pk)
    return xlsx_response(workbook([findings_sheet(found, rights.today)]), f"{found.title}检查发现的问题")


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def close_inspection(request, pk):
    """What keeps it from being closed, and the button."""
    rights, refusal = rights_of(request), None
    if not rights.may_lock:
        raise Http404
    found = _seen(rights, pk)
    if found.closed_at:
        return redirect("inspection", pk)
    if request.method == "POST":
        try:
            close(inspection=found, is_confirmed="confirmed" in request.POST, by=request.user, now=timezone.now())
        except ValidationError as error:
            refusal = error
        else:
            messages.success(request, "检查已结束。")
            return redirect("inspection", pk)
    still_open = Finding.objects.filter(inspected__inspection=found, closed_at__isnull=True)
    context = {
        "inspection": found,
        "unchecked": found.sample - found.checked,
        "open_findings": still_open.select_related("inspected__staff"),
        "errors": refusal.messages if refusal else [],
        "today": rights.today,
    }
    status = 409 if isinstance(refusal, UnfinishedError) else 400 if refusal else 200
    return render(request, "learning/portfolio/inspection_close.html", context, status=status)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def inspected_file(request, pk):
    """The checklist before a clerk; what came of it before the person and the head."""
    rights = rights_of(request)
    found = get_object_or_404(InspectedFile.objects.select_related("inspection", "staff__user", "department", "checked_by"), pk=pk)
    if not may_see_file(found, rights):
        raise Http404
    known = list(found.findings.select_related("line", "found_by", "inspected__staff"))
    form = None
    if rights.may_lock and not rights.is_own(found.staff_id) and not found.inspection.closed_at:
        form = _check_form(request, found, known, rights)
    elif request.method == "POST":
        raise Http404
    if form and form.is_bound and form.is_valid() and _checked(request, found, form):
        following = next_to_check(found.inspection, request.user)
        return redirect("inspected_file", following.pk) if following else redirect("inspection", found.inspection_id)
    answered = {line.pk for line in form.lines} if form else set()
    context = {
        "file": found,
        "inspection": found.inspection,
        "form": form,
        "findings": [one for one in known if one.line_id not in answered],
        "is_own": rights.is_own(found.staff_id),
        "is_clerk": rights.may_lock,
        "to_rectify": TO_RECTIFY,
        "today": rights.today,
    }
    return render(request, "learning/portfolio/inspected_file.html", context, status=400 if form and form.errors else 200)


def _check_form(request, found: InspectedFile, known: list[Finding], rights: FileRights) -> CheckForm:
    by_line = {one.line_id: one for one in known}
    lines = [line for line in found.inspection.lines.all() if is_to_judge(by_line.get(line.pk), request.user)]
    sent = request.POST if request.method == "POST" else None
    return CheckForm(
        sent, lines=lines, known=by_line, is_checked=found.checked_at is not None, today=rights.today, initial={"note": found.note}
    )


def _checked(request, found: InspectedFile, form: CheckForm) -> bool:
    try:
        _file, new = check_file(inspected=found, lines=form.faults, note=form.cleaned_data["note"], by=request.user, now=timezone.now())
    except ValidationError as error:
        form.add_service_error(error)
        return False
    said = f"新发现 {len(new)} 个问题，已通知本人和负责人" if new else "已保存，没有新的问题"
    messages.success(request, f"{found.staff}：{said}。")
    return True


urlpatterns = [
    path("inspections/", inspections, name="inspections"),
    path("inspections/new/", new_inspection, name="new_inspection"),
    path("inspections/<int:pk>/", inspection, name="inspection"),
    path("inspections/<int:pk>/findings.xlsx", inspection_findings_xlsx, name="inspection_findings_xlsx"),
    path("inspections/<int:pk>/close/", close_inspection, name="close_inspection"),
    path("inspections/files/<int:pk>/", inspected_file, name="inspected_file"),
    path("inspections/findings/<int:pk>/", findings.finding, name="finding"),
    path("inspections/findings/<int:pk>/rectify/", findings.rectify_finding, name="rectify_finding"),
    path("inspections/findings/<int:pk>/close/", findings.close_finding, name="close_finding"),
]
