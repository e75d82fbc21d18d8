"""Storing files that do not come through an upload form (imports, sample content), under the same rules."""

import io

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from PIL import Image

from .forms import without_metadata
from .models import CustomDocument, CustomImage, sha256_of
from .validation import IMAGE_FORMATS, CheckedFile, UnacceptableFileError, check_file

PLAIN_FORMAT = {"MPO": "JPEG"}  # a telephone's JPEG with a second picture behind the first


def picture_ending(data: bytes) -> str:
    """The ending that fits the picture's bytes. Raises UnacceptableFileError for a kind the site does not take."""
    try:
        with Image.open(io.BytesIO(data), formats=sorted(set(IMAGE_FORMATS.values()))) as picture:
            image_format = picture.format
    except Exception as error:  # Pillow raises many kinds on broken files
        raise UnacceptableFileError("图片格式不支持或已损坏（可用 jpg、png、webp、gif）。", code="content") from error
    return next(ending for ending, known in IMAGE_FORMATS.items() if known == PLAIN_FORMAT.get(image_format, image_format))


def kept_picture(data: bytes, *, stem: str, endings, max_bytes: int) -> tuple[CheckedFile, SimpleUploadedFile]:
    """A picture as it is kept: `stem` with the ending that its bytes have, and without what the camera wrote into it.

    The digest is that of the bytes as they came. Raises UnacceptableFileError.
    """
    ending = picture_ending(data)
    checked = check_file(io.BytesIO(data), name=f"{stem}.{ending}", endings=endings, max_bytes=max_bytes)
    return checked, without_metadata(_named(data, checked.name), name=checked.name, ending=ending)


@transaction.atomic
def store_image(*, data: bytes, title: str, name: str, by=None) -> CustomImage:
    """Keep a picture; the same bytes are kept once. Raises UnacceptableFileError."""
    endings, max_bytes = settings.WAGTAILIMAGES_EXTENSIONS, settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE
    _checked, clean = kept_picture(data, stem=name, endings=endings, max_bytes=max_bytes)
    if known := CustomImage.objects.filter(sha256=sha256_of(clean)).first():
        return known
    image = CustomImage(title=title[:255], file=clean, uploaded_by_user=by)
    image._set_image_file_metadata()
    image.save()
    return image


@transaction.atomic
def store_document(*, data: bytes, title: str, name: str, by=None) -> CustomDocument:
    """Keep a document; the same bytes are kept once. Raises UnacceptableFileError."""
    file = _named(data, name)
    checked = check_file(file, name=name, endings=settings.WAGTAILDOCS_EXTENSIONS, max_bytes=settings.WAGTAILDOCS_MAX_UPLOAD_SIZE)
    if known := CustomDocument.objects.filter(sha256=checked.sha256).first():
        return known
    document = CustomDocument(title=title[:255], file=file, uploaded_by_user=by)
    document._set_document_file_metadata()
    document.save()
    return document


def drop_unkept(images) -> None:
    """Delete the files of those images whose rows were taken back with a failed transaction: a database does not undo files."""
    for image in images:
        if not CustomImage.objects.filter(pk=image.pk, file=image.file.name).exists():
            image.file.storage.delete(image.file.name)


def _named(data: bytes, name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)
