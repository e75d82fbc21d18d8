from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ..periods import PeriodKind, period_of
from ..portfolio.rights import FileRights
from ..portfolio.year_page import scope_of
from ..programme.rates import study_of_person
from ..programme.rights import Rights
from .due import due_of
from .leader import leader_page_of


@never_cache
@login_required
@require_safe
def my_study(request):
    """我的学习: what is due, the next session, the own numbers."""
    rights = Rights(request.user, timezone.localdate())
    context = {"staff": rights.staff, "today": rights.today, "year": rights.today.year}
    if rights.staff:
        files = FileRights(rights)
        rates, hours = study_of_person(rights.staff.pk, period_of(rights.today, PeriodKind.YEAR))
        context |= {
            "due": due_of(rights, now=timezone.now()),
            "rates": rates,
            "hours": hours,
            "may_see_figures": rights.runs_something or rights.sees_everything,
            "may_see_whole": rights.sees_everything,
            "may_see_files": scope_of(files) is not None,
            "keeps_files": files.is_clerk,
            "headed": _headed(rights),
        }
    return render(request, "learning/portal/my_study.html", context)


def _headed(rights: Rights) -> int | None:
    """Key of the department that this person heads, the primary posting first; of those below it the board tells."""
    postings = [fact for fact in rights.standings.postings(rights.staff.pk, rights.today) if fact.is_head]
    return max(postings, key=lambda fact: fact.is_primary).place_id if postings else None


@never_cache
@login_required
@require_safe
def leader_page(request):
    """领导一屏: for the leading group and the committee."""
    rights = Rights(request.user, timezone.localdate())
    if not rights.sees_everything:
        raise PermissionDenied("这一页给领导小组和机关党委看。自己的在“我的学习”里。")
    page = leader_page_of(rights, now=timezone.now())
    return render(request, "learning/portal/leader.html", {"page": page, "today": rights.today, "year": rights.today.year})
