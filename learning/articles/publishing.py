"""What happens to an article when it is published."""

from .models import ArticlePage


def keep_first_time(sender, instance, **_kwargs):
    """信息时间 of an article that names none is the minute of its first publication, through every later edit (R3).

    A revision without a time puts none into the row each time it is published; the first publication never changes.
    """
    if isinstance(instance, ArticlePage) and instance.shown_at is None and instance.first_published_at:
        instance.shown_at = instance.first_published_at.replace(second=0, microsecond=0)
        ArticlePage.objects.filter(pk=instance.pk).update(shown_at=instance.shown_at)
