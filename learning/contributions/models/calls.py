"""约稿 and 报送要点: what the office asks the departments for."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from ...organisation.models import Department


class Commission(models.Model):
    """约稿: a topic, by when, from whom. Who answered is told by the articles that name it."""

    topic = models.CharField("题目", max_length=120)
    text = models.TextField("要求", max_length=1000, blank=True)
    due_on = models.DateField("截止日期")
    departments = models.ManyToManyField(Department, verbose_name="约稿科室（单位）", related_name="commissions")
    sent_at = models.DateTimeField("发出时间")
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="发出人", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = "约稿"
        verbose_name_plural = "约稿"
        ordering = ["-due_on", "-id"]
        constraints = [models.CheckConstraint(condition=~Q(topic=""), name="commission_has_a_topic")]

    def __str__(self):
        return self.topic


class MonthlyFocus(models.Model):
    """报送要点: what is wanted in a month."""

    month = models.DateField("月份", unique=True)
    text = models.TextField("要点", max_length=2000)
    published_at = models.DateTimeField("公布时间")
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="公布人", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = "报送要点"
        verbose_name_plural = "报送要点"
        ordering = ["-month"]
        constraints = [models.CheckConstraint(condition=Q(month__day=1), name="focus_begins_its_month")]

    def __str__(self):
        return f"{self.month:%Y-%m} 报送要点"
