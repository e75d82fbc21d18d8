"""The rules of a year as data: formats, what each requires, public holidays, and what later national rules advise against."""

import uuid

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from ...evidence import Subject
from ...organisation.models import Department
from ...periods import PeriodKind
from ..choices import Audience, Measure, OnHoliday, SessionKind, Use, Window
from ..querysets import CalendarDayQuerySet, RequirementQuerySet

ENDS_AFTER_START = Q(in_force_until__isnull=True) | Q(in_force_until__gte=F("in_force_from"))


class StudyFormat(models.Model):
    """形式载体: one of the eight ways in which the notice has people study (section 四)."""

    key = models.SlugField("代码", max_length=40, unique=True)
    numeral = models.CharField("序号", max_length=4, blank=True, help_text="例如“一”。")
    name = models.CharField("名称", max_length=40, unique=True)
    summary = models.TextField("内容", blank=True)
    leads = models.ManyToManyField(Department, verbose_name="牵头科室", blank=True, related_name="led_formats")
    responsible = models.CharField("责任科室", max_length=100, blank=True)
    basis = models.CharField("依据", max_length=200, blank=True)
    position = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta:
        verbose_name = "形式载体"
        verbose_name_plural = "形式载体"
        ordering = ["position", "id"]

    def __str__(self):
        return self.name


class Requirement(models.Model):
    """要求: who owes what, how often, until when, on what ground. A later version has the same `series` and begins where this one ends."""

    series = models.UUIDField(default=uuid.uuid4, editable=False, db_index=True)
    study_format = models.ForeignKey(StudyFormat, verbose_name="形式载体", on_delete=models.PROTECT, related_name="requirements")
    name = models.CharField("要求", max_length=60)
    position = models.PositiveSmallIntegerField("顺序", default=0)

    owed_by = models.CharField("由谁完成", max_length=12, choices=Subject.choices, default=Subject.ORGAN)
    department_kinds = models.JSONField("科室类别", default=list, blank=True, help_text="只对“每个科室”有用：勾选的类别才要完成。")
    audience = models.CharField("参加人员", max_length=16, choices=Audience.choices, default=Audience.EVERYBODY)
    evidence = models.CharField("以什么为准", max_length=60)
    session_kind = models.CharField("活动类型", max_length=20, choices=SessionKind.choices, blank=True, help_text="为空则任何类型都算。")
    measure = models.CharField("计量", max_length=12, choices=Measure.choices, default=Measure.SESSIONS)
    quantity = models.PositiveSmallIntegerField("数量", default=1, validators=[MinValueValidator(1), MaxValueValidator(20)])
    per = models.CharField("周期", max_length=8, choices=PeriodKind.choices, default=PeriodKind.QUARTER)
    window = models.CharField("时段", max_length=16, choices=Window.choices, default=Window.WHOLE)

    opens_sessions = models.BooleanField("发布计划时建立学习活动", default=False)
    weekday = models.PositiveSmallIntegerField(
        "星期几",
        choices=[(number, f"星期{name}") for number, name in enumerate("一二三四五六日", start=1)],
        default=2,
    )
    nth = models.SmallIntegerField(
        "时段内第几个", default=2, validators=[MinValueValidator(-5), MaxValueValidator(5)], help_text="-1 为最后一个；周期为每周时不用。"
    )
    starts_at = models.TimeField("开始时间", default="15:00")
    minutes = models.PositiveSmallIntegerField("时长（分钟）", default=120, validators=[MinValueValidator(15), MaxValueValidator(600)])
    study_hours = models.DecimalField("学时", max_digits=4, decimal_places=1, default=0, validators=[MinValueValidator(0)])
    on_holiday = models.CharField("遇节假日", max_length=8, choices=OnHoliday.choices, default=OnHoliday.MOVE)
    speakers_min = models.PositiveSmallIntegerField(
        "主讲最少人数", default=0, help_text="大于 0 时由科室负责人轮流主讲，生成计划时排出轮值。"
    )
    speakers_max = models.PositiveSmallIntegerField("主讲最多人数", default=0)

    leads = models.ManyToManyField(Department, verbose_name="牵头科室", blank=True, related_name="led_requirements")
    leads_unmatched = models.CharField("未对应到科室的牵头", max_length=100, blank=True, help_text="规则里写明而本单位没有同名科室的。")
    basis = models.CharField("依据", max_length=200)
    use = models.CharField("用途", max_length=12, choices=Use.choices, default=Use.DISPLAY)
    is_floor = models.BooleanField("未完成算缺口", default=True, help_text="每周二未开展不算缺口，每月不足一次算。")
    in_force_from = models.DateField("生效日期")
    in_force_until = models.DateField("失效日期（含）", null=True, blank=True)

    objects = RequirementQuerySet.as_manager()

    class Meta:
        verbose_name = "要求"
        verbose_name_plural = "要求"
        ordering = ["study_format__position", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=ENDS_AFTER_START, name="requirement_ends_after_start", violation_error_message="失效日期早于生效日期。"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=1), name="requirement_counts_something", violation_error_message="数量至少为 1。"
            ),
            models.CheckConstraint(
                condition=Q(speakers_max__gte=F("speakers_min")),
                name="requirement_speakers_in_order",
                violation_error_message="主讲最多人数少于最少人数。",
            ),
            models.UniqueConstraint(
                fields=["series", "in_force_from"],
                name="one_requirement_version_a_day",
                violation_error_message="这项要求在这一天已有一个版本。",
            ),
            models.UniqueConstraint(
                fields=["series"],
                condition=Q(in_force_until__isnull=True),
                name="one_open_requirement_version",
                violation_error_message="这项要求已有一个未失效的版本。",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def cadence(self) -> str:
        """For people: 每季度 1 次，最后一个月."""
        window = {
            Window.WHOLE: "",
            Window.LAST_MONTH: "，最后一个月",
            Window.BEFORE_JULY: "，七一前",
            Window.FIRST_QUARTER: "，3 月底前",
        }[self.window]
        return f"{self.get_per_display()} {self.quantity} 次{window}"

    def clean(self):
        if self.window == Window.LAST_MONTH and self.per in (PeriodKind.WEEK, PeriodKind.MONTH):
            raise ValidationError({"window": "“周期最后一个月”只用于每季度、每半年、每年。请改时段或周期。"})
        if self.window == Window.FIRST_QUARTER and self.per != PeriodKind.YEAR:
            raise ValidationError({"window": "“第一季度内”只用于每年。请改时段或周期。"})
        if self.window == Window.BEFORE_JULY and self.per != PeriodKind.YEAR:
            raise ValidationError({"window": "“七一前”只用于每年；每半年的要求，上半年本来就到 6 月 30 日止。"})
        if self.nth == 0:
            raise ValidationError({"nth": "填 1 到 5，或 -1（最后一个）。"})
        if unknown := set(self.department_kinds) - set(Department.Kind.values):
            raise ValidationError({"department_kinds": f"没有这些类别：{'、'.join(sorted(unknown))}。"})
        if self.owed_by == Subject.DEPARTMENT and not self.department_kinds:
            raise ValidationError({"department_kinds": "由每个科室完成的要求，请至少勾选一类科室。"})
        if self.opens_sessions and self.owed_by == Subject.STAFF:
            raise ValidationError({"opens_sessions": "个人完成的要求不建立学习活动。"})


class Caution(models.Model):
    """What a later national rule says about counting something; shown beside the switch before anybody makes it count."""

    measure = models.CharField("计量", max_length=12, choices=Measure.choices)
    text = models.CharField("提示", max_length=300)
    source = models.CharField("依据", max_length=200)
    position = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta:
        verbose_name = "减负提示"
        verbose_name_plural = "减负提示"
        ordering = ["measure", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["measure", "source"], name="one_caution_a_source")]

    def __str__(self):
        return self.text


class CalendarDay(models.Model):
    """A public holiday or a make-up workday; every other day is what its weekday says. A year without rows is unknown, not free of holidays."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", "放假"
        WORKDAY = "workday", "调休上班"

    day = models.DateField("日期", unique=True)
    kind = models.CharField("类别", max_length=8, choices=Kind.choices)
    name = models.CharField("名称", max_length=40, blank=True)
    is_own = models.BooleanField("本单位修改", default=False, editable=False)

    objects = CalendarDayQuerySet.as_manager()

    class Meta:
        verbose_name = "放假与调休"
        verbose_name_plural = "放假与调休"
        ordering = ["day"]

    def __str__(self):
        return f"{self.day:%Y-%m-%d} {self.get_kind_display()}{self.name}"
