"""Outlets × departments; every cell leads to its pieces."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ..choosing import Chosen, chosen_period, terms_around
from ..matrix import Matrix, matrix_of
from ..recalculating import is_recalculated
from ..rights import ContributionRights
from .standings import rights_of

NUMBERS, POINTS = "numbers", "points"


@dataclass(frozen=True, slots=True)
class Asked:
    rights: ContributionRights
    chosen: Chosen
    show: str
    matrix: Matrix

    @property
    def shows_points(self) -> bool:
        return self.show == POINTS

    @property
    def title(self) -> str:
        return f"{self.chosen.label}媒体与科室{'得分' if self.shows_points else '采用次数'}"


def matrix_asked(request) -> Asked:
    """Raises PermissionDenied for whoever heads nothing and oversees nothing."""
    rights = rights_of(request)
    if not rights.may_see_standings:
        raise PermissionDenied("这张表给宣传科、机关党委、领导小组和科室负责人看。")
    chosen = chosen_period(request.GET, rights.today)
    show = POINTS if request.GET.get("show") == POINTS else NUMBERS
    return Asked(rights, chosen, show, matrix_of(chosen, uses=chosen.uses, today=rights.today))


@never_cache
@login_required
@require_safe
def matrix(request):
    asked = matrix_asked(request)
    context = {
        "rights": asked.rights,
        "asked": asked,
        "chosen": asked.chosen,
        "matrix": asked.matrix,
        "shows_points": asked.shows_points,
        "rows_of_terms": terms_around(asked.chosen, asked.rights.today),
        "query": f"{asked.chosen.query}&show={asked.show}",
        "extra": f"&show={asked.show}",
        "hidden": [("show", asked.show)],
        "is_recalculated": is_recalculated(asked.chosen),
        "graded_on": asked.chosen.counted_to(asked.rights.today),
    }
    return render(request, "learning/contributions/matrix.html", context)
