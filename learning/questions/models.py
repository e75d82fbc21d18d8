from django.conf import settings
from django.db import models
from django.db.models import Q

from .querysets import QuestionQuerySet


class Question(models.Model):
    """`about` says in words what was asked about, as it stood then; `about_url` leads there; `about_key` finds all that was asked about it."""

    desk = models.CharField("答复部门", max_length=30)
    about_key = models.CharField("对象", max_length=80)
    about = models.CharField("关于", max_length=200)
    about_url = models.CharField("地址", max_length=300)
    text = models.TextField("疑问", max_length=1000)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="提问人", null=True, blank=True, on_delete=models.SET_NULL, related_name="questions"
    )
    asked_at = models.DateTimeField("提问时间")
    answer = models.TextField("答复", max_length=1000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="答复人", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = "疑问"
        verbose_name_plural = "疑问"
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="question_asks_something"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="answered_question_has_its_time",
            ),
        ]
        indexes = [models.Index(fields=["desk", "answered_at"]), models.Index(fields=["about_key"])]

    def __str__(self):
        return f"{self.about}：{self.text[:40]}"
