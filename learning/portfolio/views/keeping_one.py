"""What is done to one file: confirmed or that taken back, locked, compared with what is there now, reopened."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ...organisation.models import StaffMember
from ...programme.rights import Rights
from ..asking import ask_first
from ..changes_page import changes_page
from ..files import FileView, file_of
from ..keeping_forms import ConfirmForm, ReopenForm, TakeBackForm
from ..looking import has_looked
from ..rights import FileRights
from ..services.confirming import confirm_file as confirm
from ..services.confirming import take_back_confirmation
from ..services.locking_files import lock_file as lock
from ..services.locking_files import reopen_file as reopen
from ..year_page import SHORT, PersonCell
from ..years import in_scope
from .opening import FIRST_YEAR, LAST_YEAR, open_file

LOOK_AND_SEND = ["GET", "HEAD", "POST"]


@dataclass(frozen=True, slots=True)
class Asked:
    """The file that a page is about and who asks; that there is such a file is certain, what one may with it is not."""

    person: StaffMember
    view: FileView
    rights: FileRights


def _asked(request, year: int, staff_pk: int) -> Asked:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    today = timezone.localdate()
    person = get_object_or_404(in_scope(year), pk=staff_pk)
    view, rights = file_of(person, year, today), FileRights(Rights(request.user, today))
    if not rights.may_see(person.pk, view.department_id):
        raise Http404
    return Asked(person, view, rights)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def confirm_file(request, year, staff_pk):
    """What is to be confirmed, and the button; of a confirmed file that stands as it was, the way back instead."""
    asked = _asked(request, year, staff_pk)
    if not asked.rights.may_confirm(asked.person.pk, asked.view.department_id):
        raise PermissionDenied("档案由当时所在科室（单位）的负责人或机关党委确认；自己的不能自己确认。")
    if not has_looked(asked.rights, asked.person.pk, year):
        return ask_first(request, asked.person, year, back_to=request.path)
    takes_back = asked.view.is_confirmed and not asked.view.is_changed
    sent = request.POST if request.method == "POST" else None
    form = (TakeBackForm if takes_back else ConfirmForm)(sent, initial={"seen": asked.view.to_confirm})
    if request.method == "POST" and form.is_valid():
        try:
            said = _decide(asked, year, form)
        except ValidationError as error:
            form.add_service_error(error)
            asked = _asked(request, year, staff_pk)
            form.data = {**form.data.dict(), "seen": asked.view.to_confirm}  # what is shown now may be confirmed next
        else:
            messages.success(request, said)
            return redirect("five_haves_file", year, staff_pk)
    cells = [PersonCell(cell.have, SHORT[cell.have], cell.state) for cell in asked.view.person_year.cells]
    context = {
        "asked": asked,
        "person": asked.person,
        "view": asked.view,
        "year": year,
        "form": form,
        "takes_back": takes_back,
        "cells": cells,
    }
    return render(request, "learning/portfolio/confirm.html", context, status=400 if form.errors else 200)


def _decide(asked: Asked, year: int, form) -> str:
    facts = {"staff": asked.person, "year": year, "rights": asked.rights, "now": timezone.now()}
    if isinstance(form, TakeBackForm):
        take_back_confirmation(reason=form.cleaned_data["reason"], **facts)
        return f"已撤销对{asked.person.name}档案的确认，原因发给了本人。"
    confirm(seen=form.cleaned_data["seen"], note=form.cleaned_data["note"], **facts)
    return f"{asked.person.name}的{year}年五有档案已确认。"


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def lock_file(request, year, staff_pk):
    asked = _asked(request, year, staff_pk)
    if not asked.rights.may_lock:
        raise PermissionDenied("档案由机关党委锁定。")
    error = ""
    if request.method == "POST":
        try:
            lock(staff=asked.person, year=year, rights=asked.rights, now=timezone.now())
        except ValidationError as refused:
            error = "".join(refused.messages)
        else:
            messages.success(request, f"{asked.person.name}的{year}年五有档案已锁定。")
            return redirect("five_haves_file", year, staff_pk)
    is_over = asked.rights.today.year > year
    context = {"person": asked.person, "view": asked.view, "year": year, "error": error, "is_over": is_over}
    return render(request, "learning/portfolio/lock.html", context, status=400 if error else 200)


@never_cache
@login_required
@require_safe
def file_changes(request, year, staff_pk):
    """Everybody who may look at the file sees what became otherwise since it was locked."""
    opened = open_file(request, year, staff_pk)
    if isinstance(opened, HttpResponse):
        return opened
    context = {
        "person": opened.person,
        "year": year,
        "rights": opened.rights,
        "page": changes_page(opened.person, year),
    }
    return render(request, "learning/portfolio/changes.html", context)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def reopen_file(request, year, staff_pk):
    asked = _asked(request, year, staff_pk)
    if not asked.rights.may_lock:
        raise PermissionDenied("档案由机关党委重开。")
    form = ReopenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            reopen(staff=asked.person, year=year, reason=form.cleaned_data["reason"], rights=asked.rights, now=timezone.now())
        except ValidationError as error:
            form.add_service_error(error)
        else:
            messages.success(request, f"{asked.person.name}的{year}年五有档案已重开，原因发给了本人和负责人。")
            return redirect("five_haves_file", year, staff_pk)
    context = {"person": asked.person, "view": asked.view, "year": year, "form": form}
    return render(request, "learning/portfolio/reopen.html", context, status=400 if form.errors else 200)
