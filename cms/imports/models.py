from django.conf import settings
from django.db import models

from cms.files.storage import private_storage

from .kinds import UnknownKindError, get_kind


class ImportBatch(models.Model):
    """One uploaded table on its way through 上传 → 对应 → 核对 → 完成; file and checksum are kept as proof of what was taken in."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", "已上传"
        CHECKED = "checked", "待确认"
        COMMITTED = "committed", "已导入"
        UNDONE = "undone", "已撤销"

    kind = models.CharField("导入种类", max_length=40)
    file = models.FileField("文件", storage=private_storage, upload_to="imports/%Y/%m")
    original_name = models.CharField("原文件名", max_length=120)
    sha256 = models.CharField("SHA-256", max_length=64)
    mapping = models.JSONField("列对应", default=dict)
    options = models.JSONField("选项", default=dict)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.UPLOADED)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name="导入人", null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField("上传时间", auto_now_add=True)
    committed_at = models.DateTimeField("导入时间", null=True, blank=True)
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="撤销人", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = "导入批次"
        verbose_name_plural = "导入批次"
        ordering = ["-created_at"]
        constraints = [
            # The same file is taken in once; after an undo it may come again.
            models.UniqueConstraint(fields=["kind", "sha256"], condition=models.Q(state="committed"), name="one_committed_batch_per_file")
        ]

    def __str__(self):
        return f"{self.original_name} {self.get_state_display()}"

    @property
    def kind_label(self):
        """The kind in words; its key where no app registers it any more."""
        try:
            return get_kind(self.kind).label
        except UnknownKindError:
            return self.kind


class ImportRow(models.Model):
    """One row of the sheet: as read, as understood, what is wrong, and (after commit) what it touched and what stood there."""

    class State(models.TextChoices):
        NEW = "new", "新增"
        CHANGE = "change", "变更"
        SAME = "same", "无变化"
        ASK = "ask", "需选择"
        ERROR = "error", "有错误"
        SKIPPED = "skipped", "不导入"

    batch = models.ForeignKey(ImportBatch, verbose_name="批次", on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField("行号")
    raw = models.JSONField("原值")
    cleaned = models.JSONField("识别为", default=dict)
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.ERROR)
    messages = models.JSONField("说明", default=list)
    choices = models.JSONField("可选", default=list)
    decision = models.CharField("选择", max_length=40, blank=True)
    written = models.JSONField("写入的记录", default=list)

    class Meta:
        verbose_name = "导入行"
        verbose_name_plural = "导入行"
        ordering = ["batch", "number"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="unique_import_row_number")]
        indexes = [models.Index(fields=["batch", "state"])]

    def __str__(self):
        return f"第 {self.number} 行 {self.get_state_display()}"
