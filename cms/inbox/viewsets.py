"""「消息通道」 in the admin. Its addresses are secrets, so it is the superusers' alone, whatever rights a group is given."""

from wagtail.admin.panels import FieldPanel
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies import ModelPermissionPolicy

from cms.core.viewsets import OwnPolicyMixin

from .models import Channel


class SuperuserPolicy(ModelPermissionPolicy):
    def user_has_permission(self, user, action):
        return user.is_active and user.is_superuser


class ChannelViewSet(OwnPolicyMixin, ModelViewSet):
    model = Channel
    policy_class = SuperuserPolicy
    name = "channels"
    icon = "mail"
    menu_label = "消息通道"
    menu_order = 360
    add_to_admin_menu = True
    add_to_reference_index = False
    inspect_view_enabled = False
    copy_view_enabled = False
    list_display = [
        "name",
        Column("get_kind_display", label="种类"),
        Column("masked_address", label="地址"),
        BooleanColumn("is_active", label="启用"),
    ]
    search_fields = ["name"]
    panels = [FieldPanel("name"), FieldPanel("kind"), FieldPanel("address"), FieldPanel("is_active")]

    def get_permissions_to_register(self):
        return super().get_permissions_to_register().none()  # nothing to hand to a group


channel_viewset = ChannelViewSet()
