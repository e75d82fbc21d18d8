"""每月推荐书目、图书阅览室 for everybody; 在读、读完 for staff."""

import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cms.inbox.services import is_own_path

from ...organisation.models import StaffMember
from ...periods import PeriodKind, period_of
from ..choices import ReadingState
from ..covers import with_covers
from ..holdings import facts_of, holdings_of
from ..log_forms import TapForm, TitleForm
from ..models import Book, ReadingEntry
from ..months import month_front, month_of, years_of_lists
from ..own_reading import in_words, own_reading_of, rows_of
from ..services.log import LogError, check_may_log, record_reading, remove_reading

FIRST_YEAR, LAST_YEAR = 2000, 2100


def staff_of(request) -> StaffMember | None:
    """Who the reader is; nobody for the anonymous, and for an account that belongs to nobody of the roster."""
    return StaffMember.objects.filter(user=request.user.pk).first() if request.user.is_authenticated else None


def may_log(staff: StaffMember | None, today: datetime.date) -> bool:
    try:
        check_may_log(staff, today=today)
    except LogError:
        return False
    return True


def back_from(request, fallback: str):
    """To where the button was: a path of this site that the form names, or `fallback`."""
    back = request.POST.get("back", "")
    return redirect(back if is_own_path(back) else fallback)


@never_cache
@require_safe
def month(request, year, month):
    if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12):
        raise Http404
    found = month_of(datetime.date(year, month, 1), user=request.user)
    if found is None:
        raise Http404
    today, staff = timezone.localdate(), staff_of(request)
    context = {"month": found, "rows": rows_of(found.listed, staff, today), "may_log": may_log(staff, today)}
    return render(request, "learning/reading/month.html", context)


@never_cache
@require_safe
def months(request):
    return render(request, "learning/reading/months.html", {"years": years_of_lists(request.user)})


@never_cache
@require_safe
def books(request):
    return render(request, "learning/reading/books.html", {"holdings": holdings_of(request.GET, today=timezone.localdate())})


@never_cache
@require_safe
def book(request, pk):
    found, today, staff = get_object_or_404(Book, pk=pk), timezone.localdate(), staff_of(request)
    (row,) = rows_of(with_covers([found]), staff, today)
    context = {"book": found, "row": row, "facts": facts_of(found, user=request.user), "may_log": may_log(staff, today)}
    return render(request, "learning/reading/book.html", context)


@never_cache
@login_required
@require_safe
def my_reading(request):
    return _show_own(request, TitleForm(initial={"finished_on": timezone.localdate()}))


def _show_own(request, form, status=200):
    today, staff = timezone.localdate(), staff_of(request)
    refusal = None
    try:
        check_may_log(staff, today=today)
    except LogError as error:
        refusal = error
    context = {"staff": staff, "form": form, "refusal": refusal, "today": today}
    if staff is not None:
        front = month_front(today)
        year = _year_asked(request, today)
        context |= {
            "month": front,
            "rows": rows_of(with_covers(front.listed), staff, today) if front else [],
            "own": own_reading_of(staff, year=year, today=today, user=request.user),
            "this_month": period_of(today, PeriodKind.MONTH),
        }
    return render(request, "learning/reading/my_reading.html", context, status=status)


def _year_asked(request, today) -> int:
    asked = request.GET.get("year", "")
    return int(asked) if asked.isdecimal() and len(asked) == 4 and FIRST_YEAR <= int(asked) <= today.year else today.year


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def mark_reading(request):
    """A tap beside a book, or a title of one's own; asked with GET (by whoever had to sign in on the way) it changes nothing."""
    if request.method != "POST":
        return redirect("my_reading")
    return _tap(request) if "book" in request.POST else _add_title(request)


def _tap(request):
    form = TapForm(request.POST)
    if not form.is_valid():
        messages.error(request, "没有登记：这本书已不在书库里，或按钮已经过时。请刷新页面后再点。")
        return back_from(request, "my_reading")
    try:
        entry = record_reading(staff=staff_of(request), **form.cleaned_data, by=request.user, today=timezone.localdate())
    except LogError as error:
        messages.error(request, "".join(error.messages))
    else:
        _say(request, entry)
    return back_from(request, "my_reading")


def _add_title(request):
    form = TitleForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        if given["state"] == ReadingState.READING:
            given["finished_on"] = None  # the form proposes today
        try:
            entry = record_reading(staff=staff_of(request), **given, by=request.user, today=timezone.localdate())
        except LogError as error:
            form.add_service_error(error)
        else:
            _say(request, entry)
            return redirect("my_reading")
    return _show_own(request, form, status=400)


def _say(request, entry: ReadingEntry) -> None:
    said = in_words(entry, timezone.localdate())
    messages.success(request, f"已登记：《{said.name}》{said.words}{'（补登）' if said.is_late else ''}。")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request, pk):
    """Take an own entry away; asked with GET it leads to the own page and changes nothing."""
    entry = get_object_or_404(ReadingEntry.objects.select_related("staff", "book"), pk=pk, staff__user=request.user)
    if request.method != "POST":
        return redirect("my_reading")
    remove_reading(entry=entry, by=request.user)
    messages.success(request, f"已删去{entry}的阅读记录。")
    return back_from(request, "my_reading")


urlpatterns = [
    path("reading/months/", months, name="reading_months"),
    path("reading/months/<int:year>/<int:month>/", month, name="reading_month"),
    path("reading/books/", books, name="reading_books"),
    path("reading/books/<int:pk>/", book, name="reading_book"),
    path("my/reading/", my_reading, name="my_reading"),
    path("my/reading/mark/", mark_reading, name="mark_reading"),
    path("my/reading/<int:pk>/remove/", remove, name="remove_reading"),
]
