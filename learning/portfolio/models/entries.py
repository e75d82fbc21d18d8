"""What a person adds to the own file: 收获运用 (R14) and what was achieved by studying beside the job (R21)."""

import uuid

from django.db import models
from django.db.models import F, Q

from ...organisation.models import StaffMember
from ...topics.areas import ContentArea
from ..choices import AchievementKind


class Application(models.Model):
    """收获运用: what was learnt, and what changed at work. `source_kind` and `source_id` are an evidence kind and its `record_id`."""

    token = models.UUIDField("表单标识", default=uuid.uuid4, unique=True, editable=False)
    staff = models.ForeignKey(StaffMember, verbose_name="人员", on_delete=models.PROTECT, related_name="study_applications")
    happened_on = models.DateField("日期")
    learnt = models.CharField("学到了什么", max_length=300)
    change = models.TextField("工作上有什么改变", max_length=1000)
    source_kind = models.CharField("学自（类别）", max_length=60, blank=True)
    source_id = models.BigIntegerField("学自（编号）", null=True, blank=True)
    source_title = models.CharField("学自", max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    saved_at = models.DateTimeField("保存时间")

    class Meta:
        verbose_name = "收获运用"
        verbose_name_plural = "收获运用"
        ordering = ["-happened_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(learnt="") & ~Q(change=""), name="application_says_both"),
            models.CheckConstraint(
                condition=Q(source_kind="", source_id__isnull=True) | (~Q(source_kind="") & Q(source_id__isnull=False)),
                name="application_source_is_whole",
            ),
        ]
        indexes = [models.Index(fields=["staff", "happened_on"])]

    def __str__(self):
        return self.learnt


class Achievement(models.Model):
    """在职学历教育 and the like; encouraged, never owed."""

    token = models.UUIDField("表单标识", default=uuid.uuid4, unique=True, editable=False)
    staff = models.ForeignKey(StaffMember, verbose_name="人员", on_delete=models.PROTECT, related_name="study_achievements")
    kind = models.CharField("类别", max_length=12, choices=AchievementKind.choices, default=AchievementKind.DEGREE)
    title = models.CharField("名称", max_length=100)
    institution = models.CharField("学校或发证单位", max_length=100, blank=True)
    area = models.CharField("内容领域", max_length=24, choices=ContentArea.choices, blank=True)
    started_on = models.DateField("开始日期")
    finished_on = models.DateField("完成日期", null=True, blank=True)
    saved_at = models.DateTimeField("保存时间")

    class Meta:
        verbose_name = "学习成果"
        verbose_name_plural = "学习成果"
        ordering = ["-started_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="achievement_has_a_name"),
            models.CheckConstraint(
                condition=Q(finished_on__isnull=True) | Q(finished_on__gte=F("started_on")),
                name="achievement_ends_after_start",
                violation_error_message="完成日期早于开始日期。",
            ),
        ]
        indexes = [models.Index(fields=["staff", "started_on"])]

    def __str__(self):
        return self.title
