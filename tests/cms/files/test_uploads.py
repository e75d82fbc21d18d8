"""What becomes of a file at every door it can come in by, for a superuser and for an editor."""

import errno
import hashlib
import io
import re
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import transaction
from django.urls import reverse
from PIL import Image, ImageFile

from cms.files.models import CustomDocument, CustomImage

from . import specimens
from .doors import CHOOSER, DOCUMENT_DOORS, EDIT, IMAGE_DOORS, SEVERAL, SINGLE, said
from .specimens import HTML, PDF, SVG, archive, office, photograph, picture

MEGABYTE = 1024 * 1024
both_people = pytest.mark.parametrize("person", [None, "编辑"], indirect=True, ids=["superuser", "editor"])
document_doors = pytest.mark.parametrize("door", DOCUMENT_DOORS, ids=str)
image_doors = pytest.mark.parametrize("door", IMAGE_DOORS, ids=str)
every_door = pytest.mark.parametrize("door", DOCUMENT_DOORS + IMAGE_DOORS, ids=str)


def bytes_of(file) -> bytes:
    return Path(file.path).read_bytes()


def bomb():
    return office("word/document.xml", ("word/media/a.txt", bytes(4 * MEGABYTE)))


BAD_DOCUMENTS = [
    ("方案.pdf", HTML, "内容不是 pdf 格式"),
    ("图.svg", SVG, "的类型不在允许范围内"),
    ("页.html", HTML, "的类型不在允许范围内"),
    ("宏.docx", office("word/document.xml", ("word/vbaProject.bin", b"\0")), "文件含有宏"),
    ("炸弹.docx", bomb, "压缩炸弹"),
    ("多.docx", lambda: office("word/document.xml", *((f"{number}", b"") for number in range(2_100))), "条目过多"),
    ("路径.docx", office("word/document.xml", ("../../x", b"")), "不合法的路径"),
    ("套.docx", office("word/document.xml", ("a.zip", archive([]))), "装有压缩包"),
    ("文本.txt", b"a\x00b", "另存为 UTF-8"),
    ("空.txt", b" "[:0], None),  # Django's own refusal of an empty file comes first
    ("大.txt", lambda: b"a" * (20 * MEGABYTE + 1), "超过上限"),
    ("机密材料.pdf", PDF, "不得存放涉密文件"),
    ("方案\u202efdp.exe", HTML, "“方案fdp.exe”的类型"),
    ("图.png", specimens.vast_png, "120 百万像素"),
]
BAD_PICTURES = [
    ("图.png", HTML, "不是有效的 png 图片"),
    ("图.svg", SVG, "的类型不在允许范围内"),
    ("图.bmp", lambda: picture("BMP"), "的类型不在允许范围内"),
    ("图.jpg", lambda: picture("PNG"), "不是有效的 jpg 图片"),
    ("图.png", specimens.vast_png, "120 百万像素（12000×10000）"),
    ("动图.gif", lambda: specimens.animation(6, (2000, 2000)), "24 百万像素"),
    ("半张.jpg", lambda: specimens.half_a_picture("JPEG"), "不完整或已损坏"),
    ("半张.png", lambda: specimens.half_a_picture("PNG"), "不完整或已损坏"),
    ("半张.gif", lambda: specimens.half_a_picture("GIF"), "不完整或已损坏"),
    ("半张.webp", lambda: specimens.half_a_picture("WEBP"), "已损坏"),
    ("大.png", lambda: picture() + bytes(10 * MEGABYTE), "超过上限"),
    ("绝密.png", picture, "不得存放涉密文件"),
]


@pytest.fixture
def lenient_pillow(monkeypatch):
    """As it is once WeasyPrint has been loaded."""
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)


@both_people
class TestABadFile:
    def check(self, client, door, kept, files):
        existing = door.existing() if door.way == EDIT else None
        before = kept()
        for name, data, message in files:
            response = door.send(client, name, data() if callable(data) else data, existing=existing)
            assert response.status_code == 200, name
            assert message is None or message in said(response), name
            assert kept() == before, name
        if existing:
            existing.refresh_from_db()
            assert existing.file.size

    @document_doors
    def test_is_refused_with_its_reason_as_a_document(self, client, door, kept):
        self.check(client, door, kept, BAD_DOCUMENTS)

    @pytest.mark.usefixtures("lenient_pillow")
    @image_doors
    def test_is_refused_with_its_reason_as_a_picture(self, client, door, kept):
        self.check(client, door, kept, BAD_PICTURES)


@both_people
class TestAGoodFile:
    @document_doors
    def test_is_kept_under_a_random_name_with_its_checksum(self, client, person, door):
        existing = door.existing() if door.way == EDIT else None
        data = "每月读一本书".encode("gb18030")
        response = door.send(client, "“五有”书目.txt", data, existing=existing)
        assert response.status_code in (200, 302)
        document = CustomDocument.objects.get()
        assert re.fullmatch(r"documents/[0-9a-f]{32}\.txt", document.file.name)
        assert bytes_of(document.file) == data
        assert document.original_name == document.filename == "“五有”书目.txt"
        assert document.sha256 == hashlib.sha256(data).hexdigest()
        assert document.file_size == len(data)
        assert existing or document.uploaded_by_user == person

    @image_doors
    def test_is_kept_upright_and_without_its_origin(self, client, door):
        existing = door.existing() if door.way == EDIT else None
        saving = {"comment": b"camera owner", "xmp": b"<xmp>place</xmp>"}
        response = door.send(client, "IMG 2026.jpg", photograph(**saving), existing=existing)
        assert response.status_code in (200, 302)
        image = CustomImage.objects.get()
        assert re.fullmatch(r"original_images/[0-9a-f]{32}\.jpg", image.file.name)
        assert image.original_name == "IMG 2026.jpg"
        stored = bytes_of(image.file)
        assert image.sha256 == hashlib.sha256(stored).hexdigest()
        for trace in (b"Exif", b"Telephone", b"camera owner", b"<xmp>"):
            assert trace not in stored
        with Image.open(io.BytesIO(stored)) as upright:
            assert upright.size == (image.width, image.height) == (20, 40)
            assert upright.getpixel((10, 2))[0] > 200  # red was on the left and is now on top
            assert upright.getpixel((10, 38))[2] > 200


class TestAPicture:
    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("a.png", lambda: photograph("PNG")),
            ("a.webp", lambda: photograph("WEBP", lossless=True)),
            ("a.JPEG", specimens.double_photograph),
            ("a.png", lambda: picture(mode="P")),
            ("a.png", lambda: picture(mode="RGBA")),
            ("a.png", lambda: picture(mode="I;16")),
            ("a.jpg", lambda: picture("JPEG", mode="CMYK")),
            ("a.gif", lambda: specimens.animation(3, (20, 20))),
        ],
    )
    def test_of_every_usual_kind_is_kept_clean_and_can_be_shown(self, client, name, data):
        IMAGE_DOORS[0].send(client, name, data())
        image = CustomImage.objects.get()
        stored = bytes_of(image.file)
        assert b"Telephone" not in stored
        assert image.get_rendition("max-10x10").width <= 10

    def test_that_moves_still_moves(self, client):
        data = specimens.animation(3, (20, 20))
        IMAGE_DOORS[0].send(client, "动图.gif", data)
        assert bytes_of(CustomImage.objects.get().file) == data


class TestAFileAmongOtherMistakes:
    """Wagtail would put it aside unchecked until the other fields are right."""

    @every_door
    @pytest.mark.parametrize("title", ["", "题" * 300])
    def test_is_not_kept_and_says_which(self, client, door, kept, title):
        existing = door.existing() if door.way == EDIT else None
        before = kept()
        is_image = door.model is CustomImage
        response = door.send(
            client, "IMG.jpg" if is_image else "方案.pdf", photograph() if is_image else PDF, existing=existing, title=title
        )
        assert response.status_code == 200
        assert kept() == before
        assert "文件没有保存。标题" in said(response)
        assert "请改正后重新选择文件。" in said(response)

    def test_leaves_the_other_fields_of_an_edit_without_a_new_file_to_themselves(self, client):
        door = DOCUMENT_DOORS[3]
        existing = door.existing()
        response = client.post(door.url(existing), {"title": "", "collection": 1, "tags": ""})
        assert response.status_code == 200
        assert "文件没有保存" not in said(response)


class TestAFileName:
    @document_doors
    def test_of_three_hundred_characters_is_shortened(self, client, door):
        existing = door.existing() if door.way == EDIT else None
        response = door.send(client, "长" * 300 + ".pdf", PDF, existing=existing)
        assert response.status_code in (200, 302)
        document = CustomDocument.objects.get()
        assert document.original_name == "长" * 116 + ".pdf"
        assert len(document.file.name) < 60

    def test_of_three_hundred_characters_serves_as_the_title_of_a_batch(self, client):
        door = DOCUMENT_DOORS[1]
        file = io.BytesIO(PDF)
        file.name = "长" * 300 + ".pdf"
        response = client.post(door.url(), {"files[]": file, "collection": 1}, headers={"X-Requested-With": "XMLHttpRequest"})
        assert response.json()["success"]

    @pytest.mark.parametrize(
        ("name", "shown"),
        [
            ("方案\u202e\u2066fdp.pdf", "方案fdp.pdf"),
            ("方\x01\x1f\x85案.pdf", "方案.pdf"),
            ("../../../etc/方案.pdf", "方案.pdf"),
            ("..\\..\\方案.pdf", "方案.pdf"),
            ("<img src=x onerror=alert(1)>.pdf", "img src=x onerror=alert(1).pdf"),
            ("CON.pdf", "CON.pdf"),
            ("方案%0d%0aX: y.pdf", "方案%0d%0aX y.pdf"),
        ],
    )
    def test_that_deceives_loses_what_it_deceives_with(self, client, media, name, shown):
        DOCUMENT_DOORS[0].send(client, name, PDF)
        document = CustomDocument.objects.get()
        assert document.original_name == shown
        assert Path(document.file.path).parent == media / "documents"

    def test_that_is_markup_is_none_in_the_answer_to_a_batch(self, client):
        response = DOCUMENT_DOORS[1].send(client, "<img src=x onerror=alert(1)>.html", HTML)
        assert not set("<>") & set(response.json()["error_message"])  # the admin's script takes the message for HTML


class TestADownload:
    def download(self, client, name, data=PDF):
        DOCUMENT_DOORS[0].send(client, name, data)
        document = CustomDocument.objects.get()
        response = client.get(document.url)
        assert response.status_code == 200
        assert b"".join(response.streaming_content) == data
        return response

    @pytest.mark.parametrize(
        ("name", "disposition"),
        [
            ("plan 2026.pdf", 'attachment; filename="plan 2026.pdf"'),
            ("方案.pdf", "attachment; filename*=utf-8''%E6%96%B9%E6%A1%88.pdf"),
            ("“五有”.pdf", "attachment; filename*=utf-8''%E2%80%9C%E4%BA%94%E6%9C%89%E2%80%9D.pdf"),
            ("a;b'c%41.pdf", 'attachment; filename="a;b\'c%41.pdf"'),
        ],
    )
    def test_has_the_original_name_as_rfc_6266_writes_it(self, client, name, disposition):
        assert self.download(client, name)["Content-Disposition"] == disposition

    @pytest.mark.parametrize(
        ("name", "data", "kind"),
        [
            ("方案.pdf", PDF, "application/pdf"),
            ("图.png", picture(), "image/png"),
            ("页.txt", HTML, "text/plain"),
            ("混.pdf", b"%PDF-1.4<script>alert(1)</script>", "application/pdf"),
        ],
    )
    def test_is_never_shown_inside_the_site(self, client, name, data, kind):
        response = self.download(client, name, data)
        assert response["Content-Type"] == kind
        assert response["Content-Disposition"].startswith("attachment")
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"].startswith("default-src 'none'")

    def test_has_no_second_address_for_the_stored_file(self, client):
        DOCUMENT_DOORS[0].send(client, "方案.pdf", PDF)
        IMAGE_DOORS[0].send(client, "图.png", picture())
        for file in (CustomDocument.objects.get().file, CustomImage.objects.get().file):
            assert client.get(f"/media/{file.name}").status_code == 404


class TestAFullDisk:
    @pytest.fixture
    def full_disk(self, monkeypatch):
        """Half of every file is written, then the disk is full."""

        def save(storage, name, content):
            path = Path(storage.path(name))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(FileSystemStorage, "_save", save)

    @every_door
    def test_is_said_and_keeps_nothing(self, client, door, kept, request):
        existing = door.existing() if door.way == EDIT else None
        before = kept()
        request.getfixturevalue("full_disk")
        name, data = ("图.png", picture()) if door.model is CustomImage else ("方案.pdf", PDF)
        response = door.send(client, name, data, existing=existing)
        transaction.set_rollback(False)  # Django would end the test's own transaction; in the site each request has its own
        assert response.status_code == 507
        assert "服务器磁盘空间不足，文件没有保存" in said(response)
        assert kept() == before
        if existing:
            existing.refresh_from_db()
            assert existing.file.size
            assert existing.title != "标题"

    @pytest.mark.parametrize("way", [SINGLE, SEVERAL, CHOOSER])
    def test_is_said_when_it_happens_while_the_file_is_coming_in(self, client, kept, way, monkeypatch):
        def write(handler, data, start):
            raise OSError(errno.ENOSPC, "No space left on device")

        before = kept()
        monkeypatch.setattr("django.core.files.uploadhandler.TemporaryFileUploadHandler.receive_data_chunk", write)
        client.handler.enforce_csrf_checks = True
        door = next(door for door in DOCUMENT_DOORS if door.way == way)
        response = door.send(client, "方案.pdf", PDF + bytes(3 * MEGABYTE))
        assert response.status_code == 507
        assert "服务器磁盘空间不足" in said(response)
        assert kept() == before

    def test_is_not_what_every_failure_is_taken_for(self, client, monkeypatch):
        def save(storage, name, content):
            raise OSError(errno.EIO, "Input/output error")

        monkeypatch.setattr(FileSystemStorage, "_save", save)
        client.raise_request_exception = False
        response = DOCUMENT_DOORS[0].send(client, "方案.pdf", PDF)
        assert response.status_code == 500


class TestReplacing:
    def test_removes_the_old_file_once_the_new_one_is_kept(self, client, kept, django_capture_on_commit_callbacks):
        door = DOCUMENT_DOORS[3]
        existing = door.existing()
        old = existing.file.name
        with django_capture_on_commit_callbacks(execute=True):
            door.send(client, "新.pdf", PDF, existing=existing)
        existing.refresh_from_db()
        assert existing.original_name == "新.pdf"
        assert kept()[1] == [existing.file.name] != [old]

    def test_serves_the_new_file_under_its_new_name_only(self, client):
        door = DOCUMENT_DOORS[3]
        existing = door.existing()
        old = existing.url
        door.send(client, "新.pdf", PDF, existing=existing)
        existing.refresh_from_db()
        assert client.get(old).status_code == 404
        response = client.get(existing.url)
        assert b"".join(response.streaming_content) == PDF

    def test_changes_nothing_when_only_the_title_is_edited(self, client, kept):
        door = DOCUMENT_DOORS[3]
        existing = door.existing()
        before = kept()
        response = client.post(reverse("wagtaildocs:edit", args=[existing.pk]), {"title": "新标题", "collection": 1, "tags": ""})
        assert response.status_code == 302
        assert kept() == before
        assert CustomDocument.objects.get().title == "新标题"
