"""The form fields that Wagtail's upload forms (single, several at once, in a chooser, edit) get for the file."""

import io

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageOps
from wagtail.documents.fields import WagtailDocumentField
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

from .validation import check_file

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


def without_metadata(file, *, name: str, ending: str):
    """The picture encoded anew, upright, without EXIF (place, camera, owner). A GIF carries none and stays as it is."""
    if ending == "gif":
        return file
    file.seek(0)
    with Image.open(file) as picture:
        upright = ImageOps.exif_transpose(picture)
        encoded = io.BytesIO()
        upright.save(encoded, format=picture.format, **({"quality": JPEG_QUALITY} if picture.format == "JPEG" else {}))
    return SimpleUploadedFile(name, encoded.getvalue(), content_type=f"image/{picture.format.lower()}")


def _replace_field(form, field_class):
    """Swap Wagtail's file field for ours, keeping label, widget and whether it is required."""
    if stock := form.fields.get("file"):
        form.fields["file"] = field_class(label=stock.label, required=stock.required, widget=stock.widget, initial=stock.initial)


class DocumentForm(BaseDocumentForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _replace_field(self, CheckedDocumentField)


class ImageForm(BaseImageForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _replace_field(self, CheckedImageField)
