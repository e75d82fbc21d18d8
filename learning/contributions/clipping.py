"""What was pasted (a title, a link, the text of a published piece) read into the fields of an adoption. Pure and offline.

Every value says where it came from; nothing here decides, a person confirms. Regular expressions are bounded, so the time follows the
length of what was pasted.
"""

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from .choices import TIMED, Position
from .clipping_dates import NO_DATE, FoundDate, date_in_link, date_in_text
from .clipping_lines import BETWEEN, LONGEST_META, PAGE, Lines
from .clipping_links import host_of, take_link
from .dictionary import Dictionary, KnownOutlet, plain_name

LONGEST = 50_000  # characters that are read
LONGEST_TITLE = 120
MOST_NAMED = 3  # departments
MOST_AUTHORS = 6
TITLE_LINES = 6  # among which one may be labelled as the title
HEAD_LINES, TAIL_LINES = 4, 2  # where a paper says its name, its day and its page

HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF5B)} | {0x3000: " ", 0xA0: " ", 0xFF0F: "/", 0xFF0E: ".", 0xFF0D: "-"}
KEPT_COLON = {0xFF1A: "："}  # the colon stays as it is written
FOR_READING = HALF_WIDTH | KEPT_COLON
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060\ufeff\ud800-\udfff]")
LABEL = re.compile(r"(?:标题|题目)\s{0,4}[：:]\s{0,4}")
SOURCE = re.compile(r"(?:信息来源|文章来源|稿件来源|来源)[\]】]?\s{0,4}[：:]\s{0,4}([^\n]{1,60})")
BYLINE = re.compile(
    r"(?:通讯员|作者|撰稿|供稿|记者|文字|(?:图文|文/图|图/文)(?=\s{0,4}[：:])|(?:^|[（(\s])文)\s{0,4}[：:/ 、]\s{0,4}([^\n。）)；;]{1,60})",
    re.MULTILINE,
)
PHOTOGRAPHER = re.compile(r"[（(]([^\n（）()。]{2,20})\s{0,3}摄\s{0,3}[）)]")
BYLINE_WITHOUT_MARK = re.compile(r"(?:通讯员|作者|撰稿|供稿|记者)([^\n。）)；;]{2,40})")
USED_IN = re.compile(r"\s{0,3}(?:刊登|刊发|刊载|发表|登载|载|刊|见报|播出|见)(?:于|在)?")
BYLINE_AFTER = re.compile(r"[，,；;。\s]{0,3}[（(]?(?:作者|通讯员|撰稿|供稿)\s{0,4}[：:].{0,40}$")
QUOTED_TITLE = re.compile(r"《([^《》\n]{4,120})》")
SENTENCE_END = re.compile(r"[。！？]")
DURATION = re.compile(
    r"时长\s{0,4}[：:]?\s{0,4}(?:(?P<minutes>\d{1,3})\s?(?:分钟?|[:：'′]))?\s?(?:(?P<seconds>\d{1,4})\s?(?:秒|[\"″]|$)?)?"
)
COLUMN = re.compile(r"(?:栏目|版面|版次)\s{0,4}[：:]\s{0,4}([^\s|｜，。；]{1,30})")
FIRST_PAGES = {"1", "01", "001", "一", "A1", "A01", "A001"}
PICTURE = re.compile(r"图为|图片[：:]|[（(]图|图\s?/|摄影|[\u4e00-\u9fff]\s{0,3}摄(?=\s{0,3}(?:[）)。，,\]】]|$))", re.MULTILINE)
POSITIONS = (
    (Position.HEADLINE, re.compile("头条")),
    (Position.EAR, re.compile("报眼")),
    (Position.FRONT_PAGE, re.compile("头版|要闻版")),
    (Position.MAIN_NEWS, re.compile("新闻联播")),
)


class Named(NamedTuple):
    """A department or a person of the bureau; `key` is None where several have the name."""

    key: int | None
    label: str
    why: str


@dataclass(frozen=True, slots=True)
class Clipping:
    """`why` says for the name of a field where its value came from; a field that is not in it was not found. `problems` are in Chinese, for
    whoever pasted."""

    title: str = ""
    text: str = ""
    url: str = ""
    outlet: int | None = None
    published_on: datetime.date | None = None
    page: str = ""
    position: str = Position.ORDINARY
    has_picture: bool = False
    is_reprint: bool = False
    length: int | None = None
    departments: tuple[Named, ...] = ()
    people: tuple[Named, ...] = ()
    why: dict[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def read_clipping(text: str, *, dictionary: Dictionary, today: datetime.date) -> Clipping:
    """Never raises, whatever the text. A day after `today` is not taken for the day of publication."""
    problems = []
    if len(text) > LONGEST:
        problems.append(f"粘贴的内容超过 {LONGEST} 个字，只读了前面的部分。")
    shown = UNSEEN.sub("", text[:LONGEST].replace("\r\n", "\n").replace("\r", "\n"))
    return _Reader(shown, dictionary, today, problems).clipping()


class _Reader:
    def __init__(self, shown: str, dictionary: Dictionary, today: datetime.date, problems: list[str]):
        self.dictionary, self.today, self.problems = dictionary, today, problems
        self.why: dict[str, str] = {}
        taken = take_link(shown)
        self.url, lines = taken.url, taken.lines
        self.problems += taken.problems
        if self.url:
            self.why["url"] = "粘贴的内容里有网址"
        self.lines = [line for line in (line.strip() for line in lines) if line]
        self.read = [line.translate(FOR_READING).strip() for line in self.lines]  # character for character, blanks at the ends apart
        self.facts = Lines(dictionary.outlets_by_name)
        self.meta = {at for at, line in enumerate(self.read) if self.facts.is_meta(line)}
        self.title_at = self._title_line()

    def clipping(self) -> Clipping:
        title = self._title()
        body = self._body()
        outlet, is_reprint = self._outlet()
        day = self._day()
        page = self._page()
        whole = "\n".join(self.read)
        departments = self._departments(whole)
        people = self._people(whole, departments)
        departments = self._with_authors_departments(departments, people)
        has_picture = bool(PICTURE.search(whole))
        if has_picture:
            self.why["has_picture"] = "文字里有图片说明或摄影署名"
        length = None
        if body and (outlet is None or outlet.medium not in TIMED):
            length = sum(not character.isspace() for character in body)
            self.why["length"] = "按正文的字数"
        elif outlet is not None and outlet.medium in TIMED and (seconds := self._seconds()):
            length = seconds
            self.why["length"] = "“时长”一行，换成秒"
        if body:
            self.why["text"] = "粘贴的文字"
        return Clipping(
            title=title,
            text=body,
            url=self.url,
            outlet=outlet.key if outlet else None,
            published_on=day,
            page=page,
            position=self._position(page),
            has_picture=has_picture,
            is_reprint=is_reprint,
            length=length,
            departments=tuple(Named(one.key, one.label, why) for one, why in departments[:MOST_NAMED]),
            people=tuple(people[:MOST_AUTHORS]),
            why=self.why,
            problems=tuple(self.problems),
        )

    def _seconds(self) -> int:
        found = next(filter(None, map(DURATION.search, self.read)), None)
        return 60 * int(found["minutes"] or 0) + int(found["seconds"] or 0) if found else 0

    # title and text

    def _is_meta(self, at: int) -> bool:
        """A line of facts about the piece, or of what stands around it, no part of it."""
        return at in self.meta

    def _title_line(self) -> int | None:
        """The line that says so, else the first one of the piece."""
        labelled = next((at for at, line in enumerate(self.read[:TITLE_LINES]) if LABEL.match(line)), None)
        return labelled if labelled is not None else next((at for at in range(len(self.read)) if not self._is_meta(at)), None)

    def _title(self) -> str:
        labelled = self.title_at is not None and LABEL.match(self.read[self.title_at])
        quoted = next((found for line in self.lines[:HEAD_LINES] if len(line) <= LONGEST and (found := self._quoted_in(line))), "")
        if quoted and not labelled:
            self.why["title"] = "文字里的书名号"
            return quoted
        if self.title_at is None:
            return ""
        line = LABEL.sub("", self.lines[self.title_at], count=1).strip()
        if len(line) > LONGEST_TITLE:
            line = SENTENCE_END.split(line, maxsplit=1)[0]
        if len(line) > LONGEST_TITLE:
            return ""
        parts = [part for part in BETWEEN.split(line) if part]
        kept = self._without_facts(line, parts)
        if kept.startswith("【") and kept.endswith("】") and len(kept) > 2:
            kept = kept[1:-1]
        self.why["title"] = "粘贴的第一行"
        return kept.strip()

    def _quoted_in(self, line: str) -> str:
        """《…》 is the title where the rest of a line says in which paper, when, on which page."""
        found = next((one for one in QUOTED_TITLE.finditer(line) if not self.facts.is_fact(one.group(1))), None)
        if not found:
            return ""
        rest = f"{line[: found.start()]} {line[found.end() :]}".translate(FOR_READING)
        if used := USED_IN.match(rest):  # 「《题目》刊登于《样报》3月5日第2版，作者：某某」
            rest = BYLINE_AFTER.sub("", rest[used.end() :])
        parts = [part for part in BETWEEN.split(rest) if part]
        return found.group(1).strip() if parts and len(rest) <= LONGEST_META and all(map(self.facts.is_fact, parts)) else ""

    def _without_facts(self, line: str, parts: list[str]) -> str:
        """「题目_样报网」, 「样报  2026-03-05  题目」: the facts at either end are no part of the title."""
        first, last = 0, len(parts)
        while last - first > 1 and self.facts.is_fact(parts[first].translate(FOR_READING)):
            first += 1
        while last - first > 1 and self.facts.is_fact(parts[last - 1].translate(FOR_READING)):
            last -= 1
        if (first, last) == (0, len(parts)):
            return line
        begin = line.find(parts[first])
        end = line.rfind(parts[last - 1]) + len(parts[last - 1])
        return line[begin:end]

    def _body(self) -> str:
        if self.title_at is None:
            return ""
        first = self.lines[self.title_at]
        kept = [first] if len(first) > LONGEST_TITLE else []  # no title line: the text begins at once
        kept += [self.lines[at] for at in range(self.title_at + 1, len(self.lines)) if not self._is_meta(at)]
        return "\n".join(kept)

    # outlet

    def _outlet(self) -> tuple[KnownOutlet | None, bool]:
        by_link = self.dictionary.outlet_of_host(host_of(self.url))
        source = next(filter(None, (SOURCE.search(line) for line in self.read)), None)
        by_source = self._longest_outlet([source.group(1)]) if source else None
        if by_link:
            self.why["outlet"] = "网址认出"
            is_reprint = by_source is not None and by_source.key != by_link.key
            if is_reprint:
                self.why["is_reprint"] = f"“来源”写的是{by_source.label}，与网址不同"
            return by_link, is_reprint
        if by_source:
            self.why["outlet"] = "“来源”一行里找到"
            return by_source, False
        if found := self._longest_outlet(self._edges()):
            self.why["outlet"] = "文字里找到"
            return found, False
        if found := self._longest_outlet(self.read):
            self.why["outlet"] = "文字里提到，请核对"
            return found, False
        return None, False

    def _longest_outlet(self, lines: Iterable[str]) -> KnownOutlet | None:
        text = plain_name("\n".join(lines))
        names = [name for name in self.dictionary.outlets_by_name if name in text]
        return self.dictionary.outlets_by_name[max(names, key=lambda name: (len(name), -text.find(name)))] if names else None

    # day, page, place

    def _edges(self) -> list[str]:
        """The short lines at either end, where a paper says what it is."""
        near = {*range(HEAD_LINES), *range(len(self.read) - TAIL_LINES, len(self.read))}
        return [line for at, line in enumerate(self.read) if at in near and (len(line) <= LONGEST_META or at == self.title_at)]

    def _facts(self) -> list[str]:
        """The lines of facts, and the line with the title where that says more than the title."""
        return [line for at, line in enumerate(self.read) if self._is_meta(at)] + [
            " ".join(part for part in BETWEEN.split(line) if part and self.facts.is_fact(part)) for line in self._edges()
        ]

    def _day(self) -> datetime.date | None:
        in_facts = date_in_text("\n".join(self._facts()), today=self.today)
        in_link = date_in_link(self.url, today=self.today)
        whole = "\n".join(self.read)
        in_text = date_in_text(whole, today=self.today)
        candidates: list[tuple[FoundDate, str]] = [
            (in_facts if in_facts.has_year else NO_DATE, "文字里找到"),
            (in_link, "网址里的日期"),
            (in_facts, "文字里找到，年份按最近一次"),
            (in_text, "文字里提到，请核对"),
        ]
        for found, why in candidates:
            if found.day:
                self.why["published_on"] = why
                return found.day
        return None

    def _page(self) -> str:
        for line in [*self._facts(), *self._edges()]:
            if found := PAGE.search(line):
                self.why["page"] = "文字里找到"
                number = found["plain"] or found["bare"]
                return f"第{number}版" if number else f"{found['lettered']}版"
        for line in self.read:
            if len(line) <= LONGEST_META and (found := COLUMN.search(line)):
                self.why["page"] = "文字里找到"
                return found.group(1)
        return ""

    def _position(self, page: str) -> str:
        short = [line for at, line in enumerate(self.read) if at != self.title_at and len(line) <= LONGEST_META]
        for position, pattern in POSITIONS:
            if any(pattern.search(line) for line in short):
                self.why["position"] = "文字里找到"
                return position
        if page and page.removeprefix("第").removesuffix("版") in FIRST_PAGES:
            self.why["position"] = f"{page}即头版"
            return Position.FRONT_PAGE
        return Position.ORDINARY

    # whose it is

    def _bylines(self, whole: str) -> str:
        marked = [found.group(1) for found in BYLINE.finditer(whole)]
        marked = marked or [found.group(1) for found in BYLINE_WITHOUT_MARK.finditer(whole)]
        return "\n".join(marked or [found.group(1) for found in PHOTOGRAPHER.finditer(whole)])

    def _departments(self, whole: str) -> list:
        by_name = self.dictionary.departments_by_name
        in_byline = [by_name[name] for name in _named_in(plain_name(self._bylines(whole)), by_name)]
        if in_byline:
            return [(one, "署名里找到") for one in _once(in_byline)]
        mentioned = _once(by_name[name] for name in _named_in(plain_name(whole), by_name))
        return [(one, "文字里提到，请核对") for one in mentioned[:1]]

    def _people(self, whole: str, departments: list) -> list[Named]:
        by_name = self.dictionary.people_by_name
        mentioned = {one.key for one, _why in departments}
        found = []
        for name in _named_in(plain_name(self._bylines(whole)), by_name):
            namesakes = by_name[name]
            near = [one for one in namesakes if one.department in mentioned]
            if len(namesakes) == 1 or len(near) == 1:
                one = namesakes[0] if len(namesakes) == 1 else near[0]
                found.append(Named(one.key, one.label, "署名里找到"))
            else:
                found.append(Named(None, namesakes[0].name, f"有 {len(namesakes)} 位同名，请选一位"))
        return found

    def _with_authors_departments(self, departments: list, people: list[Named]) -> list:
        """An author's department goes before one that the text only mentions."""
        by_key = {person.key: person for same in self.dictionary.people_by_name.values() for person in same}
        own = {by_key[one.key].department for one in people if one.key}
        of_authors = [one for one in _once(self.dictionary.departments_by_name.values()) if one.key in own]
        named = [pair for pair in departments if pair[1] == "署名里找到"]
        known = {one.key for one, _why in named}
        joined = named + [(one, "作者所在科室") for one in of_authors if one.key not in known]
        return joined or departments


def _once(things: Iterable) -> list:
    return list({thing.key: thing for thing in things}.values())


def _named_in(text: str, names: Iterable[str]) -> list[str]:
    """The names that stand in `text`, in its order; a name inside a longer one is not meant."""
    found: dict[int, str] = {}
    for name in sorted((name for name in names if name in text), key=len, reverse=True):
        if (begin := text.find(name)) >= 0:
            found[begin] = name
            text = text.replace(name, "\x00" * len(name))
    return [found[begin] for begin in sorted(found)]
