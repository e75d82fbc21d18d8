"""The doors a file comes in by: the single form, several at once, the chooser's upload tab, the edit form."""

import html
import json
from dataclasses import dataclass

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cms.files.models import CustomDocument, CustomImage
from cms.files.services import store_document, store_image

from .specimens import picture

SINGLE, SEVERAL, CHOOSER, EDIT = "single", "several", "chooser", "edit"


@dataclass(frozen=True)
class Door:
    model: type
    way: str
    app: str
    prefix: str = ""

    def __str__(self):
        return f"{self.app}-{self.way}"

    def url(self, existing=None):
        name = {SINGLE: "add", SEVERAL: "add_multiple", CHOOSER: "create", EDIT: "edit"}[self.way]
        space = f"{self.app}_chooser" if self.way == CHOOSER else self.app
        return reverse(f"{space}:{name}", args=[existing.pk] if self.way == EDIT else [])

    def existing(self):
        """What the edit form stands on."""
        if self.model is CustomImage:
            return store_image(data=picture(size=(3, 3)), title="原图", name="原图")
        return store_document(data="原文".encode(), title="原文", name="原文.txt")

    def send(self, client, name, data, *, existing=None, title="标题", **more):
        file = SimpleUploadedFile("x", data)
        file._name = name  # as a hostile browser sends it, not as Django tidies it
        fields = {"title": title, "files[]" if self.way == SEVERAL else "file": file, "collection": 1, "tags": "", **more}
        if self.way == CHOOSER:
            fields = {f"{self.prefix}-{field}": value for field, value in fields.items()}
        headers = {"X-Requested-With": "XMLHttpRequest"} if self.way in (SEVERAL, CHOOSER) else {}
        return client.post(self.url(existing), fields, headers=headers)


DOCUMENT_DOORS = [Door(CustomDocument, way, "wagtaildocs", "document-chooser-upload") for way in (SINGLE, SEVERAL, CHOOSER, EDIT)]
IMAGE_DOORS = [Door(CustomImage, way, "wagtailimages", "image-chooser-upload") for way in (SINGLE, SEVERAL, CHOOSER, EDIT)]


def said(response) -> str:
    """What the person who sent the file reads."""
    text = response.content.decode()
    if response.headers["Content-Type"].startswith("application/json"):
        answer = json.loads(text)
        text = answer.get("error_message") or answer.get("htmlFragment") or answer.get("html") or ""
    return html.unescape(text)
