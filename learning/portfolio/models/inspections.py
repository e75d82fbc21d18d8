"""学习检查 (R51): a sample, a checklist, findings, rectification, closed by whoever found them."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from ...organisation.models import Department, StaffMember
from ..choices import FindingState, Sampling, Severity

USER = settings.AUTH_USER_MODEL


class Inspection(models.Model):
    """`seed` draws the same sample again from the same people."""

    year = models.PositiveSmallIntegerField("年度", validators=[MinValueValidator(2000), MaxValueValidator(2100)])
    title = models.CharField("名称", max_length=80)
    held_on = models.DateField("检查日期")
    department = models.ForeignKey(
        Department, verbose_name="范围", null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="为空则全局。"
    )
    sampling = models.CharField("抽取方式", max_length=12, choices=Sampling.choices, default=Sampling.RANDOM)
    percent = models.PositiveSmallIntegerField(
        "抽取比例（%）", default=10, validators=[MinValueValidator(1), MaxValueValidator(100)], help_text="至少抽 1 人。"
    )
    seed = models.PositiveBigIntegerField("抽取种子", default=0, editable=False)
    drawn_from = models.PositiveIntegerField("抽取时的人数", default=0, editable=False)
    created_at = models.DateTimeField("建立时间")
    created_by = models.ForeignKey(USER, verbose_name="检查人", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_by_name = models.CharField("检查人姓名", max_length=50, blank=True)
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)

    class Meta:
        verbose_name = "学习检查"
        verbose_name_plural = "学习检查"
        ordering = ["-held_on", "-id"]
        constraints = [models.CheckConstraint(condition=~Q(title=""), name="inspection_has_a_title")]

    def __str__(self):
        return self.title


class InspectionLine(models.Model):
    """A line of the checklist."""

    inspection = models.ForeignKey(Inspection, on_delete=models.CASCADE, related_name="lines")
    name = models.CharField("检查项", max_length=80)
    position = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta:
        verbose_name = "检查项"
        verbose_name_plural = "检查项"
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["inspection", "name"], name="one_inspection_line_a_name")]

    def __str__(self):
        return self.name


class InspectedFile(models.Model):
    """A person in the sample; `department` as of the inspection's day."""

    inspection = models.ForeignKey(Inspection, on_delete=models.CASCADE, related_name="files")
    staff = models.ForeignKey(StaffMember, verbose_name="人员", on_delete=models.PROTECT, related_name="inspected_files")
    department = models.ForeignKey(
        Department, verbose_name="科室（单位）", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField("检查情况", max_length=300, blank=True)
    checked_at = models.DateTimeField("检查时间", null=True, blank=True)
    checked_by = models.ForeignKey(USER, verbose_name="检查人", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = "被检查人"
        verbose_name_plural = "被检查人"
        ordering = ["inspection", "staff__sort_key", "id"]
        constraints = [models.UniqueConstraint(fields=["inspection", "staff"], name="one_inspected_file_a_person")]

    def __str__(self):
        return str(self.staff)


class Finding(models.Model):
    """问题: what a line of the checklist lacks, until when it is to be put right, and how it was. Closed by its finder (`found_by`)."""

    inspected = models.ForeignKey(InspectedFile, on_delete=models.CASCADE, related_name="findings")
    line = models.ForeignKey(
        InspectionLine, verbose_name="检查项", null=True, blank=True, on_delete=models.PROTECT, related_name="findings"
    )
    text = models.CharField("问题", max_length=300)
    severity = models.CharField("程度", max_length=12, choices=Severity.choices, default=Severity.MINOR)
    due_on = models.DateField("整改期限")
    state = models.CharField("状态", max_length=12, choices=FindingState.choices, default=FindingState.OPEN)
    found_at = models.DateTimeField("发现时间")
    found_by = models.ForeignKey(USER, verbose_name="发现人", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    found_by_name = models.CharField("发现人姓名", max_length=50, blank=True)
    rectification = models.TextField("整改情况", max_length=1000, blank=True)
    rectified_at = models.DateTimeField("整改时间", null=True, blank=True)
    check_note = models.CharField("核对意见", max_length=300, blank=True)
    closed_at = models.DateTimeField("销号时间", null=True, blank=True)
    closed_by = models.ForeignKey(USER, verbose_name="销号人", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = "检查发现的问题"
        verbose_name_plural = "检查发现的问题"
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="finding_says_something"),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) | (~Q(state="closed") & Q(closed_at__isnull=True)),
                name="closed_finding_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(state="open") | (~Q(rectification="") & Q(rectified_at__isnull=False)),
                name="rectified_finding_says_how",
                violation_error_message="请写明怎样整改的。",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"])]

    def __str__(self):
        return self.text
