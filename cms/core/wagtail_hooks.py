"""Wagtail's admin as this site wears it: its own mark, fonts that have Chinese, no door to somebody else's server."""

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.viewsets.chooser import ChooserViewSet

# These lead to wagtail.org, which an intranet does not reach, and a guide in English is no help.
OUTSIDE = ("whats-new-in-wagtail", "editor-guide")


@hooks.register("insert_global_admin_css")
def own_admin_style():
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin.css"))


@hooks.register("construct_help_menu")
def keep_help_inside(request, menu_items):
    menu_items[:] = [item for item in menu_items if not item.name.startswith(OUTSIDE)]


# Wagtail looks these two words up while it is imported, when no language has been chosen yet.
ChooserViewSet.search_tab_label = gettext_lazy("Search")
ChooserViewSet.create_action_label = gettext_lazy("Create")
