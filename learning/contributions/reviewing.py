"""Who reviews what: the heads of a department, the office."""

import datetime

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db.models import Q

from ..organisation.models import Department, Posting
from .models import MediaArticle
from .rights import RUN, ContributionRights

User = get_user_model()


def officers():
    """Users who hold the office's right by group or by themselves, superusers aside: they are asked in no routine."""
    app, codename = RUN.split(".")
    right = Permission.objects.filter(content_type__app_label=app, codename=codename)
    held = Q(groups__permissions__in=right) | Q(user_permissions__in=right)
    return User.objects.filter(held, is_active=True).distinct()


def heads_of(department: Department, day: datetime.date) -> list[Posting]:
    """The postings of those who head `department` on `day`; where nobody does, of the nearest department above that has a head."""
    above = department
    for _level in range(Department.MAX_DEPTH):
        if above is None:
            break
        heads = Posting.objects.on(day).heads().filter(department=above).select_related("staff__user")
        if found := [one for one in heads if not one.staff.has_left(day)]:
            return found
        above = above.parent
    return []


def account_ids_of(article: MediaArticle) -> set[int]:
    """Accounts of those whose piece it is: its authors, and who entered it."""
    found = set(article.authors.filter(staff__user__isnull=False).values_list("staff__user", flat=True))
    return found | ({article.created_by_id} if article.created_by_id else set())


def is_left_to_colleagues(user, article: MediaArticle) -> bool:
    """Nobody of the office decides on what bears their own name, or adds to its score, while there is somebody else to do it.

    Whoever is the office alone does it themselves: nothing would move otherwise.
    """
    return article.authors.filter(staff__user=user.pk).exists() and officers().exclude(pk=user.pk).exists()


def may_decide(rights: ContributionRights, article: MediaArticle) -> bool:
    return rights.may_decide(article) and not is_left_to_colleagues(rights.user, article)
