"""采用: where and when a piece was used, with the proof of it (product.md §3.1)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from cms.files.storage import private_storage

from ..choices import Level, Medium, Position, ProofKind, WeightClass
from ..querysets import PlacementQuerySet
from .articles import MediaArticle, article_file_to
from .outlets import Outlet

USER = settings.AUTH_USER_MODEL


class Placement(models.Model):
    """One use of an article. Level, medium and weight class are the outlet's on the day of publication and stay so when it changes.

    It counts once it is confirmed by the office and unless it is marked as not scored. The same title in the same outlet on the same day is
    the same placement (the natural key of imports).
    """

    article = models.ForeignKey(MediaArticle, verbose_name="稿件", on_delete=models.PROTECT, related_name="placements")
    outlet = models.ForeignKey(Outlet, verbose_name="媒体", on_delete=models.PROTECT, related_name="placements")
    title = models.CharField("刊发标题", max_length=120)
    published_on = models.DateField("刊发日期")
    level = models.CharField("级别", max_length=12, choices=Level.choices)
    medium = models.CharField("类别", max_length=12, choices=Medium.choices)
    weight_class = models.CharField("权重类别", max_length=8, choices=WeightClass.choices, default=WeightClass.NONE)
    page = models.CharField("版面或栏目", max_length=30, blank=True)
    position = models.CharField("位置", max_length=12, choices=Position.choices, default=Position.ORDINARY)
    length = models.PositiveIntegerField("篇幅", null=True, blank=True, help_text="文字填字数；广播、电视填秒数。")
    has_picture = models.BooleanField("有图", default=False)
    is_reprint = models.BooleanField("转载", default=False)
    url = models.URLField("网址", max_length=500, blank=True)
    text = models.TextField("刊发的文字", max_length=50_000, blank=True)
    is_scored = models.BooleanField("计分", default=True)
    unscored_reason = models.CharField("不计分的原因", max_length=120, blank=True)
    entered_at = models.DateTimeField("登记时间")
    entered_by = models.ForeignKey(USER, verbose_name="登记人", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    confirmed_by = models.ForeignKey(USER, verbose_name="确认人", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects = PlacementQuerySet.as_manager()

    class Meta:
        verbose_name = "采用"
        verbose_name_plural = "采用"
        ordering = ["-published_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["outlet", "published_on", "title"],
                name="one_placement_a_title_and_day",
                violation_error_message="这家媒体这一天已登记过同一标题的采用。",
            ),
            models.CheckConstraint(condition=Q(is_scored=True) | ~Q(unscored_reason=""), name="unscored_placement_has_its_reason"),
            models.CheckConstraint(
                condition=Q(url="") | Q(url__startswith="http://") | Q(url__startswith="https://"), name="placement_url_is_of_the_web"
            ),
        ]
        indexes = [
            models.Index(fields=["published_on", "outlet"]),
            models.Index(fields=["article", "published_on"]),
        ]

    def __str__(self):
        return f"{self.title}（{self.outlet}，{self.published_on:%Y-%m-%d}）"


class PlacementProof(models.Model):
    """What proves a placement: kept privately, with its SHA-256 and the day it was taken."""

    placement = models.ForeignKey(Placement, on_delete=models.CASCADE, related_name="proofs")
    kind = models.CharField("类别", max_length=8, choices=ProofKind.choices)
    file = models.FileField("文件", upload_to=article_file_to, storage=private_storage)
    original_name = models.CharField("原文件名", max_length=120, editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, editable=False)
    taken_on = models.DateField("取证日期")
    added_at = models.DateTimeField("存入时间")
    added_by = models.ForeignKey(USER, verbose_name="存入人", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = "采用证明"
        verbose_name_plural = "采用证明"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["placement", "sha256"], name="one_proof_a_placement")]

    def __str__(self):
        return self.original_name
