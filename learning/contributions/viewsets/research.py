"""Research reports in the admin: looked at and found again, with their revisions. The work is done on the front end, by services."""

from wagtail.admin.ui.tables import Column
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet

from cms.core.viewsets import NarrowedPolicy, OwnPolicyMixin

from ...programme.viewsets.columns import day_column
from ..models import ResearchReport


class ResearchPolicy(NarrowedPolicy):
    """Looking is all there is to do here, whoever asks."""

    actions = ("view",)


class ResearchIndexView(IndexView):
    @property
    def columns(self):
        """Without the box for acting on many at once: there is nothing to be done here."""
        return super().columns[1:]


class ResearchReportViewSet(OwnPolicyMixin, SnippetViewSet):
    model = ResearchReport
    policy_class = ResearchPolicy
    icon = "search"
    menu_label = "调研报告"
    copy_view_enabled = False
    inspect_view_enabled = True
    inspect_view_fields_exclude = ["token", "version", "latest_revision"]
    index_view_class = ResearchIndexView
    list_per_page = 50
    list_display = [
        "title",
        Column("year", label="年度", sort_key="year"),
        Column("department", label="科室（单位）", sort_key="department__name"),
        Column("get_state_display", label="状态", sort_key="state"),
        day_column("declared_on", "申报日期"),
        day_column("handed_in_on", "提交日期"),
        Column("characters", label="字数", sort_key="characters"),
    ]
    list_filter = ["year", "state", "department"]
    search_fields = ["title"]
    ordering = ["-year", "department__position", "id"]
