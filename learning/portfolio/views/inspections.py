"""学习检查: sample, checklist, findings, rectification."""

from django.http import Http404
from django.urls import path


def inspections(request):
    raise Http404


def new_inspection(request):
    raise Http404


def inspection(request, pk):
    raise Http404


def close_inspection(request, pk):
    raise Http404


def inspected_file(request, pk):
    raise Http404


def finding(request, pk):
    raise Http404


def rectify_finding(request, pk):
    raise Http404


def close_finding(request, pk):
    raise Http404


urlpatterns = [
    path("inspections/", inspections, name="inspections"),
    path("inspections/new/", new_inspection, name="new_inspection"),
    path("inspections/<int:pk>/", inspection, name="inspection"),
    path("inspections/<int:pk>/close/", close_inspection, name="close_inspection"),
    path("inspections/files/<int:pk>/", inspected_file, name="inspected_file"),
    path("inspections/findings/<int:pk>/", finding, name="finding"),
    path("inspections/findings/<int:pk>/rectify/", rectify_finding, name="rectify_finding"),
    path("inspections/findings/<int:pk>/close/", close_finding, name="close_finding"),
]
