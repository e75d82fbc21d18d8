"""What every paper of the site has that Word and WPS open: the page of GB/T 9704-2012, fonts that hold for Chinese, text and nothing else."""

import re

from docx.oxml.ns import qn
from docx.shared import Mm

NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
WIDTH = Mm(156)  # between margins of 28 and 26 mm


def plain(text: str) -> str:
    """Without what XML cannot hold."""
    return NOT_IN_XML.sub("", text)


def set_page(document):
    """A4 with the margins of the standard. Returns the section."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)
    return section


def set_font(holder, name: str) -> None:
    """For Chinese, too: Word looks for that in an attribute of its own, and a theme's font would go before it."""
    holder.font.name = name
    fonts = holder.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(theme), None)
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(script), name)


def write(paragraph, text: str, *, font: str, size):
    """Adds a run and returns it."""
    run = paragraph.add_run(plain(text))
    run.font.size = size
    set_font(run, font)
    return run
