"""The roll of a session: taken by the clerk, signed by code, corrected; the sheet to sign on."""

import io

import segno
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from .. import rates
from ..choices import THERE_STATUSES, AttendanceStatus, RecordedBy, SessionState
from ..codes import CodeRefusedError, check_ticket, code_for, exchange, seconds_left
from ..models import Attendance, Session
from ..rights import Rights
from ..roll_call import OTHER_STATUSES, in_two_columns, roll_call, sheet_lines
from ..roll_forms import CorrectionForm, RollForm
from ..roster import present_audience
from ..services.roll import (
    NotExpectedError,
    RollChangedError,
    check_sign_in,
    correct_attendance,
    freeze_roster,
    opens_at,
    save_roll,
    set_code_sign_in,
)
from ..services.roll import sign_in as sign_in_by_code


def _session_for(request, pk) -> Session:
    """Raises Http404, and PermissionDenied for whoever may not take its roll."""
    session = get_object_or_404(Session.objects.with_organiser(), pk=pk)
    if not Rights(request.user, timezone.localdate()).may_take_roll(session):
        raise PermissionDenied
    return session


def _say(request, template, session, *, status=200, **facts):
    return render(request, f"learning/programme/{template}.html", {"session": session, **facts}, status=status)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def roll(request, pk):
    """Everybody present by default, tap the absent; a POST freezes the roster, keeps the marks, completes the roll."""
    session = _session_for(request, pk)
    if request.method != "POST":
        return _show_roll(request, session)
    if request.POST.get("action") == "freeze":
        return _freeze(request, session)
    form = RollForm(request.POST)
    if not form.is_valid():
        errors = form.non_field_errors() or ["页面不完整，点名没有保存。请刷新页面后重来。"]
        return _show_roll(request, session, errors=errors, status=400)
    is_complete = form.cleaned_data["complete"]
    try:
        save_roll(
            session=session,
            marks=form.marks,
            seen=form.seen_statuses,
            version=form.cleaned_data["version"],
            rest=form.rest,
            is_complete=is_complete,
            by=request.user,
            now=timezone.now(),
        )
    except ValidationError as error:
        return _show_roll(
            request,
            _session_for(request, pk),
            own=form.marks,
            default=form.cleaned_data["default"],
            errors=error.messages,
            status=409 if isinstance(error, RollChangedError) else 400,
        )
    messages.success(request, "点名已完成。" if is_complete else "已存。点名还没有完成，都点好了请按“完成”。")
    return redirect("roll", pk=pk)


def _show_roll(request, session, *, own=None, default=None, errors=(), status=200):
    now = timezone.now()
    if session.state == SessionState.CANCELLED:
        return _say(request, "roll_not_yet", session, status=status, errors=errors)
    if not session.roster_frozen_at:
        facts = {"errors": errors, "opens_at": opens_at(session), "is_time": now >= opens_at(session)}
        if facts["is_time"]:
            facts["expected"] = present_audience(session, session.day).count()
        return _say(request, "roll_not_yet", session, status=status, **facts)
    call = roll_call(session, own=own, default=default)
    template = "roll_done" if session.roll_completed_at else "roll"
    facts = {"call": call, "counts": call.counts, "others": OTHER_STATUSES, "errors": errors}
    if session.roll_completed_at:
        facts["rates"] = rates.of_session(session)
    return _say(request, template, session, status=status, **facts)


def _freeze(request, session):
    try:
        freeze_roster(session=session, now=timezone.now())
    except ValidationError as error:
        return _show_roll(request, session, errors=error.messages, status=409)
    return redirect("roll", pk=session.pk)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request, pk, attendance_pk):
    """One person's status put right after the roll was completed, with the reason; what stood there is kept."""
    session = _session_for(request, pk)
    rows = Attendance.objects.filter(session=session).select_related("staff", "department", "recorded_by")
    row = get_object_or_404(rows, pk=attendance_pk)
    may_correct = bool(session.roll_completed_at) and row.is_expected
    form = CorrectionForm(request.POST or None, initial={"status": request.GET.get("status"), "how": RecordedBy.CORRECTION})
    status = 200
    if request.method == "POST":
        status = 400
        if not may_correct:
            status = 409
        elif form.is_valid():
            facts = form.cleaned_data
            try:
                correct_attendance(attendance=row, by=request.user, now=timezone.now(), **facts)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(request, f"{row.staff}的考勤已更正，已告诉本人。" if row.staff.user_id else f"{row.staff}的考勤已更正。")
                return redirect("roll", pk=pk)
    corrections = row.corrections.select_related("corrected_by").order_by("-corrected_at", "-pk")
    facts = {"row": row, "form": form, "may_correct": may_correct, "corrections": corrections}
    return _say(request, "correct_attendance", session, status=status, **facts)


@never_cache
@login_required
@require_safe
def sheet(request, pk):
    """To print and have signed."""
    session = _session_for(request, pk)
    lines = sheet_lines(session)
    facts = {"pairs": in_two_columns(lines), "people": sum(line.number is not None for line in lines)}
    return _say(request, "sign_in_sheet", session, **facts)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def code(request, pk):
    """The screen of the room: the code, and how many have signed, without names. A POST switches it on or off."""
    session = _session_for(request, pk)
    now = timezone.now()
    if request.method == "POST":
        try:
            set_code_sign_in(session=session, is_on=request.POST.get("action") == "on", by=request.user, now=now)
        except ValidationError as error:
            return _show_code(request, session, errors=error.messages, status=409)
        return redirect("sign_in_code", pk=pk)
    return _show_code(request, session)


def _show_code(request, session, *, errors=(), status=200):
    now = timezone.now()
    facts = {"errors": errors, "opens_at": opens_at(session), "is_time": now >= opens_at(session), "is_open": _is_open(session)}
    facts["signed"], facts["expected"] = _signed(session)
    if facts["is_open"]:
        facts |= {"picture": _picture(request, session, now), "seconds_left": seconds_left(now)}
    return _say(request, "sign_in_code", session, status=status, **facts)


def _is_open(session) -> bool:
    is_over = session.roll_completed_at or session.state == SessionState.CANCELLED
    return bool(session.accepts_code and session.roster_frozen_at and not is_over)


def _signed(session) -> tuple[int, int]:
    statuses = list(session.attendances.expected().values_list("status", flat=True))
    return sum(status in THERE_STATUSES for status in statuses), len(statuses)


def _picture(request, session, now) -> str:
    address = reverse("session_sign_in", args=[session.pk]) + "?" + urlencode({"code": code_for(session, now)})
    picture = io.BytesIO()
    segno.make(request.build_absolute_uri(address), error="m").save(
        picture, kind="svg", xmldecl=False, omitsize=True, nl=False, title="签到二维码", svgclass="code-picture", lineclass=None
    )
    return picture.getvalue().decode()


@never_cache
@login_required
@require_safe
def code_picture(request, pk):
    """The code of these seconds, for the screen to swap; how long it lasts and how many have signed stand in headers."""
    session = _session_for(request, pk)
    if not _is_open(session):
        return HttpResponse("签到已停止。", status=409, content_type="text/plain; charset=utf-8")
    now = timezone.now()
    signed, _expected = _signed(session)
    return HttpResponse(
        _picture(request, session, now),
        content_type="image/svg+xml; charset=utf-8",
        headers={"X-Seconds-Left": seconds_left(now), "X-Signed-In": signed},
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request, pk):
    """One's own sign-in: the code leads to a confirm page, which holds a ticket for two minutes; only the POST writes."""
    session = get_object_or_404(Session, pk=pk)
    now = timezone.now()
    staff = Rights(request.user, timezone.localdate(now)).staff
    if staff is None:
        return _refuse(
            request, session, "您的账号还没有对应到人员名册里的人，不能签到。请找记录人登记，并请管理员把账号关联到您本人。", status=403
        )
    row = session.attendances.filter(staff=staff).first()
    if row is not None and row.status in THERE_STATUSES:
        if request.method == "POST":
            return redirect("session_sign_in", pk=pk)
        return _say(request, "signed_in", session, row=row, is_by_code=row.how == RecordedBy.CODE)
    try:
        check_sign_in(session, row, now=now)
        if request.method == "POST":
            check_ticket(request.POST.get("ticket", ""), session=session, user=request.user)
            row = sign_in_by_code(session=session, staff=staff, by=request.user, now=now)
            word = f"，记为{row.get_status_display()}" if row.status != AttendanceStatus.PRESENT else ""
            messages.success(request, f"签到成功{word}。")
            return redirect("session_sign_in", pk=pk)
        if not request.GET.get("code"):
            return _refuse(request, session, "请用手机扫会场屏幕上的二维码签到。", status=200)
        ticket = exchange(session, request.GET["code"], user=request.user, now=now)
    except CodeRefusedError as error:
        return _refuse(request, session, str(error), status=403)
    except ValidationError as error:
        return _refuse(request, session, "".join(error.messages), status=403 if isinstance(error, NotExpectedError) else 409)
    return _say(request, "sign_in", session, ticket=ticket, staff=staff)


def _refuse(request, session, reason, *, status):
    return _say(request, "sign_in_refused", session, reason=reason, status=status)
