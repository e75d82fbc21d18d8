from django import template

from ..models import ReadingCount

register = template.Library()


@register.simple_tag
def reading_count(page):
    """How often `page` has been read, as far as known when the page is rendered; None before the first reading (A12)."""
    return ReadingCount.objects.filter(page_id=page.pk).values_list("total", flat=True).first() or None
