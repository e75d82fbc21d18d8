"""The one answer to "what may this person see?" for everything in the page tree.

Every list, feed, search, sitemap, chooser and related list of the site starts from `visible_to(user)`. Wagtail's own `.public()`
builds one SQL condition per restriction in the tree and ignores signed-in readers; this asks the database, once, whether a
restriction that the reader does not satisfy sits on the page or above it, so its cost follows the depth of the tree.
"""

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Substr
from wagtail.models import Page, PageViewRestriction
from wagtail.query import PageQuerySet

# Treebeard's materialised path: `steplen` characters a level. Nine levels are deeper than any site of this kind.
MAX_DEPTH = 9


def unsatisfied_restrictions(user):
    """Restrictions that keep `user` (a User or AnonymousUser) out. Shared passwords are switched off in settings: nobody has one."""
    restrictions = PageViewRestriction.objects.all()
    if not user.is_authenticated:
        return restrictions
    return restrictions.exclude(
        Q(restriction_type=PageViewRestriction.LOGIN) | Q(restriction_type=PageViewRestriction.GROUPS, groups__in=user.groups.values("pk"))
    )


class VisibilityQuerySet(PageQuerySet):
    def visible_to(self, user):
        """Live pages that `user` may read; a superuser reads every live page. Drafts and expired pages are nobody's here."""
        if user.is_superuser:
            return self.live()
        own_and_ancestor_paths = [Substr(OuterRef("path"), 1, Page.steplen * level) for level in range(1, MAX_DEPTH + 1)]
        closed = unsatisfied_restrictions(user)
        return (
            self.live()
            .exclude(Exists(closed.filter(page__path__in=own_and_ancestor_paths)))
            .exclude(Exists(closed.filter(page=OuterRef("alias_of"))))  # an alias is as closed as what it stands for
        )

    def below_path(self, path):
        """Pages below the one at `path`, asked as a range: SQLite finds no index for the LIKE of `startswith`, and walks the whole tree."""
        return self.filter(path__range=(path + "0" * Page.steplen, path + "Z" * Page.steplen * MAX_DEPTH))

    def beside(self, page, user):
        """Live children of `page`'s parent that `user` may read, who is reading `page`: what stands above both has been asked already.

        Compiling the question for every level above is what costs most when an article is served.
        """
        siblings = self.live().below_path(page.path[: -Page.steplen]).filter(depth=page.depth)
        if user.is_superuser:
            return siblings
        closed = unsatisfied_restrictions(user)
        return siblings.exclude(Exists(closed.filter(page=OuterRef("pk")))).exclude(Exists(closed.filter(page=OuterRef("alias_of"))))


def visible_pages(user):
    """Pages of any type that `user` may read, as plain `wagtail.models.Page` rows."""
    return VisibilityQuerySet(Page).visible_to(user)
