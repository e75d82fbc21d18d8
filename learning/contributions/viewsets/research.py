"""调研报告 in the admin: looked at and found again, with their revisions. The work is done on the front end, by services."""

from wagtail.admin.ui.tables import Column

from cms.core.looked_at import LookedAtViewSet

from ...judging.choices import JudgingState
from ...programme.viewsets.columns import day_column
from ..choices import ResearchState
from ..models import ResearchJudge, ResearchReport


class ResearchReportViewSet(LookedAtViewSet):
    model = ResearchReport
    icon = "search"
    menu_label = "调研报告"
    inspect_view_fields = [
        "year",
        "department",
        "title",
        "purpose",
        "linked_work",
        "state",
        "declared_on",
        "declared_by",
        "decided_on",
        "decided_by",
        "decision_note",
        "method",
        "interviewees",
        "abstract",
        "problem",
        "cause",
        "proposal",
        "body",
        "characters",
        "secrecy_checked_by",
        "secrecy_checked_on",
        "handed_in_on",
        "created_by",
    ]
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

    @staticmethod
    def shown(rows, user):
        """Whoever judges them without a name does not find them here, either, whatever else they may do."""
        years = ResearchJudge.objects.filter(staff__user=user, judging__state=JudgingState.OPEN).values("judging__year")
        return rows.exclude(state=ResearchState.HANDED_IN, year__in=years)
