from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ...evidence import Subject
from ...periods import PeriodKind, periods_of_year
from ..models import AnnualPlan
from ..rates import FEW, GroupRates, by_branch, by_department, by_session, of_person, rows_of_person, whole
from ..rates_book import XLSX, rates_workbook
from ..rights import Rights
from ..scopes import choices_for
from .gaps import choice_asked, year_asked

PER_PAGE = 20
OWN = "me"
QUARTERS = ("1", "2", "3", "4")
MONTHS = tuple(f"m{number}" for number in range(1, 13))


def period_asked(request, year: int):
    """The year, or the quarter (1 to 4) or month (m1 to m12) that the address names. Raises Http404 for any other."""
    said = request.GET.get("quarter", "")
    if not said:
        return periods_of_year(year, PeriodKind.YEAR)[0]
    if said in QUARTERS:
        return periods_of_year(year, PeriodKind.QUARTER)[QUARTERS.index(said)]
    if said in MONTHS:
        return periods_of_year(year, PeriodKind.MONTH)[MONTHS.index(said)]
    raise Http404


@never_cache
@login_required
@require_safe
def summary(request):
    """Both rates of a year or quarter, with the counts they rest on; for whoever oversees nothing the own ones."""
    today = timezone.localdate()
    rights, year = Rights(request.user, today), year_asked(request, today)
    choices, period = choices_for(rights, year), period_asked(request, year)
    common = {
        "year": year,
        "years": sorted({*AnnualPlan.objects.values_list("year", flat=True), today.year, year}, reverse=True),
        "quarter": request.GET.get("quarter", ""),
        "months": [(value, f"{number}月") for number, value in enumerate(MONTHS, start=1)],
        "period": period,
        "choices": choices,
        "has_own": rights.staff is not None,
        "few": FEW,
        "query": f"year={year}&quarter={request.GET.get('quarter', '')}",
    }
    if request.GET.get("scope") == OWN or not (choices or request.GET.get("scope")):
        return _own(request, rights, period, common)
    return _of_scope(request, choice_asked(request, choices), period, common)


def _own(request, rights, period, common):
    """Whoever is nobody's superior sees the own line, and nobody else's."""
    if rights.staff is None:
        return render(request, "learning/programme/attendance_summary.html", {**common, "scope_text": OWN})
    rates = of_person(rights.staff.pk, period)
    page = Paginator(rows_of_person(rights.staff.pk, period), PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "learning/programme/attendance_summary.html",
        {
            **common,
            "scope_text": OWN,
            "scope_name": "本人",
            "own": rates,
            "page": page,
            "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
            "gap": Paginator.ELLIPSIS,
        },
    )


def _of_scope(request, chosen, period, common):
    scope = chosen.scope
    total: GroupRates = whole(period, scope)
    departments = by_department(period, scope) if scope.level != Subject.BRANCH else []
    branches = by_branch(period) if scope.level == Subject.ORGAN else []
    sessions = by_session(period, scope)
    if request.GET.get("format") == "xlsx":
        return _workbook(chosen, period, total, departments, branches, sessions)
    page = Paginator(sessions, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "learning/programme/attendance_summary.html",
        {
            **common,
            "scope_text": chosen.text,
            "scope_name": chosen.name,
            "total": total,
            "departments": departments if len(departments) > 1 or scope.level == Subject.ORGAN else [],
            "branches": branches,
            "session_count": len(sessions),
            "page": page,
            "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
            "gap": Paginator.ELLIPSIS,
        },
    )


def _workbook(chosen, period, total, departments, branches, sessions) -> HttpResponse:
    tables = [("按科室", departments), ("按支部", branches), ("按活动", sessions)]
    title = f"{chosen.name}考勤汇总（{period}）"
    data = rates_workbook(title=title, tables=[(name, [*groups, total]) for name, groups in tables if groups or name == "按活动"])
    response = HttpResponse(data, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=f"{title}.xlsx")
    return response
