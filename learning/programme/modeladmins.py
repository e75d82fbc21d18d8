"""The register of attendance: read and taken away as a table, never edited here; corrections are made at the roll, with a reason."""

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

from .models import Attendance

VIEW = "learning.view_attendance"
MOST_EXPORTED = 100_000  # rows of one file; more of them no spreadsheet of an office opens in time


class AttendancePermissionHelper(PermissionHelper):
    """Whoever may see who was there; nobody adds, edits or deletes."""

    def get_all_model_permissions(self):
        return Permission.objects.filter(content_type__app_label="learning", codename="view_attendance")

    def user_can_list(self, user):
        return user.has_perm(VIEW)

    def user_can_create(self, user):
        return False

    def user_can_edit_obj(self, user, obj):
        return False

    def user_can_delete_obj(self, user, obj):
        return False


class AttendanceURLFinder:
    """Where an attendance opens from Wagtail's logs: the roll of its session."""

    def __init__(self, user):
        self.user = user

    def get_edit_url(self, instance):
        return reverse("session", args=[instance.session_id]) if self.user is None or self.user.has_perm(VIEW) else None


class UnitFilter(RelatedFieldListFilter):
    """In the order of the model: Django's own asks its admin site, which is not installed here."""

    def field_admin_ordering(self, field, request, model_admin):
        return ()


class AttendanceIndexView(FilteredRegisterMixin, IndexView):
    FORMATS = (IndexView.FORMAT_XLSX,)  # Wagtail's .csv is open to formulas and garbled in WPS
    export_buttons_template_name = "learning/programme/admin/attendance_export.html"

    def as_spreadsheet(self, queryset, spreadsheet_format):
        if queryset.count() > MOST_EXPORTED:
            messages.error(self.request, f"超过 {MOST_EXPORTED} 行，一个表格装不下。请先用右侧的筛选缩小范围（例如按日期、科室）再下载。")
            params = self.request.GET.copy()
            params.pop(self.EXPORT_VAR)
            return HttpResponseRedirect(f"{self.request.path}?{params.urlencode()}")
        return super().as_spreadsheet(queryset, spreadsheet_format)


class AttendanceAdmin(ModelAdmin):
    model = Attendance
    menu_label = "考勤"
    menu_icon = "list-ul"
    add_to_admin_menu = False  # stands in the submenu 「学习计划」
    base_url_path = "attendance-register"
    index_view_class = AttendanceIndexView
    permission_helper_class = AttendancePermissionHelper
    history_view_enabled = False
    list_display = ("held_on", "activity", "staff", "department", "branch", "state", "made_up", "how_recorded", "when_recorded")
    list_export = list_display
    export_filename = "考勤"
    index_view_extra_css = ["css/programme-admin.css"]
    list_filter = ("session__starts_at", "status", "is_made_up", "is_expected", "how", ("branch", UnitFilter), ("department", UnitFilter))
    list_select_related = ("session", "staff", "department", "branch")
    list_per_page = 50
    search_fields = ("staff__name", "staff__employee_number", "session__title")
    ordering = ("-session__starts_at", "session", "department__position", "staff__sort_key")

    def get_list_export(self, request):
        return ("held_on", "title", *self.list_export[2:])

    def get_extra_class_names_for_field_col(self, obj, field_name):
        return ["w-whitespace-nowrap"] if field_name in ("held_on", "staff", "when_recorded") else []

    def held_on(self, attendance):
        return f"{attendance.session.day:%Y-%m-%d}"

    held_on.short_description = "日期"
    held_on.admin_order_field = "session__starts_at"

    def activity(self, attendance):
        return format_html('<a href="{}">{}</a>', reverse("session", args=[attendance.session_id]), attendance.session)

    activity.short_description = "学习活动"
    activity.admin_order_field = "session__title"

    def title(self, attendance):
        return attendance.session.title

    title.short_description = "学习活动"

    def state(self, attendance):
        return attendance.get_status_display() if attendance.is_expected else f"不列入应到（{attendance.roster_reason}）"

    state.short_description = "状态"
    state.admin_order_field = "status"

    def made_up(self, attendance):
        return "已补学" if attendance.is_made_up else "—"

    made_up.short_description = "补学"
    made_up.admin_order_field = "is_made_up"

    def how_recorded(self, attendance):
        return attendance.get_how_display() or "—"

    how_recorded.short_description = "登记方式"
    how_recorded.admin_order_field = "how"

    def when_recorded(self, attendance):
        return f"{localtime(attendance.recorded_at):%Y-%m-%d %H:%M}" if attendance.recorded_at else "—"

    when_recorded.short_description = "登记时间"
    when_recorded.admin_order_field = "recorded_at"

    def get_admin_urls_for_registration(self):
        """The list only."""
        name = self.url_helper.get_action_url_name("index")
        return (re_path(self.url_helper.get_action_url_pattern("index"), self.index_view, name=name),)

    def register_admin_url_finders(self):
        register_admin_url_finder(Attendance, AttendanceURLFinder)

    def register_indexing(self):
        """Nothing points out of an attendance that an editor would look up."""


attendance_register = AttendanceAdmin()
