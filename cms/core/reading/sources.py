"""The three kinds of file a notice comes in: .txt, .html, .docx."""

import base64
import io
import re
import zipfile
from pathlib import PurePath

import mammoth
from mammoth.raw_text import extract_raw_text_from_element

from .archives import UnsafeArchiveError, check_archive
from .document import Block, Finding, SourceDocument, UnreadableDocumentError
from .markup import document_of, lost_numbers, sanitised
from .text import decode, tidy

MAX_BYTES = 20 * 1024 * 1024
MAX_PICTURE_BYTES = 50 * 1024 * 1024  # all of them, each as often as it is shown
MAX_BLOCKS = 5_000
DECLARED_ENCODING = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
ENCODINGS = {"utf-8": "UTF-8", "utf8": "UTF-8", "gb2312": "GB18030", "gbk": "GB18030", "gb18030": "GB18030", "utf-16": "UTF-16"}


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
    if len(document.blocks) > MAX_BLOCKS:
        raise UnreadableDocumentError(f"文件有 {len(document.blocks)} 段，最多 {MAX_BLOCKS} 段。请拆分后再导入。")
    return document


def _read_text(data: bytes) -> SourceDocument:
    text, encoding = decode(data)
    lines = [tidy(line) for line in text.splitlines()]
    blocks = [Block("paragraph", number, text=line) for number, line in enumerate(filter(None, lines), start=1)]
    return SourceDocument(
        blocks, [] if encoding == "UTF-8" else [Finding(0, f"文件编码按 {encoding} 识别。", "若有乱码，请另存为 UTF-8 再导入。")]
    )


def _read_html(data: bytes) -> SourceDocument:
    """The bytes decide on the encoding; what the page says of itself is often left over from another one."""
    text, encoding = decode(data)
    soup = sanitised(text)
    findings = []
    declared = DECLARED_ENCODING.search(data[:2048])
    if declared and not data.isascii() and ENCODINGS.get(declared[1].decode("ascii").lower()) != encoding:
        findings.append(Finding(0, f"网页声明的编码与内容不符，按 {encoding} 识别。", "若有乱码，请另存为 UTF-8 再导入。"))
    numbered = [item for item in soup.find_all("li") if item.parent.name == "ol"]
    return document_of(soup, findings + lost_numbers(len(numbered), numbered[0].get_text() if numbered else ""))


def _read_docx(data: bytes) -> SourceDocument:
    findings = _inspect_docx(data)
    numbered = []

    def note_numbering(paragraph):
        if paragraph.numbering and paragraph.numbering.is_ordered:
            numbered.append(extract_raw_text_from_element(paragraph))
        return paragraph

    try:
        html = mammoth.convert_to_html(
            io.BytesIO(data),
            transform_document=mammoth.transforms.paragraph(note_numbering),
            convert_image=_picture_converter(),
            include_embedded_style_map=False,  # the file would decide what is left out
            external_file_access=False,
        ).value
    except UnreadableDocumentError:
        raise
    except Exception as error:  # mammoth raises whatever the broken part makes it raise
        raise UnreadableDocumentError("Word 文档打不开，可能已损坏。请用 WPS 或 Word 重新保存后再导入。") from error
    return document_of(sanitised(html), findings + lost_numbers(len(numbered), numbered[0] if numbered else ""))


def _inspect_docx(data: bytes) -> list[Finding]:
    """What is wrong with the parts before any of them is read. Raises UnreadableDocumentError when the file must not be read at all."""
    try:
        names = check_archive(data)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {name: archive.read(name).replace(b"\x00", b"") for name in names if name.endswith((".xml", ".rels"))}
    except UnsafeArchiveError as error:
        raise UnreadableDocumentError(str(error)) from error
    except Exception as error:  # a damaged entry: zipfile and zlib raise many kinds
        raise UnreadableDocumentError("Word 文档打不开，可能已损坏。请用 WPS 或 Word 重新保存后再导入。") from error
    if "[Content_Types].xml" not in names or not any(name.startswith("word/document") for name in names):
        raise UnreadableDocumentError("这不是 Word 文档（.docx）。请用 WPS 或 Word 另存为 .docx 再导入。")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise UnreadableDocumentError("文档含有宏，已拒绝。请另存为不含宏的 .docx 再导入。")
    if any(b"<!DOCTYPE" in part for part in parts.values()):
        raise UnreadableDocumentError("文档内部结构异常，已拒绝。请用 WPS 或 Word 重新保存后再导入。")
    if any(b"altChunk" in part for part in parts.values()):
        return [Finding(0, "文档嵌入了别的文档，嵌入部分没有读入。", "请在 Word 里把它粘贴为普通文字。")]
    return []


def _picture_converter():
    """Gives mammoth the pictures inside the file; one that is only linked is never fetched and stays without data."""
    total = 0

    def convert(image):
        nonlocal total
        try:
            with image.open() as file:
                data = file.read()
        except (ValueError, KeyError):
            return {}
        total += len(data)
        if total > MAX_PICTURE_BYTES:
            raise UnreadableDocumentError("文档里的图片合计超过 50 MB。请压缩图片后再导入。")
        return {"src": f"data:{image.content_type};base64,{base64.b64encode(data).decode()}"}

    return mammoth.images.img_element(convert)
