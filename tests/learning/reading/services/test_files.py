import datetime
import io

import docx
import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from docx.oxml import OxmlElement
from PIL import Image

from learning.reading.choices import FileKind
from learning.reading.services.drafts import AuthorLeftError, DraftClosedError, DraftError
from learning.reading.services.files import MAX_PHOTOS, add_document, add_photo, may_read_file, remove_file
from learning.reading.services.typed import DraftTooLongError
from tests.cms.core.reading.papers import docx_of, docx_with_linked_picture, docx_with_pictures, repacked, saved
from tests.cms.files.specimens import OLE2, photograph, picture
from tests.factories.organisation import StaffMemberFactory
from tests.factories.pages import make_user
from tests.factories.programme import at
from tests.factories.reading import ReflectionFactory, accepted_reflection

NOW = at(2026, 11, 25, 14, 5)


@pytest.fixture
def author(db):
    return StaffMemberFactory(name="陶思远", user=make_user("zhigong"))


@pytest.fixture
def draft(author):
    return ReflectionFactory(author=author, html="<p>已有的。</p>")


def photo(draft, data=None, name="手写.jpg", **facts):
    return add_photo(reflection=draft, file=io.BytesIO(data or picture("JPEG")), name=name, by=draft.author.user, now=NOW, **facts)


def document(draft, data, name="心得.docx", *, is_replacing=False):
    return add_document(reflection=draft, file=io.BytesIO(data), name=name, is_replacing=is_replacing, by=draft.author.user, now=NOW)


def tracked_changes() -> bytes:
    """Two runs of one paragraph: one that a tracked change took out, one that it put in."""
    paper = docx.Document()
    paragraph = paper.add_paragraph("留下的")
    for tag, text_tag, text in (("w:del", "w:delText", "删去的"), ("w:ins", "w:t", "加上的")):
        change, run, words = OxmlElement(tag), OxmlElement("w:r"), OxmlElement(text_tag)
        words.text = text
        run.append(words)
        change.append(run)
        paragraph._p.append(change)
    return saved(paper)


def headings_and_bold() -> bytes:
    paper = docx.Document()
    paper.add_heading("一、读了什么", 1)
    paper.add_heading("（一）小处", 2)
    paper.add_paragraph("平常 ").add_run("加粗").bold = True
    table = paper.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "甲", "乙"
    return saved(paper)


class TestAddPhoto:
    def test_takes_out_what_the_telephone_wrote_into_it(self, draft):
        kept = photo(draft, photograph())
        with kept.file.open() as file, Image.open(file) as stored:
            assert not stored.getexif()
            assert stored.width < stored.height  # upright
        assert (kept.kind, kept.original_name) == (FileKind.PHOTO, "手写.jpg")
        assert "手写" not in kept.file.name

    def test_goes_by_what_the_picture_is_not_by_its_name(self, draft):
        assert photo(draft, picture("PNG"), name="IMG_1.HEIC").original_name == "IMG_1.png"

    def test_says_what_to_do_with_40_megabytes(self, draft):
        with pytest.raises(ValidationError, match=r"手写\.jpg”有 40\.0\\xa0MB，超过上限 10\.0\\xa0MB，没有存。.*缩小"):
            photo(draft, bytes(40 * 1024 * 1024))

    @pytest.mark.parametrize("data", [b"not a picture", picture("GIF"), OLE2])
    def test_refuses_what_is_no_photograph(self, draft, data):
        with pytest.raises(ValidationError, match="jpg"):
            photo(draft, data)
        assert not draft.files.exists()

    def test_keeps_the_same_picture_once(self, draft):
        assert photo(draft) == photo(draft, name="又一次.jpg")

    def test_keeps_nine(self, draft):
        for number in range(MAX_PHOTOS):
            photo(draft, picture("JPEG", size=(10, 10 + number)))
        with pytest.raises(ValidationError, match="最多 9 张照片"):
            photo(draft, picture("JPEG", size=(30, 30)))

    def test_is_for_the_author_of_a_draft(self, draft):
        with pytest.raises(DraftError, match="自己的"):
            add_photo(reflection=draft, file=io.BytesIO(picture()), name="a.png", by=make_user("other"), now=NOW)
        draft.state, draft.first_handed_in_at, draft.handed_in_at = "waiting", NOW, NOW
        draft.save()
        with pytest.raises(DraftClosedError):
            photo(draft)
        draft.author.left_on = datetime.date(2026, 11, 1)
        with pytest.raises(AuthorLeftError):
            photo(draft)


class TestAddDocument:
    def test_puts_its_text_after_what_is_written(self, draft):
        imported = document(draft, docx_of("文件里的", "第二段"))
        assert imported.reflection.html == "<p>已有的。</p><p>文件里的</p><p>第二段</p>"
        kept = draft.files.get()
        assert (kept.kind, kept.original_name) == (FileKind.DOCUMENT, "心得.docx")
        with kept.file.open() as file:
            assert file.read() == docx_of("文件里的", "第二段")

    def test_keeps_what_it_replaces(self, draft):
        imported = document(draft, docx_of("文件里的"), is_replacing=True)
        assert imported.reflection.html == "<p>文件里的</p>"
        assert draft.copies.get().html == "<p>已有的。</p>"

    def test_keeps_headings_and_bold_and_makes_lines_of_a_table(self, draft):
        draft.html = ""
        draft.save()
        imported = document(draft, headings_and_bold())
        assert imported.reflection.html == "<h2>一、读了什么</h2><h3>（一）小处</h3><p>平常 <strong>加粗</strong></p><p>甲\u3000乙</p>"
        assert any("1 个表格" in finding for finding in imported.findings)

    def test_leaves_out_what_tracked_changes_deleted(self, draft):
        assert "留下的加上的" in document(draft, tracked_changes()).reflection.html
        draft.refresh_from_db()
        assert "删去的" not in draft.html

    def test_refuses_macros(self, draft):
        with pytest.raises(ValidationError, match="宏"):
            document(draft, repacked(docx_of("甲"), add=[("word/vbaProject.bin", b"x")]))
        draft.refresh_from_db()
        assert (draft.html, draft.files.count()) == ("<p>已有的。</p>", 0)

    def test_fetches_nothing_from_elsewhere(self, draft):
        """The suite's sockets refuse every other host: a look there would fail the test."""
        imported = document(draft, docx_with_linked_picture("http://elsewhere.invalid/a.png"))
        assert imported.reflection.html == "<p>已有的。</p><p>甲</p><p>乙</p>"
        assert any("1 张图片" in finding for finding in imported.findings)

    @pytest.mark.parametrize(
        ("data", "name", "message"),
        [
            (OLE2, "心得.doc", "另存为 .docx"),
            (OLE2, "心得.wps", "另存为 .docx"),
            (b"text", "心得.txt", "可以上传：docx"),
            (b"", "心得.docx", "空文件"),
            (OLE2, "心得.docx", "心得"),
            (docx_with_pictures(), "照片.docx", None),
            (docx_of("甲"), "机密.docx", "密级"),
        ],
    )
    def test_names_what_it_refuses(self, draft, data, name, message):
        if message is None:  # has a line of text: read, and the picture is spoken of
            assert document(draft, data, name).findings == ["文件里有 1 张图片，没有读入。手写稿的照片请在“手写照片”里上传。"]
            return
        with pytest.raises(ValidationError, match=message):
            document(draft, data, name)

    def test_is_not_appended_twice(self, draft):
        document(draft, docx_of("文件里的"))
        with pytest.raises(ValidationError, match="已经读入过"):
            document(draft, docx_of("文件里的"))
        draft.refresh_from_db()
        assert draft.html.count("文件里的") == 1
        assert document(draft, docx_of("文件里的"), is_replacing=True).reflection.html == "<p>文件里的</p>"

    def test_keeps_no_file_whose_text_is_too_long(self, draft):
        draft.html = f"<p>{'长' * 299_999}</p>"
        draft.save()
        with pytest.raises(DraftTooLongError):
            document(draft, docx_of("再来几个字"))
        assert not draft.files.exists()


class TestRemoveFile:
    def test_takes_the_bytes_when_that_is_certain(self, draft, django_capture_on_commit_callbacks):
        file = photo(draft)
        storage, name = file.file.storage, file.file.name
        with django_capture_on_commit_callbacks() as callbacks:
            remove_file(file=file, by=draft.author.user, now=NOW)
        assert storage.exists(name)
        for callback in callbacks:
            callback()
        assert not storage.exists(name)

    def test_is_the_authors_while_it_is_written(self, draft):
        file = photo(draft)
        with pytest.raises(DraftError):
            remove_file(file=file, by=make_user("other"), now=NOW)
        draft.state, draft.first_handed_in_at, draft.handed_in_at = "waiting", NOW, NOW
        draft.save()
        with pytest.raises(DraftClosedError):
            remove_file(file=file, by=draft.author.user, now=NOW)


class TestMayReadFile:
    def test_is_the_authors_alone_while_it_is_written(self, draft):
        file, reviewer = photo(draft), make_user("reviewer", is_superuser=True)
        assert may_read_file(draft.author.user, file)
        assert not may_read_file(reviewer, file)

    def test_is_for_reviewers_what_was_there_at_the_hand_in(self, draft):
        file, reviewer = photo(draft), make_user("reviewer")
        draft.state, draft.first_handed_in_at, draft.handed_in_at, draft.reviewer = "returned", NOW, NOW, reviewer
        draft.save()
        file.reflection = draft
        assert may_read_file(reviewer, file)
        assert not may_read_file(make_user("colleague"), file)
        added_since = photo(draft, picture("JPEG", size=(30, 30)))
        added_since.added_at = NOW + datetime.timedelta(hours=1)
        assert not may_read_file(reviewer, added_since)

    @pytest.mark.parametrize(("consent", "is_seen_by"), [("public", "everybody"), ("internal", "staff"), ("none", "")])
    def test_follows_the_authors_consent(self, db, consent, is_seen_by):
        reflection = accepted_reflection(consent=consent)
        image = reflection.files.create(kind=FileKind.PHOTO, original_name="a.jpg", sha256="1", added_at=NOW)
        paper = reflection.files.create(kind=FileKind.DOCUMENT, original_name="a.docx", sha256="2", added_at=NOW)
        reader, anonymous = make_user("reader"), AnonymousUser()
        assert may_read_file(reader, image) == (is_seen_by in ("everybody", "staff"))
        assert may_read_file(anonymous, image) == (is_seen_by == "everybody")
        assert not may_read_file(reader, paper)
