import pytest

from learning.reading.text import body_of, clean_html, count_characters, count_html, html_of_text, passages_of, text_of_html

WORD = """<html><head><style>p{color:red}</style><xml>设置</xml></head><body><!--StartFragment--><p class=MsoNormal style='mso:x'><b>一、标题</b>
<span lang=EN-US>abc<o:p></o:p></span></p><p><del cite="x">删掉的</del><ins>加上的</ins></p><script>alert(1)</script>
<p onclick="x()"><a href="javascript:alert(1)">链接</a><img src="http://a/b.png" onerror="x()"></p></body></html>"""


class TestCleanHtml:
    def test_leaves_of_a_word_document_its_text_and_nothing_that_acts(self):
        clean = clean_html(WORD)
        assert [passage.text for passage in passages_of(clean)] == ["设置", "一、标题 abc", "加上的", "链接"]
        assert clean_html('<p lang="EN-US" title="x">甲<span lang="EN-US">乙</span></p>') == "<p>甲乙</p>"
        assert not any(word in clean for word in ("script", "style", "onclick", "href", "img", "删掉的", "Mso", "!--"))

    def test_keeps_headings_lists_quotations_bold_and_italic(self):
        html = "<h2>大</h2><p>甲<strong>乙</strong><em>丙</em></p><ul><li>一</li><li>二</li></ul><blockquote><p>引</p></blockquote>"
        assert clean_html(html) == html

    def test_makes_paragraphs_of_loose_text_boxes_and_cells(self):
        html = "前面<div>外<div>内</div></div><table><tr><td>甲</td><td><p>乙</p></td></tr></table>后面<li>项</li>"
        assert [passage.text for passage in passages_of(clean_html(html))] == ["前面", "外", "内", "甲", "乙", "后面", "项"]

    @pytest.mark.parametrize("html", [WORD, "<p>a &lt;b&gt; &amp; c</p>", "", "<p> </p>", "<ul>散<li>项</li></ul>"])
    def test_changes_nothing_the_second_time(self, html):
        assert clean_html(clean_html(html)) == clean_html(html)


class TestCountCharacters:
    @pytest.mark.parametrize(
        ("text", "number"),
        [
            ("学习强国", 4),
            ("你好，世界。", 6),
            ("hello world", 2),
            ("2026 年 11 月", 4),
            ("用 Word 写了 3,000 字", 6),
            ("“五有”——有", 7),
            ("", 0),
            (" \n\t", 0),
        ],
    )
    def test_is_that_of_word(self, text, number):
        assert count_characters(text) == number

    def test_of_html_counts_passages(self):
        assert count_html("<h2>标题</h2><p>正文 abc</p>") == 5


class TestPlainText:
    def test_goes_there_and_back(self):
        assert text_of_html(html_of_text("第一段 <b>\n\n第二段 & 完")) == "第一段 <b>\n第二段 & 完"


class TestBodyOf:
    def test_makes_headings_texts_and_quotations(self):
        body = body_of(
            "<h2>标题</h2><p>甲<strong>乙</strong></p><ol><li>一</li></ol><blockquote><p>引一</p><p>引二</p></blockquote><p>丙</p>"
        )
        assert [kind for kind, _value in body] == ["heading", "paragraph", "quote", "paragraph"]
        assert body[0][1] == {"text": "标题", "level": "h2"}
        assert body[1][1].source == "<p>甲<b>乙</b></p><ol><li>一</li></ol>"
        assert body[2][1]["text"] == "引一\n引二"
