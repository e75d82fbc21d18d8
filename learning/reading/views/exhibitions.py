"""Exhibitions: opened and changed by those who run the programme; then everything around their judging."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ...programme.rights import Rights
from ..exhibiting import quarter_of
from ..exhibition_forms import ExhibitionForm, quarters_around
from ..models import ExhibitionPage
from ..services.exhibitions import ExhibitionError, change_exhibition, open_exhibition
from . import judgings

LOOK_AND_SEND = ["GET", "HEAD", "POST"]


def _only_clerks(request) -> None:
    if not Rights(request.user, timezone.localdate()).is_clerk:
        raise PermissionDenied("展评由机关党委组织。")


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def new_exhibition(request):
    _only_clerks(request)
    quarters = quarters_around(timezone.localdate(), taken=ExhibitionPage.objects.values_list("quarter_first", flat=True))
    form = ExhibitionForm(request.POST or None, quarters=quarters)
    if request.method == "POST" and form.is_valid():
        try:
            page = open_exhibition(**form.cleaned_data, by=request.user)
        except ExhibitionError as error:
            form.add_service_error(error)
        else:
            messages.success(request, f"已建立：{page.title}。作者同意展示的心得会自动出现在这里。")
            return redirect(page.url or "judgings")
    context = {"form": form, "is_new": True}
    return render(request, "learning/reading/exhibition_form.html", context, status=400 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def edit_exhibition(request, pk):
    _only_clerks(request)
    page = get_object_or_404(ExhibitionPage, id=pk)
    initial = {name: getattr(page, name) for name in ("intro", "shown_from", "shown_until")}
    form = ExhibitionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            page = change_exhibition(page=page, **form.cleaned_data, by=request.user)
        except ExhibitionError as error:
            form.add_service_error(error)
        else:
            messages.success(request, f"已保存：{page.title}。")
            return redirect(page.url or "judgings")
    context = {"form": form, "page": page, "quarter": quarter_of(page)}
    return render(request, "learning/reading/exhibition_form.html", context, status=400 if form.errors else 200)


urlpatterns = [
    path("reading/exhibitions/new/", new_exhibition, name="new_exhibition"),
    path("reading/exhibitions/<int:pk>/edit/", edit_exhibition, name="edit_exhibition"),
    path("reading/exhibitions/<int:pk>/judging/", judgings.prepare, name="new_judging"),
    path("reading/judgings/", judgings.judgings, name="judgings"),
    path("reading/judgings/<int:pk>/", judgings.judging, name="judging"),
    path("reading/judgings/<int:pk>/open/", judgings.open_for_judges, name="open_judging"),
    path("reading/judgings/<int:pk>/close/", judgings.close, name="close_judging"),
    path("reading/judgings/<int:pk>/entries/<int:number>/", judgings.judge_entry, name="judge_entry"),
    path("reading/judgings/<int:pk>/results/", judgings.results, name="judging_results"),
    path("reading/judgings/<int:pk>/results/<int:number>/", judgings.entry_result, name="entry_result"),
]
