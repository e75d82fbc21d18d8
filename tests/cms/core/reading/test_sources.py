"""From the bytes of a .txt, .html or .docx to blocks; whatever is wrong with them is said in Chinese and stops nothing else."""

import base64
import codecs
import io
import re
import socket

import docx
import pytest
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cms.core.reading import UnreadableDocumentError, read_document
from cms.core.reading.sources import decode, tidy
from tests.cms.files.specimens import archive, picture

from . import papers
from .papers import docx_of, repacked, saved

SENTENCE = "为加快推进我市教育行政队伍建设，制定如下方案。"
CHINESE_MESSAGE = re.compile(r"[\u4e00-\u9fff].*。$", re.DOTALL)


def texts(document) -> list[str]:
    return [block.text for block in document.blocks]


def said(document) -> str:
    return "\n".join(map(str, document.findings))


def html(body, head='<meta charset="utf-8">') -> bytes:
    return f"<!doctype html><html><head>{head}<title>网页标题</title></head><body>{body}</body></html>".encode()


def refusal(data: bytes, name: str) -> str:
    with pytest.raises(UnreadableDocumentError) as caught:
        read_document(data, name)
    message = str(caught.value)
    assert CHINESE_MESSAGE.search(message)
    return message


class TestReadDocument:
    @pytest.mark.parametrize("name", ["通知.doc", "通知.pdf", "通知.wps", "通知", "通知.docx.exe"])
    def test_names_the_kinds_it_reads(self, name):
        assert "请另存为 .docx、.html 或 .txt" in refusal(b"x", name)

    @pytest.mark.parametrize("name", ["a.txt", "a.html", "a.docx", "a.HTM"])
    def test_says_that_a_file_is_empty_or_too_large(self, name):
        assert "文件是空的" in refusal(b" \n", name)
        assert "20 MB" in refusal(b"a" * (20 * 1024 * 1024 + 1), name)

    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("a.txt", codecs.BOM_UTF8),
            ("a.txt", "\u3000\u200b\n".encode()),
            ("a.html", html("<p> </p><script>x</script>")),
            ("a.docx", docx_of("")),
        ],
    )
    def test_says_that_a_file_has_no_text(self, name, data):
        assert "没有找到文字" in refusal(data, name)

    def test_says_that_a_file_has_too_many_paragraphs(self):
        assert "5001 段" in refusal("甲\n".encode() * 5001, "a.txt")

    @hypothesis_settings(deadline=None)
    @given(st.binary(max_size=300), st.sampled_from(["a.txt", "a.html", "a.docx"]))
    def test_reads_or_refuses_whatever_it_is_given(self, data, name):
        try:
            document = read_document(data, name)
        except UnreadableDocumentError as error:
            assert CHINESE_MESSAGE.search(str(error))  # noqa: PT017 - either outcome is right, each has its condition
        else:
            assert texts(document)


class TestText:
    @pytest.mark.parametrize(
        ("data", "encoding"),
        [
            (SENTENCE.encode(), ""),
            (codecs.BOM_UTF8 + SENTENCE.encode(), ""),
            (SENTENCE.encode("gb18030"), "GB18030"),
            (SENTENCE.encode("gb2312"), "GB18030"),
            (SENTENCE.encode("utf-16"), "UTF-16"),
            (codecs.BOM_UTF16_BE + SENTENCE.encode("utf-16-be"), "UTF-16"),
        ],
    )
    def test_is_read_in_every_encoding_used_here(self, data, encoding):
        document = read_document(data, "通知.txt")
        assert texts(document) == [SENTENCE]
        assert said(document).startswith(f"全文：文件编码按 {encoding} 识别。" if encoding else "")
        assert bool(document.findings) == bool(encoding)

    def test_keeps_the_rare_characters_of_names(self):
        document = read_document("㛃𬭚镕".encode("gb18030"), "a.txt")
        assert texts(document) == ["㛃𬭚镕"]

    @pytest.mark.parametrize("data", [b"PK\x03\x04\x00\x00", b"\x89PNG\r\n\x1a\n\x00\x00", "甲".encode("utf-16-le") + b"\x00\x00"])
    def test_is_not_what_binary_files_are_taken_for(self, data):
        assert "这不是文本文件" in refusal(data, "a.txt")

    @pytest.mark.parametrize("data", [b"\xff\xfe\x00\xd8", b"\xff\xfe\x00", b"\x81\x30\x81", b"\xff\xff\xff"])
    def test_in_no_encoding_is_refused_with_the_remedy(self, data):
        assert "另存为 UTF-8" in refusal(data, "a.txt")

    def test_has_a_paragraph_for_every_line_that_is_not_empty(self):
        document = read_document("甲\r\n\r\n  乙\u3000丙\t丁 \n\x0c\n戊".encode(), "a.txt")
        assert [(block.line, block.text, block.kind) for block in document.blocks] == [
            (1, "甲", "paragraph"),
            (2, "乙 丙 丁", "paragraph"),
            (3, "戊", "paragraph"),
        ]

    def test_loses_what_cannot_be_seen(self):
        document = read_document("\ufeff甲\u202e乙\u200b\x07丙".encode(), "a.txt")
        assert texts(document) == ["甲乙丙"]

    @given(st.text())
    def test_loses_nothing_else(self, text):
        try:
            document = read_document(text.encode("utf-8", "ignore"), "a.txt")
        except UnreadableDocumentError:
            return
        visible = "".join(character for character in tidy(text.encode("utf-8", "ignore").decode()) if character != " ")
        assert "".join("".join(texts(document)).split()) == "".join(visible.split())


class TestDecode:
    @given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1))
    def test_gives_back_chinese_in_either_encoding(self, text):
        assert decode(text.encode()) == (text, "UTF-8")
        assert decode(text.encode("utf-16")) == (text, "UTF-16")

    @given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=4))
    def test_never_takes_gb18030_for_binary(self, text):
        decoded, encoding = decode(text.encode("gb18030"))
        assert encoding == "UTF-8" or decoded == text


class TestHtml:
    @pytest.mark.parametrize("name", ["gb2312", "GBK", "gb18030"])
    def test_is_read_as_declared(self, name):
        data = f'<meta http-equiv="Content-Type" content="text/html; charset={name}"><p>{SENTENCE}</p>'.encode("gb18030")
        document = read_document(data, "a.html")
        assert texts(document) == [SENTENCE]
        assert not document.findings

    @pytest.mark.parametrize(
        ("declared", "real", "label"),
        [
            ("gb2312", "utf-8", "UTF-8"),
            ("utf-8", "gb18030", "GB18030"),
            ("iso-8859-1", "utf-8", "UTF-8"),
            ("undefined", "utf-8", "UTF-8"),
            ("hex", "gb18030", "GB18030"),
            ("utf-16", "utf-8", "UTF-8"),
            ("x-unknown", "utf-8", "UTF-8"),
        ],
    )
    def test_is_read_by_its_bytes_when_it_is_declared_wrongly(self, declared, real, label):
        document = read_document(f"<meta charset='{declared}'><p>{SENTENCE}</p><p>续</p>".encode(real), "a.html")
        assert texts(document) == [SENTENCE, "续"]
        assert f"网页声明的编码与内容不符，按 {label} 识别。" in said(document)

    def test_without_a_declaration_is_read_by_its_bytes(self):
        for encoding in ("utf-8", "gb18030", "utf-8-sig", "utf-16"):
            assert texts(read_document(f"<p>{SENTENCE}</p>".encode(encoding), "a.htm")) == [SENTENCE]

    def test_leaves_scripts_styles_and_the_head_behind(self):
        body = (
            "<script>alert(1)</script><style>p{}</style><p onclick='x()' style='color:red'>甲</p><!-- 注释 --><iframe src='x'>框</iframe>"
        )
        document = read_document(html(body + "<noscript>无</noscript><object>物</object><template><p>模</p></template>"), "a.html")
        assert [(block.text, block.html) for block in document.blocks] == [("甲", "")]

    def test_keeps_bold_italic_and_links_of_a_paragraph(self):
        document = read_document(
            html("<p>读<b>好</b>书，<i>多</i>读书，见<a href='https://example.org/?a=1&amp;b=2'>书目</a></p>"), "a.html"
        )
        (block,) = document.blocks
        assert block.text == "读好书，多读书，见书目"
        assert block.html == '读<b>好</b>书，<i>多</i>读书，见<a href="https://example.org/?a=1&amp;b=2">书目</a>'

    @pytest.mark.parametrize(
        "address",
        ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "vbscript:x", "data:text/html,<script>alert(1)</script>"],
    )
    def test_keeps_the_text_but_not_the_address_of_a_link_that_acts(self, address):
        (block,) = read_document(html(f'<p>点<a href="{address}">这里</a><b>吧</b></p>'), "a.html").blocks
        assert block.text == "点这里吧"
        assert block.html == "点这里<b>吧</b>"

    def test_reports_links_that_only_worked_on_the_old_site(self):
        document = read_document(html("<p>见<a href='/art/1.html'>一</a><a href='../2.html'>二</a><a href='#3'>三</a></p>"), "a.html")
        assert document.blocks[0].html == ""
        assert "有 2 处链接只在原网站内有效" in said(document)

    def test_takes_line_breaks_for_ends_of_paragraphs(self):
        body = "<div>　　一、总则<br>　　每月<b>读书<br/>一本</b><BR>附注</div>尾<center>许昌</center>"
        document = read_document(html(body), "a.html")
        assert texts(document) == ["一、总则", "每月读书", "一本", "附注", "尾", "许昌"]
        assert [block.line for block in document.blocks] == [1, 2, 3, 4, 5, 6]

    def test_keeps_characters_that_mean_something_in_html(self):
        (block,) = read_document(html("<p>A&amp;B &lt;b&gt; &quot;x&quot; a&nbsp;b</p>"), "a.html").blocks
        assert block.text == 'A&B <b> "x" a b'

    def test_may_be_nothing_but_an_address(self):
        assert texts(read_document(b"http://www.example.org/a.html", "a.html")) == ["http://www.example.org/a.html"]

    def test_marks_headings_as_such(self):
        document = read_document(html("<h1>标题</h1><h2>附则</h2><h3><b>细则</b></h3><h6></h6><h2>" + "长" * 101 + "</h2>"), "a.html")
        assert [(block.kind, block.level, block.text[:4]) for block in document.blocks] == [
            ("heading", 1, "标题"),
            ("heading", 2, "附则"),
            ("heading", 3, "细则"),
            ("paragraph", 0, "长长长长"),
        ]

    def test_reports_numbers_that_the_browser_would_have_counted(self):
        document = read_document(html("<ol><li>指导思想</li><li>目标任务</li></ol><ul><li>点</li></ul>"), "a.html")
        assert texts(document) == ["指导思想", "目标任务", "点"]
        assert "有 2 段用了自动编号，编号没有读入，例如“指导思想”" in said(document)

    def test_that_is_nested_absurdly_is_refused(self):
        assert "嵌套过深" in refusal(html("<div>" * 3000 + "甲"), "a.html")


class TestHtmlTables:
    def table(self, rows):
        return read_document(html(f"<table>{rows}</table>"), "a.html")

    def test_keep_their_rows(self):
        document = self.table(
            "<tr><th>姓名</th><th>科室</th></tr><tr><td>张<b>某</b></td><td>办<br>公室<p>兼</p></td></tr><tr><td>李某</td></tr>"
        )
        (block,) = document.blocks
        assert block.kind == "table"
        assert block.rows == (("姓名", "科室"), ("张某", "办 公室 兼"), ("李某", ""))
        assert block.has_header

    def test_keep_merged_cells_at_their_place_and_say_so(self):
        document = self.table(
            "<tr><td rowspan=2>科室</td><td colspan=2>次数</td></tr><tr><td>上半年</td><td>下半年</td></tr>"
            "<tr><td>办公室</td><td>1</td><td rowspan=9>2</td></tr><tr><td>人事科</td><td>3</td></tr>"
        )
        assert document.blocks[0].rows == (("科室", "次数", ""), ("", "上半年", "下半年"), ("办公室", "1", "2"), ("人事科", "3", ""))
        assert "3 个合并的单元格" in said(document)

    def test_of_one_column_are_the_layout_of_a_page(self):
        document = self.table("<tr><td></td><td><p>一、总则</p>每月读书<br>一本</td></tr><tr><td colspan=2><h2>附则</h2></td></tr>")
        assert texts(document) == ["一、总则", "每月读书", "一本", "附则"]

    def test_around_tables_are_layout_too(self):
        document = self.table("<tr><td>左</td><td>右<table><tr><td>甲</td><td>乙</td></tr></table></td></tr>")
        assert [(block.kind, block.text or block.rows) for block in document.blocks] == [
            ("paragraph", "左"),
            ("paragraph", "右"),
            ("table", (("甲", "乙"),)),
        ]

    def test_keep_their_caption_and_the_pictures_in_their_cells(self):
        source = base64.b64encode(picture()).decode()
        document = self.table(f"<caption>表1</caption><tr><td>甲</td><td>乙<img src='data:image/png;base64,{source}' alt='章'></td></tr>")
        assert [block.kind for block in document.blocks] == ["paragraph", "table", "image"]
        assert document.blocks[0].text == "表1"
        assert document.blocks[2].data == picture()

    @pytest.mark.parametrize(
        "rows", ["<tr>" + "<td>x" * 61, "<tr><td>x<td>y" * 2001, "<tr><td colspan=9999>x<td>y", "<tr><td>x<td>y" + "<tr><td>x" * 2000]
    )
    def test_beyond_measure_are_refused(self, rows):
        assert "表格过大" in refusal(html(f"<table>{rows}</table>"), "a.html")

    def test_take_absurd_spans_for_none(self):
        document = self.table(f"<tr><td colspan={'9' * 5000} rowspan=-1>甲</td><td rowspan=9999>乙</td></tr>")
        assert document.blocks[0].rows == (("甲", "乙"),)


class TestHtmlPictures:
    def pictures(self, source):
        document = read_document(html(f"<p>甲<img src='{source}' alt='会场'>乙</p>"), "a.html")
        assert texts(document) == ["甲", "会场", "乙"]
        return document.blocks[1]

    def test_inside_the_page_are_read(self):
        source = base64.encodebytes(picture()).decode()
        assert self.pictures(f"data:image/png;base64,{source}").data == picture()

    @pytest.mark.parametrize(
        "source",
        [
            "http://example.org/a.png",
            "a.png",
            "//example.org/a.png",
            "file:///etc/passwd",
            "data:image/png;base64,%%%",
            "data:image/png,x",
            "data:,",
            "",
        ],
    )
    def test_elsewhere_are_left_without_data(self, source, monkeypatch):
        def reached(*args):
            raise AssertionError(args)

        monkeypatch.setattr(socket.socket, "connect", reached)
        assert self.pictures(source).data == b""


class TestDocx:
    def test_keeps_headings_paragraphs_and_bold(self):
        document = docx.Document()
        document.add_heading("总则", level=1)
        document.add_heading("细则", level=2)
        paragraph = document.add_paragraph("每月读")
        paragraph.add_run("一本").bold = True
        paragraph.add_run("好书")
        document.add_heading("", level=1)
        read = read_document(saved(document), "a.docx")
        assert [(block.kind, block.level, block.text, block.html) for block in read.blocks] == [
            ("heading", 1, "总则", ""),
            ("heading", 2, "细则", ""),
            ("paragraph", 0, "每月读一本好书", "每月读<strong>一本</strong>好书"),
        ]
        assert not read.findings

    def test_keeps_tables_with_merged_cells_at_their_place(self):
        document = docx.Document()
        table = document.add_table(rows=2, cols=3)
        for number, cell in enumerate(cell for row in table.rows for cell in row.cells):
            cell.text = f"格{number}"
        table.cell(0, 1).merge(table.cell(0, 2))
        read = read_document(saved(document), "a.docx")
        assert read.blocks[0].rows == (("格0", "格1 格2", ""), ("格3", "格4", "格5"))
        assert "1 个合并的单元格" in said(read)

    def test_keeps_its_pictures(self):
        document = read_document(papers.docx_with_pictures(), "a.docx")
        assert [block.kind for block in document.blocks] == ["paragraph", "image"]
        assert document.blocks[1].data == picture()

    def test_does_not_grow_with_a_picture_shown_again_and_again(self, monkeypatch):
        monkeypatch.setattr("cms.core.reading.sources.MAX_PICTURE_BYTES", 3 * len(picture()))
        read_document(papers.docx_with_pictures(times=3), "a.docx")
        assert "图片合计超过 50 MB" in refusal(papers.docx_with_pictures(times=4), "a.docx")

    def test_reports_automatic_numbers(self):
        document = docx.Document()
        papers.numbered(document.add_heading("指导思想", level=1))
        papers.numbered(document.add_paragraph("每月读书"))
        document.add_paragraph("点", style="List Bullet")
        read = read_document(saved(document), "a.docx")
        assert texts(read) == ["指导思想", "每月读书", "点"]
        assert read.blocks[0].kind == "heading"
        assert "有 2 段用了自动编号，编号没有读入，例如“指导思想”" in said(read)

    @pytest.mark.parametrize("address", ["http://203.0.113.9/a.png", "file:///etc/passwd", r"\\203.0.113.9\share\a.png", "a.png"])
    def test_never_fetches_a_linked_picture(self, address, monkeypatch):
        def reached(*args, **kwargs):
            raise AssertionError(args)

        monkeypatch.setattr(socket.socket, "connect", reached)
        monkeypatch.setattr("mammoth.docx.files.urlopen", reached)
        monkeypatch.setattr("mammoth.docx.files.open", reached, raising=False)
        read = read_document(papers.docx_with_linked_picture(address), "a.docx")
        assert [(block.kind, block.text, block.data) for block in read.blocks] == [
            ("paragraph", "甲", b""),
            ("image", "", b""),
            ("paragraph", "乙", b""),
        ]

    def test_survives_a_picture_that_is_missing(self):
        data = papers.docx_with_pictures()
        out = io.BytesIO()
        with papers.zipfile.ZipFile(io.BytesIO(data)) as old, papers.zipfile.ZipFile(out, "w") as new:
            for name in old.namelist():
                if "media" not in name:
                    new.writestr(name, old.read(name))
        assert [block.data for block in read_document(out.getvalue(), "a.docx").blocks] == [b"", b""]

    def test_keeps_addresses_and_drops_what_acts(self):
        document = docx.Document()
        paragraph = document.add_paragraph("见")
        for address, text in (("https://example.org/", "书目"), ("javascript:alert(1)", "这里")):
            relationship = document.part.relate_to(address, docx.opc.constants.RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
            link = docx.oxml.OxmlElement("w:hyperlink")
            link.set(qn("r:id"), relationship)
            run = paragraph.add_run(text)
            link.append(run._r)
            paragraph._p.append(link)
        assert read_document(saved(document), "a.docx").blocks[0].html == '见<a href="https://example.org/">书目</a>这里'

    def test_reports_a_document_pulled_in_from_elsewhere(self):
        read = read_document(papers.docx_with_embedded_document(), "a.docx")
        assert texts(read) == ["正文"]
        assert "文档嵌入了别的文档，嵌入部分没有读入。" in said(read)

    def test_does_not_let_the_file_decide_what_is_left_out(self):
        data = repacked(docx_of("甲", "乙"), add=[("mammoth/style-map", b"p => !")])
        relationships = (
            b'<Relationship Id="rId98" Type="http://schemas.zwobble.org/mammoth/style-map" Target="/mammoth/style-map"/></Relationships>'
        )
        data = repacked(
            data,
            change=lambda name, part: part.replace(b"</Relationships>", relationships) if name == "word/_rels/document.xml.rels" else part,
        )
        assert texts(read_document(data, "a.docx")) == ["甲", "乙"]


class TestADamagedDocx:
    @pytest.mark.parametrize("part", ["word/vbaProject.bin", "word/VBAPROJECT.BIN"])
    def test_with_macros_is_refused(self, part):
        assert "含有宏" in refusal(repacked(docx_of("甲"), add=[(part, b"\0")]), "a.docx")

    @pytest.mark.parametrize("part", ["word/document.xml", "word/styles.xml", "word/_rels/document.xml.rels", "[Content_Types].xml"])
    @pytest.mark.parametrize("how", [{}, {"padding": "<!-- " + " " * 2000 + " -->"}, {"encoding": "utf-16"}])
    def test_with_a_document_type_is_refused(self, part, how):
        assert "结构异常" in refusal(papers.with_doctype(docx_of("甲"), part, **how), "a.docx")

    def test_that_is_another_kind_of_archive_is_refused(self):
        for data in (archive([("a.txt", b"x")]), archive([("[Content_Types].xml", b""), ("xl/workbook.xml", b"")])):
            assert "这不是 Word 文档" in refusal(data, "a.docx")

    def test_that_would_unpack_into_a_flood_is_refused(self):
        assert "压缩炸弹" in refusal(repacked(docx_of("甲"), add=[("word/media/a.xml", b" " * 4_000_000)]), "a.docx")

    @pytest.mark.parametrize("data", [b"PK", b"not a zip", docx_of("甲")[:-100], docx_of("甲")[100:]])
    def test_that_is_no_whole_archive_is_refused(self, data):
        assert "重新保存" in refusal(data, "a.docx")

    @pytest.mark.parametrize("part", ["word/document.xml", "_rels/.rels", "[Content_Types].xml"])
    def test_with_a_broken_part_is_refused(self, part):
        data = repacked(docx_of("甲"), change=lambda name, old: old[: len(old) // 2] if name == part else old)
        assert "可能已损坏" in refusal(data, "a.docx")

    @hypothesis_settings(deadline=None, max_examples=60)
    @given(st.data())
    def test_is_read_or_refused_wherever_it_is_damaged(self, draw):
        data = bytearray(WHOLE)
        for _ in range(draw.draw(st.integers(1, 4))):
            data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
        try:
            document = read_document(bytes(data), "a.docx")
        except UnreadableDocumentError:
            return
        assert document.blocks


WHOLE = docx_of("一、总则", "每月读书。")
