"""What every published article has in common, and the columns (栏目) they are listed in.

`ArticlePage` is a concrete table under the page types, so that a list, a feed or a filter reads one table whatever the types are.
"""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, PublishingPanel
from wagtail.fields import StreamField
from wagtail.models import Orderable, Page
from wagtail.search import index

from cms.core.blocks import DocumentBody
from cms.core.models import BasePage
from cms.core.visibility import visible_pages

from ..organisation.models import Department
from ..topics.areas import ContentArea
from ..topics.models import Topic
from .listing import list_articles
from .querysets import ArticleManager
from .surroundings import surroundings_of


class ColumnPage(BasePage):
    """栏目: lists the articles below it by date."""

    public_by_default = True

    intro = models.CharField("栏目说明", max_length=200, blank=True)

    show_in_menus_default = True
    content_panels = [*Page.content_panels, FieldPanel("intro")]
    template = "learning/articles/column_page.html"
    parent_page_types = ["home.HomePage", "learning.ColumnPage"]

    class Meta:
        verbose_name = "栏目"
        verbose_name_plural = "栏目"

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        context["listing"] = list_articles(
            ArticlePage.objects.visible_to(request.user).in_column(self),
            columns=visible_pages(request.user).child_of(self).type(ColumnPage).order_by("path"),
            parameters=request.GET,
            today=timezone.localdate(),
        )
        return context


class UpdateNoteBlock(blocks.StructBlock):
    """What changed in a published article and when."""

    noted_on = blocks.DateBlock(label="日期")
    text = blocks.CharBlock(label="说明", max_length=200)

    class Meta:
        icon = "history"
        label = "更新说明"


class ArticlePage(BasePage):
    """Never made by itself: `NoticePage`, `StudyMaterialPage` and their like are articles."""

    served_with = ("department", "reading_count")

    is_creatable = False

    source = models.CharField("信息来源", max_length=100, blank=True, help_text="为空则页面上不显示这一项。")
    shown_at = models.DateTimeField(
        "信息时间",
        null=True,
        blank=True,
        help_text="精确到分。留空则取首次发布的时间；以后修改页面不会改变它，除非在这里改。",
    )
    summary = models.CharField("摘要", max_length=300, blank=True, help_text="列表里标题下的一行。")
    department = models.ForeignKey(
        Department, verbose_name="发布科室", null=True, blank=True, on_delete=models.PROTECT, related_name="articles"
    )
    area = models.CharField("内容领域", max_length=24, choices=ContentArea.choices, blank=True)
    topics = ParentalManyToManyField(Topic, verbose_name="专题", blank=True, related_name="articles")
    pinned_until = models.DateField("置顶至（含）", null=True, blank=True, help_text="过了这一天自动取消置顶。")
    body = StreamField(DocumentBody(), verbose_name="正文", blank=True)
    update_notes = StreamField(
        [("note", UpdateNoteBlock())], verbose_name="更新说明", blank=True, help_text="发布后改了什么、何时改的：读者在正文下面看到。"
    )

    objects = ArticleManager()

    search_fields = [
        *Page.search_fields,
        index.SearchField("summary"),
        index.SearchField("body"),
        index.SearchField("source"),
        index.FilterField("shown_at"),
        index.FilterField("area"),
        index.FilterField("department"),
        index.FilterField("source"),
    ]

    heading_panels = [
        MultiFieldPanel([FieldPanel("source"), FieldPanel("shown_at"), FieldPanel("department")], heading="来源与时间"),
        MultiFieldPanel([FieldPanel("area"), FieldPanel("topics")], heading="内容领域"),
    ]
    listing_panels = [FieldPanel("summary"), FieldPanel("pinned_until")]
    extra_panels = [
        InlinePanel("attachments", label="附件", heading="附件"),
        InlinePanel("related_pages", label="相关内容", heading="相关内容"),
        FieldPanel("update_notes"),
    ]
    settings_panels = [PublishingPanel()]
    parent_page_types = ["learning.ColumnPage"]
    subpage_types = []

    @property
    def column(self):
        """The column this article stands in, as far as readers see it."""
        return self.ancestor_chain[-1] if self.ancestor_chain else None

    @property
    def dated_at(self):
        """信息时间, or for a draft that has none yet the moment it is looked at for."""
        return self.shown_at or self.first_published_at

    @cached_property
    def numbered_body(self) -> list[tuple]:
        """(block, anchor) of the body; headings carry the anchor that the table of contents leads to."""
        rows, number = [], 0
        for block in self.body:
            if block.block_type == "heading":
                number += 1
            rows.append((block, f"s{number}" if block.block_type == "heading" else ""))
        return rows

    @property
    def contents(self) -> list[dict]:
        """The table of contents: level, text and anchor of every heading."""
        return [
            {"level": block.value["level"], "text": block.value["text"], "anchor": anchor} for block, anchor in self.numbered_body if anchor
        ]

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        context["surroundings"] = surroundings_of(self, articles=ArticlePage.objects, relations=RelatedPage.objects, user=request.user)
        return context

    class Meta:
        verbose_name = "文章"
        verbose_name_plural = "文章"
        indexes = [
            models.Index(fields=["-shown_at"], name="article_shown_at"),
            models.Index(fields=["pinned_until"], name="article_pinned_until"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(area__in=["", *ContentArea.values]), name="article_area_is_known"),
        ]


class ArticleAttachment(Orderable):
    page = ParentalKey(ArticlePage, on_delete=models.CASCADE, related_name="attachments")
    document = models.ForeignKey(settings.WAGTAILDOCS_DOCUMENT_MODEL, verbose_name="文件", on_delete=models.PROTECT, related_name="+")
    title = models.CharField("显示名称", max_length=120, blank=True, help_text="为空用文件自己的标题。")

    panels = [FieldPanel("document"), FieldPanel("title")]

    class Meta(Orderable.Meta):
        verbose_name = "附件"
        verbose_name_plural = "附件"

    def __str__(self):
        return self.title or self.document.title


class RelatedPage(Orderable):
    page = ParentalKey(ArticlePage, on_delete=models.CASCADE, related_name="related_pages")
    related = models.ForeignKey("wagtailcore.Page", verbose_name="页面", on_delete=models.CASCADE, related_name="+")

    panels = [FieldPanel("related")]

    class Meta(Orderable.Meta):
        verbose_name = "相关内容"
        verbose_name_plural = "相关内容"
        constraints = [models.UniqueConstraint(fields=["page", "related"], name="unique_related_page")]

    def __str__(self):
        return self.related.title
