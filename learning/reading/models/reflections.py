"""读书心得: the record of what becomes of one, from the first keystroke to the exhibition (R35). The page people read is in pages.py."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from wagtail.models import Revision, Task, TaskState

from cms.files.models import random_name
from cms.files.storage import private_storage

from ...organisation.models import Department, StaffMember
from ...programme.models import Session
from ..choices import Consent, FileKind, ReflectionState, Verdict
from ..querysets import ReflectionQuerySet
from .books import Book
from .groups import InterestGroup


class ReflectionTask(Task):
    """The one stage of a reflection's review. Decided on the front end by `decide_reflection`: no button of the admin takes part."""

    class Meta:
        verbose_name = "读书心得评阅"
        verbose_name_plural = "读书心得评阅"

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
        return "在“读书心得评阅”页面上评阅；作者本人不能评阅。"


class Reflection(models.Model):
    """心得体会 of one person: the working copy only the author sees, and what became of what was handed in."""

    author = models.ForeignKey(StaffMember, verbose_name="作者", on_delete=models.PROTECT, related_name="reflections")
    token = models.UUIDField("表单标识", default=uuid.uuid4, unique=True, editable=False)
    page = models.OneToOneField(
        "learning.ReadingReviewPage", verbose_name="页面", null=True, blank=True, on_delete=models.SET_NULL, related_name="reflection"
    )
    book = models.ForeignKey(Book, verbose_name="图书", null=True, blank=True, on_delete=models.PROTECT, related_name="reflections")
    book_title = models.CharField("书名", max_length=120, blank=True, help_text="书库里没有的书写在这里。")
    session = models.ForeignKey(
        Session, verbose_name="学习活动", null=True, blank=True, on_delete=models.SET_NULL, related_name="reflections"
    )
    group = models.ForeignKey(
        InterestGroup, verbose_name="兴趣小组", null=True, blank=True, on_delete=models.SET_NULL, related_name="reflections"
    )
    meant_for = models.DateField("原定季度", null=True, blank=True, help_text="从哪一季度的待办写起；晚于该季度提交的记为迟交。")

    title = models.CharField("题目", max_length=120, blank=True)
    html = models.TextField("正文（清洗后）", blank=True)
    application = models.TextField("用到工作中的", max_length=1000, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    saved_at = models.DateTimeField("保存时间")
    created_at = models.DateTimeField("建立时间")

    state = models.CharField("状态", max_length=12, choices=ReflectionState.choices, default=ReflectionState.DRAFT)
    consent = models.CharField("展示范围", max_length=12, choices=Consent.choices, default=Consent.NONE)
    consent_changed_at = models.DateTimeField("展示范围确定时间", null=True, blank=True)
    first_handed_in_at = models.DateTimeField("首次提交时间", null=True, blank=True)
    handed_in_at = models.DateTimeField("提交时间", null=True, blank=True)
    accepted_at = models.DateTimeField("通过时间", null=True, blank=True)
    characters = models.PositiveIntegerField("字数", default=0)
    department = models.ForeignKey(
        Department, verbose_name="提交时的科室", null=True, blank=True, on_delete=models.PROTECT, related_name="reflections"
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="评阅人",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="claimed_reflections",
    )
    claimed_at = models.DateTimeField("认领时间", null=True, blank=True)
    due_on = models.DateField("评阅期限", null=True, blank=True)

    objects = ReflectionQuerySet.as_manager()

    class Meta:
        verbose_name = "读书心得记录"
        verbose_name_plural = "读书心得记录"
        ordering = ["-created_at", "-id"]
        permissions = [("review_reflections", "评阅读书心得")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft", first_handed_in_at__isnull=True, handed_in_at__isnull=True)
                | (~Q(state="draft") & Q(first_handed_in_at__isnull=False, handed_in_at__isnull=False)),
                name="handed_in_reflection_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(state="accepted", accepted_at__isnull=False) | (~Q(state="accepted") & Q(accepted_at__isnull=True)),
                name="accepted_reflection_has_its_time",
            ),
            models.CheckConstraint(condition=Q(book__isnull=True) | Q(book_title=""), name="reflection_is_on_one_book"),
        ]
        indexes = [
            # What an exhibition of thousands counts and offers is answered from the index alone.
            models.Index(fields=["state", "first_handed_in_at", "page", "department", "book", "book_title"], name="reflection_exhibited"),
            models.Index(fields=["author", "first_handed_in_at"]),
            models.Index(fields=["state", "due_on"]),
        ]

    def __str__(self):
        return self.title or "（未写题目）"

    @property
    def book_name(self) -> str:
        return self.book.title if self.book_id else self.book_title

    @property
    def is_being_written(self) -> bool:
        """Whether the author may change the text."""
        return self.state in (ReflectionState.DRAFT, ReflectionState.RETURNED)


class ReflectionCopy(models.Model):
    """What a second device had typed when the first had saved something else: kept, so that nothing typed is lost."""

    reflection = models.ForeignKey(Reflection, on_delete=models.CASCADE, related_name="copies")
    title = models.CharField("题目", max_length=120, blank=True)
    html = models.TextField("正文")
    application = models.TextField("用到工作中的", blank=True)
    saved_at = models.DateTimeField("保存时间")

    class Meta:
        verbose_name = "另一处的稿子"
        verbose_name_plural = "另一处的稿子"
        ordering = ["-saved_at", "-id"]

    def __str__(self):
        return self.title


def reflection_file_to(_file, filename):
    return random_name("reflections", filename)


class ReflectionFile(models.Model):
    """A photograph of handwriting, or the .docx the text came from: never a public address."""

    reflection = models.ForeignKey(Reflection, on_delete=models.CASCADE, related_name="files")
    kind = models.CharField("类别", max_length=12, choices=FileKind.choices)
    file = models.FileField("文件", upload_to=reflection_file_to, storage=private_storage)
    original_name = models.CharField("原文件名", max_length=120, editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, editable=False)
    added_at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = "心得文件"
        verbose_name_plural = "心得文件"
        ordering = ["kind", "id"]
        constraints = [models.UniqueConstraint(fields=["reflection", "sha256"], name="one_file_a_reflection")]

    def __str__(self):
        return self.original_name


class ReviewRound(models.Model):
    """One hand-in and what the reviewer said to it."""

    reflection = models.ForeignKey(Reflection, on_delete=models.CASCADE, related_name="rounds")
    number = models.PositiveSmallIntegerField("轮次")
    revision = models.ForeignKey(Revision, verbose_name="修订版", null=True, on_delete=models.SET_NULL, related_name="+")
    html = models.TextField("提交的正文（清洗后）")
    handed_in_at = models.DateTimeField("提交时间")
    characters = models.PositiveIntegerField("字数")
    likeness = models.JSONField("相似段落", default=dict, blank=True)
    verdict = models.CharField("结论", max_length=12, choices=Verdict.choices, blank=True)
    note = models.TextField("评阅意见", max_length=1000, blank=True)
    decided_at = models.DateTimeField("评阅时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="评阅人", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = "评阅轮次"
        verbose_name_plural = "评阅轮次"
        ordering = ["reflection", "number"]
        constraints = [
            models.UniqueConstraint(fields=["reflection", "number"], name="one_round_a_number"),
            models.CheckConstraint(
                condition=Q(verdict="", decided_at__isnull=True) | (~Q(verdict="") & Q(decided_at__isnull=False)),
                name="decided_round_has_its_time",
            ),
        ]

    def __str__(self):
        return f"{self.reflection} 第 {self.number} 稿"


class PassageComment(models.Model):
    """What the reviewer says to one passage (`passages_of` numbers them from 0)."""

    round = models.ForeignKey(ReviewRound, on_delete=models.CASCADE, related_name="comments")
    passage = models.PositiveSmallIntegerField("第几段")
    quote = models.CharField("原文", max_length=200)
    text = models.CharField("意见", max_length=500)

    class Meta:
        verbose_name = "批注"
        verbose_name_plural = "批注"
        ordering = ["round", "passage", "id"]
        constraints = [models.UniqueConstraint(fields=["round", "passage"], name="one_comment_a_passage")]

    def __str__(self):
        return self.text
