"""Pictures and documents of an article, and their door."""

import io

import docx
import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from learning.contributions.services.files import (
    MAX_PICTURES,
    ArticleFileError,
    add_picture,
    keep_document,
    read_docx,
    remove_article_file,
)
from learning.models import ArticleFile
from tests.cms.core.reading.papers import saved
from tests.cms.files.specimens import OLE2, photograph, picture
from tests.factories.pages import make_site
from tests.factories.programme import at
from tests.factories.submissions import draft, handed_in, make_newsroom
from tests.standing import standing

NOW = at(2026, 3, 5, 9)
pytestmark = pytest.mark.django_db


@standing()
def room():
    make_site()
    return make_newsroom()


def add(article, room, data=None, *, name="现场.jpg", caption="三月五日，读书会现场。", by=None):
    return add_picture(
        article=article, file=io.BytesIO(data or picture("JPEG")), name=name, caption=caption, by=by or room.member.user, now=NOW
    )


def paper(*lines, table=()) -> bytes:
    made = docx.Document()
    for line in lines:
        made.add_paragraph(line)
    if table:
        rows = made.add_table(len(table), len(table[0])).rows
        for cells, row in zip(table, rows, strict=True):
            for text, cell in zip(cells, row.cells, strict=True):
                cell.text = text
    return saved(made)


class TestAddPicture:
    def test_keeps_it_without_what_the_camera_wrote(self, room):
        kept = add(draft(room), room, photograph("JPEG"), caption=" 读书会\n现场 ")
        assert (kept.kind, kept.caption, kept.original_name) == ("picture", "读书会 现场", "现场.jpg")
        with kept.file.open("rb") as opened, Image.open(opened) as shown:
            assert not shown.getexif()
        assert "现场" not in kept.file.name

    def test_once(self, room):
        article = draft(room)
        assert add(article, room).pk == add(article, room, caption="别的说明").pk

    @pytest.mark.parametrize(
        ("facts", "said"),
        [
            ({"caption": " \x00 "}, "请写图片说明"),
            ({"caption": "长" * 201}, "最多 200 个字"),
            ({"data": b"x"}, "不支持或已损坏"),
            ({"data": b"<svg xmlns='http://www.w3.org/2000/svg'/>", "name": "现场.svg"}, "不支持或已损坏"),
            ({"name": "机密★.jpg"}, "密级标志"),
        ],
    )
    def test_refuses_what_is_no_picture_or_has_no_caption(self, room, facts, said):
        with pytest.raises(ValidationError, match=said):
            add(draft(room), room, **facts)
        assert not ArticleFile.objects.exists()

    def test_is_for_the_authors_while_they_write(self, room):
        with pytest.raises(ArticleFileError, match="只有作者"):
            add(draft(room), room, by=room.officer)
        with pytest.raises(ArticleFileError, match="不能再增删附件"):
            add(handed_in(room), room)

    def test_has_a_limit(self, room):
        article = draft(room)
        ArticleFile.objects.bulk_create(
            ArticleFile(article=article, kind="picture", file=f"{n}.jpg", caption="x", sha256=f"{n:064}", added_at=NOW)
            for n in range(MAX_PICTURES)
        )
        with pytest.raises(ArticleFileError, match="最多 12 张图片"):
            add(article, room)


class TestReadDocx:
    def test_takes_the_text_line_by_line(self):
        read = read_docx(file=io.BytesIO(paper("第一段。", "", "第二段。", table=[["甲", "乙"]])), name="稿.docx")
        assert read.text == "第一段。\n第二段。\n甲　乙"
        assert "表格" in read.findings[-1]

    @pytest.mark.parametrize(
        ("name", "data", "said"),
        [
            ("稿.doc", OLE2, "另存为 .docx"),
            ("稿.docx", b"x", "稿.docx"),
            ("稿.txt", b"x", "类型不在允许范围"),
            ("稿.docx", None, "没有找到文字"),
        ],
    )
    def test_refuses_what_it_cannot_read(self, name, data, said):
        with pytest.raises(ValidationError, match=said):
            read_docx(file=io.BytesIO(data or paper()), name=name)


class TestRemoveArticleFile:
    def test_takes_the_bytes_too(self, room, django_capture_on_commit_callbacks):
        kept = add(draft(room), room)
        storage, name = kept.file.storage, kept.file.name
        with django_capture_on_commit_callbacks(execute=True):
            remove_article_file(file=kept, by=room.member.user, now=NOW)
        assert not storage.exists(name)
        assert not ArticleFile.objects.exists()


def bytes_of(answer) -> bytes:
    """A refusal is no stream."""
    return b"".join(answer.streaming_content) if answer.streaming else b""


class TestDoor:
    @pytest.fixture(autouse=True)
    def _today(self):
        with time_machine.travel(NOW, tick=False):
            yield

    def test_gives_a_picture_to_whoever_may_read_the_article(self, client, room):
        article = draft(room)
        kept = add(article, room)
        address = reverse("article_file", args=[kept.pk])
        for name, status in (("member", 200), ("head", 404), ("secretary", 404), ("colleague", 404)):
            client.force_login(getattr(room, name).user)
            answer = client.get(address)
            assert (answer.status_code, bool(bytes_of(answer))) == (status, status == 200), name
        client.force_login(room.member.user)
        answer = client.get(address)
        assert bytes_of(answer)[:2] == b"\xff\xd8"
        assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
        client.post(reverse("hand_in_article", args=[article.pk]))
        for name, status in (("head", 200), ("secretary", 200), ("colleague", 404)):
            client.force_login(getattr(room, name).user)
            answer = client.get(address)
            assert (answer.status_code, bool(bytes_of(answer))) == (status, status == 200), name

    def test_gives_a_document_to_be_saved(self, client, room):
        article = draft(room)
        read = read_docx(file=io.BytesIO(paper("一段。")), name="稿件.docx")
        kept = keep_document(article=article, document=read, by=room.member.user, now=NOW)
        client.force_login(room.member.user)
        answer = client.get(reverse("article_file", args=[kept.pk]))
        assert bytes_of(answer)[:2] == b"PK"
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["Content-Type"] == "application/octet-stream"

    def test_is_closed_where_the_bytes_are_gone(self, client, room):
        kept = add(draft(room), room)
        kept.file.storage.delete(kept.file.name)
        client.force_login(room.member.user)
        assert client.get(reverse("article_file", args=[kept.pk])).status_code == 404

    def test_takes_pictures_in_and_asks_before_it_takes_one_away(self, client, room):
        article = draft(room)
        client.force_login(room.member.user)
        door = reverse("article_files", args=[article.pk])
        refused = client.post(door, {"caption": "", "picture": SimpleUploadedFile("x.jpg", picture("JPEG"))})
        assert (refused.status_code, "请写图片说明" in refused.content.decode()) == (400, True)
        assert client.post(door, {"caption": "现场", "picture": SimpleUploadedFile("x.txt", b"x")}).status_code == 400
        assert client.post(door, {"caption": "\x00", "picture": SimpleUploadedFile("x.jpg", b"")}).status_code == 400
        assert client.post(door, {"caption": "现场", "picture": SimpleUploadedFile("x.jpg", picture("JPEG"))}).url == door
        kept = ArticleFile.objects.get()
        away = reverse("remove_article_file", args=[kept.pk])
        assert "不能恢复" in client.get(away).content.decode()
        assert ArticleFile.objects.exists()
        assert client.post(away).url == door
        assert not ArticleFile.objects.exists()

    def test_takes_nothing_while_it_is_reviewed(self, client, room):
        article = draft(room)
        kept = add(article, room)
        client.force_login(room.member.user)
        client.post(reverse("hand_in_article", args=[article.pk]))
        assert client.get(reverse("article_files", args=[article.pk])).url == reverse("media_article", args=[article.pk])
        assert client.post(reverse("remove_article_file", args=[kept.pk])).status_code == 404
