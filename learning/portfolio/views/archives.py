"""Take along, read back, 档案专卷."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cms.files.validation import presentable_name

from ..archive_forms import ArchiveForm
from ..models import YearArchive
from ..rights import FileRights
from ..services.archives import ask_for_archive, remove_archive, try_again
from ..services.handing_out import hand_out_archive
from .opening import rights_of
from .packages import ZIP, department_package, file_package
from .restoring import restore_files, restored_file

LOOK_AND_SEND = ["GET", "HEAD", "POST"]
PER_PAGE = 20


def _paged(found, request) -> dict:
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    return {"page": page, "page_numbers": numbers, "gap": page.paginator.ELLIPSIS}


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def year_archives(request):
    rights = rights_of(request)
    if not rights.may_lock:
        raise PermissionDenied("档案专卷由机关党委生成。")
    form = ArchiveForm(request.POST if request.method == "POST" else None, today=rights.today)
    if request.method == "POST" and form.is_valid():
        try:
            archive = ask_for_archive(**form.facts, by=request.user, now=timezone.now())
        except ValidationError as error:
            form.add_service_error(error)
        else:
            messages.success(request, f"已开始生成，共 {archive.total} 人。在后台做，不用守在这里，做完会发站内消息。")
            return redirect("year_archive", archive.pk)
    archives = YearArchive.objects.select_related("department", "asked_by")
    context = {"rights": rights, "form": form, **_paged(archives, request)}
    return render(request, "learning/portfolio/archives.html", context, status=400 if form.errors else 200)


def _archive_for(request, pk: int) -> tuple[FileRights, YearArchive]:
    """The committee's; a department's also for its head. Raises Http404."""
    rights = rights_of(request)
    archive = get_object_or_404(YearArchive.objects.select_related("department", "asked_by"), pk=pk)
    if not (rights.may_lock or rights.heads(archive.department_id)):
        raise Http404
    return rights, archive


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def year_archive(request, pk):
    """How far it is and who is missing; tried again or removed with POST."""
    rights, archive = _archive_for(request, pk)
    if request.method == "POST":
        return _act(request, archive)
    failed = archive.parts.filter(Q(file="") & ~Q(message="")).exclude(archive__state="done").select_related("staff")
    context = {"rights": rights, "archive": archive, **_paged(failed.order_by("position"), request)}
    return render(request, "learning/portfolio/archive.html", context)


def _act(request, archive: YearArchive):
    try:
        if request.POST.get("act") == "remove":
            remove_archive(archive=archive, by=request.user)
            messages.success(request, f"{archive}已删去。档案本身没有变，可以随时再生成。")
            if archive.department_id:
                return redirect("department_package", archive.year, archive.department_id)
            return redirect("year_archives")
        try_again(archive=archive, by=request.user)
        messages.success(request, "正在重试没有做成的部分，已做好的不重做。")
    except ValidationError as error:
        messages.error(request, "".join(error.messages))
    return redirect("year_archive", archive.pk)


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def year_archive_file(request, pk):
    """With POST: it writes down that everybody in it was looked at. Asked with GET it leads to the archive."""
    rights, archive = _archive_for(request, pk)
    if request.method != "POST":
        return redirect("year_archive", pk)
    if not archive.file:
        messages.error(request, "还没有做完，不能下载。")
        return redirect("year_archive", pk)
    try:
        stream = archive.file.open("rb")
    except FileNotFoundError:
        messages.error(request, "文件已不在磁盘上。请删去这一卷，重新生成。")
        return redirect("year_archive", pk)
    try:
        hand_out_archive(archive=archive, rights=rights, now=timezone.now())
    except BaseException:
        stream.close()
        raise
    name = presentable_name(f"{archive}（{archive.department or '全局'}）.zip")
    response = FileResponse(stream, as_attachment=True, filename=name, content_type=ZIP)
    response.headers["Cache-Control"] = "private, no-store"
    return response


urlpatterns = [
    path("five-haves/<int:year>/<int:staff_pk>/package/", file_package, name="file_package"),
    path("five-haves/<int:year>/departments/<int:department_pk>/package/", department_package, name="department_package"),
    path("five-haves/restore/", restore_files, name="restore_files"),
    path("five-haves/restored/<int:pk>/", restored_file, name="restored_file"),
    path("archives/", year_archives, name="year_archives"),
    path("archives/<int:pk>/", year_archive, name="year_archive"),
    path("archives/<int:pk>/file/", year_archive_file, name="year_archive_file"),
]
