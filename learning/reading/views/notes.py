"""我的笔记: every view asks for the notes of whoever is signed in, and for no others; to everybody else they are not there."""

from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from ..models import StudyNote
from ..note_forms import NoteForm
from ..note_materials import UnknownMaterialError, material_asked, material_of, written_beside
from ..services.notes import change_note, delete_note, reflect_on, write_note

PER_PAGE = 20
LONGEST_SEARCH = 100

private = sensitive_post_parameters("about", "quote", "text")  # keeps them out of error reports


def signed_in(view):
    """For whoever is signed in; a note typed while the session ran out is shown once more, to be copied, instead of being thrown away."""

    @wraps(view)
    def asked(request, *args, **kwargs):
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.method == "POST" and request.POST.get("text"):
            return render(request, "learning/reading/study_note_signed_out.html", {"typed": request.POST}, status=401)
        return redirect_to_login(request.get_full_path())

    return asked


def _own(request, pk) -> StudyNote:
    return get_object_or_404(StudyNote.objects.of(request.user).select_related("book", "session", "reflection"), pk=pk)


@never_cache
@login_required
@require_safe
def study_notes(request):
    """The own notes, newest first; of one material where the address names one, with the words of `q`."""
    words = request.GET.get("q", "").replace("\x00", " ").strip()[:LONGEST_SEARCH]
    beside = written_beside(request.GET)
    notes = StudyNote.objects.of(request.user).filter(beside).find(words)
    page = Paginator(notes, PER_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "page": page,
        "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "gap": page.paginator.ELLIPSIS,
        "query": query.urlencode(),
        "words": words,
        "beside": [(name, request.GET[name]) for name in ("beside", "book", "session") if name in request.GET] if beside else [],
    }
    return render(request, "learning/reading/study_notes.html", context)


@private
@never_cache
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new_study_note(request):
    """Write one, beside what the address names; afterwards back to it."""
    try:
        material = material_asked(request.GET, request.user)
    except UnknownMaterialError as error:
        raise Http404 from error
    form = NoteForm(request.POST or None, initial={"about": material.title})
    if request.method == "POST" and form.is_valid():
        write_note(material=material, **form.cleaned_data, by=request.user, now=timezone.now())
        messages.success(request, "笔记已保存，只有您自己看得到。在“我的学习”的“我的笔记”里可以再看、再改。")
        return redirect(material.url or "study_notes")
    context = {"form": form, "material": material}
    return render(request, "learning/reading/study_note_new.html", context, status=400 if form.errors else 200)


@private
@never_cache
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def study_note(request, pk):
    note = _own(request, pk)
    form = _form_of(note, request)
    if request.method == "POST" and form.is_valid():
        change_note(note=note, **form.cleaned_data, by=request.user, now=timezone.now())
        messages.success(request, "笔记已保存。")
        return redirect("study_notes")
    return _show(request, note, form)


def _form_of(note, request) -> NoteForm:
    return NoteForm(request.POST or None, initial={"about": note.about, "quote": note.quote, "text": note.text})


def _show(request, note, form):
    context = {"note": note, "form": form, "material": material_of(note, request.user)}
    return render(request, "learning/reading/study_note.html", context, status=400 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete_study_note(request, pk):
    note = _own(request, pk)
    if request.method == "POST":
        delete_note(note=note, by=request.user)
        messages.success(request, "笔记已删除。")
        return redirect("study_notes")
    return render(request, "learning/reading/study_note_delete.html", {"note": note})


@private
@never_cache
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def note_to_reflection(request, pk):
    """Make it a draft of a reflection, with what stands in its form where it is pressed there; again, it leads to the same one.

    Asked with GET (by whoever had to sign in on the way) it changes nothing.
    """
    note = _own(request, pk)
    if request.method != "POST":
        return redirect("study_note", note.pk)
    was_there = note.reflection_id is not None
    if "text" in request.POST:
        form = _form_of(note, request)
        if not form.is_valid():
            return _show(request, note, form)
        note = change_note(note=note, **form.cleaned_data, by=request.user, now=timezone.now())
    try:
        reflection = reflect_on(note=note, by=request.user, now=timezone.now())
    except ValidationError as error:
        messages.error(request, "".join(error.messages))
        return redirect("study_note", note.pk)
    if not reflection.is_being_written:
        messages.info(request, "这条笔记写成的心得已经提交，就是这一篇。")
        return redirect("reflection", reflection.pk)
    if was_there:
        messages.info(request, "这条笔记已经写成心得草稿，就是这一篇；笔记后来改过的话，没有再带过来。")
    else:
        messages.success(request, "已用笔记起了一篇心得草稿，接着写就是。笔记还在“我的笔记”里，仍然只有您看得到。")
    return redirect("write_reflection", reflection.pk)


urlpatterns = [
    path("my/notes/", study_notes, name="study_notes"),
    path("my/notes/new/", new_study_note, name="new_study_note"),
    path("my/notes/<int:pk>/", study_note, name="study_note"),
    path("my/notes/<int:pk>/delete/", delete_study_note, name="delete_study_note"),
    path("my/notes/<int:pk>/reflection/", note_to_reflection, name="note_to_reflection"),
]
