from wagtail.snippets.views.snippets import SnippetViewSet

from ..models import ResearchReport


class ResearchReportViewSet(SnippetViewSet):
    model = ResearchReport
    icon = "search"
    menu_label = "调研报告"
