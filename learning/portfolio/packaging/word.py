"""The volume as .docx, after GB/T 9704-2012 as far as tables allow; what people have typed goes in as text and nothing else.

The contents are PAGEREF fields: Word and WPS count anew (F9), until then they show the pages of the PDF.
"""

import io
from collections.abc import Mapping

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_LINE_SPACING, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from ...programme.paper import WIDTH, plain, set_font, set_page, write
from .volume import Block, Volume

HEADING, TEXT = "黑体", "仿宋"
TITLE_SIZE, TEXT_SIZE, TABLE_SIZE, SMALL = Pt(22), Pt(16), Pt(12), Pt(10)
LABEL_WIDTH = Mm(32)
UNKNOWN_PAGE = "–"


def as_docx(volume: Volume, pages: Mapping[str, int]) -> bytes:
    """`pages` by anchor; empty where there is no PDF: Word then counts when the file is opened, having asked."""
    document = Document()
    _set_page(document)
    _add_cover(document, volume)
    _add_contents(document, volume, pages)
    number = 0
    for chapter in volume.chapters:
        number = _add_heading(document, chapter.title, 1, chapter.anchor, number)
        _add_blocks(document, chapter.blocks)
        for section in chapter.sections:
            number = _add_heading(document, section.title, 2, section.anchor, number)
            _add_blocks(document, section.blocks)
    if not pages:
        _count_when_opened(document)
    properties = document.core_properties
    properties.title = plain(f"{volume.year.name} {volume.year.year}年五有档案")
    properties.author = properties.comments = ""
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _set_page(document) -> None:
    section = set_page(document)
    section.different_first_page_header_footer = True  # the cover bears no number
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _write(footer, "— ", size=Pt(14))
    _add_field(footer, "PAGE", "1", size=Pt(14))
    _write(footer, " —", size=Pt(14))
    _set_style(document.styles["Normal"], TEXT, TEXT_SIZE)
    _set_style(document.styles["Heading 1"], HEADING, TEXT_SIZE)
    _set_style(document.styles["Heading 2"], HEADING, Pt(14))


def _set_style(style, font: str, size) -> None:
    set_font(style, font)
    style.font.size = size
    style.font.bold = False
    style.font.color.rgb = None
    color = style.element.rPr.find(qn("w:color"))
    if color is not None:
        style.element.rPr.remove(color)


def _write(paragraph, text: str, *, font: str = TEXT, size=TEXT_SIZE):
    return write(paragraph, text, font=font, size=size)


def _space(paragraph, before=0, after=0, *, line=None) -> None:
    spacing = paragraph.paragraph_format
    spacing.space_before, spacing.space_after = Pt(before), Pt(after)
    if line:
        spacing.line_spacing_rule, spacing.line_spacing = WD_LINE_SPACING.AT_LEAST, Pt(line)


def _add_cover(document, volume: Volume) -> None:
    first = document.add_paragraph()
    first.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _space(first, 30)
    _write(first, volume.bureau, size=Pt(18))
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _space(title, 90, 12)
    _write(title, "五有档案", font=HEADING, size=Pt(42))
    year = document.add_paragraph()
    year.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _space(year, 0, 60)
    _write(year, f"{volume.year.year}年度", size=Pt(20))
    table = document.add_table(rows=0, cols=2)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for label, value in volume.cover:
        cells = table.add_row().cells
        _fill(cells[0], label, width=Mm(38), font=HEADING, size=TEXT_SIZE)
        _fill(cells[1], value, width=Mm(80), size=TEXT_SIZE)
    digest = document.add_paragraph()
    digest.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _space(digest, 60)
    _write(digest, "内容校验值（SHA-256）", size=SMALL)
    for line in volume.digest_lines:
        digest.add_run().add_break()
        _write(digest, line, font="Consolas", size=SMALL)


def _add_contents(document, volume: Volume, pages: Mapping[str, int]) -> None:
    title = document.add_paragraph()
    title.paragraph_format.page_break_before = True
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _space(title, 0, 14)
    _write(title, "目录", font=HEADING, size=TITLE_SIZE)
    last = title
    for chapter in volume.chapters:
        last = _add_entry(document, chapter.title, chapter.anchor, pages, font=HEADING, size=Pt(14))
        for section in chapter.sections:
            last = _add_entry(document, section.title, section.anchor, pages, font=TEXT, size=TABLE_SIZE, indent=Mm(8))
    last.add_run().add_break(WD_BREAK.PAGE)


def _add_entry(document, title: str, anchor: str, pages: Mapping[str, int], *, font: str, size, indent=0):
    paragraph = document.add_paragraph()
    _space(paragraph, 0, 0, line=20)
    paragraph.paragraph_format.left_indent = indent
    paragraph.paragraph_format.tab_stops.add_tab_stop(WIDTH, WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
    _write(paragraph, f"{title}\t", font=font, size=size)
    _add_field(paragraph, f"PAGEREF {_bookmark(anchor)} \\h", str(pages.get(anchor, UNKNOWN_PAGE)), size=size)
    return paragraph


def _bookmark(anchor: str) -> str:
    return f"_{anchor.replace('-', '_')}"


def _add_field(paragraph, instruction: str, shown: str, *, size) -> None:
    """A field with the result it is shown with until somebody has it counted anew."""
    for kind, text in (("begin", ""), ("", instruction), ("separate", ""), ("shown", shown), ("end", "")):
        run = _write(paragraph, text if kind == "shown" else "", size=size)
        if kind == "shown":
            continue
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.set(qn("xml:space"), "preserve")
            mark.text = f" {text} "
        run._r.append(mark)


def _add_heading(document, title: str, level: int, anchor: str, number: int) -> int:
    """With the bookmark that the contents point at; returns the number of the next."""
    paragraph = document.add_paragraph(style=f"Heading {level}")
    _space(paragraph, 14 if level == 1 else 10, 4)
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for mark in (start, end):
        mark.set(qn("w:id"), str(number))
    start.set(qn("w:name"), _bookmark(anchor))
    paragraph._p.append(start)
    _write(paragraph, title, font=HEADING, size=TEXT_SIZE if level == 1 else Pt(14))
    paragraph._p.append(end)
    return number + 1


def _add_blocks(document, blocks) -> None:
    for block in blocks:
        if block.head:
            _add_table(document, block)
        elif block.facts:
            _add_facts(document, block)
        else:
            paragraph = document.add_paragraph()
            _space(paragraph, 0, 0, line=19 if block.is_small else 28)
            paragraph.paragraph_format.first_line_indent = Pt(0 if block.is_small else 32)
            paragraph.paragraph_format.keep_with_next = block.is_lead
            _write(paragraph, block.text, size=TABLE_SIZE if block.is_small else TEXT_SIZE)


def _add_table(document, block: Block) -> None:
    table = _new_table(document, len(block.head))
    widths = [WIDTH * share // 100 for share in block.widths]
    head = table.add_row()
    for cell, text, width in zip(head.cells, block.head, widths, strict=True):
        _fill(cell, text, width=width, font=HEADING)
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    head._tr.get_or_add_trPr().append(repeat)
    for row in block.rows:
        for cell, text, width in zip(table.add_row().cells, row, widths, strict=True):
            _fill(cell, text, width=width)


def _add_facts(document, block: Block) -> None:
    table = _new_table(document, 2)
    for label, value in block.facts:
        cells = table.add_row().cells
        _fill(cells[0], label, width=LABEL_WIDTH, font=HEADING)
        _fill(cells[1], value, width=WIDTH - LABEL_WIDTH)


def _new_table(document, columns: int):
    table = document.add_table(rows=0, cols=columns)
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    return table


def _fill(cell, text: str, *, width, font: str = TEXT, size=TABLE_SIZE) -> None:
    cell.width = width
    for number, line in enumerate(text.splitlines() or [""]):
        paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
        _space(paragraph, 2, 2)
        _write(paragraph, line, font=font, size=size)


def _count_when_opened(document) -> None:
    update = OxmlElement("w:updateFields")
    update.set(qn("w:val"), "true")
    document.settings.element.append(update)
