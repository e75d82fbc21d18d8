"""What may be stored, asked of the validator itself; the doors it stands at are in test_uploads."""

import contextlib
import io
import re
import unicodedata
import zipfile

import pytest
from django.conf import settings
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cms.files.validation import MAX_NAME, UnacceptableFileError, check_file, presentable_name

from . import specimens
from .specimens import CONTENT_TYPES, HTML, OLE2, PDF, SVG, archive, office, picture

MEGABYTE = 1024 * 1024
MAIN_PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}


def check(data: bytes, name: str, *, images=False):
    kind = "IMAGES" if images else "DOCS"
    return check_file(
        io.BytesIO(data),
        name=name,
        endings=getattr(settings, f"WAGTAIL{kind}_EXTENSIONS"),
        max_bytes=getattr(settings, f"WAGTAIL{kind}_MAX_UPLOAD_SIZE"),
    )


def refusal(data: bytes, name: str, *, images=False) -> UnacceptableFileError:
    with pytest.raises(UnacceptableFileError) as caught:
        check(data, name, images=images)
    message = str(caught.value)
    assert re.search(r"[\u4e00-\u9fff].*。$", message)  # Chinese, a whole sentence
    assert not re.search(r"[\u4e00-\u9fff][,:;?!()]", message)  # with full-width punctuation
    return caught.value


class TestCheckFile:
    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("方案.pdf", PDF),
            ("方案.PDF", b"\n" * 100 + PDF),
            ("方案.docx", office()),
            ("名册.xlsx", office("xl/workbook.xml")),
            ("课件.pptx", office("ppt/presentation.xml")),
            ("带图表.docx", office("word/document.xml", ("word/embeddings/Microsoft_Excel_Sheet.xlsx", office("xl/workbook.xml")))),
            ("旧方案.doc", OLE2),
            ("旧名册.xls", OLE2),
            ("方案.wps", OLE2),
            ("新方案.wps", office()),
            ("版式.ofd", archive([("OFD.xml", b"<OFD/>")])),
            ("书目.txt", "每月读一本书".encode()),
            ("书目.txt", "﻿每月读一本书".encode()),
            ("书目.txt", "每月读一本书".encode("gb18030")),
            ("名册.csv", "姓名,科室\n镕,办公室".encode("gb18030")),
            ("照片.jpg", picture("JPEG")),
            ("照片.png", picture("PNG")),
        ],
    )
    def test_takes_what_offices_work_with(self, name, data):
        checked = check(data, name)
        assert checked.name == name
        assert checked.ending == name.rsplit(".")[-1].lower()

    def test_leaves_the_file_at_its_start_and_knows_its_checksum(self):
        file = io.BytesIO(b"abc")
        checked = check_file(file, name="a.txt", endings=["txt"], max_bytes=3)
        assert file.tell() == 0
        assert checked.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    @pytest.mark.parametrize("ending", ["pdf", "docx", "xlsx", "pptx", "doc", "xls", "ppt", "wps", "et", "dps", "ofd", "jpg", "png"])
    @pytest.mark.parametrize("data", [HTML, SVG, b"MZ\x90\x00" + bytes(64), b"PK\x05\x06" + bytes(18), b"PK\x03\x04" + bytes(9)])
    def test_refuses_bytes_that_are_not_what_the_ending_says(self, ending, data):
        assert refusal(data, f"方案.{ending}").code in ("content", "archive")

    @pytest.mark.parametrize("ending", ["html", "htm", "svg", "xml", "zip", "exe", "docm", "js", "rtf", "heic", ""])
    def test_names_what_may_be_uploaded_instead_of_a_foreign_kind(self, ending):
        error = refusal(HTML, f"方案.{ending}".rstrip("."))
        assert error.code == "ending"
        assert "pdf、docx、xlsx" in str(error)

    @pytest.mark.parametrize("data", [SVG, HTML, picture("BMP"), picture("JPEG")])
    def test_takes_no_picture_of_another_kind_under_an_allowed_ending(self, data):
        assert refusal(data, "图.png", images=True).code == "content"

    @pytest.mark.parametrize("main", MAIN_PARTS.values())
    def test_takes_one_office_format_under_the_ending_of_another_for_false(self, main):
        for ending, right in MAIN_PARTS.items():
            if right != main:
                assert refusal(office(main), f"文件.{ending}").code == "content"

    def test_refuses_text_with_nul_or_in_no_encoding_used_here(self):
        for data in (b"a\x00b", "每月".encode("utf-16"), b"\xff\xff\xff"):
            error = refusal(data, "书目.txt")
            assert "UTF-8" in str(error)

    def test_refuses_what_is_empty_or_too_large(self):
        assert refusal(b"", "空.txt").code == "empty"
        error = refusal(b"a" * (settings.WAGTAILDOCS_MAX_UPLOAD_SIZE + 1), "大.txt")
        assert error.code == "size"
        assert "20.0" in str(error)
        check(b"a" * settings.WAGTAILDOCS_MAX_UPLOAD_SIZE, "正好.txt")


class TestMacros:
    @pytest.mark.parametrize("part", ["word/vbaProject.bin", "xl/VBAPROJECT.BIN", "ppt/vbaProject.bin"])
    @pytest.mark.parametrize("ending", ["docx", "xlsx", "pptx", "wps", "et", "dps"])
    def test_are_refused_under_every_ending(self, part, ending):
        error = refusal(office(MAIN_PARTS.get(ending, "word/document.xml"), (part, b"\0")), f"文件.{ending}")
        assert error.code == "macro"
        assert "宏" in str(error)


class TestArchives:
    def docx(self, *entries, compression=zipfile.ZIP_DEFLATED):
        main = ("word/document.xml", b"<document/>")
        return archive([("[Content_Types].xml", CONTENT_TYPES), main, *entries], compression=compression)

    def refusal(self, *entries, **how):
        error = refusal(self.docx(*entries, **how), "文件.docx")
        assert error.code == "archive"
        return str(error)

    def test_may_hold_as_many_entries_as_slides_for_an_hour_have(self):
        entries = [(f"word/media/{number}.txt", b"") for number in range(1_999)]
        check(self.docx(*entries[:1_998]), "文件.docx")
        assert "2001" in self.refusal(*entries)

    def test_may_not_unpack_to_a_hundred_times_their_size(self):
        assert "压缩炸弹" in self.refusal(("word/media/a.txt", bytes(2 * MEGABYTE)))
        check(self.docx(("word/media/a.txt", bytes(MEGABYTE // 2))), "文件.docx")  # a small part may compress as well as it likes

    def test_may_not_hold_an_entry_of_more_than_thirty_megabytes(self):
        assert "30 MB" in self.refusal(("word/a.bin", bytes(30 * MEGABYTE + 1)))

    def test_may_not_unpack_to_more_than_fifty_megabytes(self):
        assert "50 MB" in self.refusal(("a", bytes(26 * MEGABYTE)), ("b", bytes(26 * MEGABYTE)))

    @pytest.mark.parametrize("name", ["a.zip", "word/embeddings/A.RAR", "x.7z", "x.tar", "x.tar.gz", "x.jar"])
    def test_may_not_hold_archives(self, name):
        assert "压缩包" in self.refusal((name, b""))

    @pytest.mark.parametrize("name", ["/etc/passwd", "../a", "word/../../a", "..\\a", "\\\\server\\a", "C:\\a", "word\\..\\..\\a", ".."])
    def test_may_not_name_paths_outside_themselves(self, name):
        assert "路径" in self.refusal((name, b""))

    def test_may_name_what_only_looks_like_such_a_path(self):
        check(self.docx(("word/a..b.xml", b""), ("...", b"")), "文件.docx")

    def test_may_not_be_locked_with_a_password(self):
        data = bytearray(self.docx())
        for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
            data[data.index(signature) + offset] |= 1
        assert "密码" in str(refusal(bytes(data), "文件.docx"))

    @hypothesis_settings(deadline=None)
    @given(st.binary(min_size=1, max_size=12), st.integers(0, 10_000))
    @example(b"\xff" * 12, 0)
    def test_are_taken_or_refused_however_damaged(self, damage, place):
        data = bytearray(office())
        place %= len(data)
        data[place : place + len(damage)] = damage
        with contextlib.suppress(UnacceptableFileError):
            check(bytes(data), "文件.docx")


class TestPixels:
    def test_are_counted_before_a_picture_is_unpacked(self):
        data = specimens.vast_png()
        assert len(data) < 400_000
        for images in (True, False):
            error = refusal(data, "图.png", images=images)
            assert error.code == "pixels"
            assert "120 百万像素（12000×10000）" in str(error)

    def test_are_too_many_beyond_what_pillow_itself_takes(self):
        assert refusal(specimens.vast_png(20_000, 10_000, rows=100), "图.png", images=True).code == "pixels"

    def test_are_counted_over_all_frames(self):
        check(specimens.animation(3, (1000, 1000)), "动图.gif", images=True)
        for ending, image_format in (("gif", "GIF"), ("webp", "WEBP"), ("png", "PNG")):
            error = refusal(specimens.animation(6, (2000, 2000), image_format), f"动图.{ending}", images=True)
            assert error.code == "pixels"

    def test_of_the_hidden_second_picture_in_a_photograph_do_not_count(self, monkeypatch):
        monkeypatch.setattr("cms.files.validation.MAX_PIXELS", 40 * 20)
        check(specimens.double_photograph(), "照片.jpg", images=True)


class TestSecretMarks:
    @pytest.mark.parametrize(
        "name",
        [
            "机密文件.pdf",
            "绝密.pdf",
            "方案（秘密★1年）.pdf",
            "秘密 ☆.pdf",
            "★10年 方案.pdf",
            "机\u200b密.pdf",
            "机\u202e密.pdf",
            "a/机密.pdf",
        ],
    )
    def test_in_a_name_are_refused(self, name):
        error = refusal(PDF, name)
        assert error.code == "secret"
        assert "涉密" in str(error)

    def test_are_found_beyond_the_part_of_a_name_that_is_shown(self):
        assert refusal(PDF, "方案" * 100 + "机密.pdf").code == "secret"

    @pytest.mark.parametrize("name", ["手机密码管理办法.pdf", "随机密钥.pdf", "保密教育.pdf", "秘密花园读后感.pdf", "星★级.pdf"])
    def test_are_not_seen_in_ordinary_words(self, name):
        check(PDF, name)


class TestPresentableName:
    @pytest.mark.parametrize(
        ("name", "shown"),
        [
            ("读书心得.docx", "读书心得.docx"),
            ("“五有”档案（2026）.pdf", "“五有”档案（2026）.pdf"),
            ("C:\\我的文档\\方案.pdf", "方案.pdf"),
            ("../../etc/passwd", "passwd"),
            ("方案\u202efdp.exe", "方案fdp.exe"),
            ("方案\r\nSet-Cookie: a=b.pdf", "方案Set-Cookie a=b.pdf"),
            ('a"; filename="b.exe', "a; filename=b.exe"),
            ("<img src=x onerror=alert(1)>.txt", "img src=x onerror=alert(1).txt"),
            ("\u0065\u0301tude.pdf", "\u00e9tude.pdf"),
            ("  .方案.pdf. ", "方案.pdf"),
            ("方\x00案\x85\u2028\u2066\ufeff.pdf", "方案.pdf"),
            ("…", "…"),
            ("..", "文件"),
            ("", "文件"),
        ],
    )
    def test_holds_nothing_that_deceives(self, name, shown):
        assert presentable_name(name) == shown

    def test_keeps_the_ending_of_a_long_name(self):
        shown = presentable_name("长" * 300 + ".docx")
        assert len(shown) == MAX_NAME
        assert shown.endswith("长.docx")

    @hypothesis_settings(deadline=None)
    @given(st.text(max_size=400))
    @example("a" * 200 + "." + "b" * 150)
    @example("a." + "b" * 300)
    def test_is_short_clean_and_stays_as_it_is(self, name):
        shown = presentable_name(name)
        assert 1 <= len(shown) <= MAX_NAME
        assert not [character for character in shown if unicodedata.category(character) in ("Cc", "Cf", "Cs")]
        assert not set(shown) & set('/\\"<>:|?*')
        assert presentable_name(shown) == shown or len(name) > MAX_NAME
