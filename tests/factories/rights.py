"""Single rights, without the groups that carry them on the site."""

from django.contrib.auth.models import Permission


def with_right(user, codename: str):
    """`user` as somebody who holds the permission `codename` of the learning app."""
    user.user_permissions.add(Permission.objects.get(content_type__app_label="learning", codename=codename))
    return type(user).objects.get(pk=user.pk)
