"""The year's board, and a topic from its declaration to the decision on it. Whoever may not read a report is told that it is not there."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ...organisation.models import Department
from ...programme.people import People
from ...programme.rights import Rights
from ..choices import ResearchState
from ..counted import lines_of_report
from ..models import ResearchJudging, ResearchReport
from ..research_board import Board, board_of, chosen_year, reports_with_facts
from ..research_forms import DecisionForm, TopicForm, WithdrawForm, years_to_declare
from ..research_limits import HINT
from ..research_page import page_of, parts_of
from ..research_rights import ResearchRights
from ..rights import ContributionRights
from ..services.research import change_topic, decide_topic, declare_topic, withdraw_research
from ..services.research_steps import ResearchConflictError, ResearchError
from ..services.research_work import cautions_for

LOOK_AND_SEND = ["GET", "HEAD", "POST"]


def rights_of(request) -> ResearchRights:
    return ResearchRights(ContributionRights(Rights(request.user, timezone.localdate())))


def found_report(pk) -> ResearchReport:
    reports = reports_with_facts().select_related("department", "declared_by", "decided_by", "created_by").prefetch_related("members")
    return get_object_or_404(reports, pk=pk)


def readable(pk, rights: ResearchRights) -> ResearchReport:
    """Raises Http404 for whoever may not read it, PermissionDenied for whoever is to judge it without a name."""
    report = found_report(pk)
    if not rights.may_read(report):
        raise Http404
    if rights.is_blinded(report):
        raise PermissionDenied("您是这一年的评委，这份报告正在评审。评审结束以前，请只在评分页上看编号和文字。")
    return report


def board_asked(request, rights: ResearchRights | None = None) -> Board:
    """The board of the year in the address."""
    today = timezone.localdate()
    return board_of(chosen_year(request.GET.get("year"), today), rights=rights or rights_of(request), today=today)


@never_cache
@login_required
@require_safe
def research_year(request):
    rights = rights_of(request)
    board = board_asked(request, rights)
    judging = ResearchJudging.objects.filter(year=board.year).first()
    context = {
        "rights": rights.base,
        "research": rights,
        "board": board,
        "judging": judging,
        "is_judge": judging is not None and board.year in rights.judged_years,
    }
    return render(request, "learning/contributions/research_year.html", context)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def declare(request):
    rights = rights_of(request)
    today = timezone.localdate()
    departments = Department.objects.filter(pk__in=rights.declarable_ids).open_on(today).order_by("position", "name")
    offered = {department.pk: department for department in departments}
    if not offered:
        raise PermissionDenied("选题由科室（单位）的人员申报。您的账号还没有对应到科室，请联系机关党委核对人员登记。")
    people = People(today)
    own = rights.base.own_department_id
    asked = request.GET.get("department", "")
    department = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 10 and int(asked) in offered else own
    initial = {"token": uuid.uuid4(), "year": today.year, "department": department, "team": people.labels.get(rights.staff.pk, "")}
    form = TopicForm(
        request.POST or None,
        initial=initial,
        people=people,
        departments=[(pk, one.name) for pk, one in offered.items()],
        years=years_to_declare(today),
    )
    if request.method == "POST" and form.is_valid():
        facts = {name: form.cleaned_data[name] for name in ("token", "year", "title", "purpose", "linked_work", "team")}
        try:
            report = declare_topic(**facts, department=offered[form.cleaned_data["department"]], by=request.user, now=timezone.now())
        except ResearchError as error:
            form.add_service_error(error)
        else:
            messages.success(request, "选题已申报，等待机关党委批准。批准前可以修改。")
            return redirect("research_report", report.pk)
    context = {"form": form, "rights": rights.base, "hint": HINT}
    return render(request, "learning/contributions/research_topic.html", context, status=_status(form))


@never_cache
@login_required
@require_safe
def report(request, pk):
    rights = rights_of(request)
    found = readable(pk, rights)
    page = page_of(found)
    context = {
        "rights": rights.base,
        "research": rights,
        "report": found,
        "page": page,
        "parts": parts_of(found),
        "counted": lines_of_report(found, rights.base.base),
        "cautions": cautions_for(found) if found.state == ResearchState.APPROVED and rights.writes(found) else [],
        "may_change_topic": rights.may_change_topic(found),
        "may_decide": rights.may_decide(found),
        "may_write": rights.may_write(found) and not page.is_judged,
        "may_hand_in": rights.may_hand_in(found) and not page.is_judged,
        "may_withdraw": rights.may_withdraw(found) and page.entry is None,
        "may_record_outcomes": rights.may_record_outcomes(found),
    }
    return render(request, "learning/contributions/research_report.html", context)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def edit_topic(request, pk):
    rights = rights_of(request)
    found = readable(pk, rights)
    if not rights.may_change_topic(found):
        raise Http404
    people = People(timezone.localdate(), frozenset(member.staff_id for member in found.members.all()))
    initial = {name: getattr(found, name) for name in ("version", "title", "purpose", "linked_work")}
    initial["team"] = "、".join(people.labels[member.staff_id] for member in found.members.all())
    form = TopicForm(request.POST or None, initial=initial, people=people)
    stored = None
    if request.method == "POST" and form.is_valid():
        try:
            change_topic(report=found, **form.cleaned_data, by=request.user, now=timezone.now())
        except ResearchConflictError as error:
            stored = error.stored
            form.add_service_error(error)
            _take_version(form, stored)
        except ResearchError as error:
            form.add_service_error(error)
        else:
            messages.success(request, "选题已保存。")
            return redirect("research_report", pk)
    context = {"form": form, "rights": rights.base, "report": found, "stored": stored, "hint": HINT}
    return render(request, "learning/contributions/research_topic.html", context, status=409 if stored else _status(form))


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def decide(request, pk):
    """By a clerk who has not declared it."""
    rights = rights_of(request)
    found = readable(pk, rights)
    if not rights.may_decide(found):
        if rights.is_clerk and found.state != ResearchState.DECLARED:
            messages.info(request, f"选题现在是“{found.get_state_display()}”，不用再批。")
            return redirect("research_report", pk)
        raise Http404
    form = DecisionForm(request.POST or None, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        try:
            decide_topic(
                report=found,
                version=form.cleaned_data["version"],
                is_approved=form.is_approved,
                note=form.cleaned_data["note"],
                by=request.user,
                now=timezone.now(),
            )
        except ResearchError as error:
            form.add_service_error(error)
            found = found_report(pk)
            _take_version(form, found)
        else:
            messages.success(request, "选题已批准，已通知申报人。" if form.is_approved else "选题已退回，已通知申报人。")
            return redirect("research_report", pk)
    context = {"form": form, "rights": rights.base, "report": found, "page": page_of(found), "hint": HINT}
    return render(request, "learning/contributions/research_decide.html", context, status=_status(form))


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def withdraw(request, pk):
    rights = rights_of(request)
    found = readable(pk, rights)
    if not rights.may_withdraw(found):
        raise Http404
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_research(report=found, reason=form.cleaned_data["reason"], by=request.user, now=timezone.now())
        except ResearchError as error:
            form.add_service_error(error)
        else:
            messages.success(request, "已撤回，文字和附件都还在。")
            return redirect("research_report", pk)
    context = {"form": form, "rights": rights.base, "report": found}
    return render(request, "learning/contributions/research_withdraw.html", context, status=_status(form))


def _take_version(form, stored: ResearchReport) -> None:
    """Sent once more, the form says that its sender has seen what is stored."""
    form.data = form.data.copy()
    form.data["version"] = str(stored.version)


def _status(form) -> int:
    return 400 if form.errors else 200
