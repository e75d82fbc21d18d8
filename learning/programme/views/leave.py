from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ..leave_forms import AskLeaveForm, DecideLeaveForm
from ..models import LeaveRequest, Session
from ..rights import Rights
from ..services.leave import (
    LeaveError,
    approvers_of,
    ask_leave,
    check_may_ask,
    decide_leave,
    make_up_due_on,
    may_decide,
    may_withdraw,
    open_request,
    other_leave_this_year,
    withdraw_leave,
)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request, pk):
    """Ask leave from a session; whoever has asked already is led to what became of it."""
    session = get_object_or_404(Session.objects.with_organiser(), pk=pk)
    today, now = timezone.localdate(), timezone.now()
    staff = Rights(request.user, today).staff
    if staff is None:
        raise Http404
    if asked_already := open_request(session, staff):
        if request.method == "POST":
            messages.info(request, "这次活动您已请过假，没有重复提交。")
        return redirect("leave_request", asked_already.pk)
    form = AskLeaveForm(request.POST or None)
    refusal = None
    try:
        check_may_ask(session=session, staff=staff, now=now)
    except LeaveError as error:
        refusal = error
    if refusal is None and request.method == "POST" and form.is_valid():
        try:
            asked = ask_leave(session=session, staff=staff, **form.cleaned_data, by=request.user, now=now)
        except LeaveError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "请假已提交，等待审批。审批结果会发到站内消息。")
            return redirect("leave_request", asked.pk)
    context = {
        "session": session,
        "form": form,
        "refusal": refusal,
        "approvers": approvers_of(LeaveRequest(session=session, staff=staff), day=today),
        "make_up_due_on": make_up_due_on(session, today=today),
    }
    status = 409 if refusal and request.method == "POST" else 400 if form.errors else 200
    return render(request, "learning/programme/ask_leave.html", context, status=status)


def _visible_request(request, pk) -> tuple[LeaveRequest, bool]:
    """The request and whether the reader may decide it. Raises Http404 for everybody but the person and whoever decides."""
    leave = get_object_or_404(LeaveRequest.objects.select_related("session__branch", "session__department", "staff", "decided_by"), pk=pk)
    is_decider = may_decide(Rights(request.user, timezone.localdate()), leave)
    if not is_decider and leave.staff.user_id != request.user.pk:
        raise Http404
    return leave, is_decider


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def leave_request(request, pk):
    """What somebody asked, and what was decided; the one who decides does it here."""
    leave, is_decider = _visible_request(request, pk)
    if request.method == "POST" and not is_decider:
        raise PermissionDenied
    form = DecideLeaveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            leave = decide_leave(
                request=leave, is_approved=form.is_approved, note=form.cleaned_data["note"], by=request.user, now=timezone.now()
            )
        except LeaveError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"{leave.staff}的请假{leave.get_state_display()}，已通知本人。")
            return redirect("my_study")
    context = {
        "leave": leave,
        "session": leave.session,
        "form": form,
        "is_own": leave.staff.user_id == request.user.pk,
        "can_decide": is_decider and leave.is_waiting,
        "can_withdraw": may_withdraw(request.user, leave),
        "approvers": approvers_of(leave, day=timezone.localdate()) if leave.is_waiting else [],
        "others": other_leave_this_year(leave) if is_decider else None,
        "make_up_due_on": make_up_due_on(leave.session, today=timezone.localdate()),
    }
    return render(request, "learning/programme/leave_request.html", context, status=400 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request, pk):
    """Take the own request back; asked with GET (by whoever had to sign in on the way) it leads to the request and changes nothing."""
    leave = get_object_or_404(LeaveRequest.objects.select_related("session", "staff"), pk=pk, staff__user=request.user)
    if request.method != "POST":
        return redirect("leave_request", leave.pk)
    try:
        withdraw_leave(request=leave, by=request.user, now=timezone.now())
    except LeaveError as error:
        messages.error(request, error.message)
        return redirect("leave_request", leave.pk)
    messages.success(request, f"已撤回“{leave.session}”的请假，请按时参加。需要时可以再请。")
    return redirect("my_study")
