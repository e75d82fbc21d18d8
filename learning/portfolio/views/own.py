"""The own file, or another's after one has said so; paper notes."""

from django.http import Http404
from django.urls import path


def my_five_haves(request):
    raise Http404


def five_haves_file(request, year, staff_pk):
    raise Http404


def paper_notes(request, year):
    raise Http404


urlpatterns = [
    path("my/five-haves/", my_five_haves, name="my_five_haves"),
    path("five-haves/<int:year>/<int:staff_pk>/", five_haves_file, name="five_haves_file"),
    path("my/five-haves/<int:year>/paper-notes/", paper_notes, name="paper_notes"),
]
