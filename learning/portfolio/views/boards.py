"""The board of a department."""

from django.http import Http404
from django.urls import path


def department_board(request, year, department_pk):
    raise Http404


urlpatterns = [
    path("boards/<int:year>/departments/<int:department_pk>/", department_board, name="department_board"),
]
