"""The reading room's front end: what staff, reviewers, judges and clerks do without ever entering the admin."""

from .views import books, exhibitions, groups, handing_in, notes, reviews, stars, writing

urlpatterns = [
    *books.urlpatterns,
    *writing.urlpatterns,
    *handing_in.urlpatterns,
    *reviews.urlpatterns,
    *exhibitions.urlpatterns,
    *stars.urlpatterns,
    *groups.urlpatterns,
    *notes.urlpatterns,
]
