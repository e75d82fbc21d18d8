"""What the project's admin viewsets share."""

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpResponseRedirect
from django.utils.functional import cached_property
from wagtail import permissions
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.viewsets.model import ModelViewSet
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


class GuardedMixin(PermissionCheckedMixin):
    """A view of our own in a viewset: name its `model` and `permission_required`.

    Wagtail lets everybody into a view that it finds no policy for (7.4 is handed one by the viewset, 8.0 looks for the model's); this one
    lets nobody in.
    """

    def user_has_permission(self, permission):
        return bool(self.permission_policy) and super().user_has_permission(permission)


def add_errors(form, error: ValidationError) -> None:
    """Show what a service refuses on `form`: beside its field where the form has that, above the form otherwise."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
    for name, errors in by_field.items():
        form.add_error(name if name in form.fields else None, ValidationError([message for one in errors for message in one.messages]))


class ServiceErrorsMixin:
    """A create or edit view that saves through a service: what that refuses is shown on the form, not as a broken page."""

    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except ValidationError as error:
            add_errors(form, error)
            self.produced_error_code, self.produced_error_message = "validation_error", self.get_error_message()
            return self.form_invalid(form)


class RegisterViewSet(ModelViewSet):
    """Kept records: looked at, added to, changed; never copied."""

    add_to_reference_index = False  # the database's own foreign keys answer who is used; thousands of rows are written at once
    copy_view_enabled = False
    inspect_view_enabled = True
    list_per_page = 50


class FilteredRegisterMixin:
    """The list of a register whose address somebody has changed by hand: filters that say nothing lead to the whole list, with a word."""

    def dispatch(self, request, *args, **kwargs):
        try:
            return super().dispatch(request, *args, **kwargs)
        except IncorrectLookupParameters:
            if not request.GET:
                raise
            messages.error(request, "网址里的筛选条件认不出，已去掉，下面是全部。请用右侧的筛选。")
            return HttpResponseRedirect(request.path)
