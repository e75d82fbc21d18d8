"""计分规则: what holds when, in words; a new version, tried before it is switched on."""

import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ...periods import PeriodKind, period_of
from ..choices import RuleSetState
from ..preview import preview_of
from ..rule_books import book_of, version_rows, visible_to, with_lines
from ..rule_forms import NewVersionForm
from ..scoring_facts import articles_with_records_from
from ..services.recalculation import INLINE, carry_on
from ..services.rules import RulesError, activate_rules, load_sample_rules, predecessor_of
from ..services.rules import new_version as make_new_version
from .standings import rights_of

LOOK_AND_SEND = ["GET", "HEAD", "POST"]
ROWS = 60  # of a preview, for departments and for people


def _found(rights, pk: int):
    return get_object_or_404(with_lines(visible_to(rights)), pk=pk)


def _office(request):
    rights = rights_of(request)
    if not rights.is_office:
        raise Http404
    return rights


@never_cache
@login_required
@require_safe
def rule_sets(request):
    rights = rights_of(request)
    rows = version_rows(rights)
    context = {"rights": rights, "rows": rows, "has_current": any(row.state == "now" for row in rows)}
    return render(request, "learning/contributions/rule_sets.html", context)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def load_sample(request):
    """Asked with GET it leads to the list and changes nothing."""
    _office(request)
    if request.method != "POST":
        return redirect("rule_sets")
    try:
        sample = load_sample_rules(by=request.user, now=timezone.now())
    except RulesError as error:
        messages.error(request, "；".join(error.messages))
        return redirect("rule_sets")
    messages.success(request, "示例规则已装入，是一份草案，还不计分。请按本单位的文件改好分值再试算、启用。")
    return redirect("rule_set", sample.pk)


@never_cache
@login_required
@require_safe
def rule_set(request, pk):
    rights = rights_of(request)
    return render(request, "learning/contributions/rule_set.html", _page_of(rights, _found(rights, pk)))


def _page_of(rights, found, form=None) -> dict:
    context = {"rights": rights, "rules": found, "book": book_of(found, rights.today), "is_draft": found.state == RuleSetState.DRAFT}
    if rights.is_office and not context["is_draft"]:
        following = period_of(rights.today, PeriodKind.MONTH).next.first
        first = max(following, found.effective_from + datetime.timedelta(days=1))
        context["form"] = form or NewVersionForm(initial={"effective_from": first})
    return context


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def new_version(request, pk):
    """Asked with GET it leads to the version and changes nothing."""
    rights = _office(request)
    found = _found(rights, pk)
    if request.method != "POST":
        return redirect("rule_set", pk)
    form = NewVersionForm(request.POST)
    if form.is_valid():
        try:
            draft = make_new_version(
                rule_set=found, effective_from=form.cleaned_data["effective_from"], by=request.user, now=timezone.now()
            )
        except RulesError as error:
            form.add_service_error(error)
        else:
            messages.success(request, f"新版本已建好，是一份草案，自 {draft.effective_from:%Y-%m-%d} 起。改好各行，保存后试算、启用。")
            return redirect(edit_url(draft))
    return render(request, "learning/contributions/rule_set.html", _page_of(rights, found, form), status=400)


def edit_url(rules) -> str:
    """The admin's form of a draft."""
    return reverse("scoring_rules:edit", args=[rules.pk])


@never_cache
@login_required
@require_safe
def preview(request, pk):
    rights = _office(request)
    found = _found(rights, pk)
    if found.state != RuleSetState.DRAFT:
        messages.info(request, "这一版已经启用，不用再试算。分数有没有变，看重算的记录。")
        return redirect("rule_set", pk)
    tried = preview_of(found, today=rights.today)
    context = {"rights": rights, "rules": found, "tried": tried, "departments": tried.departments[:ROWS], "people": tried.people[:ROWS]}
    return render(request, "learning/contributions/rules_preview.html", context)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def activate(request, pk):
    """Says what is going to happen before it does."""
    rights = _office(request)
    found = _found(rights, pk)
    if found.state != RuleSetState.DRAFT:
        messages.info(request, "这一版已经启用。")
        return redirect("rule_set", pk)
    errors, now = [], timezone.now()
    if request.method == "POST":
        try:
            done = activate_rules(rule_set=found, by=request.user, now=now)
        except RulesError as error:
            errors = error.messages
        else:
            return _activated(request, done, now)
    ended = None
    try:
        ended = predecessor_of(found)
    except RulesError as error:
        errors = errors or error.messages
    context = {
        "rights": rights,
        "rules": found,
        "book": book_of(found, rights.today),
        "ended": ended,
        "ends_on": found.effective_from - datetime.timedelta(days=1),
        "articles": articles_with_records_from(found.effective_from).count(),
        "errors": errors,
    }
    return render(request, "learning/contributions/rules_activate.html", context, status=400 if request.method == "POST" else 200)


def _activated(request, done, now):
    said = f"已启用《{done.rule_set.name}》，自 {done.rule_set.effective_from:%Y-%m-%d} 起。"
    if done.recalculation is None:
        messages.success(request, said)
        return redirect("rule_set", done.rule_set.pk)
    carry_on(done.recalculation, now=now, budget=INLINE)
    messages.success(request, said + "已有的记录正在按它重算，新旧分数逐篇列在下面。")
    return redirect("recalculation", done.recalculation.pk)
