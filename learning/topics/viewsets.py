"""「学习专题」 in the admin: the sub-topics under the five content areas (R20)."""

from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.admin.ui.tables import Column
from wagtail.admin.viewsets.model import ModelViewSet

from .models import Topic


class TopicViewSet(ModelViewSet):
    model = Topic
    name = "topics"
    icon = "tag"
    menu_label = "学习专题"
    menu_order = 360
    add_to_admin_menu = True
    copy_view_enabled = False
    inspect_view_enabled = False
    list_display = ["name", Column("get_area_display", label="内容领域"), "position"]
    list_filter = ["area"]
    search_fields = ["name"]
    panels = [FieldPanel("name"), FieldRowPanel([FieldPanel("area"), FieldPanel("position")])]
