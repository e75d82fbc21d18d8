"""媒体: what a piece can be used by, under which names it is known, and at what level it stood when."""

from django.db import models
from django.db.models import Q
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from ..choices import Level, Medium, WeightClass
from ..querysets import OutletQuerySet


class Outlet(ClusterableModel):
    """A newspaper, a station, a website, an account. Level and weight class are dated (`OutletGrade`): ask for them as of a day."""

    name = models.CharField("名称", max_length=60, unique=True, error_messages={"unique": "已有同名的媒体。"})
    medium = models.CharField("类别", max_length=12, choices=Medium.choices)
    is_key = models.BooleanField("权威（重点）媒体", default=False)
    closed_on = models.DateField("停办日期", null=True, blank=True, help_text="停办的不删除，以前的采用仍归它。")
    note = models.CharField("备注", max_length=200, blank=True)

    objects = OutletQuerySet.as_manager()

    class Meta:
        verbose_name = "媒体"
        verbose_name_plural = "媒体"
        ordering = ["name", "id"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="outlet_has_a_name")]

    def __str__(self):
        return self.name


class OutletName(models.Model):
    """Another name or a web domain by which a clipping is recognised; each belongs to one outlet."""

    outlet = ParentalKey(Outlet, on_delete=models.CASCADE, related_name="names")
    text = models.CharField("别名或网址域名", max_length=80, unique=True, error_messages={"unique": "这个别名已属于另一家媒体。"})

    class Meta:
        verbose_name = "媒体别名"
        verbose_name_plural = "媒体别名"
        ordering = ["text"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="outlet_alias_not_empty")]

    def __str__(self):
        return self.text


class OutletGrade(models.Model):
    """Level and weight class of an outlet from a day on, until the next row begins; the earliest row holds for all days before it, too."""

    outlet = ParentalKey(Outlet, on_delete=models.CASCADE, related_name="grades")
    level = models.CharField("级别", max_length=12, choices=Level.choices)
    weight_class = models.CharField("权重类别", max_length=8, choices=WeightClass.choices, default=WeightClass.NONE)
    since = models.DateField("自哪天起")

    class Meta:
        verbose_name = "媒体级别"
        verbose_name_plural = "媒体级别"
        ordering = ["outlet", "since"]
        constraints = [
            models.UniqueConstraint(
                fields=["outlet", "since"], name="one_grade_of_an_outlet_a_day", violation_error_message="这家媒体在这一天已有一个级别。"
            )
        ]

    def __str__(self):
        return f"{self.get_level_display()}（{self.since:%Y-%m-%d} 起）"
