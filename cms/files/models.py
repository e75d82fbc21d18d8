"""The project's image and document: what Wagtail's have, plus a name nobody can guess and the checksum of what was stored."""

import hashlib
import secrets
from pathlib import PurePath

from django.db import models
from wagtail.documents.models import AbstractDocument, Document
from wagtail.images.models import AbstractImage, AbstractRendition, Image

from .validation import presentable_name


def sha256_of(file) -> str:
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    return digest


def random_name(folder: str, filename: str) -> str:
    """A storage name that says nothing of the file but its ending (A19)."""
    return f"{folder}/{secrets.token_hex(16)}{PurePath(filename).suffix.lower()}"


def document_upload_to(instance, filename):
    instance.original_name = presentable_name(filename)
    return random_name("documents", filename)


class CustomImage(AbstractImage):
    alt_text = models.CharField("图片说明", max_length=200, blank=True, help_text="读屏软件朗读的文字：图上有什么。")
    sha256 = models.CharField("SHA-256", max_length=64, blank=True, editable=False)
    original_name = models.CharField("原文件名", max_length=120, blank=True, editable=False)

    admin_form_fields = (*Image.admin_form_fields, "alt_text")

    class Meta(AbstractImage.Meta):
        verbose_name = "图片"
        verbose_name_plural = "图片"

    @property
    def default_alt_text(self):
        return self.alt_text or self.description or self.title

    def get_upload_to(self, filename):
        self.original_name = presentable_name(filename)
        return random_name("original_images", filename)

    def _set_image_file_metadata(self):
        super()._set_image_file_metadata()
        self.sha256 = sha256_of(self.file)


class CustomRendition(AbstractRendition):
    image = models.ForeignKey(CustomImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["image", "filter_spec", "focal_point_key"], name="unique_rendition")]


class CustomDocument(AbstractDocument):
    file = models.FileField("文件", upload_to=document_upload_to)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True, editable=False)
    original_name = models.CharField("原文件名", max_length=120, blank=True, editable=False)

    admin_form_fields = Document.admin_form_fields

    class Meta(AbstractDocument.Meta):
        verbose_name = "文件"
        verbose_name_plural = "文件"

    @property
    def filename(self):
        """The name a reader gets when downloading: the one it was uploaded under."""
        return self.original_name or super().filename

    def _set_document_file_metadata(self):
        super()._set_document_file_metadata()
        self.sha256 = sha256_of(self.file)
