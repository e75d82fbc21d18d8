"""Reflections in the lists of Wagtail's admin: those that nobody may read yet, or any more, have no title there either.

What is live is listed, so that whoever may withdraw it finds it.
"""

from django.contrib.contenttypes.models import ContentType

from .models import ReadingReviewPage


def without_unshown(pages):
    return pages.exclude(content_type=ContentType.objects.get_for_model(ReadingReviewPage), live=False)


def in_explorer(parent_page, pages, request):
    """For the hook `construct_explorer_page_queryset`: the explorer and its menu."""
    return without_unshown(pages)


def in_chooser(pages, request):
    """For the hook `construct_page_chooser_queryset`."""
    return without_unshown(pages)
