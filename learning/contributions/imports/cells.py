"""Cells as offices fill them in: days, yes and no, words for codes, names in a row. Pure; every refusal is Chinese and names the column."""

import datetime
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from cms.imports.kinds import Row
from cms.imports.workbooks import as_text

from ...organisation.names import tidy_name
from ...organisation.roster import CellError, clean_text, parse_date
from ..choices import TIMED, Genre, Level, Medium, Position, Reason, WeightClass

SUMS = frozenset({"合计", "小计", "总计", "共计", "累计", "制表", "制表人", "填表人", "审核人"})
NOTHING = frozenset({"", "无", "-", "—", "——", "/", "\\", "暂无", "空"})
EARLIEST = datetime.date(2000, 1, 1)
MAX_LENGTH = 1_000_000  # characters or seconds
MAX_NAMES = 20
DIFFERENT = frozenset({"title", "url", "note"})  # columns in which hardly anything stands twice
YES = frozenset(
    {"是", "有", "√", "✓", "✔", "y", "yes", "1", "true", "权威", "重点", "有图", "带图", "图文", "配图", "转载", "转发", "网络转载"}
)
NO = frozenset({"否", "没有", "×", "x", "✗", "n", "no", "0", "false", "无图", "不带图", "原创", "首发", "原发", *NOTHING})
PIECES = re.compile(r"(\d{1,3})\s*[张幅个]")
BETWEEN = re.compile(r"[、,;/\n\r]+")
BLANKS = re.compile(r"\s+")
WHOLE = re.compile(r"约?(\d{1,3}(?:,\d{3})+|\d{1,9})(?:\.0+)?(?:余|多)?(字符|字|秒钟|秒|s)?")
MINUTES = re.compile(r"约?(?:(\d{1,4})(?:分钟|分|[:′'])\s*)(?:(\d{1,2})(?:秒钟|秒|[″\"])?)?")
HALF_MINUTES = re.compile(r"约?(\d{1,4}\.\d{1,2})\s*分钟?")
HOST_ONLY = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,12}(?::\d{1,5})?(?:[/?#].*)?", re.IGNORECASE)
PLAIN_URL = re.compile(r"https?://(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,6}[a-z]{2,12}(?:/[A-Za-z0-9._~/?&=%+#:@!-]*)?")  # most are
CHECK_URL = URLValidator(schemes=["http", "https"])


def _words(choices, **others: str) -> dict[str, str]:
    """Chinese word → code: labels, and for each code the other words, separated by blanks."""
    words = {plain(label): value for value, label in choices}
    for code, more in others.items():
        words |= {plain(word): code for word in more.split()}
    return words


def plain(text: str) -> str:
    """As words are compared."""
    return BLANKS.sub("", unicodedata.normalize("NFKC", text)).casefold()


LEVELS = _words(
    Level.choices,
    national="国家 中央级 中央 全国 全国级 央媒 国家级媒体",
    province="省 省部级 自治区级 省级媒体",
    city="市 地市级 地级 市级媒体 州级",
    county="县 区 县级 区级 区县级 县区 区县 旗县级",
    internal="部门内部 系统内 局内 本单位 内部刊物",
)
MEDIA = _words(
    Medium.choices,
    newspaper="报刊 日报 晚报 报",
    journal="杂志 刊物",
    radio="广播 广播电台",
    television="电视 电视频道",
    website="网络 网 门户网站 官网 网媒",
    wechat="微信公众号 公众号 微信公众平台",
    weibo="新浪微博 官方微博",
    app="app 新闻客户端 手机客户端",
    bulletin="简报 内刊 信息 专报",
)
CLASSES = _words(WeightClass.choices, first="甲 一类 a类 a", second="乙 二类 b类 b", third="丙 三类 c类 c", none="无 其他 不分")
GENRES = _words(
    Genre.choices,
    news="新闻 动态 简讯 快讯",
    feature="特写 专访 深度报道",
    picture="摄影 组图",
    comment="时评 言论",
    experience="经验 典型经验",
)
POSITIONS = _words(
    Position.choices,
    ordinary="一般 普通 内页 其他版面 无 -",
    front_page="一版 头版位置 要闻版",
    headline="头版头条 头条位置 首条 置顶",
    main_news="新闻联播 主要新闻节目 联播",
)
REASONS = _words(Reason.choices, stale="过时 时效性不强", repeated="重复", no_news="新闻价值不大", outlet_refused="未采用 未刊发")


@dataclass(slots=True)
class Cells:
    """Reads the cells of one row; what cannot be read is one of `errors`, and its value is as if the cell were empty.

    `memory` is shared by the rows of a table: most of what stands in a column stands there many times.
    """

    row: Row
    memory: dict = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def get(self, name: str, read: Callable, otherwise=None):
        raw = self.row.values.get(name, "")
        if raw is None or raw == "":
            return otherwise
        key = (name, type(raw), raw)
        known = self.memory.get(key)
        if known is None:
            try:
                known = read(raw), ""
            except CellError as error:
                known = otherwise, str(error)
            if name not in DIFFERENT:
                self.memory[key] = known
        value, error = known
        if error:
            self.errors.append(error)
        return value

    def is_sum(self, *names: str) -> bool:
        """Whether one of these cells says that the row is a total or a signature."""
        cells = (self.row.values.get(name, "") for name in names)
        return any(isinstance(cell, str) and plain(cell).rstrip(":") in SUMS for cell in cells)


def text_of(raw, *, column: str, most: int) -> str:
    """As it is written, blanks joined. Raises CellError."""
    text = BLANKS.sub(" ", as_text(raw)).strip()
    if len(text) > most:
        raise CellError(f"{column}超过 {most} 个字（有 {len(text)} 个）。请缩短。")
    return text


def title_of(raw) -> str:
    """Without the marks that some put around every title."""
    text = BLANKS.sub(" ", as_text(raw)).strip()
    if text[:1] == "《" and text.endswith("》") and text.count("《") == 1:
        text = text[1:-1].strip()
    if len(text) > 120:
        raise CellError(f"标题超过 120 个字（有 {len(text)} 个）。请缩短，或核对是否对应错了列。")
    return text


def day_of(raw, *, column: str, today: datetime.date | None) -> datetime.date:
    """Neither before 2000 nor after `today`. Raises CellError."""
    day = parse_date(raw, column=column)
    if day < EARLIEST:
        raise CellError(f"{column}“{day:%Y-%m-%d}”早于 {EARLIEST:%Y-%m-%d}。请核对年份。")
    if today is not None and day > today:
        raise CellError(f"{column}“{day:%Y-%m-%d}”在上传这一天（{today:%Y-%m-%d}）之后。请核对日期。")
    return day


def yes_or_no(raw, *, column: str) -> bool:
    text = plain(as_text(raw))
    if text in YES:
        return True
    if text in NO:
        return False
    if pieces := PIECES.fullmatch(text):
        return int(pieces[1]) > 0
    raise CellError(f"{column}“{as_text(raw)[:20]}”认不出。请填“是”或“否”。")


def code_of(raw, words: Mapping[str, str], *, column: str, choices) -> str:
    """The code of a word. Raises CellError naming the words there are."""
    text = plain(as_text(raw))
    if text not in words:
        raise CellError(f"{column}“{as_text(raw)[:20]}”认不出。请填{'、'.join(choices.labels)}之一。")
    return words[text]


def length_of(raw) -> tuple[int, bool | None] | None:
    """(number, whether it is seconds; None where the cell does not say): 1200, 1,200字, 90秒, 1分30秒, 1.5分钟. Raises CellError."""
    text = BLANKS.sub("", clean_text(raw, column="篇幅"))
    if text in NOTHING:
        return None
    if match := WHOLE.fullmatch(text):
        number, is_timed = int(match[1].replace(",", "")), None if not match[2] else match[2] not in ("字", "字符")
    elif match := MINUTES.fullmatch(text):
        number, is_timed = int(match[1]) * 60 + int(match[2] or 0), True
    elif match := HALF_MINUTES.fullmatch(text):
        number, is_timed = round(float(match[1]) * 60), True
    else:
        raise CellError(f"篇幅“{text[:20]}”认不出。文字填字数，广播电视填秒数或“1分30秒”。")
    if number > MAX_LENGTH:
        raise CellError(f"篇幅“{text[:20]}”太大，最多 {MAX_LENGTH:,}。请核对。")
    return number, is_timed


def check_length(length: int, is_timed: bool | None, medium: str) -> None:
    """Raises CellError where seconds are told of a paper, or characters of a broadcast."""
    if is_timed is not None and is_timed != (medium in TIMED):
        told, wanted = ("秒数", "字数") if is_timed else ("字数", "秒数")
        raise CellError(f"篇幅填的是{told}，而这家媒体（{Medium(medium).label}）按{wanted}计。请改正或留空。")


def url_of(raw) -> str:
    """Only addresses of the web; "www.…" becomes one. Raises CellError."""
    text = as_text(raw).strip()
    if plain(text) in NOTHING:
        return ""
    if "://" not in text and HOST_ONLY.fullmatch(text):
        text = f"http://{text}"
    try:
        if not PLAIN_URL.fullmatch(text):
            CHECK_URL(text)
    except ValidationError as error:
        raise CellError(f"网址“{text[:30]}”不是以 http:// 或 https:// 开头的网页地址。请改正或留空。") from error
    if len(text) > 500:
        raise CellError("网址超过 500 个字符。请用短一些的地址或留空。")
    return text


def parts_of(raw) -> tuple[str, ...]:
    """What stands between 、, commas, semicolons, strokes and line breaks; half-width, each once."""
    text = unicodedata.normalize("NFKC", as_text(raw))
    return tuple(dict.fromkeys(filter(None, (part.strip() for part in BETWEEN.split(text)))))


def names_of(raw) -> tuple[str, ...]:
    """People's names in order: 「张三、李 四」, 「张三 李四」; blanks inside a name are dropped. Raises CellError."""
    names = list(dict.fromkeys(name for part in parts_of(raw) for name in _between_blanks(part)))
    if len(names) > MAX_NAMES:
        raise CellError(f"作者最多 {MAX_NAMES} 位，这里有 {len(names)} 位。")
    for name in names:
        if len(name) > 50:
            raise CellError(f"作者“{name[:20]}……”超过 50 个字。几位作者之间请用顿号隔开。")
    return tuple(name for name in names if plain(name) not in NOTHING)


def _between_blanks(part: str) -> list[str]:
    """Blanks part names of two characters and more (张三 李四) and are nothing between single ones (张 三, 欧阳 锋)."""
    words = part.split()
    if len(words) < 2 or part.isascii() or "(" in part:
        return [tidy_name(part)]
    if all(len(word) > 1 for word in words):
        return [tidy_name(word) for word in words]
    names, open_name = [], False
    for word in words:
        if len(word) == 1 and (open_name or (names and len(names[-1]) < 3 and word is words[-1])):
            names[-1] += word
            open_name = False
        else:
            names.append(word)
            open_name = len(word) == 1
    return [tidy_name(name) for name in names]
