"""阅读之星 on the front end: what everybody reads of it, and the criteria as those who run the programme write and publish them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ...programme.rights import Rights
from ..candidates import quarter_of, thresholds_of
from ..exhibition_forms import quarters_around
from ..models import ReadingStar, StarSelection
from ..services.stars import StarError, begin_selection, change_terms, publish_criteria
from ..star_forms import RevokeForm, TermsForm
from . import star_decisions

LOOK_AND_SEND = ["GET", "HEAD", "POST"]
PER_PAGE = 8  # selections: two years
STARS = Prefetch("stars", ReadingStar.objects.select_related("staff").order_by("certificate_number"))


def _rights(request) -> Rights:
    return Rights(request.user, timezone.localdate())


def _only_clerks(request) -> None:
    if not _rights(request).is_clerk:
        raise PermissionDenied("阅读之星由机关党委组织评选。")


def are_shown(selection: StarSelection, user) -> bool:
    """Whether `user` sees who was chosen: inside the bureau at once, outside once the public notice stands (R58)."""
    is_public = selection.notice is not None and selection.notice.live
    return selection.decided_at is not None and (is_public or user.is_authenticated)


@never_cache
@require_safe
def reading_stars(request):
    """The criteria that hold, and the stars of past quarters. Drafts of criteria are their writers' alone."""
    rights = _rights(request)
    selections = StarSelection.objects.select_related("notice").prefetch_related(STARS)
    if not rights.is_clerk:
        selections = selections.filter(published_at__isnull=False)
    page = Paginator(selections, PER_PAGE).get_page(request.GET.get("page"))
    for selection in page:
        selection.quarter = quarter_of(selection)
        selection.shown_stars = selection.stars.all() if are_shown(selection, request.user) else []
    context = {
        "rights": rights,
        "page": page,
        "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "gap": Paginator.ELLIPSIS,
    }
    return render(request, "learning/reading/reading_stars.html", context)


@never_cache
@require_safe
def star_selection(request, pk):
    rights = _rights(request)
    selection = get_object_or_404(StarSelection.objects.select_related("notice", "decided_by").prefetch_related(STARS), pk=pk)
    if not (selection.published_at or rights.is_clerk):
        raise Http404
    context = {
        "selection": selection,
        "quarter": quarter_of(selection),
        "rights": rights,
        "thresholds": [one for one in thresholds_of(selection, star_decisions.NOTHING) if one.least is not None],
        "stars": selection.stars.all() if are_shown(selection, request.user) else [],
        "sees_numbers": request.user.is_authenticated and rights.sees_everything,
        "own": rights.staff.pk if request.user.is_authenticated and rights.staff else None,
        "revoke_form": RevokeForm(),
    }
    return render(request, "learning/reading/star_selection.html", context)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def new_selection(request):
    _only_clerks(request)
    taken = StarSelection.objects.values_list("quarter_first", flat=True)
    form = TermsForm(request.POST or None, quarters=quarters_around(timezone.localdate(), taken=taken))
    if request.method == "POST" and form.is_valid():
        try:
            selection = begin_selection(quarter=form.cleaned_data["quarter"], terms=form.terms)
        except ValidationError as error:
            form.add_service_error(error)
        else:
            messages.success(request, "标准已保存为草稿，只有机关党委看得到。核对以后公布。")
            return redirect("star_selection", selection.pk)
    context = {"form": form, "is_new": True}
    return render(request, "learning/reading/star_terms.html", context, status=400 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def edit_selection(request, pk):
    _only_clerks(request)
    selection = get_object_or_404(StarSelection, pk=pk)
    if selection.published_at:
        messages.info(request, "评选标准已经公布，不能再改。")
        return redirect("star_selection", pk)
    form = TermsForm(request.POST or None, instance=selection)
    if request.method == "POST" and form.is_valid():
        try:
            change_terms(selection=selection, terms=form.terms)
        except ValidationError as error:
            form.add_service_error(error)
        else:
            messages.success(request, "已保存。核对以后公布。")
            return redirect("star_selection", pk)
    context = {"form": form, "selection": selection, "quarter": quarter_of(selection)}
    return render(request, "learning/reading/star_terms.html", context, status=400 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def publish(request, pk):
    """Asked with GET (by whoever had to sign in on the way) it leads to the selection and changes nothing."""
    _only_clerks(request)
    selection = get_object_or_404(StarSelection, pk=pk)
    if request.method == "POST":
        try:
            publish_criteria(selection=selection, by=request.user, now=timezone.now())
        except StarError as error:
            messages.error(request, "；".join(error.messages))
        else:
            messages.success(request, "评选标准已公布，所有人都看得到，不能再改。")
    return redirect("star_selection", pk)


urlpatterns = [
    path("reading/stars/", reading_stars, name="reading_stars"),
    path("reading/stars/new/", new_selection, name="new_star_selection"),
    path("reading/stars/<int:pk>/", star_selection, name="star_selection"),
    path("reading/stars/<int:pk>/edit/", edit_selection, name="edit_star_selection"),
    path("reading/stars/<int:pk>/publish/", publish, name="publish_star_criteria"),
    path("reading/stars/<int:pk>/candidates/", star_decisions.candidates, name="star_candidates"),
    path("reading/stars/<int:pk>/candidates/<int:staff_pk>/", star_decisions.candidate, name="star_candidate"),
    path("reading/stars/<int:pk>/decide/", star_decisions.decide, name="decide_stars"),
    path("reading/stars/<int:pk>/revoke/", star_decisions.revoke, name="revoke_stars"),
    path("reading/stars/<int:pk>/notice/", star_decisions.notice, name="draft_star_notice"),
    path("reading/stars/certificates/<int:pk>/", star_decisions.certificate, name="star_certificate"),
]
