"""Files that come with an import instead of through a form."""

import io
from pathlib import Path

import pytest
from PIL import Image

from cms.files.models import CustomDocument, CustomImage
from cms.files.services import picture_ending, store_document, store_image
from cms.files.validation import UnacceptableFileError

from . import specimens
from .specimens import HTML, PDF, photograph, picture

pytestmark = pytest.mark.django_db


class TestPictureEnding:
    @pytest.mark.parametrize(
        ("data", "ending"),
        [
            (picture("JPEG"), "jpg"),
            (specimens.double_photograph(), "jpg"),
            (picture("PNG"), "png"),
            (picture("WEBP"), "webp"),
            (picture("GIF"), "gif"),
        ],
    )
    def test_is_told_by_the_bytes(self, data, ending):
        assert picture_ending(data) == ending

    @pytest.mark.parametrize("data", [b"", HTML, specimens.SVG, picture("BMP"), picture("TIFF"), picture("PNG")[:20]])
    def test_is_none_for_what_the_site_does_not_take(self, data):
        with pytest.raises(UnacceptableFileError, match="图片格式不支持或已损坏"):
            picture_ending(data)


class TestStoreImage:
    def test_keeps_the_same_picture_once(self):
        images = {store_image(data=photograph(), title=title, name="照片") for title in ("一", "二")}
        assert len(images) == CustomImage.objects.count() == 1

    def test_keeps_a_photograph_upright_and_without_its_origin(self):
        for data in (photograph(), specimens.double_photograph()):
            image = store_image(data=data, title="照片", name="照片")
            stored = Path(image.file.path).read_bytes()
            assert b"Exif" not in stored
            with Image.open(io.BytesIO(stored)) as plain:
                assert plain.format == "JPEG"
                assert plain.size == (image.width, image.height)

    @pytest.mark.parametrize("data", [HTML, specimens.vast_png(rows=100), specimens.half_a_picture("PNG"), specimens.half_a_picture("GIF")])
    def test_keeps_nothing_of_a_picture_that_is_refused(self, data, kept):
        with pytest.raises(UnacceptableFileError):
            store_image(data=data, title="照片", name="照片")
        assert kept() == ([], [])


class TestStoreDocument:
    def test_keeps_the_same_document_once_under_its_first_name(self):
        documents = {store_document(data=PDF, title=title, name=f"{title}.pdf") for title in ("一", "二")}
        assert len(documents) == CustomDocument.objects.count() == 1
        assert documents.pop().filename == "一.pdf"

    def test_cuts_a_title_and_a_name_that_are_too_long(self):
        document = store_document(data=PDF, title="长" * 300, name="长" * 300 + ".pdf")
        assert (len(document.title), len(document.filename)) == (255, 120)

    def test_keeps_nothing_of_a_document_that_is_refused(self, kept):
        with pytest.raises(UnacceptableFileError):
            store_document(data=HTML, title="方案", name="方案.pdf")
        assert kept() == ([], [])
