"""HTML, of a web page or of what mammoth makes of a Word document, as blocks."""

import base64
import binascii
import re
from html import escape, unescape

import nh3
from bs4 import BeautifulSoup, Tag

from .document import Block, Finding, SourceDocument, UnreadableDocumentError
from .text import tidy

INLINE_TAGS = {"b", "strong", "i", "em", "a", "br"}
HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 4, "h6": 4}
BLOCK_TAGS = {
    "p", "li", "ul", "ol", "table", "caption", "thead", "tbody", "tr", "td", "th", "img", "div", "section", "article", "body", "blockquote",
    "center", "dd", "dt", "dl", "main", "header", "footer", "nav", "span", "font", "figure", "pre", *HEADINGS,
}  # fmt: skip
MAX_COLUMNS, MAX_ROWS = 60, 2_000
LONGEST_STYLED_HEADING = 100  # characters; what is longer is a paragraph set in a heading's type


def sanitised(html: str) -> Tag:
    """What the site takes of somebody else's mark-up, parsed."""
    clean = nh3.clean(
        html,
        tags=INLINE_TAGS | BLOCK_TAGS,
        clean_content_tags={"script", "style", "title", "head", "noscript", "template", "iframe", "object"},
        attributes={"a": {"href"}, "img": {"src", "alt"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}},
        url_schemes={"http", "https", "mailto", "data"},
        link_rel=None,
    )
    return BeautifulSoup(f"<div>{clean}</div>", "html.parser")


def document_of(soup: Tag, findings: list[Finding]) -> SourceDocument:
    blocks: list[Block] = []
    findings = findings + _drop_local_links(soup) + _merged_cells(soup)
    try:
        _walk(soup, blocks)
    except RecursionError as error:
        raise UnreadableDocumentError("文件的版面嵌套过深，读不出来。请另存为纯文本（.txt）再导入。") from error
    return SourceDocument(blocks, findings)


def lost_numbers(count: int, example: str) -> list[Finding]:
    """Automatic numbers are not in the text, they are counted when it is shown: which ones a reader saw cannot be known here."""
    if not count:
        return []
    remedy = "请在页面上补写编号，或在原文件里改为手工编号后再导入。"
    return [Finding(0, f"有 {count} 段用了自动编号，编号没有读入，例如“{tidy(example)[:12]}”。", remedy)]


def _drop_local_links(soup: Tag) -> list[Finding]:
    """Unwrap the links that lead nowhere from here; whoever put one in the text should hear of it."""
    dropped = 0
    for link in soup.find_all("a"):
        address = link.get("href", "")
        if re.match(r"https?:|mailto:", address, re.IGNORECASE):
            continue
        dropped += bool(address) and not address.startswith("#")
        link.unwrap()
    return [Finding(0, f"有 {dropped} 处链接只在原网站内有效，只保留了文字。", "需要时请在页面上重新加链接。")] if dropped else []


def _merged_cells(soup: Tag) -> list[Finding]:
    merged = [cell for cell in soup.find_all(["td", "th"]) if _span(cell, "colspan") > 1 or _span(cell, "rowspan") > 1]
    return [Finding(0, f"表格里有 {len(merged)} 个合并的单元格，已拆开，内容在左上一格。", "请核对表格。")] if merged else []


def _walk(node: Tag, blocks: list[Block]) -> None:
    """Append the blocks of `node`; a run of inline content between block elements is a paragraph of its own."""
    run: list = []

    def end_run():
        for piece in _lines_of(run):
            text = plain_text(piece)
            if text:
                blocks.append(Block("paragraph", len(blocks) + 1, text=text, html=_inline_html(piece)))
        run.clear()

    for child in list(node.children):
        if not isinstance(child, Tag) or (child.name in INLINE_TAGS | {"span", "font"} and not child.find(["p", "table", "img", "div"])):
            run.append(child)
            continue
        end_run()
        if child.name == "table" and _is_data_table(child):
            _append_table(child, blocks)
        elif child.name == "img":
            _append_image(child, blocks)
        elif child.name in HEADINGS and not child.find(["p", "table", "img", "div"]):
            _append_heading(child, blocks)
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


def _append_heading(heading: Tag, blocks: list[Block]) -> None:
    for text in filter(None, map(plain_text, _lines_of(heading.contents))):
        if len(text) > LONGEST_STYLED_HEADING:
            blocks.append(Block("paragraph", len(blocks) + 1, text=text))
        else:
            blocks.append(Block("heading", len(blocks) + 1, text=text, level=HEADINGS[heading.name]))


def _is_data_table(table: Tag) -> bool:
    """Whether cells stand beside each other; the old portals also laid out whole pages as tables."""
    if table.find("table"):
        return False
    rows = (row.find_all(["td", "th"]) for row in table.find_all("tr"))
    return any(sum(bool(tidy(cell.get_text())) for cell in row) > 1 for row in rows)


def _append_table(table: Tag, blocks: list[Block]) -> None:
    if table.caption and (caption := tidy(table.caption.get_text())):
        blocks.append(Block("paragraph", len(blocks) + 1, text=caption))
    rows = _rows_of(table)
    width = max(len(row) for row in rows)
    padded = tuple((*row, *[""] * (width - len(row))) for row in rows)
    blocks.append(Block("table", len(blocks) + 1, rows=padded, has_header=bool(table.find("th"))))
    for image in table.find_all("img"):
        _append_image(image, blocks)


def _rows_of(table: Tag) -> list[list[str]]:
    """The cells on their grid: one that spans several stands where it begins, the places it covers stay empty."""
    rows, covered_until = [], {}
    for number, row in enumerate(table.find_all("tr")):
        cells: list[str] = []
        for cell in row.find_all(["td", "th"]):
            while covered_until.get(len(cells), 0) > number:
                cells.append("")
            width, height = _span(cell, "colspan"), _span(cell, "rowspan")
            covered_until |= dict.fromkeys(range(len(cells), len(cells) + width), number + height)
            cells += [_cell_text(cell), *[""] * (width - 1)]
            if len(cells) > MAX_COLUMNS or number >= MAX_ROWS:
                raise UnreadableDocumentError(f"文件里的表格过大（最多 {MAX_COLUMNS} 列、{MAX_ROWS} 行）。请把表格作为附件上传。")
        rows.append(cells)
    return rows


def _span(cell: Tag, direction: str) -> int:
    value = cell.get(direction, "")
    return int(value) if re.fullmatch(r"[1-9]\d{0,3}", value) else 1


def _cell_text(cell: Tag) -> str:
    for inner in cell.find_all(["br", "p", "div", "li"]):
        inner.insert_before(" ")
        inner.insert_after(" ")
    return tidy(cell.get_text())


def _append_image(image: Tag, blocks: list[Block]) -> None:
    head, _comma, body = image.get("src", "").partition(",")
    if not (head.startswith("data:image/") and head.endswith(";base64")):
        blocks.append(Block("image", len(blocks) + 1, text=tidy(image.get("alt", ""))))
        return
    try:
        data = base64.b64decode(re.sub(r"\s", "", body), validate=True)
    except (binascii.Error, ValueError):
        data = b""
    blocks.append(Block("image", len(blocks) + 1, text=tidy(image.get("alt", "")), data=data))


def plain_text(html: str) -> str:
    """The text of sanitised inline mark-up."""
    return tidy(unescape(re.sub(r"<[^>]+>", "", html)))
