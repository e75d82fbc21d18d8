"""A file of a reflection: given out to whoever may have it, taken away by its author."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cms.files.serving import hand_out

from ..choices import FileKind
from ..models import ReflectionFile
from ..services.drafts import DraftError
from ..services.files import may_read_file, remove_file


@never_cache
@require_safe
def serve(request, pk, file_pk):
    """For everybody else it does not exist; anonymous readers are asked to sign in, whether it does or not."""
    file = ReflectionFile.objects.select_related("reflection__author").filter(pk=file_pk, reflection__pk=pk).first()
    if file is None or not may_read_file(request.user, file):
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        raise Http404
    return hand_out(file, is_picture=file.kind == FileKind.PHOTO)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request, pk, file_pk):
    """Asks first: a file that is gone is gone."""
    files = ReflectionFile.objects.select_related("reflection__author")
    file = get_object_or_404(files, pk=file_pk, reflection__pk=pk, reflection__author__user=request.user)
    if not file.reflection.is_being_written:
        raise Http404
    if request.method != "POST":
        return render(request, "learning/reading/remove_reflection_file.html", {"file": file, "reflection": file.reflection})
    try:
        remove_file(file=file, by=request.user, now=timezone.now())
    except DraftError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"已删除“{file.original_name}”。")
    return redirect("write_reflection", pk)
