"""The year laid out: a plan and its items."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from ...evidence import Subject
from ...organisation.models import Department, PartyBranch, StaffMember
from ...periods import Period, PeriodKind
from ..querysets import PlanItemQuerySet
from .rules import Requirement


class AnnualPlan(models.Model):
    """年度计划."""

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        PUBLISHED = "published", "已发布"

    year = models.PositiveSmallIntegerField("年度", unique=True, validators=[MinValueValidator(2000), MaxValueValidator(2100)])
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.DRAFT)
    laid_out_at = models.DateTimeField("上次生成", null=True, blank=True)
    published_at = models.DateTimeField("发布时间", null=True, blank=True)
    has_calendar = models.BooleanField("生成时有放假安排", default=False)

    class Meta:
        verbose_name = "年度计划"
        verbose_name_plural = "年度计划"
        ordering = ["-year"]

    def __str__(self):
        return f"{self.year}年度学习计划"


class PlanItem(models.Model):
    """计划项: one thing owed by one subject in one period. What is owed by people has one item a period for all of them."""

    class State(models.TextChoices):
        PLANNED = "planned", "计划"
        CANCELLED = "cancelled", "取消"

    plan = models.ForeignKey(AnnualPlan, verbose_name="年度计划", on_delete=models.PROTECT, related_name="items")
    requirement = models.ForeignKey(Requirement, verbose_name="要求", on_delete=models.PROTECT, related_name="items")
    series = models.UUIDField(editable=False)
    owed_by = models.CharField("由谁完成", max_length=12, choices=Subject.choices)
    branch = models.ForeignKey(
        PartyBranch, verbose_name="党支部", null=True, blank=True, on_delete=models.PROTECT, related_name="plan_items"
    )
    department = models.ForeignKey(
        Department, verbose_name="科室或单位", null=True, blank=True, on_delete=models.PROTECT, related_name="plan_items"
    )
    subject_key = models.CharField(max_length=24, editable=False)
    period_kind = models.CharField("周期", max_length=8, choices=PeriodKind.choices)
    period_first = models.DateField("周期首日")
    period_last = models.DateField("周期末日")
    number = models.PositiveSmallIntegerField("第几次", default=1)

    title = models.CharField("名称", max_length=100)
    planned_on = models.DateField("计划日期")
    due_on = models.DateField("完成期限")
    starts_at = models.TimeField("开始时间", null=True, blank=True)
    leads = models.ManyToManyField(Department, verbose_name="牵头科室", blank=True, related_name="led_plan_items")
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.PLANNED)
    moved_from = models.DateField("原定日期", null=True, blank=True, editable=False)
    reason = models.CharField("顺延或取消原因", max_length=200, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)

    done_on = models.DateField("登记完成日期", null=True, blank=True)
    done_note = models.CharField("完成情况", max_length=200, blank=True)
    edited_at = models.DateTimeField("人工修改时间", null=True, blank=True, editable=False)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="修改人", null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )

    objects = PlanItemQuerySet.as_manager()

    class Meta:
        verbose_name = "计划项"
        verbose_name_plural = "计划项"
        ordering = ["planned_on", "starts_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["series", "subject_key", "period_kind", "period_first", "number"], name="one_plan_item_a_slot"),
            models.CheckConstraint(
                condition=Q(period_last__gte=F("period_first")) & Q(due_on__lte=F("period_last")), name="plan_item_due_in_period"
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(reason=""),
                name="cancelled_item_has_reason",
                violation_error_message="取消的计划项请写明原因。",
            ),
            models.CheckConstraint(
                condition=Q(owed_by="branch", branch__isnull=False, department__isnull=True)
                | Q(owed_by="department", department__isnull=False, branch__isnull=True)
                | Q(owed_by__in=["organ", "staff"], branch__isnull=True, department__isnull=True),
                name="plan_item_has_its_subject",
            ),
        ]
        indexes = [
            models.Index(fields=["plan", "planned_on"]),
            models.Index(fields=["due_on"]),
        ]

    def __str__(self):
        return self.title

    @property
    def period(self) -> Period:
        return Period(self.period_first, self.period_last, PeriodKind(self.period_kind))

    @property
    def subject_name(self) -> str:
        return str(self.branch or self.department or Subject(self.owed_by).label)


class RotaTurn(models.Model):
    """A head's turn to teach at the quarterly training (R30)."""

    item = models.ForeignKey(PlanItem, verbose_name="计划项", on_delete=models.CASCADE, related_name="rota")
    staff = models.ForeignKey(StaffMember, verbose_name="主讲人", on_delete=models.PROTECT, related_name="rota_turns")
    position = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta:
        verbose_name = "轮值主讲"
        verbose_name_plural = "轮值主讲"
        ordering = ["item", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["item", "staff"], name="one_turn_a_person_and_item")]

    def __str__(self):
        return str(self.staff)
