"""Taking a file along: one person's year at once, a department's as an archive of its own."""

import tempfile

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cms.core.chrome import site_chrome
from cms.files.validation import presentable_name

from ...organisation.models import Department
from ..models import YearArchive
from ..own_page import is_in_scope
from ..packaging import write_package
from ..packaging.sources import Source, source_of
from ..services.archives import ask_for_archive
from ..snapshots import SnapshotError
from .opening import FIRST_YEAR, LAST_YEAR, open_file, rights_of

LOOK_AND_SEND = ["GET", "HEAD", "POST"]
ZIP = "application/zip"


@never_cache
@login_required
@require_safe
def file_package(request, year, staff_pk):
    """Made in a temporary file and streamed; nothing is written."""
    opened = open_file(request, year, staff_pk)
    if isinstance(opened, HttpResponse):
        return opened
    if not is_in_scope(opened.standings, opened.person, year):
        raise Http404
    try:
        source = source_of(opened.person, year, opened.rights.today)
    except SnapshotError as error:
        context = {"person": opened.person, "year": year, "is_own": opened.is_own, "message": str(error)}
        return render(request, "learning/portfolio/package_refused.html", context, status=409)
    stream = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    try:
        bureau = site_chrome(request)["chrome"].identity.bureau_name
        written = write_package(stream, source.content, **source.facts, bureau=bureau)
        stream.seek(0)
    except BaseException:
        stream.close()
        raise
    return FileResponse(stream, as_attachment=True, filename=_name(source, has_pdf=written.has_pdf), content_type=ZIP)


def _name(source: Source, *, has_pdf: bool) -> str:
    year = source.content.year
    marks = [mark for mark, applies in (("未锁定", source.lock is None), ("没有PDF", not has_pdf)) if applies]
    told = f"（{'，'.join(marks)}）" if marks else ""
    return presentable_name(f"{year.name}{year.year}年五有档案{told}.zip")


@never_cache
@login_required
@require_http_methods(LOOK_AND_SEND)
def department_package(request, year, department_pk):
    """Asked for with POST; made by the job like any archive. For the head of the department and the committee."""
    rights = rights_of(request)
    department = get_object_or_404(Department, pk=department_pk)
    if not rights.may_see_board(department.pk) or not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    if request.method == "POST":
        try:
            archive = ask_for_archive(year=year, department=department, by=request.user, now=timezone.now())
        except ValidationError as error:
            messages.error(request, "".join(error.messages))
        else:
            messages.success(request, f"已开始打包{department} {year}年的档案，共 {archive.total} 人。")
            return redirect("year_archive", archive.pk)
    archives = YearArchive.objects.filter(year=year, department=department).select_related("asked_by", "department")[:10]
    context = {"rights": rights, "department": department, "year": year, "archives": archives}
    return render(request, "learning/portfolio/package_department.html", context)
