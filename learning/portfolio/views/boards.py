"""The board of a department."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ...evidence import Have
from ...organisation.models import Department
from ...programme.models import AnnualPlan
from ..board import BEHIND, Board, behind, board_of, contributors, counted_kinds, years_of
from ..choices import State
from ..services.statements import may_write_department
from ..totals import people_of
from .opening import rights_of

PER_PAGE = 50
MONTHS = range(1, 13)
FIRST_YEAR, LAST_YEAR = 2000, 2100
EVERYBODY = "all"
STATES = {state.key: state for state in State}


@never_cache
@login_required
@require_safe
def department_board(request, year, department_pk):
    """Totals for leaders; for the head and the committee with the names of who is behind, and of whoever stands behind a number."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    rights = rights_of(request)
    department = get_object_or_404(Department, pk=department_pk)
    sees_names = rights.may_see_board(department.pk)
    if not (sees_names or rights.sees_totals):
        raise PermissionDenied("科室看板给本科室（单位）负责人、机关党委和领导小组看。自己的在“我的五有”里。")
    plan = AnnualPlan.objects.filter(year=year).first()
    is_hidden = plan is not None and plan.state == AnnualPlan.State.DRAFT and not rights.is_clerk
    board = board_of(department, year, rights.today, with_plan=plan is not None and not is_hidden)
    context = {
        "board": board,
        "grid": board.grid if board.grid and board.grid.formats else None,
        "plan": plan,
        "is_hidden": is_hidden,
        "year": year,
        "years": years_of(board.keys, year, rights.today),
        "today": rights.today,
        "months": MONTHS,
        "this_month": rights.today.month if rights.today.year == year else None,
        "legend": board.grid.counts.items() if board.grid else (),
        "states": list(State),
        "sees_names": sees_names,
        "may_write_statement": may_write_department(rights, department.pk, year),
        "gap": Paginator.ELLIPSIS,
    }
    if sees_names:
        context |= _names(request, board)
    return render(request, "learning/portfolio/department_board.html", context)


def _names(request, board: Board) -> dict:
    """The people that the address asks for: those behind without more, those of a cell of the table, or those behind a number."""
    asked = request.GET
    kind = next((one for one in counted_kinds() if one.key == asked.get("kind")), None)
    if kind:
        people = contributors(kind, board.year, board.keys)
        return _page(asked, people, f"kind={kind.key}") | {"kind": kind, "people_title": f"{kind.label}的人"}
    people = people_of(board.year, board.today, departments=board.keys).order_by("sort_key", "pk")
    have, state = asked.get("have"), STATES.get(asked.get("state"))
    if have in Have.values and state:
        title = f"{Have(have).label}：{state.label}的人"
        return _page(asked, behind(people, [Have(have)], [state]), f"have={have}&state={state.key}") | {"people_title": title}
    if asked.get("people") == EVERYBODY:
        return _page(asked, people, f"people={EVERYBODY}") | {"people_title": "全部人员", "is_everybody": True}
    return _page(asked, behind(people, states=BEHIND), "") | {"people_title": "有待补或缺的人", "is_behind": True}


def _page(asked, people, query: str) -> dict:
    page = Paginator(people, PER_PAGE).get_page(asked.get("page"))
    for person in page.object_list:
        person.cells = [(have, STATES[key]) for have in Have if (key := getattr(person, f"cell_{have.value}", None))]
    return {
        "page": page,
        "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "query": query,
    }


urlpatterns = [
    path("boards/<int:year>/departments/<int:department_pk>/", department_board, name="department_board"),
]
