from django.db import models

from .areas import ContentArea


class Topic(models.Model):
    """A sub-topic under one of the five areas (R20): the eight capabilities, the professional list, …; editable without code."""

    area = models.CharField("内容领域", max_length=24, choices=ContentArea.choices)
    name = models.CharField("专题", max_length=40)
    position = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta:
        verbose_name = "学习专题"
        verbose_name_plural = "学习专题"
        ordering = ["area", "position", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "name"], name="unique_topic_in_area", violation_error_message="这个领域下已有同名专题。"
            ),
            models.CheckConstraint(condition=models.Q(area__in=ContentArea.values), name="topic_area_is_known"),
        ]

    def __str__(self):
        return self.name
