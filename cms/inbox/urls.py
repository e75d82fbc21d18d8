from django.urls import path

from .views import inbox, open_message, read_all

urlpatterns = [
    path("inbox/", inbox, name="inbox"),
    path("inbox/read/", read_all, name="inbox_read_all"),
    path("inbox/<uuid:pk>/open/", open_message, name="inbox_open"),
]
