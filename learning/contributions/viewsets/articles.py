"""稿件 in the admin: looked at and found again, with their revisions; drafts are not there. The work is done on the front end, by services."""

from wagtail.admin.ui.tables import Column

from cms.core.looked_at import LookedAtViewSet

from ...programme.viewsets.columns import day_column
from ..choices import ArticleState
from ..models import MediaArticle


class MediaArticleViewSet(LookedAtViewSet):
    model = MediaArticle
    icon = "doc-full"
    menu_label = "稿件"
    inspect_view_fields = [
        "title",
        "genre",
        "topic",
        "body",
        "written_on",
        "state",
        "reason",
        "reason_note",
        "reviewer_name",
        "reviewed_on",
        "secrecy_checked_by",
        "secrecy_checked_on",
        "submitted_on",
        "session",
        "commission",
        "is_reprint",
        "created_by",
    ]
    list_display = [
        "title",
        Column("get_genre_display", label="体裁", sort_key="genre"),
        Column("get_state_display", label="状态", sort_key="state"),
        day_column("written_on", "成稿日期"),
        day_column("submitted_on", "报送日期"),
    ]
    list_filter = {"state": ["exact"], "genre": ["exact"], "written_on": ["gte", "lte"]}
    search_fields = ["title"]
    ordering = ["-written_on", "-id"]

    @staticmethod
    def shown(rows, user):
        """A draft is its authors' alone."""
        return rows.exclude(state=ArticleState.DRAFT)
