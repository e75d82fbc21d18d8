"""What stands around an article on its page: attachments, related material, the article before and the one after."""

from dataclasses import dataclass

from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from wagtail.models import Page

from cms.core.visibility import visible_pages


@dataclass(frozen=True)
class Surroundings:
    attachments: list
    related: list
    older: Page | None
    newer: Page | None
    topics: list


def surroundings_of(article, *, articles, relations, user) -> Surroundings:
    """Everything around `article` for `user` who is reading it, in three statements whatever there is.

    `articles` is the manager of all articles, `relations` that of related pages. Neighbours are those of the same column in the order
    of its list by date (R9).
    """
    related = relations.filter(page=article.pk, related=OuterRef("pk"))
    wanted, siblings = Q(pk__in=relations.filter(page=article.pk).values("related")), None
    if article.shown_at and len(article.path) > Page.steplen:
        siblings = articles.beside(article, user)
        nearest = [Subquery(siblings.before(article).values("pk")[:1]), Subquery(siblings.after(article).values("pk")[:1])]
        wanted |= Q(pk__in=nearest)
    rows = (
        visible_pages(user)
        .filter(wanted)
        .annotate(
            relation_order=Subquery(related.annotate(place=Coalesce("sort_order", 0)).values("place")[:1]),
            shown_at=F("articlepage__shown_at"),
        )
    )
    found = list(rows)

    def place(page):
        return (page.shown_at, page.pk)

    parent_path = article.path[: -Page.steplen]
    beside = [
        page
        for page in found
        if siblings is not None and page.shown_at and page.depth == article.depth and page.path.startswith(parent_path)
    ]
    here = (article.shown_at, article.pk)
    return Surroundings(
        attachments=list(article.attachments.select_related("document")),
        related=sorted((page for page in found if page.relation_order is not None), key=lambda page: (page.relation_order, page.pk)),
        older=max((page for page in beside if place(page) < here), key=place, default=None),
        newer=min((page for page in beside if place(page) > here), key=place, default=None),
        topics=list(article.topics.all()),
    )
