from django.urls import path

from .views import my_study

urlpatterns = [path("my/", my_study, name="my_study")]
