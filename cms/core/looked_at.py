"""Snippets that the admin shows and never touches: their pages on the front end go through services, these would not."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from wagtail import hooks
from wagtail.admin.admin_url_finder import ModelAdminURLFinder
from wagtail.admin.views.bulk_action import BulkAction
from wagtail.snippets.views.snippets import HistoryView, IndexView, InspectView, SnippetViewSet, UsageView

from .viewsets import NarrowedPolicy, OwnPolicyMixin

OPEN_DOORS = frozenset({"list", "list_results", "inspect", "history", "history_results", "usage"})

CLOSED_DOORS = (
    "add_url_name",
    "edit_url_name",
    "delete_url_name",
    "unpublish_url_name",
    "lock_url_name",
    "unlock_url_name",
    "revisions_view_url_name",
    "revisions_revert_url_name",
    "revisions_compare_url_name",
    "revisions_unschedule_url_name",
)


class LookedAtPolicy(NarrowedPolicy):
    actions = ("view",)


class _ShownOnly:
    """An object that the viewset does not list has no page either."""

    shown = None

    def get_base_object_queryset(self):
        return self.shown(self.model._default_manager.all(), self.request.user)


class LookedAtIndexView(IndexView):
    @property
    def columns(self):
        """Without the box for acting on many at once."""
        return super().columns[1:]


class LookedAtInspectView(InspectView):
    shown = None

    def get_object(self, queryset=None):
        return get_object_or_404(self.shown(self.model._default_manager.all(), self.request.user), pk=self.pk)

    def get_field_display_value(self, field_name, field):
        """Where nothing is known a dash stands, as in the lists."""
        value = super().get_field_display_value(field_name, field)
        return "—" if value is None or value == "" else value


class LookedAtHistoryView(_ShownOnly, HistoryView):
    any_permission_required = ["view"]
    header_buttons = ()

    def get_edit_url(self, instance):
        return None


class LookedAtUsageView(_ShownOnly, UsageView):
    permission_required = "view"

    def get_object(self):
        """As it stands, not as the newest revision has it."""
        return get_object_or_404(self.get_base_object_queryset(), pk=self.pk)

    def get_edit_url(self, instance):
        return None


class _LookedAtURLFinder(ModelAdminURLFinder):
    def get_edit_url(self, instance):
        may_look = not self.user or self.permission_policy.user_has_permission(self.user, "view")
        return self.construct_edit_url(instance) if may_look else None


class LookedAtViewSet(OwnPolicyMixin, SnippetViewSet):
    """`shown` narrows what this user finds in the list and may open. No door adds, edits, reverts, publishes, decides, deletes or lets choose: they are not there."""

    policy_class = LookedAtPolicy
    copy_view_enabled = False
    inspect_view_enabled = True
    add_to_reference_index = False
    list_per_page = 50
    index_view_class = LookedAtIndexView
    inspect_view_class = LookedAtInspectView
    history_view_class = LookedAtHistoryView
    usage_view_class = LookedAtUsageView

    @staticmethod
    def shown(rows, user):
        return rows

    def get_queryset(self, request):
        return self.shown(self.model._default_manager.all(), request.user)

    def get_common_view_kwargs(self, **kwargs):
        return super().get_common_view_kwargs(**{**dict.fromkeys(CLOSED_DOORS), **kwargs})

    def get_inspect_view_kwargs(self, **kwargs):
        return super().get_inspect_view_kwargs(**{"shown": self.shown, **kwargs})

    def get_history_view_kwargs(self, **kwargs):
        return super().get_history_view_kwargs(**{"shown": self.shown, **kwargs})

    def get_usage_view_kwargs(self, **kwargs):
        return super().get_usage_view_kwargs(**{"shown": self.shown, **kwargs})

    @property
    def url_finder_class(self):
        """Where Wagtail's reports lead to: there is no page to edit it on."""
        facts = {"edit_url_name": self.get_url_name("inspect"), "permission_policy": self.permission_policy}
        return type("_LookedAtURLFinder", (_LookedAtURLFinder,), facts)

    def get_urlpatterns(self):
        return [pattern for pattern in super().get_urlpatterns() if pattern.name in OPEN_DOORS]

    def register_chooser_viewset(self):
        """Wagtail's chooser asks nobody who may see what it offers."""

    def on_register(self):
        super().on_register()
        # Wagtail's own deletion of many at once asks the model's rights, not the policy, and names what it refuses; of two, the last counts.
        hooks.register("register_bulk_action", _refusing_deletion_of(self.model), order=1)


def _refusing_deletion_of(model) -> type[BulkAction]:
    class RefusedDeletion(BulkAction):
        display_name = aria_label = "删除"
        action_type = "delete"
        models = [model]

        def dispatch(self, request, *args, **kwargs):
            raise PermissionDenied

    return RefusedDeletion
