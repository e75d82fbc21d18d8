"""Pictures and tables."""

from wagtail import blocks
from wagtail.contrib.table_block.blocks import TableBlock
from wagtail.images.blocks import ImageChooserBlock


class FigureBlock(blocks.StructBlock):
    image = ImageChooserBlock(label="图片")
    alt_text = blocks.CharBlock(label="图片说明（读屏）", max_length=200, required=False, help_text="图上有什么；留空用图片自己的说明。")
    caption = blocks.CharBlock(label="图注", max_length=200, required=False)

    class Meta:
        icon = "image"
        label = "图片"
        template = "blocks/figure.html"


class DocumentTableBlock(TableBlock):
    class Meta:
        icon = "table"
        label = "表格"
        template = "blocks/table.html"
