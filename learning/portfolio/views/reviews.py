"""评学: the round of a year, the forms to fill in, the results."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ...judging.errors import UnfinishedError
from ...organisation.models import StaffMember
from ..asking import ask_first
from ..choices import ReviewKind
from ..looking import may_open
from ..models import ReviewYear, StudyReview
from ..review_desk import desk_of, filled_with
from ..review_forms import ReviewForm, ReviewYearForm, years_to_prepare
from ..review_progress import excused_from, figures_by_department, people_of, progress_of, without_account
from ..reviews_results import FEWEST, result_of, waiting_for
from ..rights import FileRights
from ..services.reviews import SAMPLE_RUBRIC, close_reviews, open_reviews, prepare_reviews, submit_review
from ..years import place_day, place_of, places_of
from .opening import rights_of

LOOK_AND_SEND = ["GET", "HEAD", "POST"]
PER_PAGE = 100


def _clerks(request) -> FileRights:
    rights = rights_of(request)
    if not rights.may_lock:
        raise Http404
    return rights


@never_cache
@login_required
@require_safe
def study_reviews(request):
    """All rounds; whoever has forms to fill in gets to them from here."""
    rights = rights_of(request)
    rounds = list(ReviewYear.objects.all())
    known = {one.year for one in rounds}
    waiting = {one.year: one for one in waiting_for(rights.staff)}
    context = {
        "rounds": [(one, waiting.get(one.year)) for one in rounds],
        "to_prepare": [year for year in years_to_prepare(rights.today) if year not in known] if rights.may_lock else [],
        "is_clerk": rights.may_lock,
    }
    return render(request, "learning/portfolio/reviews.html", context)


@never_cache
@login_required
@require_safe
def study_review_year(request, year):
    """The rubric for everybody; the own forms; how far it has come for the clerk; once it is closed, what came of it."""
    rights, found = rights_of(request), get_object_or_404(ReviewYear, year=year)
    if "person" in request.GET and found.closed_at:
        return _result_of_another(request, rights, found)
    rubric = list(found.rubric.all())
    context = {
        "review_year": found,
        "rubric": rubric,
        "total_points": sum(line.max_points for line in rubric),
        "is_clerk": rights.may_lock,
        "today": rights.today,
        "fewest": FEWEST,
    }
    if found.closed_at:
        context["result"] = result_of(rights.staff.pk, found) if rights.staff else None
        context["figures"] = figures_by_department(found) if rights.sees_totals else None
        context |= _names(request, rights, found)
    elif found.opened_at:
        context["desk"] = desk_of(found, rights.staff)
        if rights.may_lock:
            progress = progress_of(found)
            context |= {
                "progress": progress,
                "left": sum(one.left for one in progress),
                "excused": excused_from(found),
                "without_account": without_account(found),
            }
    return render(request, "learning/portfolio/review_year.html", context)


def _key(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 18 else None


def _names(request, rights: FileRights, found: ReviewYear) -> dict:
    """Whoever was reviewed in a department, for the clerk to open one by one."""
    department = _key(request.GET.get("department"))
    if department is None or not rights.may_lock:
        return {}
    page = Paginator(people_of(found, department), PER_PAGE).get_page(request.GET.get("page"))
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    return {"people": page, "page_numbers": numbers, "gap": page.paginator.ELLIPSIS, "department": department}


def _result_of_another(request, rights: FileRights, found: ReviewYear):
    """The clerk's look at what came of one person's forms: noted like any look at the file."""
    person = StaffMember.objects.filter(pk=_key(request.GET["person"])).first()
    if person is None or not rights.may_lock:
        raise Http404
    if rights.is_own(person.pk):
        return redirect("study_review_year", found.year)
    place = place_of(places_of(person.pk, found.year), place_day(found.year, rights.today))
    if not may_open(rights, person.pk, place.department_id if place else None, found.year):
        return ask_first(request, person, found.year, back_to=request.get_full_path())
    context = {
        "review_year": found,
        "person": person,
        "department": place.department if place else "",
        "result": result_of(person.pk, found),
        "fewest": FEWEST,
    }
    return render(request, "learning/portfolio/review_result.html", context)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def prepare_study_reviews(request, year):
    """Rubric, due day, number of colleagues: written and rewritten until it is opened."""
    rights = _clerks(request)
    known = ReviewYear.objects.filter(year=year).first()
    if known is None and year not in years_to_prepare(rights.today):
        raise Http404
    if known and known.opened_at:
        messages.info(request, "评学已经开始，评学项不能再改。")
        return redirect("study_review_year", year)
    rubric = list(known.rubric.all()) if known else []
    initial = {"due_on": known.due_on, "peers": known.peers, "note": known.note} if known else {}
    form = ReviewYearForm(request.POST if request.method == "POST" else None, rubric=rubric or SAMPLE_RUBRIC, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            prepare_reviews(year=year, **form.facts, by=request.user, now=timezone.now())
        except ValidationError as error:
            form.add_service_error(error)
        else:
            messages.success(request, "已保存，大家都看得到评学项。核对以后开始评学，要填表的人会收到通知。")
            return redirect("study_review_year", year)
    is_sample = not rubric or any("示例" in line.guidance for line in rubric)
    context = {"form": form, "year": year, "known": known, "is_sample": is_sample}
    status = 400 if form.errors or form.rubric.total_error_count() else 200
    return render(request, "learning/portfolio/review_prepare.html", context, status=status)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def open_study_reviews(request, year):
    """Asked with GET (by whoever had to sign in on the way) it leads to the round and changes nothing."""
    _clerks(request)
    found = get_object_or_404(ReviewYear, year=year)
    if request.method == "POST":
        try:
            open_reviews(review_year=found, by=request.user, now=timezone.now())
        except ValidationError as error:
            messages.error(request, "；".join(error.messages))
        else:
            messages.success(request, f"评学已开始：发出 {found.reviews.count()} 张评学表，有账号的都收到站内消息。")
    return redirect("study_review_year", year)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def close_study_reviews(request, year):
    """What is still missing, and the button that ends it."""
    _clerks(request)
    found, refusal = get_object_or_404(ReviewYear, year=year), None
    if not found.opened_at or found.closed_at:
        return redirect("study_review_year", year)
    if request.method == "POST":
        try:
            close_reviews(review_year=found, is_confirmed="confirmed" in request.POST, by=request.user, now=timezone.now())
        except ValidationError as error:
            refusal = error
        else:
            messages.success(request, "评学已结束，本人看得到自己的结果。")
            return redirect("study_review_year", year)
    progress = progress_of(found)
    context = {
        "review_year": found,
        "progress": progress,
        "left": sum(one.left for one in progress),
        "errors": refusal.messages if refusal else [],
        "fewest": FEWEST,
    }
    status = 409 if isinstance(refusal, UnfinishedError) else 400 if refusal else 200
    return render(request, "learning/portfolio/review_close.html", context, status=status)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def study_review(request, pk):
    """One form, before its rater alone; afterwards the next one that waits."""
    rights = rights_of(request)
    review = get_object_or_404(StudyReview.objects.select_related("round", "staff"), pk=pk, rater__user=request.user.pk)
    found = review.round
    if found.closed_at:
        messages.info(request, "评学已结束，不能再改。")
        return redirect("study_review_year", found.year)
    lines = list(found.rubric.all())
    sent = request.POST if request.method == "POST" else None
    form = ReviewForm(sent, lines=lines, initial=filled_with(review, lines) if sent is None else None)
    if request.method == "POST" and form.is_valid():
        try:
            submit_review(review=review, points=form.points, remark=form.cleaned_data["remark"], by=request.user, now=timezone.now())
        except ValidationError as error:
            form.add_service_error(error)
        else:
            return redirect(_next(request, review, desk_of(found, rights.staff)))
    desk = desk_of(found, rights.staff)
    previous, following = desk.neighbours(review.pk)
    context = {
        "review": review,
        "review_year": found,
        "form": form,
        "desk": desk,
        "previous": previous,
        "following": following,
        "total_points": sum(line.max_points for line in lines),
        "is_self": review.kind == ReviewKind.SELF,
        "may_look": review.kind == ReviewKind.SUPERIOR,
    }
    return render(request, "learning/portfolio/review_form.html", context, status=400 if form.errors else 200)


def _next(request, review: StudyReview, desk) -> str:
    following = desk.next_after(review.pk)
    if following is None:
        messages.success(request, "已保存。全部填完了，谢谢。结束之前还可以改。")
        return reverse("study_review_year", args=[review.round.year])
    messages.success(request, f"{review.staff}的已保存，还有 {desk.waiting} 张。这是下一张。")
    return reverse("study_review", args=[following])


urlpatterns = [
    path("study-reviews/", study_reviews, name="study_reviews"),
    path("study-reviews/<int:year>/", study_review_year, name="study_review_year"),
    path("study-reviews/<int:year>/prepare/", prepare_study_reviews, name="prepare_study_reviews"),
    path("study-reviews/<int:year>/open/", open_study_reviews, name="open_study_reviews"),
    path("study-reviews/<int:year>/close/", close_study_reviews, name="close_study_reviews"),
    path("study-reviews/forms/<int:pk>/", study_review, name="study_review"),
]
