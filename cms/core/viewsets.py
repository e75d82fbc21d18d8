"""What the project's admin viewsets share."""

from django.utils.functional import cached_property
from wagtail import permissions
from wagtail.permission_policies import ModelPermissionPolicy


class OwnPolicyMixin:
    """A `ModelViewSet` whose rows follow `policy_class`, under Wagtail 7.4 (asks the viewset) and 8.0 (asks a registry first) alike."""

    policy_class = ModelPermissionPolicy

    @cached_property
    def permission_policy(self):
        return self.policy_class(self.model)

    def on_register(self):
        if register := getattr(permissions, "register_permission_policy", None):
            register(self.model, self.permission_policy, exact_class=True)
        super().on_register()


class NarrowedPolicy(ModelPermissionPolicy):
    """Only `actions` are to be had, and those by right: a superuser, too, does nothing else to these rows."""

    actions: tuple[str, ...] = ()

    def user_has_permission(self, user, action):
        return action in self.actions and super().user_has_permission(user, action)
