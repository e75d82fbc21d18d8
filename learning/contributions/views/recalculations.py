"""重算: asked for with a reason after a look at what would change; what did change is listed article by article."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ..models import MediaArticle, Recalculation
from ..rule_forms import FromForm, RecalculationForm
from ..scoring.words import plain
from ..scoring_checks import drift
from ..scoring_facts import articles_with_records_from
from ..services.recalculation import INLINE, RecalculationError, carry_on, start_recalculation
from .standings import rights_of

PER_PAGE = 50
LOOKED_AT = 5000  # articles: of more a look takes too long for a page
SHOWN = 20


def _paged(request, rows) -> dict:
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    return {"page": page, "page_numbers": numbers, "gap": Paginator.ELLIPSIS}


def _overseer(request):
    rights = rights_of(request)
    if not rights.sees_everything:
        raise Http404
    return rights


@never_cache
@login_required
@require_safe
def recalculations(request):
    rights = _overseer(request)
    rows = Recalculation.objects.select_related("started_by", "rule_set")
    return render(request, "learning/contributions/recalculations.html", {"rights": rights, **_paged(request, rows)})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_recalculation(request):
    """First which records, and what of them differs; then the reason."""
    rights = rights_of(request)
    if not rights.is_office:
        raise Http404
    if request.method == "POST":
        form = RecalculationForm(request.POST)
        if form.is_valid():
            now = timezone.now()
            try:
                made = start_recalculation(**form.cleaned_data, by=request.user, now=now)
            except RecalculationError as error:
                form.add_service_error(error)
            else:
                made = carry_on(made, now=now, budget=INLINE)
                messages.success(request, "重算完成。" if made.finished_at else "重算已开始，其余的在后台接着算。")
                return redirect("recalculation", made.pk)
        chosen = FromForm({"from_on": request.POST.get("from_on", "")})
    else:
        form = None
        chosen = FromForm({"from_on": request.GET.get("from_on") or rights.today.replace(month=1, day=1).isoformat()})
    context = {"rights": rights, "chosen": chosen, "form": form}
    if chosen.is_valid():
        from_on = chosen.cleaned_data["from_on"]
        context |= _look(from_on)
        context["form"] = form or RecalculationForm(initial={"from_on": from_on})
    status = 400 if request.method == "POST" or chosen.errors else 200
    return render(request, "learning/contributions/recalculation_form.html", context, status=status)


def _look(from_on) -> dict:
    """What a recalculation would change. A constant number of statements a thousand articles."""
    found = articles_with_records_from(from_on)
    articles = found.count()
    keys = list(found[:LOOKED_AT])
    drifting = drift(keys)
    titles = dict(MediaArticle.objects.filter(pk__in=[one.article for one in drifting[:SHOWN]]).values_list("pk", "title"))
    rows = [{"title": titles.get(one.article, "—"), **_words(one.before, one.after, one.why)} for one in drifting[:SHOWN]]
    return {
        "articles": articles,
        "looked_at": len(keys) if len(keys) < articles else None,
        "drifting": len(drifting),
        "rows": rows,
        "from_on": from_on,
    }


def _words(before, after, why: str) -> dict:
    return {"before": plain(before), "after": plain(after), "why": why}


@never_cache
@login_required
@require_safe
def recalculation(request, pk):
    rights = _overseer(request)
    found = get_object_or_404(Recalculation.objects.select_related("started_by", "rule_set"), pk=pk)
    context = _paged(request, found.changes.select_related("article"))
    rows = [{"article": one.article, **_words(one.before, one.after, one.why)} for one in context["page"]]
    context |= {"rights": rights, "recalculation": found, "rows": rows, "changed": context["page"].paginator.count}
    return render(request, "learning/contributions/recalculation.html", context)
