"""One order of locks: the article's row before the rows that stand on it."""

from ..models import MediaArticle


def lock_article(pk: int) -> MediaArticle:
    """In two statements: PostgreSQL reads the locked row anew once it has waited, and what is joined to it as it stood before.

    Raises MediaArticle.DoesNotExist where it has been deleted meanwhile.
    """
    MediaArticle.objects.select_for_update().only("pk").get(pk=pk)
    return MediaArticle.objects.select_related("commission", "session", "created_by").get(pk=pk)
