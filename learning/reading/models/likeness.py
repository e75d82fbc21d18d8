"""What the likeness check looks through: one row a text, and a sample of its 8-grams (see `learning/reading/likeness`)."""

from django.db import models
from django.db.models import Q
from wagtail.models import Page

from .reflections import Reflection


class ComparedText(models.Model):
    """A reflection that was handed in, or a source text of the site (an article) that may be quoted."""

    reflection = models.OneToOneField(Reflection, null=True, blank=True, on_delete=models.CASCADE, related_name="compared_text")
    page = models.OneToOneField(Page, null=True, blank=True, on_delete=models.CASCADE, related_name="compared_text")
    text = models.TextField("用来比对的文字")
    indexed_at = models.DateTimeField("编入时间")

    class Meta:
        verbose_name = "比对文本"
        verbose_name_plural = "比对文本"
        constraints = [
            models.CheckConstraint(
                condition=Q(reflection__isnull=False, page__isnull=True) | Q(reflection__isnull=True, page__isnull=False),
                name="compared_text_is_of_one_thing",
            )
        ]

    def __str__(self):
        return str(self.reflection or self.page)


class Fingerprint(models.Model):
    text = models.ForeignKey(ComparedText, on_delete=models.CASCADE, related_name="fingerprints")
    value = models.IntegerField()

    class Meta:
        verbose_name = "指纹"
        verbose_name_plural = "指纹"
        constraints = [models.UniqueConstraint(fields=["value", "text"], name="one_fingerprint_a_text")]

    def __str__(self):
        return str(self.value)
