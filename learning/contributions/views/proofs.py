"""A proof of a placement: added by the office (or whoever entered it, before it is confirmed), given out to whoever may see the article."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cms.files.serving import hand_out

from ..adoption_forms import ProofForm
from ..choices import ProofKind
from ..models import PlacementProof
from ..placing import placement_seen_by
from ..services.proofs import add_proof as keep_proof
from ..services.proofs import may_add_proof
from .placements import page_of, rights_of


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add_proof(request, pk):
    """Asked with GET it leads to the placement."""
    rights = rights_of(request)
    found = placement_seen_by(rights, pk)
    if not may_add_proof(request.user, found):
        raise Http404
    if request.method != "POST":
        return redirect("placement", pk)
    form = ProofForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            kept = keep_proof(placement=found, file=file, name=file.name, by=request.user, now=timezone.now())
        except ValidationError as error:
            form.add_error("file", error.messages)
        else:
            messages.success(request, f"已存入证明“{kept.original_name}”。")
            return redirect("placement", pk)
    return render(request, "learning/contributions/placement.html", page_of(request, rights, pk, proof_form=form), status=400)


@never_cache
@login_required
@require_safe
def proof(request, pk):
    """For whoever may not see the article it does not exist."""
    found = PlacementProof.objects.select_related("placement__article").filter(pk=pk).first()
    if found is None or not rights_of(request).may_see(found.placement.article):
        raise Http404
    return hand_out(found, is_picture=found.kind == ProofKind.PICTURE)
