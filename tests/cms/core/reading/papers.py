"""Documents as offices write them, made with python-docx, and what somebody who means harm would make of one."""

import functools
import io
import re
import zipfile

import docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from tests.cms.files.specimens import picture

IMAGE_RELATIONSHIP = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"


def saved(document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


@functools.cache
def docx_of(*paragraphs: str) -> bytes:
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    return saved(document)


def docx_with_pictures(*, times=1, data=None) -> bytes:
    document = docx.Document()
    document.add_paragraph("图文")
    for _ in range(times):
        document.add_picture(io.BytesIO(data or picture()))
    return saved(document)


def docx_with_linked_picture(address: str) -> bytes:
    """A picture that is not in the file: opening the document in an office program would fetch it."""
    document = docx.Document()
    document.add_paragraph("甲")
    document.add_picture(io.BytesIO(picture()))
    document.add_paragraph("乙")
    blip = next(document.element.iter(qn("a:blip")))
    del blip.attrib[qn("r:embed")]
    blip.set(qn("r:link"), document.part.relate_to(address, IMAGE_RELATIONSHIP, is_external=True))
    return saved(document)


def docx_with_embedded_document() -> bytes:
    """An altChunk: another file that an office program would pull into the text."""
    document = docx.Document()
    document.add_paragraph("正文")
    chunk = OxmlElement("w:altChunk")
    chunk.set(qn("r:id"), "rId99")
    document.element.body.insert(0, chunk)
    return saved(document)


def numbered(paragraph) -> None:
    """Automatic numbering, as the button in Word makes it: the number is not in the text."""
    properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_numId().val = 5
    properties.get_or_add_ilvl().val = 0


def repacked(data: bytes, *, change=None, add=()) -> bytes:
    """The archive again, with `change(name, data)` applied to each part and the `add` entries put in."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, change(name, part) if change else part)
        for name, part in add:
            new.writestr(name, part)
    return out.getvalue()


def with_doctype(data: bytes, part: str, *, encoding="utf-8", padding="") -> bytes:
    """`part` begins with a document type, where entities would be declared."""

    def change(name, old):
        if name != part:
            return old
        body = re.sub(r"^<\?xml[^>]*\?>\s*", "", old.decode())
        return f'<?xml version="1.0" encoding="{encoding}"?>{padding}<!DOCTYPE a [<!ENTITY b "c">]>{body}'.encode(encoding)

    return repacked(data, change=change)
