from django.core.validators import MaxValueValidator
from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting


@register_setting(icon="openquote", order=300)
class ReadingSettings(BaseGenericSetting):
    minimum_characters = models.PositiveIntegerField(
        "心得最少字数",
        default=0,
        validators=[MaxValueValidator(10_000)],
        help_text="0 为不限（方案没有规定字数）。要设的话，别处常见的是 800 字。",
    )
    review_days = models.PositiveSmallIntegerField("评阅期限（天）", default=7, validators=[MaxValueValidator(90)])

    panels = [FieldPanel("minimum_characters"), FieldPanel("review_days")]

    class Meta:
        verbose_name = "读书心得设置"
        verbose_name_plural = "读书心得设置"

    @classmethod
    def current(cls) -> "ReadingSettings":
        """What is set, or the defaults; never writes."""
        return cls.objects.first() or cls()
