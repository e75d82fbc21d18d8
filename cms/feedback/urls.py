from django.urls import path

from .views import feedback, feedback_status

urlpatterns = [
    path("feedback/", feedback, name="feedback"),
    path("feedback/status/", feedback_status, name="feedback_status"),
]
