"""The record of a session, to read, print and take along."""

import io

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ..models import Session
from ..records import as_docx, record_of
from ..rights import Rights

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def _found(request, pk) -> tuple[Session, Rights]:
    """Raises Http404, and PermissionDenied for whoever may not see who was there."""
    sessions = Session.objects.select_related("branch", "department", "host", "recorder")
    session, rights = get_object_or_404(sessions, pk=pk), Rights(request.user, timezone.localdate())
    if not rights.may_see_record(session):
        raise PermissionDenied
    return session, rights


@never_cache
@login_required
@require_safe
def record(request, pk):
    session, rights = _found(request, pk)
    facts = {
        "session": session,
        "record": record_of(session, user=request.user),
        "today": rights.today,
        "may_take_roll": rights.may_take_roll(session),
        "may_run": rights.may_run(session),
    }
    return render(request, "learning/programme/record.html", facts)


@never_cache
@login_required
@require_safe
def record_docx(request, pk):
    session, _rights = _found(request, pk)
    written = record_of(session, user=request.user)
    return FileResponse(io.BytesIO(as_docx(written)), as_attachment=True, filename=written.file_name, content_type=WORD)
