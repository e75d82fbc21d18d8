"""Publication and what ends it, as Wagtail tells it."""

from django.utils import timezone

from ...articles.models import ArticlePage
from .indexing import index_page


def follow_publication(sender, instance, **_kwargs):
    """For `page_published` and `page_unpublished`: an article is a source text as long as it is live."""
    if isinstance(instance, ArticlePage):
        index_page(page=instance, now=timezone.now())
