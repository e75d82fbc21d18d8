"""学习规划: written, handed in, approved or given back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.models import ModelLogEntry

from ..choices import PlanState
from ..counted import lines_of_plan
from ..coverage import coverage_of
from ..drafting import propose_plan
from ..files import LockedFileError, file_of
from ..models import FiveHavesFile, StudyPlan
from ..own_page import is_in_scope, is_shown_to_others
from ..plan_forms import PlanDecisionForm, PlanForm
from ..services.plans import PlanWords, decide_plan, save_plan
from ..services.writing import EntryConflictError, EntryError, years_to_write
from .opening import Opened, open_file

LOOK_AND_SEND = ["GET", "HEAD", "POST"]
ACTION = "portfolio.plan"


def _plan_of(opened: Opened) -> StudyPlan | None:
    """What the viewer may read."""
    plan = StudyPlan.objects.filter(file__staff=opened.person, file__year=opened.year).select_related("file").first()
    return plan if plan and (opened.is_own or is_shown_to_others(plan)) else None


def _is_locked(opened: Opened) -> bool:
    return FiveHavesFile.objects.of_year(opened.year).filter(staff=opened.person).locked().exists()


def _history(plan: StudyPlan | None) -> list[dict]:
    """What happened to it, the latest first."""
    if plan is None:
        return []
    entries = ModelLogEntry.objects.for_instance(plan).filter(action=ACTION).select_related("user").order_by("-timestamp", "-pk")
    return [
        {"at": one.timestamp, "step": one.data.get("step", ""), "note": one.data.get("note", ""), "by": one.user_display_name}
        for one in entries
    ]


@never_cache
@login_required
@require_safe
def study_plan(request, year, staff_pk):
    opened = open_file(request, year, staff_pk)
    if isinstance(opened, HttpResponse):
        return opened
    plan, is_locked = _plan_of(opened), _is_locked(opened)
    may_write = opened.is_own and not is_locked and year in years_to_write(opened.rights.today)
    context = {
        "opened": opened,
        "plan": plan,
        "person": opened.person,
        "year": year,
        "history": _history(plan),
        "counted": lines_of_plan(plan, opened.rights.base),
        "is_locked": is_locked,
        "may_write": may_write and is_in_scope(opened.standings, opened.person, year),
        "may_decide": opened.may_confirm and not is_locked and plan is not None and plan.state == PlanState.HANDED_IN,
    }
    return render(request, "learning/portfolio/plan.html", context)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def write_study_plan(request, year, staff_pk):
    """The own one; nobody writes another's."""
    opened = open_file(request, year, staff_pk)
    if isinstance(opened, HttpResponse) or not opened.is_own:
        raise Http404
    if year not in years_to_write(opened.rights.today) or not is_in_scope(opened.standings, opened.person, year):
        raise Http404
    plan = _plan_of(opened)
    is_approved = plan is not None and plan.state == PlanState.APPROVED
    is_new = plan is None and request.method != "POST"
    initial = PlanForm.initial_of(_proposed(opened) if is_new else plan or PlanWords(""))
    form = PlanForm(request.POST if request.method == "POST" else None, initial=initial, is_approved=is_approved)
    stored = None
    if request.method == "POST" and form.is_valid():
        hands_in = request.POST.get("act") == "hand_in"
        reason = form.cleaned_data.get("reason", "")
        facts = {"words": form.words, "version": form.cleaned_data["version"], "hands_in": hands_in, "reason": reason}
        try:
            save_plan(staff=opened.person, year=year, **facts, by=request.user, now=timezone.now())
        except EntryConflictError as error:
            stored = error.stored
            form.add_service_error(error)
            take_version(form, stored)
        except (EntryError, LockedFileError) as error:
            form.add_service_error(error)
        else:
            messages.success(request, _said(plan, hands_in=hands_in))
            return redirect("study_plan", year, staff_pk)
    context = {"form": form, "plan": plan, "person": opened.person, "year": year, "is_new": is_new, "stored": stored}
    return render(request, "learning/portfolio/plan_form.html", context, status=409 if stored else status_of(form))


def _said(plan: StudyPlan | None, *, hands_in: bool) -> str:
    """`plan` as it was before."""
    if hands_in:
        return "规划已提交，等待批准。批准前可以再改。"
    if plan and plan.state == PlanState.RETURNED:
        return "已保存，还没有提交。规划退回过，能看您档案的人看到的是现在的内容。"
    return "草稿已保存，只有您自己看得到。"


def _proposed(opened: Opened) -> PlanWords:
    """What the form of a new plan is filled with."""
    today, person, standings, before = opened.rights.today, opened.person, opened.standings, opened.year - 1
    this_year = file_of(person, opened.year, today, standings=standings).person_year
    had_year = is_in_scope(standings, person, before)
    last = file_of(person, before, today, standings=standings) if had_year else None
    last_plan = (last.frozen.plan if last.frozen else last.plan) if last else None
    last_year = last.person_year if last else None
    return propose_plan(this_year=this_year, last_year=last_year, last_plan=last_plan, coverage=coverage_of(before, today))


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def decide_study_plan(request, year, staff_pk):
    """By the head, or a clerk."""
    opened = open_file(request, year, staff_pk)
    if isinstance(opened, HttpResponse):
        return opened
    plan = _plan_of(opened)
    if not opened.may_confirm or plan is None:
        raise Http404
    if request.method != "POST" and plan.state != PlanState.HANDED_IN:
        messages.info(request, f"规划现在是“{plan.get_state_display()}”，不用再批。")
        return redirect("study_plan", year, staff_pk)
    form = PlanDecisionForm(request.POST if request.method == "POST" else None, initial={"version": plan.version})
    if request.method == "POST" and form.is_valid():
        facts = {"version": form.cleaned_data["version"], "is_approved": form.is_approved, "note": form.cleaned_data["note"]}
        try:
            decide_plan(plan=plan, **facts, by=request.user, now=timezone.now())
        except (EntryError, LockedFileError) as error:
            form.add_service_error(error)
            plan.refresh_from_db()
            take_version(form, plan)
        else:
            messages.success(request, f"规划已{'批准' if form.is_approved else '退回'}，已通知{opened.person.name}。")
            return redirect("study_plan", year, staff_pk)
    context = {"form": form, "plan": plan, "person": opened.person, "year": year, "history": _history(plan)}
    return render(request, "learning/portfolio/plan_decide.html", context, status=status_of(form))


@never_cache
@login_required
@require_safe
def study_plan_page(request, pk):
    """The address by which a record is known; who may not look learns nothing from it."""
    plan = get_object_or_404(StudyPlan.objects.select_related("file"), pk=pk)
    opened = open_file(request, plan.file.year, plan.file.staff_id)
    return opened if isinstance(opened, HttpResponse) else redirect("study_plan", plan.file.year, plan.file.staff_id)


def take_version(form, stored) -> None:
    """Sent once more, the form says that its sender has seen what is stored."""
    form.data = form.data.copy()
    form.data["version"] = str(stored.version) if stored else ""


def status_of(form) -> int:
    return 400 if form.errors else 200


urlpatterns = [
    path("five-haves/<int:year>/<int:staff_pk>/plan/", study_plan, name="study_plan"),
    path("five-haves/<int:year>/<int:staff_pk>/plan/write/", write_study_plan, name="write_study_plan"),
    path("five-haves/<int:year>/<int:staff_pk>/plan/decide/", decide_study_plan, name="decide_study_plan"),
    path("five-haves/plans/<int:pk>/", study_plan_page, name="study_plan_page"),
]
