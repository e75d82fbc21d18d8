"""The three page types of the library: notices, study materials, lecture records."""

from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.models import Orderable, Page
from wagtail.search import index

from ..articles.models import ArticlePage
from ..programme.models import Session
from ..programme.rates import Rates, of_session
from ..programme.rights import Rights
from ..programme.session_counting import counted_lines


class NoticePage(ArticlePage):
    """通知 (R4, R10): a document with recipients, a number and a date of its own beside the date of the web page."""

    public_by_default = True

    recipients = models.CharField("主送", max_length=200, blank=True)
    issuing_body = models.CharField("发文机关", max_length=100, blank=True)
    document_number = models.CharField("发文字号", max_length=40, blank=True, help_text="例如 许教〔2026〕5号。")
    index_number = models.CharField("索引号", max_length=40, blank=True)
    composed_on = models.DateField("成文日期", null=True, blank=True, help_text="文件落款的日期，与信息时间不同。")

    search_fields = [*ArticlePage.search_fields, index.SearchField("issuing_body"), index.SearchField("document_number")]
    content_panels = [
        *Page.content_panels,
        MultiFieldPanel(
            [
                FieldPanel("recipients"),
                FieldRowPanel([FieldPanel("issuing_body"), FieldPanel("document_number")]),
                FieldRowPanel([FieldPanel("index_number"), FieldPanel("composed_on")]),
            ],
            heading="公文要素（为空不显示）",
        ),
        *ArticlePage.heading_panels,
        *ArticlePage.listing_panels,
        FieldPanel("body"),
        *ArticlePage.extra_panels,
    ]
    template = "learning/library/notice_page.html"

    class Meta:
        verbose_name = "通知"
        verbose_name_plural = "通知"

    @property
    def addressed_to(self) -> str:
        """主送 as it stands above the text: with the colon, which some sources bring along and others do not."""
        return f"{self.recipients.rstrip(':：')}：" if self.recipients else ""


class NoticeSource(models.Model):
    """What file a notice page stands for, so that the same notice never makes a second page and an editor's later work is recognised.

    Not on the page itself: a copy or an alias of the page is another page and stands for no file.
    """

    page = models.OneToOneField(NoticePage, verbose_name="页面", on_delete=models.CASCADE, primary_key=True, related_name="import_source")
    key = models.CharField("通知标识", max_length=64, unique=True, editable=False)
    content_sha256 = models.CharField("导入内容的 SHA-256", max_length=64, editable=False)

    class Meta:
        verbose_name = "通知来源"
        verbose_name_plural = "通知来源"

    def __str__(self):
        return self.page.title


class StudyMaterialPage(ArticlePage):
    """学习资料."""

    public_by_default = True

    author = models.CharField("作者", max_length=60, blank=True)

    search_fields = [*ArticlePage.search_fields, index.SearchField("author")]
    content_panels = [
        *Page.content_panels,
        FieldPanel("author"),
        *ArticlePage.heading_panels,
        *ArticlePage.listing_panels,
        FieldPanel("body"),
        *ArticlePage.extra_panels,
    ]
    template = "learning/library/study_material_page.html"

    class Meta:
        verbose_name = "学习资料"
        verbose_name_plural = "学习资料"


class LectureRecordPage(ArticlePage):
    """讲座记录. Readable by staff; an editor may open it to the public."""

    held_from = models.DateTimeField("开始时间", null=True, blank=True)
    held_until = models.DateTimeField("结束时间", null=True, blank=True)
    place = models.CharField("地点", max_length=100, blank=True)
    host = models.CharField("主持人", max_length=50, blank=True)
    recorder = models.CharField("记录人", max_length=50, blank=True)
    audience = models.CharField("参加范围", max_length=100, blank=True)
    session = models.ForeignKey(
        Session,
        verbose_name="学习活动",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="lecture_records",
        help_text="从学习活动生成的记录：应到、实到、请假、缺席从点名取数，不用填写。",
    )

    search_fields = [*ArticlePage.search_fields, index.SearchField("place"), index.SearchField("host")]
    content_panels = [
        *Page.content_panels,
        InlinePanel("lecturers", label="主讲人", heading="主讲人"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("held_from"), FieldPanel("held_until")]),
                FieldRowPanel([FieldPanel("place"), FieldPanel("audience")]),
                FieldRowPanel([FieldPanel("host"), FieldPanel("recorder")]),
            ],
            heading="讲座情况",
        ),
        InlinePanel("key_points", label="要点", heading="要点"),
        *ArticlePage.heading_panels,
        *ArticlePage.listing_panels,
        FieldPanel("body"),
        *ArticlePage.extra_panels,
    ]
    template = "learning/library/lecture_record_page.html"

    class Meta:
        verbose_name = "讲座记录"
        verbose_name_plural = "讲座记录"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(held_from__isnull=True)
                | models.Q(held_until__isnull=True)
                | models.Q(held_until__gte=models.F("held_from")),
                name="lecture_ends_after_start",
                violation_error_message="结束时间早于开始时间。",
            )
        ]

    def get_context(self, request, *args, **kwargs):
        """For somebody signed in also what its session counts for: nothing of it is on the page that is kept for everybody."""
        context = super().get_context(request, *args, **kwargs)
        if self.session_id and request.user.is_authenticated and not getattr(request, "is_preview", False):
            context["counted"] = counted_lines(self.session, Rights(request.user, timezone.localdate()))
        return context

    @cached_property
    def head_counts(self) -> Rates | None:
        """From the roll of the session, as it stands now: corrections and make-ups show at once. None without a roll."""
        return of_session(self.session) if self.session_id and self.session.roll_completed_at else None


class Lecturer(Orderable):
    page = ParentalKey(LectureRecordPage, on_delete=models.CASCADE, related_name="lecturers")
    name = models.CharField("姓名", max_length=50)
    post = models.CharField("单位及职务", max_length=100, blank=True)

    panels = [FieldRowPanel([FieldPanel("name"), FieldPanel("post")])]

    class Meta(Orderable.Meta):
        verbose_name = "主讲人"
        verbose_name_plural = "主讲人"

    def __str__(self):
        return self.name


class KeyPoint(Orderable):
    page = ParentalKey(LectureRecordPage, on_delete=models.CASCADE, related_name="key_points")
    text = models.CharField("要点", max_length=200)

    panels = [FieldPanel("text")]

    class Meta(Orderable.Meta):
        verbose_name = "要点"
        verbose_name_plural = "要点"

    def __str__(self):
        return self.text
