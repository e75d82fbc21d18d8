"""学习规划: written, handed in, approved or given back."""

from django.http import Http404
from django.urls import path


def study_plan(request, year, staff_pk):
    raise Http404


def write_study_plan(request, year, staff_pk):
    raise Http404


def decide_study_plan(request, year, staff_pk):
    raise Http404


def study_plan_page(request, pk):
    raise Http404


urlpatterns = [
    path("five-haves/<int:year>/<int:staff_pk>/plan/", study_plan, name="study_plan"),
    path("five-haves/<int:year>/<int:staff_pk>/plan/write/", write_study_plan, name="write_study_plan"),
    path("five-haves/<int:year>/<int:staff_pk>/plan/decide/", decide_study_plan, name="decide_study_plan"),
    path("five-haves/plans/<int:pk>/", study_plan_page, name="study_plan_page"),
]
