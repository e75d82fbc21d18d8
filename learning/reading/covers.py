"""Covers for a list of books: the pictures and their renditions in two statements, however many books there are."""

from django.db.models import Prefetch, prefetch_related_objects
from wagtail.images import get_image_model

COVER = "fill-200x280"  # shown at half of that, sharp on a good screen


def with_covers(listed) -> list:
    """`listed` (books, or what has a `book`) as a list; each book has its cover and that its rendition."""
    listed = list(listed)
    books = [getattr(one, "book", one) for one in listed]
    if any(book.cover_id for book in books):
        prefetch_related_objects(books, Prefetch("cover", get_image_model().objects.prefetch_renditions(COVER)))
    return listed
