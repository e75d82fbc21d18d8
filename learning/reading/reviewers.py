"""Who may review a reflection: whoever holds the right, and whom a clerk has asked for this one; never its author."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db.models import Q

from .models import Reflection

REVIEW = "learning.review_reflections"

User = get_user_model()


def may_review(user, reflection: Reflection) -> bool:
    """A superuser has every right, and is bound like everybody else by being the author."""
    if user.pk is None or reflection.author.user_id == user.pk:
        return False
    return reflection.reviewer_id == user.pk or user.has_perm(REVIEW)


def all_reviewers():
    """Users who hold the right to review by group or by themselves, superusers aside: they are asked in no routine."""
    app, codename = REVIEW.split(".")
    right = Permission.objects.filter(content_type__app_label=app, codename=codename)
    held = Q(groups__permissions__in=right) | Q(user_permissions__in=right)
    return User.objects.filter(held, is_active=True).distinct()


def reviewers_of(reflection: Reflection):
    return all_reviewers().exclude(pk=reflection.author.user_id)
