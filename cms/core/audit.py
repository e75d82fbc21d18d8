"""操作日志: everything that Wagtail's log holds, for those whose office it is to read it (GB/T 22239: an auditor who changes nothing).

Wagtail's own report shows only what the reader may edit, which for an auditor is nothing.
"""

from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import permission_required
from django.contrib.contenttypes.models import ContentType
from django.db.models import IntegerField, Value
from wagtail.admin.filters import ContentTypeFilter
from wagtail.admin.views.reports.audit_logging import LogEntriesView, SiteHistoryReportFilterSet
from wagtail.log_actions import registry

PERMISSIONS = ("wagtailcore.view_pagelogentry", "wagtailcore.view_modellogentry")
may_audit = permission_required(PERMISSIONS)


def _logged_content_types(request):
    keys = {key for model in registry.get_log_entry_models() for key in model.objects.all().get_content_type_ids()}
    return ContentType.objects.filter(pk__in=keys).order_by("model")


class AuditLogFilterSet(SiteHistoryReportFilterSet):
    object_type = ContentTypeFilter(label="类型", method="filter_object_type", queryset=_logged_content_types)

    def get_action_choices(self):
        return registry.get_choices()

    def get_user_choices(self):
        users = get_user_model()
        return users.objects.filter(pk__in=self._actors()).order_by(users.USERNAME_FIELD)

    @staticmethod
    def _actors() -> set:
        return {key for model in registry.get_log_entry_models() for key in model.objects.all().get_user_ids()}


class AuditLogView(LogEntriesView):
    page_title = "操作日志"
    filterset_class = AuditLogFilterSet
    index_url_name = "audit_log"
    index_results_url_name = "audit_log_results"
    FORMATS = (LogEntriesView.FORMAT_XLSX,)  # Wagtail's .csv is open to formulas and garbled in WPS

    def get_filtered_queryset(self):
        self.log_models = list(registry.get_log_entry_models())
        parts = [
            self.filter_queryset(
                model.objects.values("pk", "timestamp").annotate(log_model_index=Value(index, output_field=IntegerField()))
            ).order_by()
            for index, model in enumerate(self.log_models)
        ]
        return parts[0].union(*parts[1:], all=True).order_by("-timestamp")
