"""「新闻宣传」 in the admin: what the office keeps. The work itself is done on the front end."""

from wagtail.snippets.views.snippets import SnippetViewSetGroup

from ..modeladmins import placement_register
from .articles import MediaArticleViewSet
from .outlets import OutletViewSet
from .research import ResearchReportViewSet
from .rules import RuleSetViewSet

__all__ = ["ContributionsViewSetGroup"]


class ContributionsViewSetGroup(SnippetViewSetGroup):
    menu_label = "新闻宣传与调研"
    menu_name = "contributions"
    menu_icon = "doc-full"
    menu_order = 497
    items = (MediaArticleViewSet, OutletViewSet, RuleSetViewSet, ResearchReportViewSet)

    def get_submenu_items(self):
        articles, *others = (viewset.get_menu_item(order=10 * number) for number, viewset in enumerate(self.registerables, start=3))
        articles.order = 10
        return [articles, placement_register.get_menu_item(order=20), *others]
