"""What the parts of a published notice are: breadcrumb, title, the line of sources, recipients, the date of the document, the plan.

Pure functions on the blocks of a source document. What the source lost is reported, never guessed (§1.6 of the product study).
"""

import datetime
import re
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from cms.core.reading import Block, Finding, SourceDocument, find_headings

SHANGHAI = ZoneInfo("Asia/Shanghai")
COLON = "[:\uff1a]"
BREADCRUMB = re.compile(rf"^您?(?:当前的?|现在的?)位置\s*{COLON}?(.*)$")
META_LINE = re.compile(rf"信息来源|信息时间|阅读次数|发布时间\s*{COLON}|我要打印|【关闭")
SOURCE = re.compile(rf"信息来源\s*{COLON}\s*(?!信息时间|发布时间|阅读次数|字号|我要打印|关闭)([^【】\s]+)")
SHOWN_AT = re.compile(rf"(?:信息时间|发布时间)\s*{COLON}\s*((?:19|20)\d{{2}})-(\d{{1,2}})-(\d{{1,2}})(?:\s+(\d{{1,2}}){COLON}(\d{{2}}))?")
READINGS = re.compile(rf"阅读次数\s*{COLON}\s*(\d*)")
RECIPIENTS = re.compile(rf"^.{{2,60}}{COLON}$")
WHOLE_DATE = re.compile(r"^(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日$")
DAMAGED_DATE = re.compile(r"^(?:19|20)\d{4,6}$")
DOCUMENT_NUMBER = re.compile(r"^(\S{1,12}[〔\[(\uff08]\d{4}[〕\])\uff09]\s*\d{1,4}\s*号)$")
QUOTED_TITLE = re.compile(r"《([^《》]+)》")
SENTENCE_END = re.compile(r"[。!?:;\uff01\uff1f\uff1a\uff1b”》)\uff09、,\uff0c]$")
LAST_CRUMBS = {"正文", "内容", "详情", ""}  # the page itself, at the end of the breadcrumb
MAX_TITLE = 255
MAX_SOURCE = 100
RUNNING_TEXT = ("paragraph", "heading")
LONG_PARAGRAPH = 45  # characters: shorter lines are titles and lists, which need no full stop


class NotANoticeError(Exception):
    """The document has no title, or one too long; the message is Chinese with the remedy."""


@dataclass(slots=True)
class Notice:
    title: str
    column: str = ""
    source: str = ""
    shown_at: datetime.datetime | None = None
    recipients: str = ""
    document_number: str = ""
    composed_on: datetime.date | None = None
    body: list[Block] = field(default_factory=list)  # kinds of the reading package, and "title", "signature"
    findings: list[Finding] = field(default_factory=list)


def read_notice(document: SourceDocument) -> Notice:
    """The notice in `document`. Raises NotANoticeError when no title is found or it is longer than a page title may be."""
    findings = list(document.findings)
    rest = list(document.blocks)
    column = _take_breadcrumb(rest)
    title = _take_title(rest)
    notice = Notice(title=title, column=column, findings=findings)
    _take_meta_line(rest, notice)
    _take_recipients(rest, notice)
    blocks, numbering = find_headings(_mark_parts(rest, notice))
    notice.body = blocks
    findings += numbering + _lost_characters(rest)
    findings.sort(key=lambda finding: finding.line)
    return notice


def _take_breadcrumb(rest: list[Block]) -> str:
    for position, block in enumerate(rest[:5]):
        if match := BREADCRUMB.match(block.text):
            del rest[position]
            crumbs = [crumb.strip() for crumb in re.split(r"[>\uff1e»/]", match[1])]
            return next((crumb for crumb in reversed(crumbs) if crumb not in LAST_CRUMBS), "")
    return ""


def _take_title(rest: list[Block]) -> str:
    position = next(
        (position for position, block in enumerate(rest) if block.kind in RUNNING_TEXT and not META_LINE.search(block.text)), None
    )
    if position is None:
        raise NotANoticeError("没有找到标题。请确认文件第一段是通知的标题。")
    title = rest.pop(position).text
    if len(title) > MAX_TITLE:
        raise NotANoticeError(f"标题有 {len(title)} 个字，最多 {MAX_TITLE} 个字：“{title[:30]}……”。请确认第一段是标题，不是正文。")
    return title


def _take_meta_line(rest: list[Block], notice: Notice) -> None:
    position = next((position for position, block in enumerate(rest[:4]) if META_LINE.search(block.text)), None)
    if position is None:
        notice.findings.append(Finding(0, "没有“信息来源、信息时间”一行。", "导入后请在页面上填写。"))
        return
    block = rest.pop(position)
    while position < len(rest) and META_LINE.search(rest[position].text):
        block = replace(block, text=f"{block.text} {rest.pop(position).text}")
    if source := SOURCE.search(block.text):
        notice.source = source[1]
    if len(notice.source) > MAX_SOURCE:
        notice.findings.append(Finding(block.line, f"信息来源有 {len(notice.source)} 个字，最多 {MAX_SOURCE} 个字。", "没有填写，请补填。"))
        notice.source = ""
    elif not notice.source:
        notice.findings.append(Finding(block.line, "信息来源为空。", "页面上不显示这一项；知道来源请补填。"))
    if match := SHOWN_AT.search(block.text):
        try:
            notice.shown_at = datetime.datetime(*(int(part or 0) for part in match.groups()), tzinfo=SHANGHAI)
        except ValueError:
            notice.findings.append(Finding(block.line, f"信息时间“{match[0]}”不是有效的时间。", "没有填写，请补填。"))
    else:
        notice.findings.append(Finding(block.line, "没有读到信息时间。", "将以首次发布的时间为信息时间。"))
    if (readings := READINGS.search(block.text)) and not readings[1]:
        notice.findings.append(Finding(block.line, "阅读次数为空。", "本站从零开始重新计数。"))
    if block.text.count("【") != block.text.count("】"):
        notice.findings.append(Finding(block.line, "这一行的括号不成对，原文可能有缺失。", "这一行只取能认出的内容。"))


def _take_recipients(rest: list[Block], notice: Notice) -> None:
    for position, block in enumerate(rest[:3]):
        if match := DOCUMENT_NUMBER.match(block.text):
            notice.document_number = match[1]
            del rest[position]
            break
    if rest and rest[0].kind == "paragraph" and RECIPIENTS.match(rest[0].text):
        block = rest.pop(0)
        notice.recipients = block.text[:-1].strip()
        for name in re.split(r"[,\uff0c、;\uff1b]", notice.recipients):
            if re.search(r"各$", name):
                notice.findings.append(Finding(block.line, f"主送“{name}”后面疑似缺字。", "请对照原件补齐（例如“各科室”）。"))
    else:
        notice.findings.append(Finding(0, "没有找到主送机关。", "需要时请在页面上填写。"))


def _mark_parts(blocks: list[Block], notice: Notice) -> list[Block]:
    """Recognise the date of the document, who signs it, and the title of the plan the notice issues."""
    quoted = {match.strip() for match in QUOTED_TITLE.findall(notice.title)}
    marked: list[Block] = []
    for block in blocks:
        if block.kind in RUNNING_TEXT and block.text in quoted:
            marked.append(Block("title", block.line, text=block.text))
        elif match := WHOLE_DATE.match(block.text):
            try:
                notice.composed_on = notice.composed_on or datetime.date(*(int(part) for part in match.groups()))
            except ValueError:
                notice.findings.append(Finding(block.line, f"落款日期“{block.text}”不是有效的日期。", "原样保留，请核对。"))
            marked.append(_signature(block, marked, notice))
        elif DAMAGED_DATE.match(block.text):
            notice.findings.append(
                Finding(block.line, f"落款“{block.text}”疑似日期，缺“年、月、日”。", "原样保留；成文日期没有填写，请对照原件补填。")
            )
            marked.append(_signature(block, marked, notice))
        else:
            marked.append(block)
    if not any(block.kind == "signature" for block in marked):
        notice.findings.append(Finding(0, "没有找到落款日期。", "需要时请在页面上填写成文日期。"))
    return marked


def _signature(block: Block, marked: list[Block], notice: Notice) -> Block:
    before = marked[-1] if marked else None
    if before and before.kind == "paragraph" and len(before.text) <= 30 and not SENTENCE_END.search(before.text):
        marked.pop()
        return Block("signature", block.line, text=block.text, html=before.text)
    notice.findings.append(Finding(block.line, "落款没有署名。", "发文机关没有填写，请对照原件补填。"))
    return Block("signature", block.line, text=block.text)


def _lost_characters(blocks: list[Block]) -> list[Finding]:
    """Places where the source visibly lost something: a lead line without its colon, a paragraph that stops without a full stop."""
    findings = []
    for block in blocks:
        if block.kind != "paragraph":
            continue
        if re.match(r"^(牵头|责任)科室(?!\s*[:\uff1a])", block.text):
            findings.append(Finding(block.line, f"“{block.text[:12]}……”的“科室”后面缺冒号。", "原样保留，请核对。"))
        if len(block.text) > LONG_PARAGRAPH and not SENTENCE_END.search(block.text):
            findings.append(Finding(block.line, f"段末“……{block.text[-10:]}”没有句号，原文可能有缺失。", "原样保留，请核对。"))
    return findings
