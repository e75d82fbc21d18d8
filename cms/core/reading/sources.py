"""The three kinds of file a notice comes in: .txt, .html, .docx."""

import base64
import binascii
import io
import re
import unicodedata
import zipfile
from html import escape
from pathlib import PurePath

import mammoth
import nh3
from bs4 import BeautifulSoup, Tag

from .archives import UnsafeArchiveError, check_archive
from .document import Block, Finding, SourceDocument, UnreadableDocumentError

MAX_BYTES = 20 * 1024 * 1024
INLINE_TAGS = {"b", "strong", "i", "em", "a", "br"}
BLOCK_TAGS = {
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "ul",
    "ol",
    "table",
    "thead",
    "tbody",
    "tr",
    "td",
    "th",
    "img",
    "div",
    "section",
}
BLOCK_TAGS |= {
    "article",
    "body",
    "blockquote",
    "center",
    "dd",
    "dt",
    "dl",
    "main",
    "header",
    "footer",
    "nav",
    "span",
    "font",
    "figure",
    "pre",
}
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def read_document(data: bytes, filename: str) -> SourceDocument:
    """The blocks of `data`, chosen by the ending of `filename`.

    Raises UnreadableDocumentError (Chinese, with the remedy) on an unknown ending, an empty or oversized file, bytes that are not
    text, a broken or unsafe .docx, macros.
    """
    ending = PurePath(filename).suffix.lower()
    readers = {".txt": _read_text, ".html": _read_html, ".htm": _read_html, ".docx": _read_docx}
    if ending not in readers:
        raise UnreadableDocumentError(f"不支持“{ending or '没有扩展名'}”文件。请另存为 .docx、.html 或 .txt 再导入。")
    if not data.strip():
        raise UnreadableDocumentError("文件是空的。请确认选对了文件。")
    if len(data) > MAX_BYTES:
        raise UnreadableDocumentError("文件超过 20 MB。请压缩图片后再导入。")
    document = readers[ending](data)
    if not any(block.text or block.rows or block.data for block in document.blocks):
        raise UnreadableDocumentError("文件里没有找到文字。若是扫描件，请先转成文字。")
    return document


def decode(data: bytes) -> tuple[str, str]:
    """(text, name of the encoding). Raises UnreadableDocumentError on bytes that are no text in any encoding used here."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ("utf-16",)
    elif b"\x00" in data:
        raise UnreadableDocumentError("这不是文本文件（含有二进制内容）。请确认扩展名与内容一致。")
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "gb18030" and sum(unicodedata.category(character) in ("Co", "Cn") for character in text) > len(text) // 50:
            break
        return text, {"utf-8-sig": "UTF-8", "gb18030": "GB18030", "utf-16": "UTF-16"}[encoding]
    raise UnreadableDocumentError("认不出文字编码。请用记事本或 WPS 打开，另存为 UTF-8 编码的文本再导入。")


def tidy(text: str) -> str:
    """One line of text: control and direction characters gone, blanks folded, nothing else touched."""
    return re.sub(r"[\s\u3000\xa0]+", " ", CONTROL.sub("", text)).strip()


def _read_text(data: bytes) -> SourceDocument:
    text, encoding = decode(data)
    lines = [tidy(line) for line in text.splitlines()]
    blocks = [Block("paragraph", number, text=line) for number, line in enumerate(filter(None, lines), start=1)]
    return SourceDocument(
        blocks, [] if encoding == "UTF-8" else [Finding(0, f"文件编码按 {encoding} 识别。", "若有乱码，请另存为 UTF-8 再导入。")]
    )


def _read_html(data: bytes) -> SourceDocument:
    declared = re.search(rb"charset\s*=\s*[\"']?\s*([\w-]+)", data[:2048], re.IGNORECASE)
    findings = []
    try:
        name = declared[1].decode("ascii") if declared else ""
        text = data.decode("gb18030" if name.lower() in ("gb2312", "gbk", "gb18030") else name) if name else decode(data)[0]
    except (LookupError, UnicodeDecodeError):
        text, encoding = decode(data)
        findings.append(Finding(0, f"网页声明的编码与内容不符，按 {encoding} 识别。"))
    return SourceDocument(_blocks_of(text), findings)


def _read_docx(data: bytes) -> SourceDocument:
    try:
        names = check_archive(data)
    except UnsafeArchiveError as error:
        raise UnreadableDocumentError(str(error)) from error
    if "[Content_Types].xml" not in names or not any(name.startswith("word/document") for name in names):
        raise UnreadableDocumentError("这不是 Word 文档（.docx）。请用 WPS 或 Word 另存为 .docx 再导入。")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise UnreadableDocumentError("文档含有宏，已拒绝。请另存为不含宏的 .docx 再导入。")
    findings = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        main = archive.read("word/document.xml") if "word/document.xml" in names else b""
    if b"<!DOCTYPE" in main[:1024] or b"<!ENTITY" in main[:1024]:
        raise UnreadableDocumentError("文档内部结构异常，已拒绝。请用 WPS 或 Word 重新保存后再导入。")
    if b"altChunk" in main:
        findings.append(Finding(0, "文档嵌入了别的文档，嵌入部分没有读入。", "请在 Word 里把它粘贴为普通文字。"))
    try:
        html = mammoth.convert_to_html(io.BytesIO(data), external_file_access=False).value
    except Exception as error:  # mammoth raises whatever the broken part makes it raise
        raise UnreadableDocumentError("Word 文档打不开，可能已损坏。请用 WPS 或 Word 重新保存后再导入。") from error
    return SourceDocument(_blocks_of(html), findings)


def _blocks_of(html: str) -> list[Block]:
    clean = nh3.clean(
        html,
        tags=INLINE_TAGS | BLOCK_TAGS,
        clean_content_tags={"script", "style", "title", "head", "noscript", "template", "iframe", "object"},
        attributes={"a": {"href"}, "img": {"src", "alt"}},
        url_schemes={"http", "https", "mailto", "data"},
        link_rel=None,
    )
    blocks: list[Block] = []
    _walk(BeautifulSoup(clean, "html.parser"), blocks)
    return blocks


def _walk(node: Tag, blocks: list[Block]) -> None:
    """Append the blocks of `node`; a run of inline content between block elements is a paragraph of its own."""
    run: list = []

    def end_run():
        for piece in _lines_of(run):
            text = tidy(BeautifulSoup(piece, "html.parser").get_text())
            if text:
                blocks.append(Block("paragraph", len(blocks) + 1, text=text, html=_inline_html(piece)))
        run.clear()

    for child in list(node.children):
        if not isinstance(child, Tag) or (child.name in INLINE_TAGS | {"span", "font"} and not child.find(["p", "table", "img", "div"])):
            run.append(child)
            continue
        end_run()
        if child.name == "table" and not child.find("table"):
            _append_table(child, blocks)
        elif child.name == "img":
            _append_image(child, blocks)
        else:
            _walk(child, blocks)
    end_run()


def _lines_of(run: list) -> list[str]:
    """The mark-up of an inline run, cut at its line breaks (pages of the old portals set paragraphs with <br>)."""
    return re.split(r"<br\s*/?>", "".join(child.decode() if isinstance(child, Tag) else escape(str(child)) for child in run))


def _inline_html(piece: str) -> str:
    """Bold, italic and links of a paragraph, or nothing when it has none: the plain text is then the whole truth."""
    clean = nh3.clean(piece, tags=INLINE_TAGS - {"br"}, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto"}, link_rel=None)
    return tidy(clean) if re.search(r"<(b|strong|i|em|a)\b", clean) else ""


def _append_table(table: Tag, blocks: list[Block]) -> None:
    rows = [tuple(tidy(cell.get_text(" ")) for cell in row.find_all(["td", "th"])) for row in table.find_all("tr")]
    width = max((len(row) for row in rows), default=0)
    if not any(any(row) for row in rows):
        return
    padded = tuple(row + ("",) * (width - len(row)) for row in rows)
    blocks.append(Block("table", len(blocks) + 1, rows=padded, has_header=bool(table.find("th"))))


def _append_image(image: Tag, blocks: list[Block]) -> None:
    head, _comma, body = image.get("src", "").partition(",")
    if not (head.startswith("data:image/") and head.endswith(";base64")):
        blocks.append(Block("image", len(blocks) + 1, text=tidy(image.get("alt", ""))))
        return
    try:
        data = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    blocks.append(Block("image", len(blocks) + 1, text=tidy(image.get("alt", "")), data=data))
