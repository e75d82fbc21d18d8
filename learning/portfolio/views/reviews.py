"""评学: the round of a year, the forms to fill in, the results."""

from django.http import Http404
from django.urls import path


def study_reviews(request):
    raise Http404


def study_review_year(request, year):
    raise Http404


def prepare_study_reviews(request, year):
    raise Http404


def open_study_reviews(request, year):
    raise Http404


def close_study_reviews(request, year):
    raise Http404


def study_review(request, pk):
    raise Http404


urlpatterns = [
    path("study-reviews/", study_reviews, name="study_reviews"),
    path("study-reviews/<int:year>/", study_review_year, name="study_review_year"),
    path("study-reviews/<int:year>/prepare/", prepare_study_reviews, name="prepare_study_reviews"),
    path("study-reviews/<int:year>/open/", open_study_reviews, name="open_study_reviews"),
    path("study-reviews/<int:year>/close/", close_study_reviews, name="close_study_reviews"),
    path("study-reviews/forms/<int:pk>/", study_review, name="study_review"),
]
