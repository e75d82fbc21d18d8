import datetime
import hashlib
import io
import json
import subprocess
import zipfile

import pytest
from docx import Document
from docx.oxml.ns import qn

from learning.evidence import Attachment
from learning.portfolio import snapshots
from learning.portfolio.packaging import pdf
from learning.portfolio.packaging.bundle import Bundle, attachments_of
from learning.portfolio.packaging.entries import originals_of
from learning.portfolio.packaging.pdf import render_volume
from learning.portfolio.packaging.volume import volume_of
from learning.portfolio.packaging.word import as_docx
from tests.learning.portfolio.contents import SCAN, attachment, content, entries_of, package

needs_pdf = pytest.mark.skipif(pdf.weasyprint is None, reason="no Pango")


@pytest.fixture(scope="module")
def data():
    return package(with_pdf=True)


@pytest.fixture(scope="module")
def entries(data):
    return entries_of(data)


def word_of(entries):
    return Document(io.BytesIO(entries["五有档案.docx"]))


def text_of(document) -> str:
    return "\n".join(node.text or "" for node in document.element.iter(qn("w:t")))


def page_fields(document) -> list[tuple[str, str]]:
    """(bookmark, page shown) of the contents."""
    found, asked, is_shown = [], "", False
    for node in document.element.iter(qn("w:instrText"), qn("w:fldChar"), qn("w:t")):
        if node.tag == qn("w:instrText"):
            asked = node.text.split()[1] if "PAGEREF" in node.text else ""
        elif node.tag == qn("w:fldChar"):
            is_shown = node.get(qn("w:fldCharType")) == "separate"
        elif is_shown and asked:
            found.append((asked, node.text))
    return found


class TestWritePackage:
    @needs_pdf
    def test_holds_paper_snapshot_originals_and_checksums(self, entries):
        assert list(entries) == [
            "五有档案.pdf",
            "五有档案.docx",
            "附件/001-手稿.pdf",
            "file.json",
            "package.json",
            "说明.txt",
            "checksums.sha256",
        ]
        assert entries["附件/001-手稿.pdf"] == SCAN

    def test_keeps_the_snapshot_as_it_was_hashed(self, entries):
        text = entries["file.json"].decode()
        assert text == snapshots.to_text(content())
        facts = json.loads(entries["package.json"])
        assert facts["sha256"] == snapshots.sha256(text)
        assert facts["lock"] == {"at": "2027-01-10T09:00:00+08:00", "by": "方景行"}

    def test_names_are_marked_as_utf_8_and_fit_for_windows(self, data):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in archive.infolist():
                assert entry.filename.isascii() or entry.flag_bits & 0x800
                assert not set(entry.filename) & set('\\:*?"<>|')
                assert entry.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

    def test_checksums_are_what_sha256sum_checks(self, data, tmp_path):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            archive.extractall(tmp_path)
        done = subprocess.run(["sha256sum", "--strict", "-c", "checksums.sha256"], cwd=tmp_path, capture_output=True, check=False)
        assert done.returncode == 0
        assert done.stdout.count(b"\n") == len(entries_of(data)) - 1

    def test_is_the_same_to_the_byte_but_for_the_paper(self, data):
        again = entries_of(package())
        for name in ("file.json", "package.json", "附件/001-手稿.pdf"):
            assert again[name] == entries_of(data)[name]

    def test_keeps_the_same_bytes_of_two_names_apart_and_of_one_once(self):
        found = entries_of(package(content(attachments=(attachment("甲.pdf"), attachment("乙.pdf"), attachment("甲.pdf")))))
        assert [name for name in found if name.startswith("附件/")] == ["附件/001-甲.pdf", "附件/002-乙.pdf"]

    def test_says_which_originals_are_gone_or_changed(self):
        def gone():
            raise FileNotFoundError

        lost = Attachment("丢失.pdf", "0" * 64, gone)
        changed = Attachment("换过.pdf", "1" * 64, lambda: io.BytesIO(b"other"))
        found = entries_of(package(content(attachments=(lost, changed, attachment()))))
        assert [name for name in found if name.startswith("附件/")] == ["附件/003-手稿.pdf"]
        guide = found["说明.txt"].decode("utf-8-sig")
        assert "001 丢失.pdf：原件已不在系统中" in guide
        assert "002 换过.pdf：原件与登记的校验值不符" in guide
        assert "原件已不在系统中" in text_of(word_of(found))

    def test_says_that_it_is_not_locked(self):
        found = entries_of(package(lock=None))
        assert json.loads(found["package.json"])["lock"] is None
        assert "还没有锁定" in found["说明.txt"].decode("utf-8-sig")
        assert "未锁定" in text_of(word_of(found))

    def test_goes_without_a_pdf_and_says_so_where_the_library_is_missing(self):
        found = entries_of(package())
        assert "五有档案.pdf" not in found
        assert "本包没有 PDF。服务器缺少生成 PDF 所需的系统库" in found["说明.txt"].decode("utf-8-sig")
        document = word_of(found)
        assert {shown for _mark, shown in page_fields(document)} == {"–"}
        assert document.settings.element.find(qn("w:updateFields")) is not None

    def test_stores_what_would_look_like_a_bomb(self):
        stream = io.BytesIO()
        with Bundle(stream, day=datetime.date(2026, 1, 1)) as bundle:
            bundle.add("file.json", b"0" * 3_000_000)
        with zipfile.ZipFile(stream) as archive:
            assert archive.getinfo("file.json").compress_type == zipfile.ZIP_STORED


class TestThePaper:
    def test_has_the_chapters_in_the_order_of_an_archive(self, entries):
        document = word_of(entries)
        headings = [one.text for one in document.paragraphs if one.style.name == "Heading 1"]
        assert headings == [
            "一、基本情况与五有完成情况",
            "二、学习计划和总结",
            "三、集中学习会议记录",
            "四、考勤记录",
            "五、个人自学",
            "六、心得体会文章",
            "七、论文、调研报告与稿件",
            "八、收获运用与学习成果",
            "九、评学、确认与锁定",
            "十、附件目录",
        ]

    def test_says_what_the_file_says(self, entries):
        text = text_of(word_of(entries))
        for words in (
            "学会起草公文。",
            "一年来，参加集中学习。",
            "退文少了。",
            "平均 92.4 分（满分 100 分，5 人评）",
            "梁静宜，2026年12月20日",
        ):
            assert words in text
        assert "2027年1月10日，方景行" in text
        assert "本年度没有这一类材料。" in text

    def test_tells_of_notes_only_that_there_are_some(self, entries):
        assert "有学习笔记（笔记内容只归本人，不入卷）。" in text_of(word_of(entries))

    def test_is_set_in_the_fonts_of_documents(self, entries):
        document = word_of(entries)
        fonts = {node.get(qn("w:eastAsia")) for node in document.element.iter(qn("w:rFonts"))}
        assert {"仿宋", "黑体"} <= fonts
        assert document.styles["Heading 1"].element.rPr.rFonts.get(qn("w:eastAsia")) == "黑体"

    def test_survives_what_xml_cannot_hold(self):
        assert "甲乙" in text_of(word_of(entries_of(package(content(name="甲\x01乙")))))

    @needs_pdf
    def test_contents_point_at_the_pages_of_the_pdf(self, entries):
        found = content(sessions=30, paragraphs=4)
        volume = volume_of(found, originals_of(attachments_of(found)), sha256="0" * 64)
        data, pages = render_volume(volume)
        assert data.startswith(b"%PDF-")
        anchors = [part.anchor for chapter in volume.chapters for part in (chapter, *chapter.sections)]
        assert set(anchors) <= set(pages)
        assert [pages[anchor] for anchor in anchors] == sorted(pages[anchor] for anchor in anchors)
        assert pages["c1"] == 4  # after the cover and two pages of contents
        shown = dict(page_fields(Document(io.BytesIO(as_docx(volume, pages)))))
        assert {anchor: str(pages[anchor]) for anchor in anchors} == {
            mark.removeprefix("_").replace("_", "-"): page for mark, page in shown.items()
        }

    @needs_pdf
    def test_of_a_package_prints_the_pages_of_its_own_pdf(self, entries):
        pages = [page for _mark, page in page_fields(word_of(entries))]
        assert pages == sorted(pages, key=int)
        assert len(set(pages)) > 1

    @needs_pdf
    def test_contents_of_the_pdf_print_the_same_numbers(self, monkeypatch):
        """What WeasyPrint sets after the leaders is where the heading stands."""
        laid_out = []
        render = pdf.weasyprint.HTML.render

        def keep(self, *args, **options):
            laid_out.append(render(self, *args, **options))
            return laid_out[-1]

        monkeypatch.setattr(pdf.weasyprint.HTML, "render", keep)
        found = content(sessions=8)
        volume = volume_of(found, originals_of(attachments_of(found)), sha256="0" * 64)
        _data, pages = render_volume(volume)
        printed = {}
        for page in laid_out[0].pages:
            for box in page._page_box.descendants():
                if box.element_tag == "a::after" and hasattr(box, "text") and box.text.strip().isdecimal():
                    printed.setdefault(box.element.get("href").removeprefix("#"), int(box.text))
        assert printed == {anchor: pages[anchor] for anchor in printed}
        assert len(printed) == sum(1 + len(chapter.sections) for chapter in volume.chapters)

    def test_digest_of_an_original_is_in_its_list(self, entries):
        digest = hashlib.sha256(SCAN).hexdigest()
        assert f"{digest[:32]} {digest[32:]}" in text_of(word_of(entries))
