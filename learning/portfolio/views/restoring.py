"""Reading packages back: upload, look at what would be made, say yes. The committee's alone."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ..archive_forms import RestoreForm
from ..models import RestoredFile
from ..packaging.building import private
from ..packaging.reading import PackageError
from ..restoring import plan_of
from ..services.restoring import put_aside, restore
from ..uploads import read_upload
from .opening import open_file, rights_of

LOOK_AND_SEND = ["GET", "HEAD", "POST"]
SALT = "portfolio.restore"
WAITS = 2 * 3600  # seconds
SHOWN = 200


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def restore_files(request):
    rights = rights_of(request)
    if not rights.may_lock:
        raise PermissionDenied("档案包由机关党委读回。")
    if request.method == "POST" and "token" in request.POST:
        return _go_on(request)
    form = RestoreForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method != "POST" or not form.is_valid():
        return _form(request, form)
    upload = form.cleaned_data["file"]
    try:
        plan = plan_of(read_upload(upload), rights.today)
    except PackageError as error:
        form.add_error("file", str(error))
        return _form(request, form)
    token = signing.dumps({"name": put_aside(upload), "by": request.user.pk}, salt=SALT) if plan.may_go_on else ""
    outlooks = [*plan.problems, *(one for one in plan.outlooks if not one.problem)]
    context = {"plan": plan, "shown": outlooks[:SHOWN], "rest": len(outlooks[SHOWN:]), "token": token, "file_name": upload.name}
    return render(request, "learning/portfolio/restore_preview.html", context, status=200 if plan.may_go_on else 409)


def _form(request, form):
    return render(request, "learning/portfolio/restore.html", {"form": form}, status=400 if form.errors else 200)


def _go_on(request):
    try:
        asked = signing.loads(request.POST["token"], salt=SALT, max_age=WAITS)
        stream = private().open(asked["name"], "rb") if asked["by"] == request.user.pk else None
    except (signing.BadSignature, FileNotFoundError):
        stream = None
    if stream is None:
        messages.error(request, "上传的文件已经过期或读回过了，什么都没有写入。请重新上传。")
        return redirect("restore_files")
    with stream:
        try:
            locks = restore(stream, by=request.user, now=timezone.now())
        except ValidationError as error:
            messages.error(request, "".join(error.messages))
            return redirect("restore_files")
    private().delete(asked["name"])
    messages.success(request, f"已读回 {len(locks)} 份档案，内容与原来完全一样。")
    if len(locks) == 1:
        return redirect("five_haves_file", locks[0].file.year, locks[0].file.staff_id)
    return redirect("five_haves_year", locks[0].file.year)


@never_cache
@login_required
@require_safe
def restored_file(request, pk):
    """An original of a file that was read back, for whoever may see that file; always to be saved, never to be shown."""
    kept = get_object_or_404(RestoredFile.objects.select_related("lock__file"), pk=pk)
    opened = open_file(request, kept.lock.file.year, kept.lock.file.staff_id)
    if isinstance(opened, HttpResponse):
        return opened
    try:
        stream = kept.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(stream, as_attachment=True, filename=kept.name, content_type="application/octet-stream")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
