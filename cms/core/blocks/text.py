"""Headings, paragraphs and the other running-text blocks of a document."""

from django.db import models
from wagtail import blocks

PARAGRAPH_FEATURES = ["bold", "italic", "ol", "ul", "link", "document-link"]


class HeadingLevel(models.TextChoices):
    SECTION = "h2", "一级（一、）"
    SUBSECTION = "h3", "二级（（一））"
    POINT = "h4", "三级（1.）"


class HeadingBlock(blocks.StructBlock):
    """A heading with its own level; the table of contents is made of these."""

    text = blocks.CharBlock(label="标题", max_length=200)
    level = blocks.ChoiceBlock(choices=HeadingLevel.choices, default=HeadingLevel.SECTION, label="级别", search_index=False)

    class Meta:
        icon = "title"
        label = "标题"
        template = "blocks/heading.html"


class ParagraphBlock(blocks.RichTextBlock):
    def __init__(self, **kwargs):
        super().__init__(**{"features": PARAGRAPH_FEATURES, "label": "正文", **kwargs})

    class Meta:
        icon = "pilcrow"
        template = "blocks/paragraph.html"


class CentredTitleBlock(blocks.CharBlock):
    """The title of a document inside the document: a plan attached to the notice that issues it."""

    class Meta:
        icon = "title"
        label = "文中标题（居中）"
        template = "blocks/centred_title.html"


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock(label="引文")
    source = blocks.CharBlock(label="出处", required=False, max_length=200)

    class Meta:
        icon = "openquote"
        label = "引文"
        template = "blocks/quote.html"


class SignatureBlock(blocks.StructBlock):
    """落款: who signs and the date as it stands in the document, right-aligned."""

    name = blocks.CharBlock(label="署名", required=False, max_length=100)
    date = blocks.CharBlock(label="日期", required=False, max_length=40)

    class Meta:
        icon = "edit"
        label = "落款"
        template = "blocks/signature.html"
