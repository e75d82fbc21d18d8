"""A session: shown, opened, changed, announced, moved, cancelled; its materials, points and files."""

import copy

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.models import Page

from cms.files.serving import hand_out

from ...articles.models import ArticlePage
from ...evidence import Subject
from ..choices import FileKind, SessionState
from ..clashes import clashes_of, next_free_slot
from ..forms import CancelForm, FilesForm, MoveForm, PointsForm, SessionForm
from ..models import PlanItem, Session, SessionFile, SessionLecturer
from ..rights import Rights
from ..services.plans import session_of
from ..services.sessions import (
    SessionChangedError,
    add_file,
    cancel_session,
    move_session,
    notify_session,
    remove_file,
    save_session,
    set_key_points,
    set_material,
    when,
)
from ..session_counting import counted_lines
from ..session_page import SessionPage, find_session, materials_of, reach_of_notice

SUGGESTIONS = 20
LOOK_AND_SEND = ["GET", "HEAD", "POST"]


def _found(request, pk) -> tuple[Session, Rights]:
    session = find_session(pk)
    if session is None:
        raise Http404
    return session, Rights(request.user, timezone.localdate())


def _to_run(request, pk) -> tuple[Session, Rights]:
    """For whoever runs it. Everybody signed in knows of a session, so that others are refused and not told that it is not there."""
    session, rights = _found(request, pk)
    if not rights.may_run(session):
        raise PermissionDenied("这次活动不由您组织。")
    return session, rights


def _to_record(request, pk) -> Session:
    """For whoever keeps its record: whoever runs it, its host and its recorder."""
    session, rights = _found(request, pk)
    if not rights.may_take_roll(session):
        raise PermissionDenied("这次活动不由您记录。")
    return session


@never_cache
@login_required
@require_safe
def session_detail(request, pk):
    session, rights = _found(request, pk)
    page = SessionPage(session, rights, timezone.now())
    return render(request, "learning/programme/session.html", {"page": page, "session": session, "counted": counted_lines(session, rights)})


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def new_session(request):
    """One by itself, or with `?item=` the session of a plan item that has none."""
    rights = Rights(request.user, timezone.localdate())
    if not rights.runs_something:
        raise PermissionDenied("您没有可以组织活动的支部或科室。")
    return _edit(request, rights, _for_item(request.GET["item"], rights) if "item" in request.GET else Session())


def _for_item(key: str, rights: Rights) -> Session:
    item = None
    if key.isdecimal() and len(key) < 10:
        item = PlanItem.objects.select_related("requirement__study_format", "branch", "department").filter(pk=int(key)).first()
    if item is None or item.owed_by == Subject.STAFF:
        raise Http404
    session = session_of(item)
    session.proposed_lecturers = [SessionLecturer(staff=turn.staff, name=turn.staff.name) for turn in item.rota.select_related("staff")]
    if not rights.may_run(session):
        raise Http404
    return session


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def edit_session(request, pk):
    session, rights = _to_run(request, pk)
    if not (session.is_to_come or session.is_held):
        messages.error(request, "活动已取消，不能再修改。需要举行的，请另建一次活动。")
        return redirect("session", pk)
    return _edit(request, rights, session)


def _edit(request, rights, session: Session):
    is_new, title = session.pk is None, session.title
    if request.method != "POST":
        return _show_form(request, SessionForm(rights=rights, instance=session), is_new, title)
    data = _with_slot(request.POST)
    form = SessionForm(data, rights=rights, instance=session)
    if not form.is_valid():
        return _show_form(request, form, is_new, title, status=400)
    if "anyway" not in data and form.touches_what_clashes:
        clashes = clashes_of(session, lecturers=form.staff_lecturers)
        if clashes:
            slot = None if form.is_time_settled else next_free_slot(session, lecturers=form.staff_lecturers)
            return _show_form(request, form, is_new, title, clashes=clashes, slot=slot, status=409)
    try:
        saved = save_session(session=session, by=request.user, version=form.cleaned_data["version"], **form.facts)
    except SessionChangedError as error:
        form.add_service_error(error)
        differing = form.take_over(Session.objects.values_list("version", flat=True).get(pk=session.pk))
        return _show_form(request, form, is_new, title, differing=differing, status=409)
    except ValidationError as error:
        form.add_service_error(error)
        return _show_form(request, form, is_new, title, status=400)
    messages.success(request, f"已{'建立' if is_new else '保存'}：{saved.title}，{when(saved)}。")
    return redirect("session", saved.pk)


def _with_slot(posted):
    """What was sent, with the free slot that the person took over in place of the day and the times."""
    if "slot" not in posted:
        return posted
    data = posted.copy()
    day, _t, times = posted["slot"].partition("T")
    data["date"], (data["start"], _dash, data["end"]) = day, times.partition("-")
    return data


def _show_form(request, form, is_new, title, *, clashes=(), slot=None, differing=None, status=200):
    context = {"form": form, "is_new": is_new, "title": title, "clashes": clashes, "differing": differing, "session": form.instance}
    context["places"] = Session.objects.recent_places()
    if slot:
        context["slot"] = _Slot(slot, form.instance)
    return render(request, "learning/programme/session_form.html", context, status=status)


class _Slot:
    """A free slot as its button says it and as the form takes it."""

    def __init__(self, starts_at, session: Session):
        self.starts_at, self.ends_at = timezone.localtime(starts_at), timezone.localtime(starts_at + (session.ends_at - session.starts_at))

    @property
    def value(self) -> str:
        return f"{self.starts_at:%Y-%m-%dT%H:%M}-{self.ends_at:%H:%M}"


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def move(request, pk):
    session, _rights = _to_run(request, pk)
    if not session.is_to_come:
        messages.error(request, f"活动{session.get_state_display()}，不能改期。")
        return redirect("session", pk)
    start = timezone.localtime(session.starts_at)
    initial = {"date": start.date(), "start": start.time(), "place": session.place}
    form = MoveForm(_with_slot(request.POST) if request.method == "POST" else None, initial=initial)
    context = {"session": session, "form": form, "places": Session.objects.recent_places()}
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            wanted = copy.copy(session)
            wanted.starts_at, wanted.place = form.starts_at, form.cleaned_data["place"]
            wanted.ends_at = wanted.starts_at + (session.ends_at - session.starts_at)
            lecturers = [line.staff for line in session.lecturers.select_related("staff") if line.staff]
            clashes = [] if "anyway" in request.POST else clashes_of(wanted, lecturers=lecturers)
            if clashes:
                slot = next_free_slot(wanted, lecturers=lecturers)
                context |= {"clashes": clashes, "slot": _Slot(slot, wanted) if slot else None}
                status = 409
            elif moved := _done(form, move_session, session=session, starts_at=form.starts_at, by=request.user, now=timezone.now()):
                messages.success(request, f"已改到{when(moved)}。{'已通知参加人员。' if session.state != SessionState.PLANNED else ''}")
                return redirect("session", pk)
    return render(request, "learning/programme/session_move.html", context, status=status)


def _done(form, service, **facts):
    """What the service returns; None where it refuses, which is then on the form. The form's own texts go along."""
    texts = {name: form.cleaned_data[name] for name in ("reason", "place") if name in form.cleaned_data}
    try:
        return service(**facts, **texts)
    except ValidationError as error:
        form.add_service_error(error)
        return None


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def cancel(request, pk):
    session, _rights = _to_run(request, pk)
    if not session.is_to_come:
        messages.error(request, f"活动{session.get_state_display()}，不能取消。")
        return redirect("session", pk)
    form = CancelForm(request.POST or None)
    facts = {"session": session, "by": request.user, "now": timezone.now()}
    if request.method == "POST" and form.is_valid() and _done(form, cancel_session, **facts):
        messages.success(request, f"已取消：{session.title}。")
        return redirect("session", pk)
    status = 400 if request.method == "POST" else 200
    return render(request, "learning/programme/session_cancel.html", {"session": session, "form": form}, status=status)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def notify(request, pk):
    """Asks first, and says how many will be told and where."""
    session, _rights = _to_run(request, pk)
    if request.method == "POST":
        try:
            told = notify_session(session=session, by=request.user, now=timezone.now())
        except ValidationError as error:
            messages.error(request, "".join(error.messages))
        else:
            messages.success(request, f"已通知 {told} 人。" if told else "应通知的人都已通知过，没有重复发送。")
        return redirect("session", pk)
    reach = reach_of_notice(session) if session.is_to_come else None
    return render(request, "learning/programme/session_notify.html", {"session": session, "reach": reach})


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def materials(request, pk):
    """What is studied: pages put in and taken out one by one. Only what the person may read is shown or put in."""
    session, _rights = _to_run(request, pk)
    typed = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:100]
    if request.method == "POST":
        _put_or_take(request, session)
        back = reverse("session_materials", args=[pk])
        return redirect(f"{back}?{urlencode({'q': typed})}" if typed else back)
    chosen = materials_of(session, request.user)
    found = ArticlePage.objects.visible_to(request.user).exclude(pk__in=[page.pk for page in chosen]).newest_first()
    if typed:
        found = found.filter(title__icontains=typed)
    pages = list(found[: SUGGESTIONS + 1])
    context = {"session": session, "chosen": chosen, "found": pages[:SUGGESTIONS], "has_more": len(pages) > SUGGESTIONS, "typed": typed}
    return render(request, "learning/programme/session_materials.html", context)


def _put_or_take(request, session) -> None:
    key = request.POST.get("page", "")
    if not key.isdecimal() or len(key) > 9:
        messages.error(request, "请从列表里选一篇。")
        return
    is_wanted = request.POST.get("act") == "add"
    pages = ArticlePage.objects.visible_to(request.user) if is_wanted else Page.objects.filter(studied_in__session=session.pk)
    page = get_object_or_404(pages, pk=int(key))
    set_material(session=session, page=page, is_wanted=is_wanted, by=request.user)
    messages.success(request, f"已{'加入' if is_wanted else '移出'}：{page.title}。")


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def points(request, pk):
    """The points of the record, one a line; what somebody else has saved meanwhile is shown, not overwritten."""
    session = _to_record(request, pk)
    form = PointsForm(request.POST or None, initial={"text": session.key_points, "was": session.key_points})
    status, newest = 200, None
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                set_key_points(session=session, text=form.cleaned_data["text"], was=form.cleaned_data["was"], by=request.user)
            except SessionChangedError as error:
                form.add_service_error(error)
                form.data = form.data.copy()
                form.data["was"] = newest = find_session(pk).key_points
                status = 409
            except ValidationError as error:
                form.add_service_error(error)
            else:
                messages.success(request, "要点已保存。")
                return redirect("session", pk)
    return render(request, "learning/programme/session_points.html", {"session": session, "form": form, "newest": newest}, status=status)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def files(request, pk):
    """Photographs and papers: several at once; those that are refused are named, the others are kept."""
    session = _to_record(request, pk)
    form = FilesForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            kept, refused = _keep(form, session, request.user)
            if kept:
                messages.success(request, f"已保存 {kept} 个文件。")
            if not refused:
                return redirect("session_files", pk)
            form.add_error("files", refused)
    context = {"session": session, "form": form, "files": list(session.files.select_related("added_by"))}
    return render(request, "learning/programme/session_files.html", context, status=status)


def _keep(form, session, by) -> tuple[int, list[str]]:
    kept, refused = 0, []
    for upload in form.cleaned_data["files"]:
        try:
            add_file(
                session=session,
                data=upload.read(),
                name=upload.name,
                kind=form.cleaned_data["kind"],
                caption=form.cleaned_data["caption"],
                by=by,
                now=timezone.now(),
            )
        except ValidationError as error:
            refused += [f"{upload.name}：{message}" if upload.name not in message else message for message in error.messages]
        else:
            kept += 1
    return kept, refused


@never_cache
@login_required
@require_safe
def serve_file(request, pk, file_pk):
    """To whoever may see who was there; for everybody else it does not exist."""
    session, rights = _found(request, pk)
    if not rights.may_see_record(session):
        raise Http404
    file = get_object_or_404(SessionFile, pk=file_pk, session=pk)
    return hand_out(file, is_picture=file.kind == FileKind.PHOTO)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def remove(request, pk, file_pk):
    """Asks first: a file that is gone is gone."""
    session = _to_record(request, pk)
    file = get_object_or_404(SessionFile.objects.select_related("session"), pk=file_pk, session=pk)
    if request.method == "POST":
        remove_file(file=file, by=request.user)
        messages.success(request, f"已删除：{file.original_name}。")
        return redirect("session_files", pk)
    return render(request, "learning/programme/session_file_remove.html", {"session": session, "file": file})
