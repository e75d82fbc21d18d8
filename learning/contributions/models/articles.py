"""稿件: a piece from the first draft to what became of it (product.md §3.1)."""

import uuid

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.models import DraftStateMixin, Orderable, RevisionMixin, Task, TaskState, WorkflowMixin

from cms.files.models import random_name
from cms.files.storage import private_storage

from ...organisation.models import Department, StaffMember
from ...programme.models import Session
from ..choices import ArticleState, EventKind, FileKind, Genre, Level, Reason, Step
from ..querysets import MediaArticleQuerySet
from .calls import Commission
from .outlets import Outlet

USER = settings.AUTH_USER_MODEL


def article_file_to(_file, filename):
    return random_name("contributions", filename)


class ArticleTask(Task):
    """A stage of an article's review. Decided on the front end by services: no button of the admin takes part."""

    class Meta:
        verbose_name = "稿件审核"
        verbose_name_plural = "稿件审核"

    def locked_for_user(self, obj, user):
        return True

    def user_can_access_editor(self, obj, user):
        return False

    def get_actions(self, obj, user):
        return []

    def get_task_states_user_can_moderate(self, user, **kwargs):
        return TaskState.objects.none()

    @classmethod
    def get_description(cls):
        return "在前台“新闻宣传”里审核；提交的人不能审核自己的稿件。"


class MediaArticle(WorkflowMixin, DraftStateMixin, RevisionMixin, ClusterableModel):
    """One piece, however often it is used. What is `live` is the text that the office accepted; `state` is where the piece stands.

    `submitted_on` is the day that the count of submitted pieces goes by: when it reached the office, for a piece that the office registered
    itself the day it was written.
    """

    token = models.UUIDField("表单标识", default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField("标题", max_length=120)
    body = models.TextField("正文", max_length=20_000, blank=True)
    genre = models.CharField("体裁", max_length=12, choices=Genre.choices, default=Genre.NEWS)
    topic = models.CharField("主题", max_length=60, blank=True)
    written_on = models.DateField("成稿日期")
    is_reprint = models.BooleanField("转载", default=False, help_text="转发别处已发的内容，不是本单位采写的。")
    session = models.ForeignKey(
        Session, verbose_name="报道的学习活动", null=True, blank=True, on_delete=models.SET_NULL, related_name="articles"
    )
    commission = models.ForeignKey(
        Commission, verbose_name="应哪次约稿", null=True, blank=True, on_delete=models.SET_NULL, related_name="articles"
    )

    state = models.CharField("状态", max_length=12, choices=ArticleState.choices, default=ArticleState.DRAFT)
    reason = models.CharField("原因", max_length=16, choices=Reason.choices, blank=True)
    reason_note = models.CharField("原因说明", max_length=300, blank=True)
    reviewer_name = models.CharField("审核人", max_length=50, blank=True)
    reviewed_on = models.DateField("审核日期", null=True, blank=True)
    secrecy_checked_by = models.CharField("保密审查人", max_length=50, blank=True)
    secrecy_checked_on = models.DateField("保密审查日期", null=True, blank=True)
    submitted_on = models.DateField("报送日期", null=True, blank=True, db_index=True)
    handed_in_at = models.DateTimeField("提交时间", null=True, blank=True)
    moved_at = models.DateTimeField("状态更新时间")

    version = models.PositiveIntegerField(default=1, editable=False)
    saved_at = models.DateTimeField("保存时间")
    created_at = models.DateTimeField("建立时间")
    created_by = models.ForeignKey(USER, verbose_name="建立人", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    revisions = GenericRelation("wagtailcore.Revision", content_type_field="base_content_type", object_id_field="object_id")
    workflow_states = GenericRelation(
        "wagtailcore.WorkflowState",
        content_type_field="base_content_type",
        object_id_field="object_id",
        related_query_name="media_article",
        for_concrete_model=False,
    )

    objects = MediaArticleQuerySet.as_manager()

    class Meta:
        verbose_name = "稿件"
        verbose_name_plural = "稿件"
        ordering = ["-written_on", "-id"]
        permissions = [("run_contributions", "办理新闻宣传：登记采用、维护媒体与计分规则")]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="article_has_a_title"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "section", "returned"]) | Q(submitted_on__isnull=False),
                name="reported_article_has_its_day",
            ),
            models.CheckConstraint(condition=~Q(state__in=["unused", "returned"]) | ~Q(reason=""), name="article_not_used_has_its_reason"),
        ]
        indexes = [
            models.Index(fields=["state", "moved_at"]),
            models.Index(fields=["written_on"]),
            models.Index(fields=["title"], name="article_by_title"),
        ]

    def __str__(self):
        return self.title

    @property
    def is_being_written(self) -> bool:
        """Whether its authors may change the text."""
        return self.state in (ArticleState.DRAFT, ArticleState.RETURNED)


SHARE = {"max_digits": 5, "decimal_places": 2, "null": True, "blank": True}
IN_PERCENT = [MinValueValidator(0), MaxValueValidator(100)]


class ArticleDepartment(Orderable):
    """A department that the piece is from; the first is the one whose head reviews it. `share` in percent, where shares are stated."""

    article = ParentalKey(MediaArticle, on_delete=models.CASCADE, related_name="departments")
    department = models.ForeignKey(Department, verbose_name="科室（单位）", on_delete=models.PROTECT, related_name="article_departments")
    share = models.DecimalField("比例（%）", validators=IN_PERCENT, **SHARE)

    class Meta(Orderable.Meta):
        verbose_name = "供稿科室"
        verbose_name_plural = "供稿科室"
        constraints = [models.UniqueConstraint(fields=["article", "department"], name="one_department_an_article")]
        indexes = [models.Index(fields=["department", "article"])]

    def __str__(self):
        return str(self.department)


class ArticleAuthor(Orderable):
    """In the order of the byline. Somebody who is not on the roster has a name only; `department` is theirs at the time of writing."""

    article = ParentalKey(MediaArticle, on_delete=models.CASCADE, related_name="authors")
    staff = models.ForeignKey(
        StaffMember, verbose_name="作者", null=True, blank=True, on_delete=models.PROTECT, related_name="article_authorships"
    )
    name = models.CharField("姓名", max_length=50)
    department = models.ForeignKey(Department, verbose_name="当时的科室", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    share = models.DecimalField("比例（%）", validators=IN_PERCENT, **SHARE)

    class Meta(Orderable.Meta):
        verbose_name = "作者"
        verbose_name_plural = "作者"
        constraints = [
            models.UniqueConstraint(fields=["article", "staff"], name="one_authorship_a_person"),
            models.CheckConstraint(condition=~Q(name=""), name="author_has_a_name"),
        ]

    def __str__(self):
        return self.name


class ArticleFile(models.Model):
    """A picture with its caption, or the Word file: never a public address; read by whoever may read the article."""

    article = models.ForeignKey(MediaArticle, on_delete=models.CASCADE, related_name="files")
    kind = models.CharField("类别", max_length=12, choices=FileKind.choices)
    file = models.FileField("文件", upload_to=article_file_to, storage=private_storage)
    original_name = models.CharField("原文件名", max_length=120, editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, editable=False)
    caption = models.CharField("图片说明", max_length=200, blank=True)
    added_at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = "稿件附件"
        verbose_name_plural = "稿件附件"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["article", "sha256"], name="one_file_an_article"),
            models.CheckConstraint(condition=~Q(kind="picture") | ~Q(caption=""), name="picture_has_its_caption"),
        ]

    def __str__(self):
        return self.original_name


class ArticleStep(models.Model):
    """What was done with the piece: when, by whom, why."""

    article = models.ForeignKey(MediaArticle, on_delete=models.CASCADE, related_name="steps")
    step = models.CharField("经过", max_length=20, choices=Step.choices)
    state = models.CharField("此后的状态", max_length=12, choices=ArticleState.choices)
    at = models.DateTimeField("时间")
    by = models.ForeignKey(USER, verbose_name="经办人", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField("经办人姓名", max_length=50, blank=True)
    reason = models.CharField("原因", max_length=16, choices=Reason.choices, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        verbose_name = "稿件经过"
        verbose_name_plural = "稿件经过"
        ordering = ["article", "at", "id"]

    def __str__(self):
        return self.get_step_display()


class Dispatch(models.Model):
    """投出: to which outlet, when. Whether it was used there is told by the placements."""

    article = models.ForeignKey(MediaArticle, on_delete=models.CASCADE, related_name="dispatches")
    outlet = models.ForeignKey(Outlet, verbose_name="媒体", on_delete=models.PROTECT, related_name="dispatches")
    sent_on = models.DateField("投出日期")
    by = models.ForeignKey(USER, verbose_name="经办人", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = "投稿"
        verbose_name_plural = "投稿"
        ordering = ["article", "sent_on", "id"]
        constraints = [models.UniqueConstraint(fields=["article", "outlet"], name="one_dispatch_an_outlet")]

    def __str__(self):
        return str(self.outlet)


class ArticlePrint(models.Model):
    """A number of the sample of the article's 8-grams, by which the same story is found again (`same_story.py`)."""

    article = models.ForeignKey(MediaArticle, on_delete=models.CASCADE, related_name="prints")
    value = models.IntegerField()

    class Meta:
        verbose_name = "稿件指纹"
        verbose_name_plural = "稿件指纹"
        constraints = [models.UniqueConstraint(fields=["value", "article"], name="one_print_an_article")]

    def __str__(self):
        return str(self.value)


class CreditableEvent(models.Model):
    """What else can count for an article: an endorsement, a piece that had been called for, a special report (§3.1)."""

    article = models.ForeignKey(MediaArticle, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField("事项", max_length=16, choices=EventKind.choices)
    level = models.CharField("级别", max_length=12, choices=Level.choices, blank=True, help_text="领导批示：批示领导的级别。")
    happened_on = models.DateField("日期")
    given_by = models.CharField("批示人或单位", max_length=60, blank=True)
    note = models.CharField("内容", max_length=300, blank=True)
    entered_at = models.DateTimeField("登记时间")
    entered_by = models.ForeignKey(USER, verbose_name="登记人", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = "其他计分事项"
        verbose_name_plural = "其他计分事项"
        ordering = ["-happened_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "kind", "level", "happened_on", "given_by"],
                name="one_event_a_day",
                violation_error_message="这一事项已经登记过。",
            ),
            models.CheckConstraint(condition=~Q(kind="endorsement") | ~Q(level=""), name="endorsement_has_its_level"),
        ]
        indexes = [models.Index(fields=["happened_on"])]

    def __str__(self):
        return f"{self.get_kind_display()} {self.happened_on:%Y-%m-%d}"
