"""From candidates with numbers to stars, their notice and their certificates. Whoever has no part in it is told that it is not there."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cms.core.chrome import site_chrome

from ...articles.notices import NoticeDraftError
from ...articles.pdf import MISSING_LIBRARY, pdf_available
from ...organisation.models import StaffMember
from ...programme.rights import Rights
from ..candidates import Numbers, candidates_of, quarter_of, records_of
from ..certificate import render_certificate
from ..models import ReadingStar, StarSelection
from ..services.stars import StarError, decide_stars, draft_star_notice, revoke_decision
from ..star_forms import DecisionForm, NoticeForm, RevokeForm

LOOK_AND_SEND = ["GET", "HEAD", "POST"]
PER_PAGE = 100
MAX_CHOSEN = 60
NOTHING = Numbers()


def _found(request, pk, *, to_decide: bool) -> tuple[StarSelection, Rights]:
    """For whoever runs the programme; to look at also for whoever oversees it. Raises Http404 for everybody else."""
    rights = Rights(request.user, timezone.localdate())
    if not (rights.is_clerk if to_decide else rights.sees_everything):
        raise Http404
    return get_object_or_404(StarSelection.objects.select_related("notice"), pk=pk), rights


@never_cache
@login_required
@require_safe
def candidates(request, pk):
    selection, rights = _found(request, pk, to_decide=False)
    found = candidates_of(selection, today=timezone.localdate())
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "selection": selection,
        "quarter": quarter_of(selection),
        "rights": rights,
        "page": page,
        "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "gap": Paginator.ELLIPSIS,
        "meeting": sum(one.meets_all for one in found),
        "can_decide": rights.is_clerk and selection.published_at and not selection.decided_at,
    }
    return render(request, "learning/reading/star_candidates.html", context)


@never_cache
@login_required
@require_safe
def candidate(request, pk, staff_pk):
    """What somebody's numbers were added up from."""
    selection, _rights = _found(request, pk, to_decide=False)
    person = get_object_or_404(StaffMember, pk=staff_pk)
    found = candidates_of(selection, today=timezone.localdate(), only=[person.pk])
    if not found:
        raise Http404
    context = {
        "selection": selection,
        "quarter": quarter_of(selection),
        "candidate": found[0],
        "records": records_of(selection, person),
    }
    return render(request, "learning/reading/star_candidate.html", context)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def decide(request, pk):
    """Those who were ticked, each with a reason, and how it was decided."""
    selection, _rights = _found(request, pk, to_decide=True)
    if selection.decided_at:
        messages.info(request, "这一季度的阅读之星已经评定。")
        return redirect("star_selection", pk)
    sent = request.POST if request.method == "POST" else request.GET
    keys = [int(key) for key in dict.fromkeys(sent.getlist("who")) if key.isdecimal() and len(key) < 10][:MAX_CHOSEN]
    if not keys:
        messages.info(request, "还没有选人。请先在候选人里勾选。")
        return redirect("star_candidates", pk)
    found = candidates_of(selection, today=timezone.localdate(), only=keys)
    form = DecisionForm(request.POST if request.method == "POST" else None, candidates=found)
    if request.method == "POST" and form.is_valid():
        try:
            stars = decide_stars(
                selection=selection,
                choices=[one.choice for one in form.choices],
                note=form.cleaned_data["note"],
                by=request.user,
                now=timezone.now(),
            )
        except StarError as error:
            form.add_service_error(error)
        else:
            messages.success(request, f"已评定 {len(stars)} 名阅读之星，已通知本人。下一步：生成公示稿。")
            return redirect("star_selection", pk)
    context = {"selection": selection, "quarter": quarter_of(selection), "form": form, "is_over": len(found) > selection.places}
    return render(request, "learning/reading/decide_stars.html", context, status=400 if form.has_errors else 200)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def revoke(request, pk):
    """Asked with GET (by whoever had to sign in on the way) it leads to the selection and changes nothing."""
    selection, _rights = _found(request, pk, to_decide=True)
    form = RevokeForm(request.POST)
    if request.method == "POST" and form.is_valid():
        try:
            revoke_decision(selection=selection, reason=form.cleaned_data["reason"], by=request.user, now=timezone.now())
        except StarError as error:
            messages.error(request, "；".join(error.messages))
        else:
            messages.success(request, "评定已撤回，已通知本人。可以重新评定。")
    elif request.method == "POST":
        messages.error(request, "没有撤回：请写明为什么撤回。")
    return redirect("star_selection", pk)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def notice(request, pk):
    """The draft of the public notice; from there it goes the way of every notice."""
    selection, rights = _found(request, pk, to_decide=True)
    if not selection.decided_at or selection.notice_id:
        messages.info(request, "公示稿已经生成。" if selection.notice_id else "还没有评定，没有可以公示的名单。")
        return redirect("star_selection", pk)
    form = NoticeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            page = draft_star_notice(selection=selection, **form.cleaned_data, by=request.user, today=rights.today)
        except (StarError, NoticeDraftError) as error:
            form.add_service_error(error)
        else:
            messages.success(request, f"公示稿已生成：{page.title}。请在后台核对文字后送审，三审通过即公示。")
            return redirect("star_selection", pk)
    context = {"selection": selection, "quarter": quarter_of(selection), "form": form, "stars": selection.stars.select_related("staff")}
    return render(request, "learning/reading/star_notice.html", context, status=400 if form.errors else 200)


@never_cache
@login_required
@require_safe
def certificate(request, pk):
    """For the star and for whoever runs the programme."""
    star = get_object_or_404(ReadingStar.objects.select_related("selection", "staff"), pk=pk)
    is_own = star.staff.user_id == request.user.pk
    if not (is_own or Rights(request.user, timezone.localdate()).is_clerk):
        raise Http404
    if not pdf_available():
        context = {"selection": star.selection, "message": MISSING_LIBRARY}
        return render(request, "learning/reading/certificate_unavailable.html", context, status=503)
    pdf = render_certificate(star, bureau=site_chrome(request)["chrome"].identity.bureau_name)
    name = f"阅读之星证书-{star.certificate_number}-{star.staff}.pdf"
    return HttpResponse(
        pdf, content_type="application/pdf", headers={"Content-Disposition": content_disposition_header(as_attachment=False, filename=name)}
    )
