"""The own file, or another's after one has said so; paper notes."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ..files import file_of
from ..models import FiveHavesFile
from ..own_page import is_in_scope, page_of, years_offered
from ..restoring import originals_of
from ..reviews_results import figure_of
from ..services.entries import declare_paper_notes, withdraw_paper_notes
from ..services.writing import years_to_write
from .opening import FIRST_YEAR, LAST_YEAR, Opened, open_file, open_own, year_asked

LOOK_AND_SEND = ["GET", "HEAD", "POST"]


@never_cache
@login_required
@require_safe
def my_five_haves(request):
    today = timezone.localdate()
    year = year_asked(request.GET.get("year"), today.year)
    opened = open_own(request.user, year)
    if opened is None:
        return render(request, "learning/portfolio/file_nobody.html")
    if not is_in_scope(opened.standings, opened.person, year):
        years = [one for one in years_offered(opened.standings, opened.person, year, today) if one != year]
        return render(request, "learning/portfolio/file_no_year.html", {"year": year, "years": years, "person": opened.person})
    return _file(request, opened)


@never_cache
@login_required
@require_safe
def five_haves_file(request, year, staff_pk):
    opened = open_file(request, year, staff_pk)
    if isinstance(opened, HttpResponse):
        return opened
    if opened.is_own:
        return redirect(f"{reverse('my_five_haves')}?year={year}")
    return _file(request, opened)


def _file(request, opened: Opened):
    """At most twelve statements with all that a page of the site takes."""
    today, person, year = opened.rights.today, opened.person, opened.year
    view = file_of(person, year, today, standings=opened.standings)
    figure = None if view.is_frozen else figure_of(person.pk, year)
    context = {
        "page": page_of(view, person, is_own=opened.is_own, figure=figure, today=today),
        "view": view,
        "rights": opened.rights,
        "person": person,
        "year": year,
        "today": today,
        "may_confirm": opened.may_confirm,
        "may_write": opened.is_own and not view.is_frozen and year in years_to_write(today),
        "may_decide": opened.may_confirm and not view.is_frozen and view.plan is not None and view.plan.state == "handed_in",
        "looks": opened.looks,
        "originals": originals_of(view.lock),
        "years": years_offered(opened.standings, person, year, today),
    }
    return render(request, "learning/portfolio/file.html", context)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def paper_notes(request, year):
    """Only whether there are any is said, by their writer, for their writer's file."""
    opened = open_own(request.user, year) if FIRST_YEAR <= year <= LAST_YEAR else None
    if opened is None or not is_in_scope(opened.standings, opened.person, year):
        raise Http404
    file = FiveHavesFile.objects.of_year(year).filter(staff=opened.person).first()
    is_declared = file is not None and file.notes_on_paper_on is not None
    error = None
    if request.method == "POST":
        facts = {"staff": opened.person, "year": year, "by": request.user, "now": timezone.now()}
        try:
            if request.POST.get("act") == "withdraw":
                withdraw_paper_notes(**facts)
                messages.success(request, "已撤回纸质笔记的登记。")
            else:
                declare_paper_notes(**facts, today=opened.rights.today)
                messages.success(request, "已登记：笔记记在纸上。内容仍只有您自己看。")
        except ValidationError as refused:
            error = refused
        else:
            return redirect(f"{reverse('my_five_haves')}?year={year}")
    context = {"year": year, "file": file, "is_declared": is_declared, "error": error}
    return render(request, "learning/portfolio/file_paper_notes.html", context, status=400 if error else 200)


urlpatterns = [
    path("my/five-haves/", my_five_haves, name="my_five_haves"),
    path("five-haves/<int:year>/<int:staff_pk>/", five_haves_file, name="five_haves_file"),
    path("my/five-haves/<int:year>/paper-notes/", paper_notes, name="paper_notes"),
]
