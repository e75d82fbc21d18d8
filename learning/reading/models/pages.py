"""What of the reading room stands in the page tree. Loaded last: these pages ask the other tables of the room when they are looked at."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.models import Page
from wagtail.search import index

from cms.core.models import BasePage

from ...articles.models import ArticlePage
from ..choices import Consent
from ..exhibiting import exhibit
from ..front import front_of
from ..permissions import ReflectionPagePermissionTester


class ConsentedMixin:
    """A page that shows what its author may take back at any moment: no front server keeps it, not even for a minute."""

    def serve(self, request, *args, **kwargs):
        response = super().serve(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response


class ReadingRoomPage(ConsentedMixin, BasePage):
    """This month's books, new arrivals, the exhibition that is on, stars, groups. Reflections and exhibitions are its children."""

    public_by_default = True

    intro = models.CharField("说明", max_length=200, blank=True)

    show_in_menus_default = True
    content_panels = [*Page.content_panels, FieldPanel("intro")]
    template = "learning/reading/reading_room_page.html"
    parent_page_types = ["home.HomePage"]  # not below a column: front servers keep the lists of columns for a minute
    subpage_types = ["learning.ReadingReviewPage", "learning.ExhibitionPage"]
    max_count = 1

    class Meta:
        verbose_name = "读书园地"
        verbose_name_plural = "读书园地"

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        context["front"] = front_of(request.user, today=timezone.localdate())
        return context


class ReadingReviewPage(ConsentedMixin, ArticlePage):
    """The text as handed in; each hand-in is one of its revisions. Live only while it is accepted and its author consents.

    Written on the front end alone. What changes beside the text (consent, reviewer, state) is on `Reflection`: publishing a revision
    would put back what stood there when it was made.
    """

    is_creatable = False
    public_by_default = False
    served_with = (*ArticlePage.served_with, "reflection__book")

    author_name = models.CharField("作者", max_length=50)
    book_name = models.CharField("读的书", max_length=120, blank=True)

    search_fields = [*ArticlePage.search_fields, index.SearchField("author_name"), index.SearchField("book_name")]
    template = "learning/reading/reading_review_page.html"
    parent_page_types = ["learning.ReadingRoomPage"]

    class Meta:
        verbose_name = "读书心得"
        verbose_name_plural = "读书心得"

    def permissions_for_user(self, user):
        return ReflectionPagePermissionTester(user, self)

    def get_admin_display_title(self):
        """What nobody may read yet, or any more, has no title in the admin's lists and log either."""
        return super().get_admin_display_title() if self.live else f"{self._meta.verbose_name}（未展示）"

    @property
    def is_published_when_reviewed(self) -> bool:
        """Asked by the review when the last stage has approved. A copy of a page stands for no reflection, and nobody has consented to it."""
        reflection = getattr(self, "reflection", None)
        return reflection is not None and reflection.consent != Consent.NONE


class ExhibitionPage(ConsentedMixin, BasePage):
    """The exhibition of one quarter. What hangs in it is asked when it is looked at: consent taken back is gone with the next click."""

    public_by_default = True

    quarter_first = models.DateField("季度", unique=True, help_text="填这一季度的第一天，例如 2026-10-01。")
    intro = models.TextField("前言", max_length=1000, blank=True)
    shown_from = models.DateField("展出自", null=True, blank=True)
    shown_until = models.DateField("展出至（含）", null=True, blank=True, help_text="为空则一直展出。")

    content_panels = [
        *Page.content_panels,
        FieldPanel("quarter_first"),
        FieldPanel("intro"),
        FieldRowPanel([FieldPanel("shown_from"), FieldPanel("shown_until")]),
    ]
    template = "learning/reading/exhibition_page.html"
    parent_page_types = ["learning.ReadingRoomPage"]
    subpage_types = []

    class Meta:
        verbose_name = "读书心得展评"
        verbose_name_plural = "读书心得展评"
        constraints = [
            models.CheckConstraint(
                condition=Q(quarter_first__month__in=[1, 4, 7, 10], quarter_first__day=1),
                name="exhibition_is_of_a_quarter",
                violation_error_message="请填季度的第一天：1 月、4 月、7 月或 10 月的 1 日。",
            ),
            models.CheckConstraint(
                condition=Q(shown_from__isnull=True) | Q(shown_until__isnull=True) | Q(shown_until__gte=F("shown_from")),
                name="exhibition_ends_after_start",
                violation_error_message="展出结束日期早于开始日期。",
            ),
        ]

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        context["exhibition"] = exhibit(self, user=request.user, parameters=request.GET, today=timezone.localdate())
        return context
