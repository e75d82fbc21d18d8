"""Judging on the front end. Whoever has no part in one is told that it is not there."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ...judging.blinding import blind
from ...judging.choices import JudgingState
from ...judging.errors import JudgingError
from ...judging.ledgers import ledger_of
from ...judging.pages import close_it, closing_of, next_number, open_it, take_turn, turn_of
from ...judging.scoring import RULE
from ...programme.people import People
from ...programme.rights import Rights
from ..choices import ReflectionState
from ..exhibiting import hanging, quarter_of
from ..exhibition_forms import BallotForm, ConflictForm, JudgingForm
from ..judgings import (
    desk_of,
    exhibitions_without_judging,
    judge_of,
    judgings_of,
    progress_of,
    results_of,
)
from ..models import Entry, ExhibitionPage, Judging, Reflection
from ..services.judging import (
    SAMPLE_RUBRIC,
    close_judging,
    declare_conflict,
    entries_of,
    open_judging,
    prepare_judging,
    submit_ballot,
)

LOOK_AND_SEND = ["GET", "HEAD", "POST"]


def _rights(request) -> Rights:
    return Rights(request.user, timezone.localdate())


def _found(pk) -> Judging:
    return get_object_or_404(Judging.objects.select_related("exhibition"), pk=pk)


@never_cache
@login_required
@require_safe
def judgings(request):
    rights = _rights(request)
    context = {
        "rights": rights,
        "judgings": judgings_of(rights),
        "bare": exhibitions_without_judging() if rights.is_clerk else [],
    }
    return render(request, "learning/reading/judgings.html", context)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def prepare(request, pk):
    """Judges, rubric, due date: written and rewritten until the judging is opened."""
    rights = _rights(request)
    if not rights.is_clerk:
        raise PermissionDenied("评分由机关党委组织。")
    exhibition = get_object_or_404(ExhibitionPage, id=pk)
    known = Judging.objects.filter(exhibition=exhibition).first()
    if known and known.state != JudgingState.PREPARING:
        messages.info(request, f"评分{known.get_state_display()}，评委和评分项不能再改。")
        return redirect("judging", known.pk)
    judges = list(known.judges.values_list("staff_id", flat=True)) if known else []
    people = People(rights.today, frozenset(judges))
    initial = {"judges": "、".join(people.labels[key] for key in judges), "due_on": known.due_on, "note": known.note} if known else {}
    rubric = list(known.rubric.all()) if known else []
    form = JudgingForm(request.POST or None, people=people, rubric=rubric or SAMPLE_RUBRIC, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            saved = prepare_judging(exhibition=exhibition, **form.facts, by=request.user, now=timezone.now())
        except JudgingError as error:
            form.add_service_error(error)
        else:
            messages.success(request, "已保存。核对以后开始评分，评委会收到通知。")
            return redirect("judging", saved.pk)
    context = {"form": form, "exhibition": exhibition, "judging": known, "is_sample": not rubric}
    status = 400 if form.errors or form.rubric.total_error_count() else 200
    return render(request, "learning/reading/judging_form.html", context, status=status)


@never_cache
@login_required
@require_safe
def judging(request, pk):
    """A judge's desk; for whoever runs or oversees the programme how far the judges have come. Closed, it leads to the results."""
    rights, found = _rights(request), _found(pk)
    if found.state == JudgingState.CLOSED:
        return redirect("judging_results", pk)
    judge = judge_of(found, rights) if found.state == JudgingState.OPEN else None
    if judge is None and not rights.sees_everything:
        raise Http404
    context = {"judging": found, "rights": rights, "rule": RULE, "rubric": list(found.rubric.all())}
    if judge:
        judge.judging = found
        context["desk"] = desk_of(judge)
    if rights.sees_everything and found.state == JudgingState.PREPARING:
        counted = Reflection.objects.counted_in(quarter_of(found.exhibition))
        context |= {
            "judges": found.judges.select_related("staff"),
            "entered": counted.filter(hanging()).count(),
            "in_review": counted.filter(state=ReflectionState.WAITING).count(),
        }
    elif rights.sees_everything:
        context["progress"] = progress_of(found)
    return render(request, "learning/reading/judging.html", context)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def open_for_judges(request, pk):
    """Asked with GET (by whoever had to sign in on the way) it leads to the judging and changes nothing."""
    if not _rights(request).is_clerk:
        raise Http404
    found = _found(pk)
    if request.method == "POST":
        open_it(request, found, open_judging)
    return redirect("judging", pk)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def close(request, pk):
    """Who has not finished, and the button that fixes the result."""
    if not _rights(request).is_clerk:
        raise Http404
    found = _found(pk)
    if found.state != JudgingState.OPEN:
        return redirect("judging", pk)
    refusal = None
    if request.method == "POST":
        refusal = close_it(request, found, close_judging)
        if refusal is None:
            return redirect("judging_results", pk)
    context, status = closing_of(progress_of(found), refusal)
    context |= {"judging": found, "rule": RULE}
    return render(request, "learning/reading/close_judging.html", context, status=status)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def judge_entry(request, pk, number):
    """One text under its number: scored, or stood back from; afterwards the next one that waits."""
    found = _found(pk)
    judge = judge_of(found, _rights(request)) if found.state == JudgingState.OPEN else None
    if judge is None:
        if found.state == JudgingState.CLOSED:
            return redirect("judging_results", pk)
        raise Http404
    entry = get_object_or_404(entries_of(found).select_related("reflection__author", "reflection__book"), number=number)
    entry.judging = judge.judging = found
    turn = turn_of(request, entry=entry, judge=judge, ballot_form=BallotForm, conflict_form=ConflictForm)
    is_kept = request.method == "POST" and take_turn(
        request, turn, entry=entry, submit_ballot=submit_ballot, declare_conflict=declare_conflict
    )
    if is_kept:
        following = next_number(request, turn, number, desk_of(judge))
        return redirect("judge_entry", pk, following) if following else redirect("judging", pk)
    context = turn.context(number, desk_of(judge)) | {
        "judging": found,
        "entry": entry,
        "title": blind(entry.reflection.title, [entry.reflection.author.name]),
        "text": mark_safe(blind(entry.reflection.html, [entry.reflection.author.name])),  # noqa: S308 (cleaned before it was stored)
        "is_own": entry.reflection.author_id == judge.staff_id,
    }
    return render(request, "learning/reading/judge_entry.html", context, status=turn.status)


@never_cache
@login_required
@require_safe
def results(request, pk):
    found = _found(pk)
    rights = _rights(request)
    if found.state != JudgingState.CLOSED:
        raise Http404
    context = {"judging": found, "results": results_of(found, rights), "rights": rights, "rule": RULE}
    return render(request, "learning/reading/judging_results.html", context)


@never_cache
@login_required
@require_safe
def entry_result(request, pk, number):
    """The ballots behind a mean: with names for whoever runs or oversees the programme, without for the author, for nobody else."""
    rights, found = _rights(request), _found(pk)
    if found.state != JudgingState.CLOSED:
        raise Http404
    related = ("reflection__author", "reflection__department", "reflection__page")
    entry: Entry = get_object_or_404(entries_of(found).select_related(*related), number=number)
    is_own = rights.staff is not None and entry.reflection.author_id == rights.staff.pk
    if not (rights.sees_everything or is_own):
        raise Http404
    entry.judging = found
    # A leader who wrote it is its author here: nobody learns who gave the own piece what.
    ledger = ledger_of(entry, with_names=not is_own)
    context = {"judging": found, "entry": entry, "ledger": ledger, "is_own": is_own, "rule": RULE}
    return render(request, "learning/reading/entry_result.html", context)
