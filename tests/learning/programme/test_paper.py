from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from learning.programme.paper import WIDTH, plain, set_font, set_page, write


class TestPlain:
    def test_leaves_out_what_xml_cannot_hold(self):
        assert plain("学\x00习\x0b\ud800，𠮷\n") == "学习，𠮷\n"


class TestSetPage:
    def test_is_the_page_of_the_standard(self):
        section = set_page(Document())
        # Word counts in twentieths of a point.
        assert [round(one.mm) for one in (section.page_width, section.page_height, section.top_margin)] == [210, 297, 37]
        assert round((section.page_width - section.left_margin - section.right_margin) / Mm(1)) == round(WIDTH.mm)


class TestSetFont:
    def test_holds_for_chinese_and_against_the_theme(self):
        style = Document().styles["Normal"]
        set_font(style, "仿宋")
        fonts = style.element.rPr.rFonts
        assert {fonts.get(qn(name)) for name in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs")} == {"仿宋"}
        assert not [name for name in fonts.attrib if name.endswith("Theme")]


class TestWrite:
    def test_adds_text_and_nothing_else(self):
        paragraph = Document().add_paragraph()
        run = write(paragraph, "<b>要点</b>\x00", font="黑体", size=Pt(14))
        assert (paragraph.text, run.font.name, run.font.size) == ("<b>要点</b>", "黑体", Pt(14))
