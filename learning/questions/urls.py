from django.urls import path

from . import views

urlpatterns = [
    path("questions/", views.questions, name="questions"),
    path("questions/ask/", views.ask_question, name="ask_question"),
    path("questions/<int:pk>/", views.question, name="question"),
]
