from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from ..programme.models import Session
from ..programme.rights import Rights
from .lecture_records import begin_lecture_record, column_for_records


@login_required
@require_POST
def lecture_record(request, pk):
    """Lead whoever may write pages to the record of a held session, begun if it is not there yet."""
    session = get_object_or_404(Session, pk=pk)
    try:
        column = column_for_records()
        may_write = column.permissions_for_user(request.user).can_add_subpage()
        if not session.is_held:
            raise ValidationError("活动还没举行。点名完成以后再写记录。")
        if not (may_write and Rights(request.user, timezone.localdate()).may_see_record(session)):
            raise PermissionDenied
        page = begin_lecture_record(session=session, by=request.user)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
        return redirect("session", pk=pk)
    return redirect("wagtailadmin_pages:edit", page.pk)
