"""述学 of a person and of a department."""

from django.http import Http404
from django.urls import path


def study_statement(request, year, staff_pk):
    raise Http404


def write_study_statement(request, year, staff_pk):
    raise Http404


def study_statement_page(request, pk):
    raise Http404


def department_statement(request, year, department_pk):
    raise Http404


def write_department_statement(request, year, department_pk):
    raise Http404


urlpatterns = [
    path("five-haves/<int:year>/<int:staff_pk>/statement/", study_statement, name="study_statement"),
    path("five-haves/<int:year>/<int:staff_pk>/statement/write/", write_study_statement, name="write_study_statement"),
    path("five-haves/statements/<int:pk>/", study_statement_page, name="study_statement_page"),
    path("five-haves/<int:year>/departments/<int:department_pk>/statement/", department_statement, name="department_statement"),
    path(
        "five-haves/<int:year>/departments/<int:department_pk>/statement/write/",
        write_department_statement,
        name="write_department_statement",
    ),
]
