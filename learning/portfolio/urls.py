"""The portfolio's front end: nobody needs the admin for it."""

from .views import archives, boards, entries, inspections, keeping, own, plans, reviews, statements

urlpatterns = [
    *own.urlpatterns,
    *plans.urlpatterns,
    *statements.urlpatterns,
    *entries.urlpatterns,
    *archives.urlpatterns,
    *keeping.urlpatterns,
    *reviews.urlpatterns,
    *inspections.urlpatterns,
    *boards.urlpatterns,
]
