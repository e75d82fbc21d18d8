"""阅读之星: criteria stated beforehand, candidates with their numbers, people who decide (R37)."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from wagtail.models import Page

from ...organisation.models import StaffMember


class StarSelection(models.Model):
    """One quarter's selection. The criteria cannot be changed once they are published."""

    quarter_first = models.DateField("季度", unique=True, error_messages={"unique": "这一季度的评选已经建立。"})
    criteria = models.TextField("评选标准", max_length=2000)
    places = models.PositiveSmallIntegerField("名额", default=3, validators=[MinValueValidator(1), MaxValueValidator(50)])
    min_books = models.PositiveSmallIntegerField("至少读完（本）", default=3)
    min_reflections = models.PositiveSmallIntegerField("至少通过心得（篇）", default=1)
    min_exchanges = models.PositiveSmallIntegerField("至少参加读书交流（次）", default=1)
    min_mean = models.DecimalField("展评平均分不低于", max_digits=5, decimal_places=1, null=True, blank=True, help_text="为空则不要求。")
    published_at = models.DateTimeField("标准公布时间", null=True, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField("评定时间", null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decision_note = models.TextField("评定说明", max_length=1000, blank=True)
    notice = models.ForeignKey(Page, verbose_name="公示稿", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = "阅读之星评选"
        verbose_name_plural = "阅读之星评选"
        ordering = ["-quarter_first"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quarter_first__month__in=[1, 4, 7, 10], quarter_first__day=1), name="star_selection_is_of_a_quarter"
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True) | Q(published_at__isnull=False), name="criteria_published_before_decision"
            ),
        ]

    def __str__(self):
        return f"{self.quarter_first:%Y-%m}阅读之星评选"


class ReadingStar(models.Model):
    """Who was chosen, with the numbers as they stood that day and the reason."""

    selection = models.ForeignKey(StarSelection, on_delete=models.PROTECT, related_name="stars")
    staff = models.ForeignKey(StaffMember, verbose_name="人员", on_delete=models.PROTECT, related_name="reading_stars")
    department_name = models.CharField("科室", max_length=60, blank=True)
    books = models.PositiveSmallIntegerField("读完（本）", default=0)
    reflections = models.PositiveSmallIntegerField("心得（篇）", default=0)
    exchanges = models.PositiveSmallIntegerField("读书交流（次）", default=0)
    mean = models.DecimalField("展评平均分", max_digits=7, decimal_places=4, null=True, blank=True)
    reason = models.CharField("理由", max_length=300)
    certificate_number = models.CharField("证书编号", max_length=30, unique=True)

    class Meta:
        verbose_name = "阅读之星"
        verbose_name_plural = "阅读之星"
        ordering = ["-selection__quarter_first", "staff__sort_key", "id"]
        constraints = [models.UniqueConstraint(fields=["selection", "staff"], name="one_star_a_person_and_quarter")]

    def __str__(self):
        return str(self.staff)
