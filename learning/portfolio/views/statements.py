"""述学 of a person and of a department."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ...organisation.models import Department
from ..choices import StatementState
from ..counted import lines_of_department_statement, lines_of_statement
from ..department_drafting import draft_department_statement
from ..drafting import draft_statement
from ..files import LockedFileError, file_of
from ..models import Application, DepartmentStatement, FiveHavesFile, StudyStatement
from ..own_page import is_in_scope
from ..rights import FileRights
from ..services.statements import (
    may_write_department,
    save_department_statement,
    save_statement,
    take_back_department_statement,
    take_back_statement,
)
from ..services.writing import EntryConflictError, EntryError
from ..statement_forms import StatementForm
from .opening import FIRST_YEAR, LAST_YEAR, Opened, open_file, rights_of
from .plans import status_of, take_version

LOOK_AND_SEND = ["GET", "HEAD", "POST"]
HAND_IN, TAKE_BACK = "hand_in", "take_back"


def _statement_of(opened: Opened) -> StudyStatement | None:
    """What the viewer may read: a draft is its writer's alone."""
    found = StudyStatement.objects.filter(file__staff=opened.person, file__year=opened.year).select_related("file__staff").first()
    return found if found and (opened.is_own or found.state == StatementState.HANDED_IN) else None


def _may_write(opened: Opened) -> bool:
    this_year = opened.rights.today.year
    return opened.is_own and opened.year in (this_year, this_year - 1) and is_in_scope(opened.standings, opened.person, opened.year)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def study_statement(request, year, staff_pk):
    """Read; taken back by its writer."""
    opened = open_file(request, year, staff_pk)
    if isinstance(opened, HttpResponse):
        return opened
    statement = _statement_of(opened)
    if request.method == "POST":
        if not opened.is_own or statement is None:
            raise Http404
        try:
            take_back_statement(statement=statement, by=request.user, now=timezone.now())
        except (EntryError, LockedFileError) as error:
            messages.error(request, "".join(error.messages))
        else:
            messages.success(request, "述学报告已收回，可以接着改；改好再提交。")
        return redirect("study_statement", year, staff_pk)
    file = FiveHavesFile.objects.of_year(year).filter(staff=opened.person).with_parts().first()
    is_settled = file is not None and (file.confirmed_at is not None or getattr(file, "lock_in_force", None) is not None)
    context = {
        "statement": statement,
        "person": opened.person,
        "year": year,
        "is_own": opened.is_own,
        "is_settled": is_settled,
        "may_write": _may_write(opened) and not is_settled,
        "counted": lines_of_statement(statement, opened.rights.base),
    }
    return render(request, "learning/portfolio/statement.html", context)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def write_study_statement(request, year, staff_pk):
    opened = open_file(request, year, staff_pk)
    if isinstance(opened, HttpResponse) or not _may_write(opened):
        raise Http404
    statement = _statement_of(opened)
    if statement and statement.state == StatementState.HANDED_IN and request.method != "POST":
        return redirect("study_statement", year, staff_pk)
    is_new = statement is None and request.method != "POST"
    text = _drafted(opened) if is_new else statement.text if statement else ""

    def save(**facts):
        save_statement(staff=opened.person, year=year, **facts, by=request.user, now=timezone.now())

    form, stored, is_saved = _written(request, statement, text, save)
    if is_saved:
        return redirect("study_statement", year, staff_pk)
    context = {"form": form, "stored": stored, "person": opened.person, "year": year, "is_new": is_new}
    return render(request, "learning/portfolio/statement_form.html", context, status=409 if stored else status_of(form))


def _drafted(opened: Opened) -> str:
    view = file_of(opened.person, opened.year, opened.rights.today, standings=opened.standings)
    changes = dict(Application.objects.filter(staff=opened.person, happened_on__year=opened.year).values_list("pk", "change"))
    return draft_statement(view.person_year, plan=view.frozen.plan if view.frozen else view.plan, changes=changes)


def _written(request, statement, text: str, save):
    """(form, what is stored if that was overtaken, whether it was saved)."""
    initial = {"version": statement.version if statement else "", "text": text}
    form, stored = StatementForm(request.POST if request.method == "POST" else None, initial=initial), None
    if request.method == "POST" and form.is_valid():
        hands_in = request.POST.get("act") == HAND_IN
        try:
            save(text=form.cleaned_data["text"], version=form.cleaned_data["version"], hands_in=hands_in)
        except EntryConflictError as error:
            stored = error.stored
            form.add_service_error(error)
            take_version(form, stored)
        except (EntryError, LockedFileError) as error:
            form.add_service_error(error)
        else:
            messages.success(request, "述学报告已提交。" if hands_in else "草稿已保存，提交以前别人看不到。")
            return form, None, True
    return form, stored, False


@never_cache
@login_required
@require_safe
def study_statement_page(request, pk):
    """The address by which a record is known; who may not look learns nothing from it."""
    statement = get_object_or_404(StudyStatement.objects.select_related("file"), pk=pk)
    year, staff_pk = statement.file.year, statement.file.staff_id
    opened = open_file(request, year, staff_pk)
    return opened if isinstance(opened, HttpResponse) else redirect("study_statement", year, staff_pk)


def _department(request, year: int, department_pk: int) -> tuple[FileRights, Department]:
    """Of the committee, of leaders, and of whoever heads it or what is above it. Raises Http404."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    rights = rights_of(request)
    department = get_object_or_404(Department, pk=department_pk)
    if not (rights.may_see_board(department.pk) or rights.sees_totals):
        raise Http404
    return rights, department


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def department_statement(request, year, department_pk):
    """Read by its head, the committee and leaders; taken back by the head."""
    rights, department = _department(request, year, department_pk)
    statement = DepartmentStatement.objects.filter(year=year, department=department).select_related("department", "given_by").first()
    may_write = may_write_department(rights, department.pk, year)
    if statement and statement.state == StatementState.DRAFT and not may_write:
        statement = None
    if request.method == "POST":
        if not may_write or statement is None:
            raise Http404
        try:
            take_back_department_statement(statement=statement, by=request.user, now=timezone.now())
        except EntryError as error:
            messages.error(request, "".join(error.messages))
        else:
            messages.success(request, "述学报告已收回，可以接着改；改好再提交。")
        return redirect("department_statement", year, department_pk)
    context = {
        "statement": statement,
        "department": department,
        "year": year,
        "may_write": may_write,
        "rights": rights,
        "counted": lines_of_department_statement(statement, rights.base),
    }
    return render(request, "learning/portfolio/statement_department.html", context)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def write_department_statement(request, year, department_pk):
    rights, department = _department(request, year, department_pk)
    if not may_write_department(rights, department.pk, year):
        raise Http404
    statement = DepartmentStatement.objects.filter(year=year, department=department).first()
    if statement and statement.state == StatementState.HANDED_IN and request.method != "POST":
        return redirect("department_statement", year, department_pk)
    is_new = statement is None and request.method != "POST"
    text = draft_department_statement(department, year, rights.today) if is_new else statement.text if statement else ""

    def save(**facts):
        save_department_statement(department=department, year=year, **facts, by=request.user, now=timezone.now())

    form, stored, is_saved = _written(request, statement, text, save)
    if is_saved:
        return redirect("department_statement", year, department_pk)
    context = {"form": form, "stored": stored, "department": department, "year": year, "is_new": is_new}
    return render(request, "learning/portfolio/statement_form.html", context, status=409 if stored else status_of(form))


urlpatterns = [
    path("five-haves/<int:year>/<int:staff_pk>/statement/", study_statement, name="study_statement"),
    path("five-haves/<int:year>/<int:staff_pk>/statement/write/", write_study_statement, name="write_study_statement"),
    path("five-haves/statements/<int:pk>/", study_statement_page, name="study_statement_page"),
    path("five-haves/<int:year>/departments/<int:department_pk>/statement/", department_statement, name="department_statement"),
    path(
        "five-haves/<int:year>/departments/<int:department_pk>/statement/write/",
        write_department_statement,
        name="write_department_statement",
    ),
]
