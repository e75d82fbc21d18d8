"""五有档案 in the admin: found again by year and person, with how each stands and its history. What is in a file is read on the front end,
where looking is written down; nothing is edited here."""

from django.db.models import DateTimeField, OuterRef, Subquery
from wagtail.admin.ui.tables import Column
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from cms.core.looked_at import LookedAtViewSet

from ..programme.rights import RUN
from ..programme.viewsets.columns import moment_column
from .models import FileLock, FiveHavesFile


class FiveHavesFileViewSet(LookedAtViewSet):
    """Whether somebody keeps notes on paper is not among the fields: of private notes nobody learns the day."""

    model = FiveHavesFile
    icon = "folder-open-inverse"
    menu_label = "五有档案"
    inspect_view_fields = ["year", "staff", "confirmed_at", "confirmed_by_name", "confirm_note", "confirmed_sha256"]
    list_display = [
        "staff",
        Column("year", label="年度", sort_key="year"),
        moment_column("confirmed_at", "确认时间"),
        Column("confirmed_by_name", label="确认人", accessor=lambda file: file.confirmed_by_name or "—"),
        moment_column("locked_at", "锁定时间"),
    ]
    list_filter = ["year"]
    search_fields = ["staff__name"]
    ordering = ["-year", "staff__sort_key", "id"]

    @staticmethod
    def shown(rows, user):
        """Those that the front end shows the same person: of all for the committee, of nobody for anybody else."""
        if not user.has_perm(RUN):
            return rows.none()
        locks = FileLock.objects.in_force().filter(file=OuterRef("pk"))
        return rows.select_related("staff").annotate(locked_at=Subquery(locks.values("locked_at")[:1], output_field=DateTimeField()))


class PortfolioViewSetGroup(SnippetViewSetGroup):
    menu_label = "五有档案"
    menu_name = "portfolio"
    menu_icon = "folder-open-inverse"
    menu_order = 498
    items = (FiveHavesFileViewSet,)
