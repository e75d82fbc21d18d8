"""The reviewer's side: what waits, one reflection with its passages, the decision; the link of a message."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ...organisation.models import StaffMember
from ...programme.people import People
from ...programme.rights import RUN
from ..choices import ReflectionState
from ..models import Reflection
from ..own_page import counted_for
from ..review_forms import AssignForm, NarrowForm, ReviewForm
from ..review_links import BadLinkError, ExpiredLinkError, read_token
from ..reviewers import REVIEW, may_review
from ..reviewing import about, queue_of, review_page_of, waiting_for
from ..services.consent import ConsentError, may_narrow, restore_reflection
from ..services.pages import is_withdrawn
from ..services.review import ReviewError, StaleReviewError, assign_reviewer, claim_reflection, current_round, decide_reflection

RELATED = ("author", "book", "session", "group", "page", "department", "reviewer")


def _for_review(request, pk) -> Reflection:
    """Raises Http404 for whoever may not review it, its author first of all; and for a draft, of which nobody else knows."""
    found = get_object_or_404(Reflection.objects.select_related(*RELATED), pk=pk, first_handed_in_at__isnull=False)
    if not may_review(request.user, found):
        raise Http404
    return found


@never_cache
@login_required
@require_safe
def reflection_reviews(request):
    if not request.user.has_perm(REVIEW):
        raise Http404
    queue = queue_of(request.user, number=request.GET.get("page"), today=timezone.localdate())
    return render(request, "learning/reading/reflection_reviews.html", {"queue": queue})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def review_reflection(request, pk):
    """The newest round, passage by passage, and what is decided on it; afterwards the next one that waits."""
    found = _for_review(request, pk)
    page = review_page_of(found, user=request.user)
    form = ReviewForm(request.POST or None, passages=len(page.passages), initial={"round": page.number})
    if request.method != "POST":
        return _show(request, found, page, form)
    if form.is_valid():
        try:
            done = decide_reflection(
                reflection=found,
                round_number=form.cleaned_data["round"],
                is_accepted=form.is_accepted,
                note=form.cleaned_data["note"],
                comments=form.comments,
                by=request.user,
                now=timezone.now(),
            )
        except StaleReviewError as error:
            return _show_anew(request, pk, error, form.typed)
        except ValidationError as error:
            form.add_service_error(error)
        else:
            return _next(request, done)
    return _show(request, found, page, form, status=400)


def _show_anew(request, pk, error, typed):
    """The reflection as it stands now, with an empty form; what was typed belongs to no passage of it, and is shown to be copied."""
    found = _for_review(request, pk)
    page = review_page_of(found, user=request.user)
    form = ReviewForm(passages=len(page.passages), initial={"round": page.number})
    return _show(request, found, page, form, status=409, problem=error.messages, typed=typed)


def _next(request, done):
    waiting = waiting_for(request.user).first() if request.user.has_perm(REVIEW) else None
    said = f"“{done.reflection.title}”{done.get_verdict_display()}，已通知作者。"
    messages.success(request, f"{said}{'这是下一篇。' if waiting else ''}")
    return redirect("review_reflection", waiting.pk) if waiting else redirect("my_study")


def _show(request, found, page, form, *, status=200, assign_form=None, problem=(), typed=()):
    user, today = request.user, timezone.localdate()
    is_waiting, is_clerk = found.state == ReflectionState.WAITING, user.has_perm(RUN)
    can_decide = is_waiting and found.reviewer_id in (None, user.pk)
    if can_decide:
        for row in page.passages:
            row.field = form.field_of(row.passage.number)
    staff = StaffMember.objects.filter(user=user.pk).first()
    context = {
        "reflection": found,
        "about": about(found),
        "page": page,
        "counted": counted_for(found, user=user, viewer=staff, today=today),
        "form": form,
        "problem": problem,
        "typed": typed,
        "can_decide": can_decide,
        "can_claim": is_waiting and found.reviewer_id != user.pk,
        "is_mine": found.reviewer_id == user.pk,
        "is_overdue": is_waiting and found.due_on < today,
        "sees_queue": user.has_perm(REVIEW),
        "assign_form": (assign_form or AssignForm(people=People(today))) if is_waiting and is_clerk else None,
        "narrow_form": NarrowForm(consent=found.consent) if may_narrow(user, found) else None,
        "can_restore": is_clerk and is_withdrawn(found) and found.page is not None,
    }
    return render(request, "learning/reading/review_reflection.html", context, status=status)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request, pk):
    """Asked with GET it leads to the reflection and changes nothing."""
    found = _for_review(request, pk)
    if request.method == "POST":
        try:
            claim_reflection(reflection=found, by=request.user, now=timezone.now())
        except ReviewError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, "由您评阅。别的评阅人看得到您已认领。")
    return redirect("review_reflection", pk)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def assign(request, pk):
    """Asked with GET it leads to the reflection and changes nothing."""
    found = _for_review(request, pk)
    if not request.user.has_perm(RUN):
        raise Http404
    if request.method != "POST":
        return redirect("review_reflection", pk)
    form = AssignForm(request.POST, people=People(timezone.localdate()))
    if form.is_valid():
        try:
            done = assign_reviewer(reflection=found, **form.cleaned_data, by=request.user, now=timezone.now())
        except ValidationError as error:
            form.add_service_error(error)
        else:
            messages.success(request, f"已请{done.reviewer.get_full_name()}评阅，链接发到站内消息。")
            return redirect("review_reflection", pk)
    page = review_page_of(found, user=request.user)
    shown = ReviewForm(passages=len(page.passages), initial={"round": page.number})
    return _show(request, found, page, shown, status=400, assign_form=form)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def restore(request, pk):
    """Asked with GET it leads to the reflection and changes nothing."""
    found = _for_review(request, pk)
    if not request.user.has_perm(RUN):
        raise Http404
    if request.method == "POST":
        try:
            restore_reflection(reflection=found, by=request.user, now=timezone.now())
        except ConsentError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, "已恢复展示。")
    return redirect("review_reflection", pk)


@never_cache
@login_required
@require_safe
def review_link(request, token):
    """The link of a message: for one account, one reflection, one round. It leads to the page of the review or says why not."""
    try:
        link = read_token(token)
    except ExpiredLinkError:
        return _refuse(request, "expired", status=410)
    except BadLinkError:
        return _refuse(request, "bad", status=404)
    if link.user_id != request.user.pk:
        return _refuse(request, "foreign", status=403)
    found = Reflection.objects.select_related("author", "reviewer").filter(pk=link.reflection_id).first()
    if found is None:
        return _refuse(request, "bad", status=404)
    is_over = found.state != ReflectionState.WAITING or current_round(found).number != link.round_number
    if not may_review(request.user, found):
        return _refuse(request, "taken_over", status=403, reflection=found)
    if is_over:
        return _refuse(request, "over", status=410, reflection=found)
    return redirect("review_reflection", found.pk)


def _refuse(request, reason: str, *, status: int, reflection=None):
    context = {"reason": reason, "reflection": reflection, "sees_queue": request.user.has_perm(REVIEW)}
    return render(request, "learning/reading/review_link_refused.html", context, status=status)


urlpatterns = [
    path("reading/reviews/", reflection_reviews, name="reflection_reviews"),
    path("reading/reviews/<int:pk>/", review_reflection, name="review_reflection"),
    path("reading/reviews/<int:pk>/claim/", claim, name="claim_reflection"),
    path("reading/reviews/<int:pk>/assign/", assign, name="assign_reviewer"),
    path("reading/reviews/<int:pk>/restore/", restore, name="restore_reflection"),
    path("reading/reviews/link/<str:token>/", review_link, name="review_link"),
]
