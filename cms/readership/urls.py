from django.urls import path

from .views import record_reading

urlpatterns = [path("readings/<int:page_id>/", record_reading, name="record_reading")]
