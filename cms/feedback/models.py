from django.conf import settings
from django.db import models


class FeedbackEntry(models.Model):
    """A complaint, suggestion or question from a reader, and the clerk's answer. The receipt code is the sender's only key to it."""

    class Kind(models.TextChoices):
        SUGGESTION = "suggestion", "意见建议"
        COMPLAINT = "complaint", "投诉举报"
        CORRECTION = "correction", "内容纠错"
        QUESTION = "question", "咨询"

    class State(models.TextChoices):
        OPEN = "open", "待答复"
        ANSWERED = "answered", "已答复"
        CLOSED = "closed", "不予受理"

    receipt_code = models.CharField("查询码", max_length=32, unique=True, editable=False)
    kind = models.CharField("类别", max_length=12, choices=Kind.choices, default=Kind.SUGGESTION)
    subject = models.CharField("主题", max_length=80)
    text = models.TextField("内容", max_length=2000)
    contact = models.CharField("联系方式", max_length=100, blank=True)
    page = models.ForeignKey(
        "wagtailcore.Page", verbose_name="涉及页面", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.OPEN)
    received_at = models.DateTimeField("收到时间", auto_now_add=True)
    answer = models.TextField("答复", max_length=4000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="答复人", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)

    class Meta:
        verbose_name = "意见建议"
        verbose_name_plural = "意见建议"
        ordering = ["-received_at"]
        indexes = [models.Index(fields=["state", "received_at"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="open") | ~models.Q(answer=""),
                name="feedback_answered_with_text",
                violation_error_message="请先填写答复内容。",
            )
        ]

    def __str__(self):
        return self.subject
