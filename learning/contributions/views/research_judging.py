"""The judging of a year's reports. Whoever has no part in it is told that it is not there."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ...articles.notices import NoticeDraftError
from ...judging.choices import JudgingState
from ...judging.errors import JudgingError
from ...judging.ledgers import ledger_of
from ...judging.pages import close_it, closing_of, next_number, open_it, take_turn, turn_of
from ...judging.scoring import MEAN_RULE
from ...programme.people import People
from ..best_reports import TIE_RULE
from ..choices import ResearchState
from ..models import ResearchJudging, ResearchReport
from ..research_board import FIRST_YEAR, LAST_YEAR
from ..research_forms import ResearchBallotForm, ResearchConflictForm, ResearchJudgingForm
from ..research_judgings import blind_report, desk_of, judge_of, progress_of, results_of
from ..research_limits import default_places
from ..services.research_judging import (
    OWN_REPORT,
    SAMPLE_RUBRIC,
    close_judging,
    declare_conflict,
    draft_commendation,
    drafted_notice,
    entries_of,
    open_judging,
    prepare_judging,
    submit_ballot,
)
from .research import LOOK_AND_SEND, rights_of

RULE = MEAN_RULE + TIE_RULE


def _found(year) -> ResearchJudging:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    return get_object_or_404(ResearchJudging, year=year)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def prepare(request, year):
    """Judges, rubric, places, due date: written and rewritten until the judging is opened."""
    rights = rights_of(request)
    if not rights.is_clerk or not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    known = ResearchJudging.objects.filter(year=year).first()
    if known and known.state != JudgingState.PREPARING:
        messages.info(request, f"评分{known.get_state_display()}，评委和评分项不能再改。")
        return redirect("research_judging", year)
    judges = list(known.judges.values_list("staff_id", flat=True)) if known else []
    people = People(rights.base.today, frozenset(judges))
    initial = {"places": default_places()}
    if known:
        names = "、".join(people.labels[key] for key in judges)
        initial = {"judges": names, "due_on": known.due_on, "note": known.note, "places": known.places}
    rubric = list(known.rubric.all()) if known else []
    form = ResearchJudgingForm(request.POST or None, people=people, rubric=rubric or SAMPLE_RUBRIC, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            prepare_judging(year=year, **form.facts, by=request.user, now=timezone.now())
        except JudgingError as error:
            form.add_service_error(error)
        else:
            messages.success(request, "已保存。核对以后开始评分，评委会收到通知。")
            return redirect("research_judging", year)
    is_sample = not rubric or any("示例" in line.guidance for line in rubric)
    context = {"form": form, "year": year, "judging": known, "is_sample": is_sample, "rights": rights.base}
    status = 400 if form.errors or form.rubric.total_error_count() else 200
    return render(request, "learning/contributions/research_judging_form.html", context, status=status)


@never_cache
@login_required
@require_safe
def judging(request, year):
    """A judge's desk; for the clerk and the leaders how far the judges have come. Closed, it leads to the results."""
    rights, found = rights_of(request), _found(year)
    if found.state == JudgingState.CLOSED:
        return redirect("research_results", year)
    judge = judge_of(found, rights) if found.state == JudgingState.OPEN else None
    if judge is None and not rights.sees_points:
        raise Http404
    context = {"judging": found, "research": rights, "rights": rights.base, "rule": RULE, "rubric": list(found.rubric.all())}
    if judge:
        judge.judging = found
        context["desk"] = desk_of(judge)
    if rights.sees_points and found.state == JudgingState.PREPARING:
        reports = ResearchReport.objects.in_year(year)
        context |= {
            "judges": found.judges.select_related("staff"),
            "entered": reports.handed_in().count(),
            "under_way": reports.filter(state=ResearchState.APPROVED).count(),
        }
    elif rights.sees_points:
        context["progress"] = progress_of(found)
    return render(request, "learning/contributions/research_judging.html", context)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def open_for_judges(request, year):
    """Asked with GET (by whoever had to sign in on the way) it leads to the judging and changes nothing."""
    if not rights_of(request).is_clerk:
        raise Http404
    found = _found(year)
    if request.method == "POST":
        open_it(request, found, open_judging)
    return redirect("research_judging", year)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def close(request, year):
    """Who has not finished, and the button that fixes the result."""
    rights = rights_of(request)
    if not rights.is_clerk:
        raise Http404
    found = _found(year)
    if found.state != JudgingState.OPEN:
        return redirect("research_judging", year)
    refusal = None
    if request.method == "POST":
        refusal = close_it(request, found, close_judging)
        if refusal is None:
            return redirect("research_results", year)
    context, status = closing_of(progress_of(found), refusal)
    context |= {"judging": found, "rights": rights.base, "rule": RULE}
    return render(request, "learning/contributions/research_judging_close.html", context, status=status)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def judge_entry(request, year, number):
    """One text under its number: scored, or stood back from; afterwards the next one that waits."""
    found, rights = _found(year), rights_of(request)
    judge = judge_of(found, rights) if found.state == JudgingState.OPEN else None
    if judge is None:
        if found.state == JudgingState.CLOSED:
            return redirect("research_results", year)
        raise Http404
    entry = get_object_or_404(entries_of(found).select_related("report__department", "report__declared_by"), number=number)
    entry.judging = judge.judging = found
    turn = turn_of(request, entry=entry, judge=judge, ballot_form=ResearchBallotForm, conflict_form=ResearchConflictForm)
    is_kept = request.method == "POST" and take_turn(
        request, turn, entry=entry, submit_ballot=submit_ballot, declare_conflict=declare_conflict
    )
    if is_kept:
        following = next_number(request, turn, number, desk_of(judge))
        return redirect("judge_research", year, following) if following else redirect("research_judging", year)
    ballot = turn.ballot
    context = turn.context(number, desk_of(judge)) | {
        "judging": found,
        "entry": entry,
        "blind": blind_report(entry.report),
        "is_own": ballot is not None and ballot.is_conflict and ballot.conflict_reason == OWN_REPORT,
    }
    return render(request, "learning/contributions/judge_research.html", context, status=turn.status)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def results(request, year):
    """Points for the clerk and the leaders, the own ones for the teams, the best in order for everybody; a clerk's POST drafts the notice."""
    found, rights = _found(year), rights_of(request)
    if found.state != JudgingState.CLOSED:
        raise Http404
    if request.method == "POST":
        if not rights.is_clerk:
            raise Http404
        return _draft(request, found)
    context = {
        "judging": found,
        "results": results_of(found, rights),
        "rights": rights.base,
        "research": rights,
        "rule": RULE,
        "notice": drafted_notice(found) if rights.is_clerk else None,
    }
    return render(request, "learning/contributions/research_results.html", context)


def _draft(request, found: ResearchJudging):
    try:
        page, is_new = draft_commendation(judging=found, by=request.user, today=timezone.localdate())
    except (JudgingError, NoticeDraftError) as error:
        messages.error(request, "；".join(error.messages))
    else:
        said = f"表彰通报稿已生成：{page.title}。请在后台核对文字后送审。" if is_new else f"表彰通报稿已经生成过：{page.title}。"
        messages.success(request, said)
    return redirect("research_results", found.year)


@never_cache
@login_required
@require_safe
def entry_result(request, year, number):
    """The ballots behind a mean: with names for the clerk and the leaders, without for the team and the head of its department."""
    rights, found = rights_of(request), _found(year)
    if found.state != JudgingState.CLOSED:
        raise Http404
    entry = get_object_or_404(
        entries_of(found).select_related("report__department").prefetch_related("report__members__staff"), number=number
    )
    is_own = rights.writes(entry.report)
    if not (rights.sees_points or is_own):
        raise Http404
    entry.judging = found
    # A clerk or leader of the team is the team here: nobody learns who gave the own report what.
    ledger = ledger_of(entry, with_names=not is_own)
    context = {"judging": found, "entry": entry, "ledger": ledger, "is_own": is_own, "rights": rights.base, "rule": RULE}
    return render(request, "learning/contributions/research_entry_result.html", context)
