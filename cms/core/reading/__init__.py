"""From the bytes of an office file to the paragraphs, headings, tables and pictures of a document. Knows no model, no page.

`read_document` takes .txt, .html and .docx; `find_headings` reads the numbering 一、(一)1.(1); both report what they see wrong
and never repair it.
"""

from .document import Block, Finding, SourceDocument, UnreadableDocumentError
from .numbering import find_headings
from .sources import read_document

__all__ = ["Block", "Finding", "SourceDocument", "UnreadableDocumentError", "find_headings", "read_document"]
