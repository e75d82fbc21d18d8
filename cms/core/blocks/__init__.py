"""StreamField blocks, one family a file; `DocumentBody` is what every article is written in."""

from wagtail import blocks

from .media import DocumentTableBlock, FigureBlock
from .text import CentredTitleBlock, HeadingBlock, HeadingLevel, ParagraphBlock, QuoteBlock, SignatureBlock

__all__ = [
    "CentredTitleBlock",
    "DocumentBody",
    "DocumentTableBlock",
    "FigureBlock",
    "HeadingBlock",
    "HeadingLevel",
    "ParagraphBlock",
    "QuoteBlock",
    "SignatureBlock",
]


class DocumentBody(blocks.StreamBlock):
    heading = HeadingBlock()
    paragraph = ParagraphBlock()
    title = CentredTitleBlock()
    figure = FigureBlock()
    table = DocumentTableBlock()
    quote = QuoteBlock()
    signature = SignatureBlock()
