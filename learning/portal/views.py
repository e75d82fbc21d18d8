from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ..periods import PeriodKind, period_of
from ..programme.rates import study_of_person
from ..programme.rights import Rights
from .due import due_of


@never_cache
@login_required
@require_safe
def my_study(request):
    """我的学习: what is due, the next session, the own numbers."""
    rights = Rights(request.user, timezone.localdate())
    context = {"staff": rights.staff, "today": rights.today, "year": rights.today.year}
    if rights.staff:
        rates, hours = study_of_person(rights.staff.pk, period_of(rights.today, PeriodKind.YEAR))
        context |= {
            "due": due_of(rights, now=timezone.now()),
            "rates": rates,
            "hours": hours,
            "may_see_figures": rights.runs_something or rights.sees_everything,
        }
    return render(request, "learning/portal/my_study.html", context)
