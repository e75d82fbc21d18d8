"""What staff write: cleaned before it is stored, counted as Word counts it, cut into passages, made into the blocks of a page."""

import re
from dataclasses import dataclass
from html import escape, unescape

import nh3
from bs4 import BeautifulSoup, NavigableString, Tag
from wagtail.rich_text import RichText

from cms.core.characters import count_characters

KEPT_TAGS = {"p", "br", "strong", "em", "h2", "h3", "ul", "ol", "li", "blockquote"}
# `del` and `s` hold what tracked changes took out of the text.
DROPPED_WITH_CONTENT = {
    "script", "style", "title", "head", "noscript", "template", "iframe", "object", "embed", "svg", "math", "del", "s", "strike",
}  # fmt: skip
SAME_AS = {"b": "strong", "i": "em", "h1": "h2", "h4": "h3", "h5": "h3", "h6": "h3", "div": "p", "section": "p", "td": "p"}
BLOCKS = {"p", "h2", "h3", "li", "blockquote"}
TOP_LEVEL = {"p", "h2", "h3", "ul", "ol", "blockquote"}
BOXES = {"div", "section", "td"}
BLOCK_LIKE = TOP_LEVEL | BOXES | {"li", "h1", "h4", "h5", "h6"}
MAX_DEPTH = 100  # of tags within tags; deeper ones are dropped, their text stays
TAG = re.compile(r"<(/?)([a-z0-9]+)>")
LONGEST_HEADING = 200  # characters, as the page's heading block takes them
BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Passage:
    """One paragraph, heading, list item or quotation, numbered from 0 in reading order."""

    number: int
    tag: str
    text: str
    html: str

    @property
    def is_quotation(self) -> bool:
        return self.tag == "blockquote"

    @property
    def is_heading(self) -> bool:
        return self.tag in ("h2", "h3")


def clean_html(raw: str) -> str:
    """`raw` (pasted from Word or a web page, typed into the editor) without anything but paragraphs, headings, lists, quotations, bold
    and italic. Scripts, styles, comments, links, pictures, tables' frames and what tracked changes deleted are gone; text stays."""
    kept = nh3.clean(
        raw.replace("\x00", ""),
        tags=KEPT_TAGS | set(SAME_AS) | {"span", "ins"},
        clean_content_tags=DROPPED_WITH_CONTENT,
        attributes={"*": set()},  # by default nh3 leaves lang and title
        link_rel=None,
    )
    return "".join(_top_level(BeautifulSoup(_in_our_tags(kept), "html.parser")))


def _in_our_tags(kept: str) -> str:
    """What nh3 leaves (balanced, without attributes) in the tags of `KEPT_TAGS`, in one pass however much it is and however deep.

    A box with text in it is a paragraph. One with blocks in it becomes an empty paragraph before and one after: those are dropped later,
    but what stood before the box is not one with what is in it.
    """
    pieces: list[str] = []
    boxes: list[tuple[int, bool]] = []  # where each open box begins, and whether there is a block in it
    at = depth = 0
    for found in TAG.finditer(kept):
        pieces.append(kept[at : found.start()])
        at = found.end()
        closing, name = found.groups()
        if name == "br":
            pieces.append("<br>")
            continue
        depth += not closing
        is_kept = name not in ("span", "ins") and depth <= MAX_DEPTH
        depth -= bool(closing)
        if not is_kept:
            continue
        if not closing and name in BLOCK_LIKE and boxes:
            boxes[-1] = (boxes[-1][0], True)
        if name not in BOXES:
            pieces.append(f"<{closing}{SAME_AS.get(name, name)}>")
        elif closing:
            begins, has_block = boxes.pop()
            pieces[begins], end = ("<p></p>", "<p></p>") if has_block else ("<p>", "</p>")
            pieces.append(end)
        else:
            boxes.append((len(pieces), False))
            pieces.append("")
    return "".join([*pieces, kept[at:]])


def html_of_text(text: str) -> str:
    """Typed without an editor: a paragraph a line."""
    lines = (line.strip() for line in text.replace("\r", "\n").split("\n"))
    return "".join(f"<p>{escape(line, quote=False)}</p>" for line in lines if line)


def text_of_html(html: str) -> str:
    """For a plain text area: a line a passage; bold, lists and headings are lost."""
    return "\n".join(passage.text for passage in passages_of(html))


def _top_level(soup):
    """The blocks of a cleaned document; loose text between them becomes a paragraph."""
    loose: list[str] = []

    def paragraph():
        inner = "".join(loose)
        loose.clear()
        return f"<p>{inner.strip()}</p>" if BeautifulSoup(inner, "html.parser").get_text().strip() else ""

    for child in list(soup.children):
        if isinstance(child, Tag) and child.name in TOP_LEVEL | {"li"}:
            yield paragraph()
            if child.get_text().strip():
                yield f"<ul>{child.decode()}</ul>" if child.name == "li" else child.decode()
        elif isinstance(child, Tag | NavigableString):
            loose.append(child.decode() if isinstance(child, Tag) else escape(str(child), quote=False))
    yield paragraph()


def plain_text(html: str) -> str:
    """The text of inline mark-up; a line break is a blank."""
    return BLANKS.sub(" ", unescape(re.sub(r"<[^>]+>", "", re.sub(r"<br\s*/?>", " ", html)))).strip()


def passages_of(html: str) -> list[Passage]:
    """The passages of cleaned HTML."""
    found = []
    for tag in BeautifulSoup(html, "html.parser").find_all(list(BLOCKS)):
        if tag.find(list(BLOCKS)):
            continue  # seen through the paragraphs inside
        name = "blockquote" if tag.find_parent("blockquote") else tag.name
        inner = tag.decode_contents()
        if text := plain_text(inner):
            found.append(Passage(len(found), name, text, inner))
    return found


def count_html(html: str) -> int:
    return sum(count_characters(passage.text) for passage in passages_of(html))


def body_of(html: str) -> list[tuple]:
    """Cleaned HTML as the blocks of an article's body: headings are headings, all that stands between two of them is one text."""
    body: list[tuple] = []
    run: list[str] = []

    def end_run():
        if run:
            body.append(("paragraph", RichText("".join(run).replace("<strong>", "<b>").replace("</strong>", "</b>"))))
            run.clear()

    for tag in BeautifulSoup(html, "html.parser").find_all(list(TOP_LEVEL), recursive=False):
        if tag.name in ("h2", "h3"):
            end_run()
            body.append(("heading", {"text": plain_text(tag.decode_contents())[:LONGEST_HEADING], "level": tag.name}))
        elif tag.name == "blockquote":
            end_run()
            body.append(("quote", {"text": "\n".join(passage.text for passage in passages_of(tag.decode())), "source": ""}))
        else:
            run.append(tag.decode())
    end_run()
    return body
