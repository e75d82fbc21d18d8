"""The numbering of Chinese official documents (GB/T 9704: 一、 (一) 1. (1)) read as headings.

Nothing is renumbered and nothing dropped: where the numbers do not follow each other, a finding says so.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from html import unescape

from .document import Block, Finding

DIGITS = "〇一二三四五六七八九"
CHINESE_NUMBER = r"[一二三四五六七八九十]{1,3}"
LEVELS = (
    (1, re.compile(rf"^({CHINESE_NUMBER})\s*[、.\uff0e]\s*(?=\S)")),
    (2, re.compile(rf"^[(\uff08]\s*({CHINESE_NUMBER})\s*[)\uff09]\s*(?=\S)")),
    (3, re.compile(r"^(\d{1,2})\s*[.\uff0e、]\s*(?=[^\d\s])")),
    (4, re.compile(r"^[(\uff08]\s*(\d{1,2})\s*[)\uff09]\s*(?=\S)")),
)
LONGEST_HEADING = 40  # characters; a longer "heading" is a numbered paragraph


def chinese_number(text: str) -> int | None:
    """The value of 一 … 九十九, of Arabic digits, or None."""
    if text.isdecimal():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    if any(part not in DIGITS or len(part) > 1 for part in (tens, ones)):
        return None
    if not ten:
        return DIGITS.index(ones)
    return (DIGITS.index(tens) if tens else 1) * 10 + (DIGITS.index(ones) if ones else 0)


def split_heading(text: str) -> tuple[int, str, str, str] | None:
    """(level, number, heading, rest) when `text` begins with a number of some level and the heading is short enough.

    "(一)政治理论。深入学习…" runs on: the heading ends at the first full stop, the rest is a paragraph. Levels 3 and 4 run on
    as numbered paragraphs far more often than they head something, so they are headings only when they stand alone.
    """
    for level, pattern in LEVELS:
        if not (match := pattern.match(text)):
            continue
        title, stop, rest = text.partition("。")
        if len(title) > LONGEST_HEADING or match.end() >= len(title) or (level > 2 and stop):
            return None
        if not stop and re.search(r"[;\uff1b,\uff0c]$", title):
            return None
        return level, match[1], title.strip(), rest.strip()
    return None


class _Sequence:
    """Watches that the numbers of each level follow each other under their parent."""

    def __init__(self):
        self.last = [0, 0, 0, 0, 0]
        self.findings = []

    def see(self, level: int, number: str, block: Block, heading: str) -> None:
        value = chinese_number(number)
        if level == 2 and not self.last[1]:
            self.findings.append(Finding(block.line, f"“{heading}”之前没有“一、”级标题。", "请核对是否漏了一级标题。"))
        if value is None:
            self.findings.append(Finding(block.line, f"序号“{number}”不是规范的数字。", "请核对。"))
        elif value == self.last[level] and value:
            self.findings.append(Finding(block.line, f"序号重复：“{heading}”。", "原样保留，请核对。"))
        elif value != self.last[level] + 1:
            expected = self.last[level] + 1
            self.findings.append(Finding(block.line, f"序号不连续：“{heading}”之前应是第 {expected} 项。", "原样保留，请核对是否有缺漏。"))
        self.last[level] = value or self.last[level]
        self.last[level + 1 :] = [0] * (4 - level)


def find_headings(blocks: Iterable[Block]) -> tuple[list[Block], list[Finding]]:
    """Turn numbered paragraphs into headings (levels 1–4), running-on ones into heading and paragraph; report broken numbering.

    Every character stays, except the full stop that ends a running-on heading. Headings that the source marks as such and that have
    no number keep their order of rank among each other, the highest of them being level 1.
    """
    blocks = list(blocks)
    split = [split_heading(block.text) if block.kind in ("paragraph", "heading") else None for block in blocks]
    ranks = sorted({block.level for block, parts in zip(blocks, split, strict=True) if block.kind == "heading" and not parts})
    result, sequence = [], _Sequence()
    for block, parts in zip(blocks, split, strict=True):
        if parts is None:
            result.append(replace(block, level=ranks.index(block.level) + 1) if block.kind == "heading" else block)
            continue
        level, number, heading, rest = parts
        sequence.see(level, number, block, heading)
        result.append(replace(block, kind="heading", level=level, text=heading, html=""))
        if rest:
            result.append(replace(block, kind="paragraph", level=0, text=rest, html=_inline_rest(block.html, rest)))
    return result, sequence.findings


def _inline_rest(html: str, rest: str) -> str:
    """The mark-up of the part after the heading: kept where the cut goes through no element, else left to the plain text."""
    _head, stop, tail = html.partition("。")
    depth = 0
    for tag in re.findall(r"</?[a-z]", tail):
        depth += -1 if tag.startswith("</") else 1
        if depth < 0:
            return ""
    plain = unescape(re.sub(r"<[^>]+>", "", tail)).strip()
    return tail.strip() if stop and depth == 0 and plain == rest else ""
