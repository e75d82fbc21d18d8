"""收获运用 and achievements."""

from django.http import Http404
from django.urls import path


def new_study_application(request):
    raise Http404


def study_application(request, pk):
    raise Http404


def edit_study_application(request, pk):
    raise Http404


def remove_study_application(request, pk):
    raise Http404


def new_study_achievement(request):
    raise Http404


def study_achievement(request, pk):
    raise Http404


def edit_study_achievement(request, pk):
    raise Http404


def remove_study_achievement(request, pk):
    raise Http404


urlpatterns = [
    path("my/applications/new/", new_study_application, name="new_study_application"),
    path("five-haves/applications/<int:pk>/", study_application, name="study_application"),
    path("five-haves/applications/<int:pk>/edit/", edit_study_application, name="edit_study_application"),
    path("five-haves/applications/<int:pk>/remove/", remove_study_application, name="remove_study_application"),
    path("my/achievements/new/", new_study_achievement, name="new_study_achievement"),
    path("five-haves/achievements/<int:pk>/", study_achievement, name="study_achievement"),
    path("five-haves/achievements/<int:pk>/edit/", edit_study_achievement, name="edit_study_achievement"),
    path("five-haves/achievements/<int:pk>/remove/", remove_study_achievement, name="remove_study_achievement"),
]
