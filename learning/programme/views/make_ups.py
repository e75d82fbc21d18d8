from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ..choices import MakeUpState
from ..make_up_forms import CheckMakeUpForm, MakeUpForm
from ..models import MakeUp
from ..rights import Rights
from ..services.make_ups import (
    SUGGESTED_LENGTH,
    MakeUpError,
    check_make_up,
    checkers_of,
    effect_of,
    may_check,
    submit_make_up,
    to_check_by,
)
from ..session_page import materials_of

RELATED = ("session__branch", "session__department", "staff", "checked_by")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def make_up(request, pk):
    """The own make-up of a session: read, write, hand in."""
    own = get_object_or_404(MakeUp.objects.select_related(*RELATED), session__pk=pk, staff__user=request.user)
    form = MakeUpForm(request.POST or None, initial={"note": own.note})
    if request.method == "POST" and form.is_valid():
        try:
            submit_make_up(make_up=own, **form.cleaned_data, by=request.user, now=timezone.now())
        except MakeUpError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "补学体会已提交，等待核对。通过以后，学习完成率自动更正。")
            return redirect("make_up", pk)
    context = {
        "make_up": own,
        "session": own.session,
        "form": form,
        "materials": materials_of(own.session, request.user),
        "suggested_length": SUGGESTED_LENGTH,
        "is_late": own.is_owed and own.due_on < timezone.localdate(),
        "checkers": checkers_of(own, day=timezone.localdate()) if own.state == MakeUpState.SUBMITTED else [],
        "effect": effect_of(own) if own.state == MakeUpState.ACCEPTED else None,
    }
    return render(request, "learning/programme/make_up.html", context, status=400 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def check(request, pk):
    """Somebody's make-up, to be accepted or given back; afterwards the next one that waits."""
    handed_in = get_object_or_404(MakeUp.objects.select_related(*RELATED), pk=pk)
    rights = Rights(request.user, timezone.localdate())
    if not may_check(rights, handed_in):
        raise Http404
    form = CheckMakeUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = check_make_up(
                make_up=handed_in, is_accepted=form.is_accepted, note=form.cleaned_data["note"], by=request.user, now=timezone.now()
            )
        except MakeUpError as error:
            form.add_error(None, error)
        else:
            word = "已通过，学习完成率已更正" if form.is_accepted else "已退回"
            waiting = to_check_by(rights).first()
            messages.success(request, f"{done.staff}的补学{word}，已通知本人。{'这是下一份。' if waiting else ''}")
            return redirect("check_make_up", waiting.pk) if waiting else redirect("my_study")
    context = {
        "make_up": handed_in,
        "session": handed_in.session,
        "form": form,
        "materials": materials_of(handed_in.session, request.user),
        "can_check": handed_in.state == MakeUpState.SUBMITTED,
    }
    return render(request, "learning/programme/check_make_up.html", context, status=400 if form.errors else 200)
