"""What the page sends by itself every few seconds. Answers are JSON; whoever is signed out is sent to the sign-in, which the page notices."""

from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ..drafting import keep_draft
from ..models import Reflection
from ..services.drafts import DraftClosedError, DraftConflictError, DraftError, moment
from ..services.typed import DraftTooLongError
from ..writing_forms import DraftForm
from .books import staff_of


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request):
    """The first save of a page without a draft. Asked with GET it leads to such a page."""
    if request.method != "POST":
        return redirect("new_reflection")
    staff = staff_of(request)
    if staff is None:
        return JsonResponse({"message": "您的账号还没有对应到人员名册，没有保存。请联系机关党委。"}, status=400)
    return _save(request, staff, None)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def known(request, pk):
    reflection = get_object_or_404(Reflection.objects.select_related("author", "book", "session"), pk=pk, author__user=request.user)
    if request.method != "POST":
        return redirect("write_reflection", pk)
    return _save(request, reflection.author, reflection)


def _save(request, staff, reflection):
    now = timezone.now()
    form = DraftForm(request.POST, stored=reflection)
    form.full_clean()
    try:
        saved = keep_draft(
            form, staff=staff, reflection=reflection, by=request.user, now=now, today=timezone.localdate(), suggests_title=False
        )
    except DraftConflictError as error:
        return JsonResponse({"message": error.message, "copy": error.copy.pk, **_addresses(error.reflection)}, status=409)
    except DraftError as error:
        status = 413 if isinstance(error, DraftTooLongError) else 410 if isinstance(error, DraftClosedError) else 400
        return JsonResponse({"message": "".join(error.messages)}, status=status)
    facts = {"version": saved.version, "saved_at": moment(saved.saved_at, now), "characters": saved.characters}
    return JsonResponse(facts | _addresses(saved))


def _addresses(reflection) -> dict[str, str]:
    return {
        "url": reverse("write_reflection", args=[reflection.pk]),
        "autosave": reverse("autosave_reflection", args=[reflection.pk]),
    }
