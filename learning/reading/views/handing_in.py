"""The author's side of the review: likeness seen, consent said, handed in; then what became of it."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ..choices import Consent, ReflectionState
from ..counting import counted_quarter, is_late
from ..likeness import Finding, Likeness, compare
from ..models import ReadingSettings, Reflection
from ..own_page import own_page_of
from ..review_forms import ConsentForm, HandInForm, NarrowForm
from ..reviewing import about
from ..rounds import photos_of
from ..services.consent import ConsentError, last_consent, may_narrow, set_consent
from ..services.drafts import missing_for_hand_in
from ..services.handing_in import OutdatedError, hand_in
from ..text import Passage, count_html, passages_of

RELATED = ("author", "book", "session", "group", "page", "department", "reviewer")


@dataclass(frozen=True, slots=True)
class ComparedPassage:
    passage: Passage
    findings: tuple[Finding, ...]


def _own(request, pk) -> Reflection:
    """Raises Http404 for everybody but its author."""
    return get_object_or_404(Reflection.objects.select_related(*RELATED), pk=pk, author__user=request.user)


def _compared(html: str, likeness: Likeness) -> list[ComparedPassage]:
    return [ComparedPassage(passage, likeness.of_passage(passage.number)) for passage in passages_of(html)]


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def hand_in_reflection(request, pk):
    """The text as it will be read, what resembles other texts beside it for the author's eyes alone, consent, and the one button."""
    own = _own(request, pk)
    if request.method != "POST" and not own.is_being_written:
        return redirect("reflection", pk)
    consent = own.consent if own.consent_changed_at else last_consent(own.author)
    form, status, now = HandInForm(request.POST or None, initial={"version": own.version, "consent": consent}), 200, timezone.now()
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                hand_in(reflection=own, **form.cleaned_data, by=request.user, now=now)
            except ValidationError as error:
                own = _own(request, pk)
                if not own.is_being_written:
                    messages.error(request, " ".join(error.messages))
                    return redirect("reflection", pk)
                if isinstance(error, OutdatedError):
                    status, form = 409, HandInForm({**form.cleaned_data, "version": own.version})
                form.add_service_error(error)
            else:
                messages.success(request, "已提交，等待评阅。结果会发到站内消息。")
                return redirect("reflection", pk)
    likeness = compare(own.html, reflection=own, session=own.session)
    first_handed_in_at = own.first_handed_in_at or now
    context = {
        "reflection": own,
        "about": about(own),
        "form": form,
        "likeness": likeness,
        "passages": _compared(own.html, likeness),
        "missing": missing_for_hand_in(own, ReadingSettings.current()),
        "characters": count_html(own.html),
        "photos": photos_of(own),
        "quarter": counted_quarter(first_handed_in_at),
        "is_late": is_late(meant_for=own.meant_for, first_handed_in_at=first_handed_in_at),
    }
    return render(request, "learning/reading/hand_in_reflection.html", context, status=status)


@never_cache
@login_required
@require_safe
def reflection(request, pk):
    """The author's own page of what has been handed in; a draft is still at its desk."""
    own = _own(request, pk)
    if own.state == ReflectionState.DRAFT:
        return redirect("write_reflection", pk)
    context = {
        "reflection": own,
        "about": about(own),
        "own": own_page_of(own, user=request.user, today=timezone.localdate()),
        "form": ConsentForm(initial={"consent": own.consent}),
        "today": timezone.localdate(),
    }
    return render(request, "learning/reading/reflection.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request, pk):
    """Asked with GET (by whoever had to sign in on the way) it leads to the reflection and changes nothing."""
    found = get_object_or_404(Reflection.objects.select_related("author", "page"), pk=pk)
    is_own = found.author.user_id == request.user.pk
    if not is_own and not (found.first_handed_in_at and may_narrow(request.user, found)):
        raise Http404
    back = redirect("reflection" if is_own else "review_reflection", pk)
    if request.method != "POST":
        return back
    form = ConsentForm(request.POST) if is_own else NarrowForm(request.POST, consent=found.consent)
    if form.is_valid():
        try:
            done = set_consent(reflection=found, **form.cleaned_data, by=request.user, now=timezone.now())
        except ConsentError as error:
            form.add_service_error(error)
        else:
            messages.success(request, said_of(done) if is_own else f"展示范围已改为“{done.get_consent_display()}”，已通知作者。")
            return back
    for error in form.errors.values():
        messages.error(request, " ".join(error))
    return back


def said_of(done: Reflection) -> str:
    """What the author is told of the consent just given."""
    if done.state != ReflectionState.ACCEPTED:
        return f"已记下：通过以后{'不展示' if done.consent == Consent.NONE else f'按“{done.get_consent_display()}”展示'}。"
    return {
        Consent.NONE: "已改为不公开：页面、列表、检索和展评里都看不到了。",
        Consent.INTERNAL: "已改为局内：本局的人登录后看得到。",
        Consent.PUBLIC: "已改为公开：任何人都看得到。",
    }[Consent(done.consent)]


urlpatterns = [
    path("my/reflections/<int:pk>/hand-in/", hand_in_reflection, name="hand_in_reflection"),
    path("my/reflections/<int:pk>/", reflection, name="reflection"),
    path("my/reflections/<int:pk>/consent/", consent, name="reflection_consent"),
]
