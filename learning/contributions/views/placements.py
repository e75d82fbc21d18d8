"""采用: the list, one of them, what the office changes of it; other creditable events of an article."""

from urllib.parse import parse_qsl

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ...programme.rights import Rights
from ..adoption_forms import EventForm, PlacementForm, ProofForm, ReasonForm
from ..choosing import terms_around
from ..counted import lines_of_placement
from ..models import CreditableEvent
from ..placing import article_for_placing, listed, placement_seen_by
from ..rights import ContributionRights
from ..services import crediting
from ..services.placements import AlreadyPlacedError, PlacementChangedError, confirm_placement, remove_placement, save_placement
from ..services.proofs import may_add_proof

LOOK_AND_SEND = ["GET", "HEAD", "POST"]


def rights_of(request) -> ContributionRights:
    return ContributionRights(Rights(request.user, timezone.localdate()))


def _office(request) -> ContributionRights:
    rights = rights_of(request)
    if not rights.is_office:
        raise Http404
    return rights


@never_cache
@login_required
@require_safe
def placement_list(request):
    """The own ones for whoever has no more to see."""
    rights = rights_of(request)
    shown = listed(request.GET, rights, today=rights.today)
    context = {
        "rights": rights,
        "listed": shown,
        "terms": terms_around(shown.chosen, rights.today),
        "period": parse_qsl(shown.chosen.query),
    }
    return render(request, "learning/contributions/placements.html", context)


@never_cache
@login_required
@require_safe
def placement(request, pk):
    rights = rights_of(request)
    return render(request, "learning/contributions/placement.html", page_of(request, rights, pk))


def page_of(request, rights: ContributionRights, pk: int, *, proof_form: ProofForm | None = None) -> dict:
    """What the page of a placement shows; also beside a proof that was refused."""
    found = placement_seen_by(rights, pk)
    may_prove = may_add_proof(request.user, found)
    return {
        "rights": rights,
        "placement": found,
        "counted": lines_of_placement(found, rights.base),
        "proof_form": proof_form or (ProofForm() if may_prove else None),
    }


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def edit_placement(request, pk):
    rights = _office(request)
    found = placement_seen_by(rights, pk)
    title = found.title
    form = PlacementForm(request.POST or None, placement=found, today=rights.today)
    known, status = None, 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                save_placement(placement=form.changed, shown=form.cleaned_data["shown"], by=request.user, now=timezone.now())
            except ValidationError as error:
                known = error.placement if isinstance(error, AlreadyPlacedError) else None
                status = 409 if known or isinstance(error, PlacementChangedError) else 400
                form.add_service_error(error)
            else:
                messages.success(request, "已保存，分数已重新计算。")
                return redirect("placement", pk)
    context = {"rights": rights, "placement": found, "title": title, "form": form, "known": known}
    return render(request, "learning/contributions/placement_form.html", context, status=status)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def confirm(request, pk):
    """Asked with GET it leads to the placement and changes nothing."""
    found = placement_seen_by(_office(request), pk)
    if request.method == "POST":
        try:
            confirm_placement(placement=found, by=request.user, now=timezone.now())
        except ValidationError as error:
            messages.error(request, "；".join(error.messages))
        else:
            messages.success(request, "已确认，计入采用。")
    return redirect("placement", pk)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def remove(request, pk):
    """Asks for the reason first."""
    rights = _office(request)
    found = placement_seen_by(rights, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            article = remove_placement(placement=found, reason=form.cleaned_data["reason"], by=request.user, now=timezone.now())
        except ValidationError as error:
            form.add_service_error(error)
        else:
            messages.success(request, f"已删去这条采用。稿件现在是“{article.get_state_display()}”。")
            return redirect("media_article", article.pk)
    context = {"rights": rights, "placement": found, "form": form}
    return render(request, "learning/contributions/remove_placement.html", context, status=400 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def new_event(request, pk):
    rights = _office(request)
    article = article_for_placing(pk, rights)
    if article.state == "draft":
        raise Http404
    form = EventForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            event = crediting.add_event(article=article, **form.cleaned_data, by=request.user, now=timezone.now())
        except ValidationError as error:
            form.add_service_error(error)
        else:
            messages.success(request, f"已登记：{event.get_kind_display()}。")
            return redirect("media_article", pk)
    context = {"rights": rights, "article": article, "form": form}
    return render(request, "learning/contributions/event_form.html", context, status=400 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def remove_event(request, pk):
    """Asks for the reason first."""
    rights = _office(request)
    event = get_object_or_404(CreditableEvent.objects.select_related("article"), pk=pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            crediting.remove_event(event=event, reason=form.cleaned_data["reason"], by=request.user, now=timezone.now())
        except ValidationError as error:
            form.add_service_error(error)
        else:
            messages.success(request, "已删去这一事项，分数已重新计算。")
            return redirect("media_article", event.article_id)
    context = {"rights": rights, "event": event, "form": form}
    return render(request, "learning/contributions/remove_event.html", context, status=400 if form.errors else 200)
