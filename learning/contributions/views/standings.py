"""Departments or people side by side for a period, with the charts above the table."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ...programme.rights import Rights
from ..charts import bars_of, trend_of
from ..choosing import Chosen, chosen_period, terms_around
from ..recalculating import is_recalculated
from ..rights import ContributionRights
from ..standing import FEW, Standings, department_standings, person_standings, trend

PER_PAGE = 100  # people
DEPARTMENTS, PEOPLE = "departments", "people"
BARS = 15  # of people


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for, as this reader may see it: the screen and the .xlsx are made of the same."""

    rights: ContributionRights
    chosen: Chosen
    by: str
    standings: Standings

    @property
    def is_by_people(self) -> bool:
        return self.by == PEOPLE

    @property
    def is_partial(self) -> bool:
        """People of the reader's own departments only."""
        return self.is_by_people and not self.rights.sees_everything

    @property
    def title(self) -> str:
        return f"{self.chosen.label}新闻宣传{'个人' if self.is_by_people else '科室'}排名"


def rights_of(request) -> ContributionRights:
    return ContributionRights(Rights(request.user, timezone.localdate()))


def standings_asked(request) -> Asked:
    """Raises PermissionDenied for whoever heads nothing and oversees nothing."""
    rights = rights_of(request)
    if not rights.may_see_standings:
        raise PermissionDenied("排名给宣传科、机关党委、领导小组和科室负责人看。自己的得分在“我的稿件”里点“我的台账”。")
    chosen = chosen_period(request.GET, rights.today)
    by = PEOPLE if request.GET.get("by") == PEOPLE else DEPARTMENTS
    if by == DEPARTMENTS:
        return Asked(rights, chosen, by, department_standings(chosen, uses=chosen.uses, today=rights.today))
    own = None if rights.sees_everything else rights.department_ids
    return Asked(rights, chosen, by, person_standings(chosen, uses=chosen.uses, today=rights.today, departments=own))


@never_cache
@login_required
@require_safe
def standings(request):
    asked = standings_asked(request)
    chosen, found = asked.chosen, asked.standings
    page = Paginator(found.rows, PER_PAGE if asked.is_by_people else max(1, len(found.rows))).get_page(request.GET.get("page"))
    charted = found.rows[:BARS] if asked.is_by_people else found.rows
    context = {
        "rights": asked.rights,
        "asked": asked,
        "chosen": chosen,
        "rows_of_terms": terms_around(chosen, asked.rights.today),
        "found": found,
        "page": page,
        "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "gap": Paginator.ELLIPSIS,
        "query": f"{chosen.query}&by={asked.by}",
        "extra": f"&by={asked.by}",
        "hidden": [("by", asked.by)],
        "bars": bars_of(charted),
        "is_bars_cut": len(charted) < len(found.rows),
        "trend": trend_of(trend(chosen, today=asked.rights.today)) if asked.by == DEPARTMENTS else None,
        "openable": {row.key for row in page if asked.is_by_people or asked.rights.may_see_department(row.key)},
        "few": FEW,
        "is_recalculated": is_recalculated(chosen),
    }
    return render(request, "learning/contributions/standings.html", context)
