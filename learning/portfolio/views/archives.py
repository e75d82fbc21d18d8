"""Take along, read back, 档案专卷."""

from django.http import Http404
from django.urls import path


def file_package(request, year, staff_pk):
    raise Http404


def department_package(request, year, department_pk):
    raise Http404


def restore_files(request):
    raise Http404


def restored_file(request, pk):
    raise Http404


def year_archives(request):
    raise Http404


def year_archive(request, pk):
    raise Http404


def year_archive_file(request, pk):
    raise Http404


urlpatterns = [
    path("five-haves/<int:year>/<int:staff_pk>/package/", file_package, name="file_package"),
    path("five-haves/<int:year>/departments/<int:department_pk>/package/", department_package, name="department_package"),
    path("five-haves/restore/", restore_files, name="restore_files"),
    path("five-haves/restored/<int:pk>/", restored_file, name="restored_file"),
    path("archives/", year_archives, name="year_archives"),
    path("archives/<int:pk>/", year_archive, name="year_archive"),
    path("archives/<int:pk>/file/", year_archive_file, name="year_archive_file"),
]
