"""展评: the judging of a quarter's consented reflections (R35, A7). The page they are shown on is in pages.py."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from ...organisation.models import StaffMember
from ..choices import JudgingState
from .reflections import Reflection


class Judging(models.Model):
    """Named judges score numbered entries without author and department. `note` tells them what to look at."""

    exhibition = models.OneToOneField("learning.ExhibitionPage", verbose_name="展评", on_delete=models.PROTECT, related_name="judging")
    state = models.CharField("状态", max_length=12, choices=JudgingState.choices, default=JudgingState.PREPARING)
    note = models.TextField("评分说明", max_length=1000, blank=True)
    due_on = models.DateField("评分截止日期", null=True, blank=True)
    opened_at = models.DateTimeField("开始时间", null=True, blank=True)
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="建立人", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = "评分"
        verbose_name_plural = "评分"
        ordering = ["-exhibition__quarter_first"]

    def __str__(self):
        return f"{self.exhibition}评分"


class RubricLine(models.Model):
    judging = models.ForeignKey(Judging, on_delete=models.CASCADE, related_name="rubric")
    name = models.CharField("评分项", max_length=40)
    guidance = models.CharField("说明", max_length=200, blank=True)
    max_points = models.PositiveSmallIntegerField("满分", validators=[MinValueValidator(1), MaxValueValidator(100)])
    position = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta:
        verbose_name = "评分项"
        verbose_name_plural = "评分项"
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["judging", "name"], name="one_rubric_line_a_name")]

    def __str__(self):
        return self.name


class Judge(models.Model):
    judging = models.ForeignKey(Judging, on_delete=models.CASCADE, related_name="judges")
    staff = models.ForeignKey(StaffMember, verbose_name="评委", on_delete=models.PROTECT, related_name="judgeships")

    class Meta:
        verbose_name = "评委"
        verbose_name_plural = "评委"
        ordering = ["staff__sort_key", "id"]
        constraints = [models.UniqueConstraint(fields=["judging", "staff"], name="one_judgeship_a_person")]

    def __str__(self):
        return str(self.staff)


class Entry(models.Model):
    """A reflection in a judging under its number, fixed when the judging opens; the result is fixed when it closes."""

    judging = models.ForeignKey(Judging, on_delete=models.CASCADE, related_name="entries")
    reflection = models.ForeignKey(Reflection, on_delete=models.PROTECT, related_name="entries")
    number = models.PositiveSmallIntegerField("编号")
    mean = models.DecimalField("平均分", max_digits=7, decimal_places=4, null=True, blank=True)
    ballots_counted = models.PositiveSmallIntegerField("计入评委数", default=0)
    rank = models.PositiveSmallIntegerField("名次", null=True, blank=True)

    class Meta:
        verbose_name = "参评心得"
        verbose_name_plural = "参评心得"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["judging", "number"], name="one_entry_a_number"),
            models.UniqueConstraint(fields=["judging", "reflection"], name="one_entry_a_reflection"),
        ]

    def __str__(self):
        return f"{self.number} 号"


class Ballot(models.Model):
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="ballots")
    judge = models.ForeignKey(Judge, on_delete=models.CASCADE, related_name="ballots")
    is_conflict = models.BooleanField("回避", default=False)
    conflict_reason = models.CharField("回避原因", max_length=200, blank=True)
    remark = models.CharField("评语", max_length=500, blank=True)
    submitted_at = models.DateTimeField("提交时间")

    class Meta:
        verbose_name = "评分票"
        verbose_name_plural = "评分票"
        ordering = ["entry", "judge"]
        constraints = [models.UniqueConstraint(fields=["entry", "judge"], name="one_ballot_a_judge")]

    def __str__(self):
        return f"{self.entry} {self.judge}"


class BallotLine(models.Model):
    ballot = models.ForeignKey(Ballot, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey(RubricLine, on_delete=models.PROTECT, related_name="+")
    points = models.DecimalField("得分", max_digits=5, decimal_places=1)

    class Meta:
        verbose_name = "单项得分"
        verbose_name_plural = "单项得分"
        ordering = ["ballot", "line"]
        constraints = [
            models.UniqueConstraint(fields=["ballot", "line"], name="one_score_a_line"),
            models.CheckConstraint(condition=Q(points__gte=0), name="score_not_negative", violation_error_message="得分不能为负。"),
        ]

    def __str__(self):
        return f"{self.line} {self.points}"
