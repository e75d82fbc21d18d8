"""Wagtail's admin as this site wears it: its own mark, fonts that have Chinese, no door to somebody else's server."""

from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.chooser import ChooserViewSet

from .audit import PERMISSIONS, AuditLogView, may_audit
from .job_runs import JobRunViewSet

# These lead to wagtail.org, which an intranet does not reach, and a guide in English is no help.
OUTSIDE = ("whats-new-in-wagtail", "editor-guide")


@hooks.register("insert_global_admin_css")
def own_admin_style():
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin.css"))


@hooks.register("construct_help_menu")
def keep_help_inside(request, menu_items):
    menu_items[:] = [item for item in menu_items if not item.name.startswith(OUTSIDE)]


@hooks.register("register_admin_viewset")
def register_job_runs():
    return JobRunViewSet()


@hooks.register("register_admin_urls")
def register_audit_log():
    return [
        path("reports/audit-log/", may_audit(AuditLogView.as_view()), name="audit_log"),
        path("reports/audit-log/results/", may_audit(AuditLogView.as_view(results_only=True)), name="audit_log_results"),
    ]


class AuditLogMenuItem(MenuItem):
    def is_shown(self, request):
        return request.user.has_perms(PERMISSIONS)


@hooks.register("register_reports_menu_item")
def offer_audit_log():
    return AuditLogMenuItem("操作日志", reverse("audit_log"), name="audit-log", icon_name="history", order=1100)


# Wagtail looks these two words up while it is imported, when no language has been chosen yet.
ChooserViewSet.search_tab_label = gettext_lazy("Search")
ChooserViewSet.create_action_label = gettext_lazy("Create")
