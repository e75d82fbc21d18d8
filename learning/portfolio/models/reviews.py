"""评学 (R50): superior, peers and oneself fill in the year's form; a mean is shown from three raters on."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from ...judging.models import AbstractBallotLine, AbstractRubricLine
from ...organisation.models import StaffMember
from ..choices import ReviewKind

USER = settings.AUTH_USER_MODEL


class ReviewYear(models.Model):
    """The 评学 of a year. Who reviews whom is drawn when it opens (`seed` is kept); forms can be filled in until it is closed."""

    year = models.PositiveSmallIntegerField("年度", unique=True, validators=[MinValueValidator(2000), MaxValueValidator(2100)])
    peers = models.PositiveSmallIntegerField("每人由几位同事评", default=5, validators=[MaxValueValidator(20)])
    seed = models.PositiveBigIntegerField("抽取种子", default=0, editable=False)
    due_on = models.DateField("截止日期")
    note = models.TextField("说明", max_length=500, blank=True)
    opened_at = models.DateTimeField("开始时间", null=True, blank=True)
    opened_by = models.ForeignKey(USER, verbose_name="开始人", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)

    class Meta:
        verbose_name = "评学"
        verbose_name_plural = "评学"
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(condition=Q(closed_at__isnull=True) | Q(opened_at__isnull=False), name="closed_review_was_open")
        ]

    def __str__(self):
        return f"{self.year}年评学"


class ReviewRubricLine(AbstractRubricLine):
    round = models.ForeignKey(ReviewYear, on_delete=models.CASCADE, related_name="rubric")

    class Meta(AbstractRubricLine.Meta):
        verbose_name = "评学项"
        verbose_name_plural = "评学项"
        constraints = [models.UniqueConstraint(fields=["round", "name"], name="one_review_line_a_name")]


class StudyReview(models.Model):
    """One form: `rater` about `staff`. Empty until `submitted_at`."""

    round = models.ForeignKey(ReviewYear, on_delete=models.CASCADE, related_name="reviews")
    staff = models.ForeignKey(StaffMember, verbose_name="被评人", on_delete=models.PROTECT, related_name="study_reviews")
    rater = models.ForeignKey(StaffMember, verbose_name="评价人", on_delete=models.PROTECT, related_name="given_reviews")
    kind = models.CharField("类别", max_length=12, choices=ReviewKind.choices)
    remark = models.CharField("评语", max_length=300, blank=True)
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)

    class Meta:
        verbose_name = "评学表"
        verbose_name_plural = "评学表"
        ordering = ["round", "staff", "kind", "id"]
        constraints = [
            models.UniqueConstraint(fields=["round", "staff", "rater"], name="one_review_a_rater"),
            models.CheckConstraint(
                condition=Q(kind="self", staff=models.F("rater")) | (~Q(kind="self") & ~Q(staff=models.F("rater"))),
                name="only_self_review_is_of_oneself",
            ),
        ]
        indexes = [models.Index(fields=["rater", "submitted_at"])]

    def __str__(self):
        return f"{self.rater} → {self.staff}"


class ReviewPoints(AbstractBallotLine):
    review = models.ForeignKey(StudyReview, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey(ReviewRubricLine, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "评学得分"
        verbose_name_plural = "评学得分"
        ordering = ["review", "line"]
        constraints = [
            models.UniqueConstraint(fields=["review", "line"], name="one_review_score_a_line"),
            models.CheckConstraint(condition=Q(points__gte=0), name="review_score_not_negative"),
        ]
