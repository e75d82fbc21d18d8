"""档案专卷: a year's files as one archive, made part by part so that a kill loses one person's part at most."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from cms.files.models import random_name
from cms.files.storage import private_storage

from ...organisation.models import Department, StaffMember
from ..choices import ArchiveState
from .files import FileLock

USER = settings.AUTH_USER_MODEL


def archive_to(_row, filename):
    return random_name("archives", filename)


def restored_to(_row, filename):
    return random_name("restored", filename)


class YearArchive(models.Model):
    year = models.PositiveSmallIntegerField("年度", validators=[MinValueValidator(2000), MaxValueValidator(2100)])
    department = models.ForeignKey(
        Department, verbose_name="范围", null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="为空则全局。"
    )
    state = models.CharField("状态", max_length=12, choices=ArchiveState.choices, default=ArchiveState.WAITING)
    total = models.PositiveIntegerField("人数", default=0)
    done = models.PositiveIntegerField("已完成", default=0)
    asked_at = models.DateTimeField("提出时间")
    asked_by = models.ForeignKey(USER, verbose_name="提出人", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    worked_at = models.DateTimeField("最近进展", null=True, blank=True)
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)
    file = models.FileField("档案专卷", upload_to=archive_to, storage=private_storage, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    size = models.PositiveBigIntegerField("大小（字节）", default=0)
    message = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        verbose_name = "档案专卷"
        verbose_name_plural = "档案专卷"
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(done__lte=models.F("total")), name="archive_done_within_total"),
            models.UniqueConstraint(
                fields=["year"],
                condition=Q(department__isnull=True, state__in=["waiting", "running"]),
                name="one_archive_of_all_at_a_time",
                violation_error_message="这一年的档案专卷正在生成。",
            ),
            models.UniqueConstraint(
                fields=["year", "department"],
                condition=Q(state__in=["waiting", "running"]),
                name="one_archive_of_a_department_at_a_time",
                violation_error_message="这个科室这一年的档案专卷正在生成。",
            ),
        ]

    def __str__(self):
        return f"{self.year}年档案专卷"


class ArchivePart(models.Model):
    """One person's .zip within an archive; empty `file`: still to be made."""

    archive = models.ForeignKey(YearArchive, on_delete=models.CASCADE, related_name="parts")
    staff = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField("顺序")
    folder = models.CharField("目录", max_length=120)
    file = models.FileField("档案包", upload_to=archive_to, storage=private_storage, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    size = models.PositiveBigIntegerField("大小（字节）", default=0)
    message = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        verbose_name = "档案专卷的一份"
        verbose_name_plural = "档案专卷的各份"
        ordering = ["archive", "position"]
        constraints = [models.UniqueConstraint(fields=["archive", "staff"], name="one_part_a_person")]

    def __str__(self):
        return self.folder


class RestoredFile(models.Model):
    """An attachment of a file that was read back; `path` as in its package."""

    lock = models.ForeignKey(FileLock, on_delete=models.CASCADE, related_name="restored_files")
    path = models.CharField("包内路径", max_length=250)
    name = models.CharField("文件名", max_length=120)
    file = models.FileField("文件", upload_to=restored_to, storage=private_storage)
    sha256 = models.CharField("SHA-256", max_length=64)

    class Meta:
        verbose_name = "读回的附件"
        verbose_name_plural = "读回的附件"
        ordering = ["lock", "path"]
        constraints = [models.UniqueConstraint(fields=["lock", "path"], name="one_restored_file_a_path")]

    def __str__(self):
        return self.name
