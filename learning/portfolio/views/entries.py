"""收获运用 and achievements."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ...evidence import find_evidence
from ...programme.rights import Rights
from ..counted import lines_of_entry
from ..entry_forms import AchievementForm, ApplicationForm
from ..files import LockedFileError
from ..models import Achievement, Application, FiveHavesFile
from ..services.entries import change_achievement, change_application, register_achievement, register_application, remove_entry
from ..services.writing import EntryConflictError, EntryError
from ..sources import sources_of
from .opening import open_file
from .plans import status_of, take_version

LOOK_AND_SEND = ["GET", "HEAD", "POST"]
NOBODY = "这里登记本人的学习收获。您的账号还没有对应到人员名册里的人，请联系系统管理员。"


def _own_staff(request):
    """Raises PermissionDenied for an account that is nobody's."""
    rights = Rights(request.user, timezone.localdate())
    if rights.staff is None:
        raise PermissionDenied(NOBODY)
    return rights.staff, rights.today


def _own_entry(request, entries, pk):
    """Raises Http404 for whatever is somebody else's: nobody writes for another."""
    return get_object_or_404(entries.select_related("staff").filter(staff__user=request.user.pk), pk=pk)


def _is_locked(entry, year: int) -> bool:
    return FiveHavesFile.objects.of_year(year).filter(staff=entry.staff_id).locked().exists()


def _home(year: int) -> str:
    return f"{reverse('my_five_haves')}?year={year}"


def _year_of(entry: Application | Achievement) -> int:
    """That it counts for."""
    return (entry.happened_on if isinstance(entry, Application) else entry.finished_on or entry.started_on).year


def _readable(request, entries, pk):
    """(entry, opened), or the answer instead of the second."""
    entry = get_object_or_404(entries.select_related("staff"), pk=pk)
    return entry, open_file(request, _year_of(entry), entry.staff_id)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def new_study_application(request):
    staff, today = _own_staff(request)
    sources = sources_of(staff.pk, today.year)
    asked = request.GET.get("source", "")
    initial = {"token": uuid.uuid4(), "happened_on": today, "source": asked if asked in sources else ""}
    form = ApplicationForm(request.POST if request.method == "POST" else None, initial=initial, sources=sources)
    if request.method == "POST" and form.is_valid():
        try:
            entry = register_application(
                token=form.cleaned_data["token"], staff=staff, words=form.words, by=request.user, now=timezone.now()
            )
        except (EntryError, LockedFileError) as error:
            form.add_service_error(error)
        else:
            messages.success(request, "收获运用已登记，记入您的五有档案。")
            return redirect(_home(entry.happened_on.year))
    return render(request, "learning/portfolio/application_form.html", {"form": form, "back": _home(today.year)}, status=status_of(form))


@never_cache
@login_required
@require_safe
def study_application(request, pk):
    entry, opened = _readable(request, Application.objects.all(), pk)
    if isinstance(opened, HttpResponse):
        return opened
    kind = find_evidence(entry.source_kind)
    context = {
        "entry": entry,
        "person": entry.staff,
        "year": entry.happened_on.year,
        "is_own": opened.is_own,
        "counted": lines_of_entry(entry, opened.rights.base),
        "may_change": opened.is_own and not _is_locked(entry, entry.happened_on.year),
        "source_label": kind.label if kind else "",
        "source_url": reverse(kind.address, args=[entry.source_id]) if kind and kind.address else "",
    }
    return render(request, "learning/portfolio/application.html", context)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def edit_study_application(request, pk):
    entry = _own_entry(request, Application.objects.all(), pk)
    sources = sources_of(entry.staff_id, entry.happened_on.year)
    form = ApplicationForm(
        request.POST if request.method == "POST" else None, initial=ApplicationForm.initial_of(entry), sources=sources, entry=entry
    )
    stored = None
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            change_application(entry=entry, version=version, words=form.words, by=request.user, now=timezone.now())
        except EntryConflictError as error:
            stored = error.stored
            form.add_service_error(error)
            take_version(form, stored)
        except (EntryError, LockedFileError) as error:
            form.add_service_error(error)
        else:
            messages.success(request, "已保存。")
            return redirect("study_application", pk)
    context = {"form": form, "entry": entry, "stored": stored, "back": reverse("study_application", args=[pk])}
    return render(request, "learning/portfolio/application_form.html", context, status=409 if stored else status_of(form))


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def remove_study_application(request, pk):
    return _removed(request, _own_entry(request, Application.objects.all(), pk), "收获运用", reverse("study_application", args=[pk]))


def _removed(request, entry, what: str, back: str):
    """Asked first, on a page that says what will be gone."""
    year, error = _year_of(entry), None
    if request.method == "POST":
        try:
            remove_entry(entry=entry, by=request.user, now=timezone.now())
        except (EntryError, LockedFileError) as refused:
            error = refused
        else:
            messages.success(request, f"{what}已删去。")
            return redirect(_home(year))
    context = {"entry": entry, "what": what, "back": back, "error": error, "year": year}
    return render(request, "learning/portfolio/application_remove.html", context, status=400 if error else 200)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def new_study_achievement(request):
    staff, today = _own_staff(request)
    form = AchievementForm(request.POST if request.method == "POST" else None, initial={"token": uuid.uuid4()})
    if request.method == "POST" and form.is_valid():
        try:
            entry = register_achievement(
                token=form.cleaned_data["token"], staff=staff, facts=form.facts, by=request.user, now=timezone.now()
            )
        except (EntryError, LockedFileError) as error:
            form.add_service_error(error)
        else:
            messages.success(request, "学习成果已登记，记入您的五有档案。")
            return redirect("study_achievement", entry.pk)
    return render(request, "learning/portfolio/achievement_form.html", {"form": form, "back": _home(today.year)}, status=status_of(form))


@never_cache
@login_required
@require_safe
def study_achievement(request, pk):
    entry, opened = _readable(request, Achievement.objects.all(), pk)
    if isinstance(opened, HttpResponse):
        return opened
    context = {
        "entry": entry,
        "person": entry.staff,
        "year": _year_of(entry),
        "is_own": opened.is_own,
        "counted": lines_of_entry(entry, opened.rights.base),
        "may_change": opened.is_own and (entry.finished_on is None or not _is_locked(entry, _year_of(entry))),
        "may_remove": opened.is_own and not _is_locked(entry, _year_of(entry)),
    }
    return render(request, "learning/portfolio/achievement.html", context)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def edit_study_achievement(request, pk):
    entry = _own_entry(request, Achievement.objects.all(), pk)
    form = AchievementForm(request.POST if request.method == "POST" else None, initial=AchievementForm.initial_of(entry))
    stored = None
    if request.method == "POST" and form.is_valid():
        try:
            change_achievement(entry=entry, was=form.cleaned_data["was"], facts=form.facts, by=request.user, now=timezone.now())
        except EntryConflictError as error:
            stored = error.stored
            form.add_service_error(error)
            form.data = form.data.copy()
            form.data["was"] = stored.saved_at.isoformat()
        except (EntryError, LockedFileError) as error:
            form.add_service_error(error)
        else:
            messages.success(request, "已保存。")
            return redirect("study_achievement", pk)
    context = {"form": form, "entry": entry, "stored": stored, "back": reverse("study_achievement", args=[pk])}
    return render(request, "learning/portfolio/achievement_form.html", context, status=409 if stored else status_of(form))


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def remove_study_achievement(request, pk):
    return _removed(request, _own_entry(request, Achievement.objects.all(), pk), "学习成果", reverse("study_achievement", args=[pk]))


urlpatterns = [
    path("my/applications/new/", new_study_application, name="new_study_application"),
    path("five-haves/applications/<int:pk>/", study_application, name="study_application"),
    path("five-haves/applications/<int:pk>/edit/", edit_study_application, name="edit_study_application"),
    path("five-haves/applications/<int:pk>/remove/", remove_study_application, name="remove_study_application"),
    path("my/achievements/new/", new_study_achievement, name="new_study_achievement"),
    path("five-haves/achievements/<int:pk>/", study_achievement, name="study_achievement"),
    path("five-haves/achievements/<int:pk>/edit/", edit_study_achievement, name="edit_study_achievement"),
    path("five-haves/achievements/<int:pk>/remove/", remove_study_achievement, name="remove_study_achievement"),
]
