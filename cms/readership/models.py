from django.db import models


class ReadingCount(models.Model):
    """阅读次数 of a page: how many readers opened it, each counted once a day (R5). Never an input to any score (A12)."""

    page = models.OneToOneField("wagtailcore.Page", on_delete=models.CASCADE, primary_key=True, related_name="reading_count")
    total = models.PositiveIntegerField("阅读次数", default=0)

    class Meta:
        verbose_name = "阅读次数"
        verbose_name_plural = "阅读次数"

    def __str__(self):
        return f"{self.page_id}: {self.total}"


class ReaderMark(models.Model):
    """ "This reader has been counted on this page today." The reader is a keyed hash that changes daily: no profile comes of it."""

    page = models.ForeignKey("wagtailcore.Page", on_delete=models.CASCADE, related_name="+")
    reader = models.CharField(max_length=64)
    day = models.DateField()

    class Meta:
        verbose_name = "阅读记号"
        verbose_name_plural = "阅读记号"
        constraints = [models.UniqueConstraint(fields=["page", "day", "reader"], name="one_mark_per_reader_and_day")]
        indexes = [models.Index(fields=["day"])]

    def __str__(self):
        return f"{self.page_id} {self.day:%Y-%m-%d}"
