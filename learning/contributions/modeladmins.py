"""The register of placements: read and taken away as a table, never edited here; corrections are made on the placement's own page."""

from django.contrib import messages
from django.contrib.admin.filters import RelatedFieldListFilter
from django.contrib.auth.models import Permission
from django.http import HttpResponseRedirect
from django.urls import re_path, reverse
from django.utils.html import format_html
from django.utils.timezone import localtime
from wagtail.admin.admin_url_finder import register_admin_url_finder
from wagtail_modeladmin.helpers import PermissionHelper
from wagtail_modeladmin.options import ModelAdmin
from wagtail_modeladmin.views import IndexView

from cms.core.viewsets import FilteredRegisterMixin

from .models import Placement
from .rights import RUN

MOST_EXPORTED = 100_000  # rows of one file; more of them no spreadsheet of an office opens in time


class PlacementPermissionHelper(PermissionHelper):
    """The office's; nobody adds, edits or deletes here."""

    def get_all_model_permissions(self):
        return Permission.objects.filter(content_type__app_label="learning", codename=RUN.split(".")[1])

    def user_can_list(self, user):
        return user.has_perm(RUN)

    def user_can_create(self, user):
        return False

    def user_can_edit_obj(self, user, obj):
        return False

    def user_can_delete_obj(self, user, obj):
        return False


class PlacementURLFinder:
    """Where a placement opens from Wagtail's logs: its page on the front end."""

    def __init__(self, user):
        self.user = user

    def get_edit_url(self, instance):
        return reverse("placement", args=[instance.pk]) if self.user is None or self.user.has_perm(RUN) else None


class OutletFilter(RelatedFieldListFilter):
    """In the order of the model: Django's own asks its admin site, which is not installed here."""

    def field_admin_ordering(self, field, request, model_admin):
        return ()


class PlacementIndexView(FilteredRegisterMixin, IndexView):
    FORMATS = (IndexView.FORMAT_XLSX,)  # Wagtail's .csv is open to formulas and garbled in WPS
    export_buttons_template_name = "learning/contributions/admin/placement_export.html"

    def as_spreadsheet(self, queryset, spreadsheet_format):
        if queryset.count() > MOST_EXPORTED:
            messages.error(self.request, f"超过 {MOST_EXPORTED} 行，一个表格装不下。请先用右侧的筛选缩小范围（例如按日期、媒体）再下载。")
            params = self.request.GET.copy()
            params.pop(self.EXPORT_VAR)
            return HttpResponseRedirect(f"{self.request.path}?{params.urlencode()}")
        return super().as_spreadsheet(queryset, spreadsheet_format)


class PlacementAdmin(ModelAdmin):
    model = Placement
    menu_label = "采用登记"
    menu_icon = "list-ul"
    add_to_admin_menu = False  # stands in the submenu 「新闻宣传与调研」
    base_url_path = "placement-register"
    index_view_class = PlacementIndexView
    permission_helper_class = PlacementPermissionHelper
    history_view_enabled = False
    list_display = ("day", "published", "outlet", "level_then", "medium_then", "sent_by", "state")  # what stands beside the filters
    list_export = (
        "day",
        "published",
        "outlet",
        "level_then",
        "medium_then",
        "class_then",
        "page",
        "where",
        "sent_by",
        "state",
        "when_entered",
    )
    export_filename = "采用登记"
    index_view_extra_css = ["css/programme-admin.css"]
    list_filter = ("published_on", "level", "medium", "is_scored", "is_reprint", ("outlet", OutletFilter))
    list_select_related = ("outlet", "article")
    list_per_page = 50
    search_fields = ("title", "article__title", "outlet__name")
    ordering = ("-published_on", "-pk")

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("article__departments__department").defer("text", "article__body")

    def get_list_export(self, request):
        return ("day", "title", *self.list_export[2:])

    def get_extra_class_names_for_field_col(self, obj, field_name):
        return ["w-whitespace-nowrap"] if field_name in ("day", "when_entered") else []

    def day(self, placement):
        return f"{placement.published_on:%Y-%m-%d}"

    day.short_description = "刊发日期"
    day.admin_order_field = "published_on"

    def published(self, placement):
        return format_html('<a href="{}">{}</a>', reverse("placement", args=[placement.pk]), placement.title)

    published.short_description = "刊发标题"
    published.admin_order_field = "title"

    def level_then(self, placement):
        return placement.get_level_display()

    level_then.short_description = "级别"
    level_then.admin_order_field = "level"

    def medium_then(self, placement):
        return placement.get_medium_display()

    medium_then.short_description = "类别"
    medium_then.admin_order_field = "medium"

    def class_then(self, placement):
        return placement.get_weight_class_display()

    class_then.short_description = "权重类别"
    class_then.admin_order_field = "weight_class"

    def where(self, placement):
        return placement.get_position_display()

    where.short_description = "位置"
    where.admin_order_field = "position"

    def sent_by(self, placement):
        return "、".join(line.department.name for line in placement.article.departments.all())

    sent_by.short_description = "供稿科室（单位）"

    def state(self, placement):
        if placement.confirmed_at is None:
            return "待确认"
        return "计分" if placement.is_scored else f"不计分（{placement.unscored_reason}）"

    state.short_description = "状态"
    state.admin_order_field = "confirmed_at"

    def when_entered(self, placement):
        return f"{localtime(placement.entered_at):%Y-%m-%d %H:%M}"

    when_entered.short_description = "登记时间"
    when_entered.admin_order_field = "entered_at"

    def get_admin_urls_for_registration(self):
        """The list only."""
        name = self.url_helper.get_action_url_name("index")
        return (re_path(self.url_helper.get_action_url_pattern("index"), self.index_view, name=name),)

    def register_admin_url_finders(self):
        register_admin_url_finder(Placement, PlacementURLFinder)

    def register_indexing(self):
        """Nothing points out of a placement that an editor would look up."""


placement_register = PlacementAdmin()
