"""The form fields that Wagtail's upload forms (single, several at once, in a chooser, edit) get for the file."""

import contextlib
import io

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from PIL import Image, ImageFile, ImageOps
from wagtail.documents.fields import WagtailDocumentField
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

from .validation import IMAGE_FORMATS, UnacceptableFileError, check_file

JPEG_QUALITY = 92


class CheckedDocumentField(WagtailDocumentField):
    def to_python(self, data):
        if data:
            checked = check_file(
                data, name=data.name, endings=settings.WAGTAILDOCS_EXTENSIONS, max_bytes=settings.WAGTAILDOCS_MAX_UPLOAD_SIZE
            )
            data.name = checked.name
        return super().to_python(data)


class CheckedImageField(WagtailImageField):
    def to_python(self, data):
        if data:
            checked = check_file(
                data, name=data.name, endings=settings.WAGTAILIMAGES_EXTENSIONS, max_bytes=settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE
            )
            data = without_metadata(data, name=checked.name, ending=checked.ending)
        return super().to_python(data)


def without_metadata(file, *, name: str, ending: str) -> SimpleUploadedFile:
    """The picture encoded anew, upright, without EXIF (place, camera, owner) or comment. A GIF knows no EXIF and stays as it is.

    Raises UnacceptableFileError when the pixels cannot be read; until here only the header has been.
    """
    image_format = IMAGE_FORMATS[ending]
    file.seek(0)
    try:
        with _whole_pictures_only(), Image.open(file, formats=[image_format]) as picture:
            if image_format == "GIF":
                _read_every_frame(picture)
            else:
                upright = ImageOps.exif_transpose(picture)
    except Exception as error:  # Pillow raises many kinds on broken files
        raise UnacceptableFileError(f"“{name}”不完整或已损坏。请重新导出后再上传。", code="content") from error
    if image_format == "GIF":
        file.seek(0)
        return SimpleUploadedFile(name, file.read(), content_type="image/gif")
    upright.info.pop("comment", None)
    encoded = io.BytesIO()
    upright.save(encoded, format=image_format, **({"quality": JPEG_QUALITY} if image_format == "JPEG" else {}))
    return SimpleUploadedFile(name, encoded.getvalue(), content_type=f"image/{image_format.lower()}")


@contextlib.contextmanager
def _whole_pictures_only():
    """WeasyPrint tells Pillow, for the whole process, to pass off half a picture as a whole one."""
    is_lenient, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = is_lenient


def _read_every_frame(picture) -> None:
    for number in range(picture.n_frames):
        picture.seek(number)
        picture.load()


class CheckedFileForm:
    """Gives Wagtail's form our file field, and keeps no file that comes with mistakes in the other fields."""

    file_field: type

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if stock := self.fields.get("file"):
            self.fields["file"] = self.file_field(
                label=stock.label, required=stock.required, widget=stock.widget, initial=stock.initial, help_text="请勿上传涉密文件。"
            )

    def clean(self):
        """Wagtail would put the file aside as it came, under its own name and with its EXIF, until the other fields are right."""
        cleaned = super().clean()
        if self.errors and "file" in self.changed_data and "file" not in self.errors:
            mistakes = "".join(f"{self.fields[name].label}：{''.join(messages)}" for name, messages in self.errors.items())
            self.add_error("file", f"文件没有保存。{mistakes}请改正后重新选择文件。")
        return cleaned


class DocumentForm(CheckedFileForm, BaseDocumentForm):
    file_field = CheckedDocumentField

    def save(self, commit=True):
        """Wagtail deletes the file that is being replaced before it writes the new one; here it goes once the new one is kept."""
        replaced = self.original_file if commit and "file" in self.changed_data else None
        if replaced:
            self.original_file = None
        document = super().save(commit=commit)
        if replaced:
            transaction.on_commit(lambda: replaced.storage.delete(replaced.name))
        return document


class ImageForm(CheckedFileForm, BaseImageForm):
    file_field = CheckedImageField
