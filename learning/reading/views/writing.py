"""Reflections as their author writes them: the own list, the page to write on, the end of a draft."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ..drafting import find_book, keep_draft, origin_of
from ..models import ReadingSettings, Reflection
from ..own_reflections import desk_of, offered_books, own_reflections, quarter_of, row_of, suggested_title
from ..services.drafts import (
    AuthorLeftError,
    DraftClosedError,
    DraftConflictError,
    DraftError,
    check_writer,
    discard_draft,
    drop_copy,
    may_discard,
    moment,
    use_copy,
)
from ..services.files import MAX_PHOTOS, add_document, add_photo
from ..services.typed import DraftTooLongError
from ..writing_forms import DraftForm, key_of
from . import autosave, reflection_files
from .books import staff_of

LOOK_AND_SEND = ["GET", "HEAD", "POST"]
PER_PAGE = 20
RELATED = ("author", "book", "session", "group")


@never_cache
@login_required
@require_safe
def my_reflections(request):
    """The own reflections, newest first."""
    staff = staff_of(request)
    if staff is None:
        return _nobody(request)
    page = Paginator(own_reflections(staff), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [row_of(reflection) for reflection in page],
        "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "gap": page.paginator.ELLIPSIS,
    }
    return render(request, "learning/reading/my_reflections.html", context)


@never_cache
@require_http_methods(LOOK_AND_SEND)
def new(request):
    """A page to write on, with what the address names filled in. Nothing is stored before something is sent."""
    if not request.user.is_authenticated:
        return _signed_out(request)
    staff = staff_of(request)
    if staff is None:
        return _nobody(request)
    if request.method == "POST":
        return _sent(request, staff, None)
    today = timezone.localdate()
    try:
        check_writer(staff, by=request.user, now=timezone.now())
    except AuthorLeftError as error:
        return _not_saved(request, error, status=403)
    origin, book = origin_of(request.GET, staff=staff, today=today), find_book(key_of(request.GET.get("book")))
    initial = {
        "token": uuid.uuid4(),
        "book": book and book.pk,
        "session": origin.session and origin.session.pk,
        "group": origin.group and origin.group.pk,
        "quarter": origin.meant_for,
        "title": suggested_title(book_name=book.title if book else "", session=origin.session),
    }
    form = DraftForm(initial=initial, offered=offered_books(staff, today=today, chosen=book))
    return _page(request, form, None, origin=origin)


@never_cache
@require_http_methods(LOOK_AND_SEND)
def write(request, pk):
    """The own reflection, while it is a draft or was returned."""
    if not request.user.is_authenticated:
        return _signed_out(request)
    reflection = get_object_or_404(Reflection.objects.select_related(*RELATED), pk=pk, author__user=request.user)
    if request.method == "POST":
        return _sent(request, reflection.author, reflection)
    if not reflection.is_being_written:
        raise Http404
    try:
        check_writer(reflection.author, by=request.user, now=timezone.now())
    except AuthorLeftError as error:
        return _not_saved(request, error, reflection=reflection, status=403)
    initial = {
        "version": reflection.version,
        "book": reflection.book_id,
        "book_title": reflection.book_title,
        "title": reflection.title or suggested_title(book_name=reflection.book_name, session=reflection.session),
        "application": reflection.application,
    }
    offered = offered_books(reflection.author, today=timezone.localdate(), chosen=reflection.book)
    return _page(request, DraftForm(initial=initial, offered=offered, stored=reflection), reflection, origin=reflection)


@never_cache
@require_http_methods(LOOK_AND_SEND)
def add_files(request, pk):
    """Where the buttons beside the files send the form: what was typed comes along. Asked with GET it leads to the page."""
    return write(request, pk) if request.method == "POST" or not request.user.is_authenticated else redirect("write_reflection", pk)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def discard(request, pk):
    """Asks first: a draft that is gone is gone, with its photographs."""
    reflection = get_object_or_404(Reflection.objects.select_related(*RELATED), pk=pk, author__user=request.user)
    if not may_discard(reflection):
        raise Http404
    if request.method == "POST":
        try:
            discard_draft(reflection=reflection, by=request.user, now=timezone.now())
        except DraftError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, f"草稿“{reflection}”已删除。")
        return redirect("my_reflections")
    return render(request, "learning/reading/discard_reflection.html", {"reflection": reflection, "files": reflection.files.count()})


def _sent(request, staff, reflection):
    """The form as somebody sent it: text first, then files, then what the button said. What cannot be stored comes back as it was typed."""
    now, today = timezone.now(), timezone.localdate()
    form = DraftForm(request.POST, request.FILES, stored=reflection)
    form.full_clean()
    try:
        saved = keep_draft(form, staff=staff, reflection=reflection, by=request.user, now=now, today=today, suggests_title=True)
    except DraftConflictError as error:
        messages.warning(request, error.message + ("选的文件没有存，请再选一次。" if request.FILES else ""))
        return redirect("write_reflection", error.reflection.pk)
    except (DraftClosedError, AuthorLeftError) as error:
        return _not_saved(request, error, form=form, status=409 if isinstance(error, DraftClosedError) else 403)
    except DraftError as error:
        form.add_service_error(error)
        offered = offered_books(staff, today=today, chosen=find_book(form.cleaned_data["book"]))
        form.offer(offered)
        origin = reflection or origin_of(request.POST, staff=staff, today=today)
        return _page(request, form, reflection, origin=origin, status=413 if isinstance(error, DraftTooLongError) else 400)
    is_complete = _add_files(request, form, saved, now)
    act, _colon, key = request.POST.get("act", "").partition(":")
    if act == "hand_in" and is_complete:
        return redirect("hand_in_reflection", saved.pk)
    if act == "remove" and (file := key_of(key)):
        return redirect("remove_reflection_file", saved.pk, file)
    if act in ("use", "drop"):
        _choose(request, saved, act, key_of(key), now)
    elif act == "files" and not request.FILES:
        messages.info(request, "还没有选文件。请先选文件，再点按钮。")
    elif act != "files" or not is_complete:
        messages.success(request, f"草稿已保存（{moment(saved.saved_at, now)}）。")
    return redirect("write_reflection", saved.pk)


def _add_files(request, form, reflection, now) -> bool:
    """Keep what was chosen and say what became of it. Whether all of it was kept."""
    refused, photos, kept = [], form.cleaned_data.get("photos") or [], 0
    for file in photos[:MAX_PHOTOS]:
        try:
            add_photo(reflection=reflection, file=file, name=file.name, by=request.user, now=now)
        except ValidationError as error:
            refused += error.messages
        else:
            kept += 1
    if len(photos) > MAX_PHOTOS:
        refused.append(f"一次最多传 {MAX_PHOTOS} 张照片，后面的 {len(photos) - MAX_PHOTOS} 张没有存。")
    if kept:
        messages.success(request, f"已存 {kept} 张照片。")
    if file := form.cleaned_data.get("document"):
        try:
            imported = add_document(
                reflection=reflection, file=file, name=file.name, is_replacing=form.is_replacing, by=request.user, now=now
            )
        except ValidationError as error:
            refused += error.messages
        else:
            messages.success(request, f"已读入“{file.name}”的文字，请通读一遍。")
            for finding in imported.findings:
                messages.warning(request, finding)
    for message in refused:
        messages.error(request, message)
    return not refused


def _choose(request, reflection, act, key, now):
    copy = reflection.copies.filter(pk=key).first() if key else None
    if copy is None:
        messages.info(request, "那一份已经用过或删除了。")
        return
    try:
        if act == "use":
            use_copy(copy=copy, by=request.user, now=now)
            messages.success(request, "已换成另一处的稿子。原来的一份留在下面，不用了可以删除。")
        else:
            drop_copy(copy=copy, by=request.user, now=now)
            messages.success(request, "另一处的稿子已删除，保留现在的。")
    except DraftError as error:
        messages.error(request, error.message)


def _page(request, form, reflection, *, origin, status=200):
    today = timezone.localdate()
    body = form.shown_body
    desk = desk_of(reflection, html=body, today=today)
    context = {
        "form": form,
        "reflection": reflection,
        "body": body,
        "text": form.cleaned_data["text"] if form.is_bound and not form.has_editor else desk.plain,
        "desk": desk,
        "session": origin.session,
        "group": origin.group,
        "meant_for": quarter_of(origin.meant_for) if origin.meant_for else None,
        "this_quarter": quarter_of(today),
        "action": reverse("write_reflection", args=[reflection.pk]) if reflection else reverse("new_reflection"),
        "autosave": reverse("autosave_reflection", args=[reflection.pk]) if reflection else reverse("autosave_new_reflection"),
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "minimum_characters": ReadingSettings.current().minimum_characters,
        "may_discard": reflection is not None and may_discard(reflection),
    }
    return render(request, "learning/reading/write.html", context, status=status)


def _not_saved(request, error, *, form=None, reflection=None, status):
    """Why nothing was stored, and what was typed, to be copied."""
    typed = form or DraftForm(initial={"title": reflection.title, "application": reflection.application} if reflection else {})
    shown = {
        "title": typed["title"].value() or "",
        "text": desk_of(None, html=form.shown_body if form else reflection.html if reflection else "", today=timezone.localdate()).plain,
        "application": typed["application"].value() or "",
    }
    return render(request, "learning/reading/not_saved.html", {"why": error.message, **shown}, status=status)


def _signed_out(request):
    """Whoever comes to read signs in first; whoever has written gets the text back: the way through the sign-in would lose it."""
    if request.method != "POST":
        return redirect_to_login(request.get_full_path())
    form = DraftForm(request.POST)
    form.full_clean()
    error = DraftError("登录已过期，这一次没有保存。请先复制下面的文字，登录后再粘贴保存。")
    return _not_saved(request, error, form=form, status=401)


def _nobody(request):
    """An account that is nobody's on the roster; what was typed comes back."""
    form = None
    if request.method == "POST":
        form = DraftForm(request.POST)
        form.full_clean()
    why = DraftError("您的账号还没有对应到人员名册，不能写心得。请联系机关党委，在人员登记里填上您的登录账号。")
    return _not_saved(request, why, form=form, status=403 if form else 200)


urlpatterns = [
    path("my/reflections/", my_reflections, name="my_reflections"),
    path("my/reflections/new/", new, name="new_reflection"),
    path("my/reflections/new/autosave/", autosave.new, name="autosave_new_reflection"),
    path("my/reflections/<int:pk>/write/", write, name="write_reflection"),
    path("my/reflections/<int:pk>/autosave/", autosave.known, name="autosave_reflection"),
    path("my/reflections/<int:pk>/files/", add_files, name="add_reflection_files"),
    path("my/reflections/<int:pk>/files/<int:file_pk>/", reflection_files.serve, name="reflection_file"),
    path("my/reflections/<int:pk>/files/<int:file_pk>/remove/", reflection_files.remove, name="remove_reflection_file"),
    path("my/reflections/<int:pk>/discard/", discard, name="discard_reflection"),
]
