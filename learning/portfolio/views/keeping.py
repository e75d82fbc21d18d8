"""The files of a year side by side; looking at one; locking the year. What is done to one file stands in `keeping_one`."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ...evidence import Have
from ...organisation.models import StaffMember
from ..checks_of_postings import postings_to_check
from ..choices import State
from ..keeping_forms import KEPT, YearFilters
from ..models import FileLock
from ..rights import FileRights
from ..services.locking_files import lock_next_files, to_lock
from ..services.opening import LookRefusedError, look
from ..year_page import departments_offered, left_open, listed_people, people_named, person_rows, scope_of, totals_rows
from ..years import in_scope, place_day, place_of, places_of
from .keeping_one import confirm_file, file_changes, lock_file, reopen_file
from .opening import FIRST_YEAR, LAST_YEAR, rights_of

LOOK_AND_SEND = ["GET", "HEAD", "POST"]
PER_PAGE = 50
YEARS = 4


def _check_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404


@never_cache
@login_required
@require_safe
def five_haves(request):
    """Leads everybody to where they belong: those who keep files to those of this year, others to their own."""
    rights = rights_of(request)
    return redirect("five_haves_year", rights.today.year) if scope_of(rights) else redirect("my_five_haves")


@never_cache
@login_required
@require_safe
def five_haves_year(request, year):
    _check_year(year)
    rights = rights_of(request)
    scope = scope_of(rights)
    if scope is None:
        raise PermissionDenied("这一页给科室（单位）负责人、机关党委和局领导看。您自己的档案在“我的五有”。")
    filters = YearFilters.read(request.GET)
    rows, whole = totals_rows(year, rights.today, scope)
    context = {
        "rights": rights,
        "scope": scope,
        "year": year,
        "years": _years(year, rights.today.year),
        "rows": rows,
        "whole": whole,
        "columns": list(State),
        "filters": filters,
        "checks": postings_to_check(year, rights.today) if rights.is_clerk else [],
    }
    if scope.sees_names:
        page = Paginator(listed_people(year, rights.today, scope, filters), PER_PAGE).get_page(request.GET.get("page"))
        context |= {
            "page": page,
            "people": person_rows(page, rights),
            "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
            "gap": page.paginator.ELLIPSIS,
            "departments": departments_offered(rows),
            "haves": list(Have),
            "states": list(State),
            "kept": KEPT,
        }
    else:
        context["found"] = people_named(filters.name, year, rights.today)
    return render(request, "learning/portfolio/year.html", context)


def _years(year: int, this_year: int) -> list[int]:
    return sorted({year, *range(this_year, this_year - YEARS, -1)}, reverse=True)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def look_at_file(request, year, staff_pk):
    """Writes the look down and leads on, to the file or to `next`. Asked with GET (by whoever had to sign in on the way) it writes nothing:
    the page it leads to asks first."""
    _check_year(year)
    rights, person = rights_of(request), get_object_or_404(StaffMember, pk=staff_pk)
    place = place_of(places_of(person.pk, year), place_day(year, rights.today))
    department_id = place.department_id if place else None
    if not rights.may_see(person.pk, department_id) or not in_scope(year).filter(pk=person.pk).exists():
        raise Http404
    leads_to = request.POST.get("next") or request.GET.get("next", "")
    if not (leads_to.startswith("/") and url_has_allowed_host_and_scheme(leads_to, allowed_hosts=None)):
        leads_to = reverse("five_haves_file", args=[year, staff_pk])
    if request.method != "POST":
        return redirect(leads_to)
    try:
        look(staff=person, year=year, department_id=department_id, rights=rights, now=timezone.now())
    except LookRefusedError as error:
        raise Http404 from error
    return redirect(leads_to)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def lock_five_haves_year(request, year):
    """Names what will happen; then locks step by step (`?after=` is where the next step begins), each step a form that sends itself."""
    _check_year(year)
    rights = rights_of(request)
    if not rights.may_lock:
        raise PermissionDenied("年度锁定由机关党委办理。")
    if request.method == "POST":
        return _lock_step(request, year, rights)
    waiting, asked = to_lock(year), _number(request.GET.get("after"))
    after = asked if asked and waiting.filter(pk__gt=asked).exists() else None
    context = {
        "rights": rights,
        "year": year,
        "waiting": waiting.count(),
        "locked": FileLock.objects.in_force().filter(file__year=year).count(),
        "after": after,
        "is_over": rights.today.year > year,
        "left": left_open(year, rights.today),
        "is_done": after is None and (asked > 0 or request.GET.get("done") == "1"),
    }
    return render(request, "learning/portfolio/lock_year.html", context)


def _lock_step(request, year: int, rights: FileRights):
    step = lock_next_files(year=year, after=_number(request.POST.get("after")), rights=rights, now=timezone.now())
    if step.after is not None:
        return redirect(f"{request.path}?after={step.after}")
    if not to_lock(year).exists():
        messages.success(request, f"{year}年已确认的档案都锁定了。")
    return redirect(f"{request.path}?done=1")


def _number(text: str | None) -> int:
    """0 for what is no key."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 18 else 0


urlpatterns = [
    path("five-haves/", five_haves, name="five_haves"),
    path("five-haves/<int:year>/", five_haves_year, name="five_haves_year"),
    path("five-haves/<int:year>/lock/", lock_five_haves_year, name="lock_five_haves_year"),
    path("five-haves/<int:year>/<int:staff_pk>/look/", look_at_file, name="look_at_file"),
    path("five-haves/<int:year>/<int:staff_pk>/confirm/", confirm_file, name="confirm_file"),
    path("five-haves/<int:year>/<int:staff_pk>/lock/", lock_file, name="lock_file"),
    path("five-haves/<int:year>/<int:staff_pk>/changes/", file_changes, name="file_changes"),
    path("five-haves/<int:year>/<int:staff_pk>/reopen/", reopen_file, name="reopen_file"),
]
