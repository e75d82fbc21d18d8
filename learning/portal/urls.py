from django.urls import path

from .views import leader_page, my_study

urlpatterns = [
    path("my/", my_study, name="my_study"),
    path("leader/", leader_page, name="leader_page"),
]
