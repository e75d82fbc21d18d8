"""The files of a year side by side; looking at one; confirm, lock, changes since, reopen."""

from django.http import Http404
from django.urls import path


def five_haves(request):
    raise Http404


def five_haves_year(request, year):
    raise Http404


def lock_five_haves_year(request, year):
    raise Http404


def look_at_file(request, year, staff_pk):
    raise Http404


def confirm_file(request, year, staff_pk):
    raise Http404


def lock_file(request, year, staff_pk):
    raise Http404


def file_changes(request, year, staff_pk):
    raise Http404


def reopen_file(request, year, staff_pk):
    raise Http404


urlpatterns = [
    path("five-haves/", five_haves, name="five_haves"),
    path("five-haves/<int:year>/", five_haves_year, name="five_haves_year"),
    path("five-haves/<int:year>/lock/", lock_five_haves_year, name="lock_five_haves_year"),
    path("five-haves/<int:year>/<int:staff_pk>/look/", look_at_file, name="look_at_file"),
    path("five-haves/<int:year>/<int:staff_pk>/confirm/", confirm_file, name="confirm_file"),
    path("five-haves/<int:year>/<int:staff_pk>/lock/", lock_file, name="lock_file"),
    path("five-haves/<int:year>/<int:staff_pk>/changes/", file_changes, name="file_changes"),
    path("five-haves/<int:year>/<int:staff_pk>/reopen/", reopen_file, name="reopen_file"),
]
