from django.urls import path

from .views import healthz, readyz, robots_txt

urlpatterns = [
    path("robots.txt", robots_txt, name="robots_txt"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]
