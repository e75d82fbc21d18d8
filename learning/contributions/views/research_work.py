"""The report itself, by its team: written, its visits and files, handed in; afterwards what came of it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cms.files.serving import hand_out

from ...programme.forms import VersionField
from ..choices import FileKind
from ..models import Placement, ResearchFile, ResearchOutcome, ResearchReport
from ..research_forms import HandInForm, OutcomeForm, Visits, WritingForm
from ..research_limits import HINT, MOST_FILES, most_characters
from ..services.research_files import add_file, read_report
from ..services.research_files import remove_file as remove_research_file
from ..services.research_steps import ResearchConflictError, ResearchError
from ..services.research_work import (
    add_outcome,
    cautions_for,
    hand_in_report,
    missing_for_hand_in,
    save_report,
    save_visits,
)
from ..services.research_work import remove_outcome as remove_research_outcome
from .research import LOOK_AND_SEND, found_report, readable, rights_of

PLACEMENTS_OFFERED = 60


def _to_write(request, pk) -> tuple[ResearchReport, object]:
    """For its team and head while it is written. Raises Http404."""
    rights = rights_of(request)
    report = readable(pk, rights)
    if not rights.may_write(report):
        raise Http404
    return report, rights


def _closed(request, report):
    """Where what is being judged leads: nothing of it changes."""
    if report.entries.exists():
        messages.info(request, "这份报告已进入评审，报告和附件不能再改。")
        return redirect("research_report", report.pk)
    return None


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def write(request, pk):
    report, rights = _to_write(request, pk)
    if away := _closed(request, report):
        return away
    form = WritingForm(request.POST or None, request.FILES or None, initial=WritingForm.initial_of(report))
    stored = None
    if request.method == "POST" and form.is_valid():
        try:
            report = save_report(
                report=report, version=form.cleaned_data["version"], written=form.written, by=request.user, now=timezone.now()
            )
        except ResearchConflictError as error:
            stored = report = error.stored
            form.add_service_error(error)
            _take_version(form, stored)
        except ResearchError as error:
            form.add_service_error(error)
        else:
            return _after_saving(request, report, form)
    context = {
        "form": form,
        "rights": rights.base,
        "report": report,
        "differing": form.differing(stored) if stored else [],
        "stored": stored,
        "files": report.files.all(),
        "norm": most_characters(),
        "hint": HINT,
    }
    status = 409 if stored else 400 if form.errors else 200
    return render(request, "learning/contributions/research_write.html", context, status=status)


def _after_saving(request, report, form):
    """The text is stored; files come after it, each with its own word."""
    now, is_whole = timezone.now(), True
    if document := form.cleaned_data["document"]:
        is_whole = _read(request, report, document, form.is_replacing, now)
    for file in form.cleaned_data["attachments"][:MOST_FILES]:
        is_whole = _add(request, report, file, now) and is_whole
    if "hand_in" in request.POST and is_whole:
        return redirect("hand_in_research", report.pk)
    if "visits" in request.POST:
        return redirect("research_visits", report.pk)
    if is_whole:
        messages.success(request, "已保存。")
    return redirect("write_research", report.pk)


def _read(request, report, document, is_replacing: bool, now) -> bool:
    try:
        stored, findings = read_report(
            report=report, file=document, name=document.name, is_replacing=is_replacing, by=request.user, now=now
        )
    except ValidationError as error:
        messages.error(request, f"文字已保存，文件没有读入：{'；'.join(error.messages)}")
        return False
    messages.success(request, f"已读入“{document.name}”，正文现有 {stored.characters:,} 字。")
    for finding in findings[:5]:
        messages.warning(request, finding)
    return True


def _add(request, report, file, now) -> bool:
    try:
        kept = add_file(report=report, file=file, name=file.name, is_report=False, by=request.user, now=now)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
        return False
    messages.success(request, f"已存附件“{kept.original_name}”。")
    return True


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def add_files(request, pk):
    """Where the button beside the files sends the form: what was typed comes along. Asked with GET it leads to the page."""
    if request.method == "POST":
        return write(request, pk)
    report, _rights = _to_write(request, pk)
    return redirect("write_research", report.pk)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def visits(request, pk):
    report, rights = _to_write(request, pk)
    if away := _closed(request, report):
        return away
    initial = list(report.visits.values("began_on", "ended_on", "place", "note"))
    data = request.POST if request.method == "POST" else None
    formset = Visits(data, prefix="visits", initial=initial)
    errors, version = [], report.version
    if data is not None and formset.is_valid():
        sent = VersionField().to_python(data.get("version"))
        try:
            save_visits(report=report, version=sent, visits=formset.lines, by=request.user, now=timezone.now())
        except ResearchError as error:
            errors = error.messages
        else:
            messages.success(request, "实地调研已保存。")
            return redirect("research_report", pk)
    context = {
        "formset": formset,
        "errors": errors or list(formset.non_form_errors()),
        "version": version,
        "report": report,
        "rights": rights.base,
        "stored": initial if errors else [],
    }
    is_wrong = errors or (data is not None and not formset.is_valid())
    return render(request, "learning/contributions/research_visits.html", context, status=400 if is_wrong else 200)


@never_cache
@login_required
@require_safe
def research_file(request, pk):
    """For whoever may read the report."""
    file = get_object_or_404(ResearchFile, pk=pk)
    readable(file.report_id, rights_of(request))
    return hand_out(file, is_picture=file.kind == FileKind.PICTURE)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def remove_file(request, pk):
    """Asks first: a file that is gone is gone."""
    file = get_object_or_404(ResearchFile, pk=pk)
    report, rights = _to_write(request, file.report_id)
    if away := _closed(request, report):
        return away
    if request.method != "POST":
        context = {"file": file, "report": report, "rights": rights.base}
        return render(request, "learning/contributions/research_file_remove.html", context)
    try:
        remove_research_file(file=file, by=request.user, now=timezone.now())
    except ResearchError as error:
        messages.error(request, "；".join(error.messages))
    else:
        messages.success(request, f"已删除“{file.original_name}”。")
    return redirect("write_research", report.pk)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def hand_in(request, pk):
    rights = rights_of(request)
    report = readable(pk, rights)
    if not rights.may_hand_in(report):
        raise Http404
    if away := _closed(request, report):
        return away
    initial = {"version": report.version, "secrecy_checked_on": timezone.localdate(), "secrecy_checked_by": report.secrecy_checked_by}
    form = HandInForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            hand_in_report(report=report, **form.cleaned_data, by=request.user, now=timezone.now())
        except ResearchError as error:
            form.add_service_error(error)
            report = found_report(pk)
            _take_version(form, report)
        else:
            messages.success(request, "报告已提交，已通知机关党委。评审开始以前还可以修改，改后须重新提交。")
            return redirect("research_report", pk)
    context = {
        "form": form,
        "rights": rights.base,
        "report": report,
        "missing": missing_for_hand_in(report),
        "cautions": cautions_for(report),
        "hint": HINT,
    }
    return render(request, "learning/contributions/research_hand_in.html", context, status=400 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def outcomes(request, pk):
    rights = rights_of(request)
    report = readable(pk, rights)
    if not rights.may_record_outcomes(report):
        raise Http404
    form = OutcomeForm(request.POST or None, placements=_placements_for(report))
    if request.method == "POST" and form.is_valid():
        facts = {"placement": None} | form.cleaned_data
        try:
            made = add_outcome(report=report, **facts, by=request.user, now=timezone.now())
        except ResearchError as error:
            form.add_service_error(error)
        else:
            messages.success(request, f"已登记：{made.get_kind_display()}。")
            return redirect("research_report", pk)
    context = {
        "form": form,
        "rights": rights.base,
        "research": rights,
        "report": report,
        "outcomes": report.outcomes.select_related("placement__outlet"),
    }
    return render(request, "learning/contributions/research_outcomes.html", context, status=400 if form.errors else 200)


def _placements_for(report: ResearchReport):
    """What was published of the department or of the team's since the topic was declared, the latest first."""
    team = [member.staff_id for member in report.members.all()]
    of_department = Placement.objects.confirmed().filter(article__departments__department=report.department_id)
    of_team = Placement.objects.confirmed().filter(article__authors__staff__in=team)
    keys = (
        (of_department | of_team).filter(published_on__gte=report.declared_on).order_by("-published_on", "-pk").values_list("pk", flat=True)
    )
    offered = list(dict.fromkeys(keys[: PLACEMENTS_OFFERED * 4]))[:PLACEMENTS_OFFERED]
    return Placement.objects.filter(pk__in=offered).select_related("outlet").order_by("-published_on", "-pk")


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def remove_outcome(request, pk):
    """Asked with GET it leads to the outcomes and changes nothing."""
    rights = rights_of(request)
    outcome = get_object_or_404(ResearchOutcome.objects.select_related("report"), pk=pk)
    if not rights.is_clerk:
        raise Http404
    readable(outcome.report_id, rights)
    if request.method == "POST":
        try:
            remove_research_outcome(outcome=outcome, by=request.user, now=timezone.now())
        except ResearchError as error:
            messages.error(request, "；".join(error.messages))
        else:
            messages.success(request, "已删去这一条去向。")
    return redirect("research_outcomes", outcome.report_id)


def _take_version(form, stored: ResearchReport) -> None:
    """Sent once more, the form says that its sender has seen what is stored."""
    form.data = form.data.copy()
    form.data["version"] = str(stored.version)
