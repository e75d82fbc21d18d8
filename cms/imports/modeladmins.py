"""The register of batches: read, never edited; a row leads to the batch's own page."""

from django.urls import re_path, reverse
from django.utils.html import format_html
from wagtail.admin.admin_url_finder import register_admin_url_finder
from wagtail_modeladmin.helpers import PermissionHelper
from wagtail_modeladmin.options import ModelAdmin

from .models import ImportBatch


class BatchPermissionHelper(PermissionHelper):
    """Whoever may import sees the register; nobody adds, edits or deletes there."""

    def user_can_list(self, user):
        return user.has_perm("imports.add_importbatch")

    def user_can_create(self, user):
        return False

    def user_can_edit_obj(self, user, obj):
        return False

    def user_can_delete_obj(self, user, obj):
        return False


class BatchURLFinder:
    """Where a batch opens from Wagtail's logs and reports."""

    def __init__(self, user):
        self.user = user

    def get_edit_url(self, instance):
        may = self.user is None or self.user.is_superuser
        may = may or (instance.created_by_id == self.user.pk and self.user.has_perm("imports.add_importbatch"))
        return reverse("imports:batch", args=[instance.pk]) if may else None


class ImportBatchAdmin(ModelAdmin):
    model = ImportBatch
    menu_label = "导入记录"
    menu_icon = "history"
    menu_order = 200
    add_to_admin_menu = False  # stands in the submenu 「导入」
    base_url_path = "imports/register"
    list_display = ("link", "kind_name", "state", "created_by", "created_at", "committed_at")
    list_filter = ("state", "created_at")
    list_select_related = ("created_by",)
    list_per_page = 50
    search_fields = ("original_name",)
    ordering = ("-created_at",)
    permission_helper_class = BatchPermissionHelper
    history_view_enabled = False

    def link(self, batch):
        return format_html('<a href="{}">{}</a>', reverse("imports:batch", args=[batch.pk]), batch.original_name)

    link.short_description = "文件"
    link.admin_order_field = "original_name"

    def kind_name(self, batch):
        return batch.kind_label

    kind_name.short_description = "种类"
    kind_name.admin_order_field = "kind"

    def get_queryset(self, request):
        batches = super().get_queryset(request)
        return batches if request.user.is_superuser else batches.filter(created_by=request.user)

    def get_admin_urls_for_registration(self):
        """The list only."""
        name = self.url_helper.get_action_url_name("index")
        return (re_path(self.url_helper.get_action_url_pattern("index"), self.index_view, name=name),)

    def register_admin_url_finders(self):
        register_admin_url_finder(ImportBatch, BatchURLFinder)

    def register_indexing(self):
        """Nothing points out of a batch that an editor would look up."""


import_register = ImportBatchAdmin()
