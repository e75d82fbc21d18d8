from django.urls import include, path

from . import views

urlpatterns = [
    path("new/", views.start, name="start"),
    path("template/<slug:kind>/", views.template, name="template"),
    path("<int:pk>/", views.batch, name="batch"),
    path("<int:pk>/file/", views.file, name="file"),
    path("<int:pk>/map/", views.map_step, name="map"),
    path("<int:pk>/review/", views.review, name="review"),
    path("<int:pk>/review/problems.xlsx", views.problems, name="problems"),
    path("<int:pk>/review/skip-errors/", views.skip_errors, name="skip_errors"),
    path("<int:pk>/review/recheck/", views.recheck, name="recheck"),
    path("<int:pk>/review/<int:row_pk>/", views.decide, name="decide"),
    path("<int:pk>/commit/", views.commit, name="commit"),
    path("<int:pk>/done/", views.done, name="done"),
    path("<int:pk>/undo/", views.undo, name="undo"),
]


def admin_urls():
    """For a `register_admin_urls` hook: everything below admin/imports/, under the namespace "imports"."""
    return [path("imports/", include((urlpatterns, "imports"), namespace="imports"))]
