"""What every judging keeps. A room makes its own of each, with the keys between them named as here: `judging`, `entry`, `judge`, `ballot`,
`line`, and the names the other way `rubric`, `judges`, `entries`, `ballots`, `lines`."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from ..organisation.models import StaffMember
from .choices import JudgingState


class AbstractJudging(models.Model):
    """Named judges score numbered entries without author and department. `note` tells them what to look at."""

    state = models.CharField("状态", max_length=12, choices=JudgingState.choices, default=JudgingState.PREPARING)
    note = models.TextField("评分说明", max_length=1000, blank=True)
    due_on = models.DateField("评分截止日期", null=True, blank=True)
    opened_at = models.DateTimeField("开始时间", null=True, blank=True)
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="建立人", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        abstract = True


class AbstractRubricLine(models.Model):
    name = models.CharField("评分项", max_length=40)
    guidance = models.CharField("说明", max_length=200, blank=True)
    max_points = models.PositiveSmallIntegerField("满分", validators=[MinValueValidator(1), MaxValueValidator(100)])
    position = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta:
        abstract = True
        ordering = ["position", "id"]

    def __str__(self):
        return self.name


class AbstractJudge(models.Model):
    staff = models.ForeignKey(StaffMember, verbose_name="评委", on_delete=models.PROTECT, related_name="%(class)ships")

    class Meta:
        abstract = True
        ordering = ["staff__sort_key", "id"]

    def __str__(self):
        return str(self.staff)


class AbstractEntry(models.Model):
    """A piece in a judging under its number, fixed when the judging opens; the result is fixed when it closes."""

    number = models.PositiveSmallIntegerField("编号")
    mean = models.DecimalField("平均分", max_digits=7, decimal_places=4, null=True, blank=True)
    ballots_counted = models.PositiveSmallIntegerField("计入评委数", default=0)
    rank = models.PositiveSmallIntegerField("名次", null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["number"]

    def __str__(self):
        return f"{self.number} 号"


class AbstractBallot(models.Model):
    is_conflict = models.BooleanField("回避", default=False)
    conflict_reason = models.CharField("回避原因", max_length=200, blank=True)
    remark = models.CharField("评语", max_length=500, blank=True)
    submitted_at = models.DateTimeField("提交时间")

    class Meta:
        abstract = True
        ordering = ["entry", "judge"]

    def __str__(self):
        return f"{self.entry} {self.judge}"


class AbstractBallotLine(models.Model):
    points = models.DecimalField("得分", max_digits=5, decimal_places=1)

    class Meta:
        abstract = True
        ordering = ["ballot", "line"]

    def __str__(self):
        return f"{self.line} {self.points}"
