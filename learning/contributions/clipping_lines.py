"""Lines of what was pasted that are no part of the piece: facts about it, what a website puts around it. Pure."""

import re
from collections.abc import Iterable

from .clipping_dates import COMPACT, FULL, WITHOUT_YEAR, is_date
from .dictionary import plain_name

LONGEST_META = 60  # a line of facts is short
META = re.compile(
    r"[□■◎●○◇◆\s]{0,3}[\[【(（]?(?:信息来源|文章来源|稿件来源|来源|作者|本报记者|本报通讯员|通讯员|记者|责任编辑|责编|编辑|校对|审核|供稿|撰稿|文字|摄影|"
    r"发布时间|发布日期|时间|日期|浏览|阅读|点击|字号|字体|版次|版面|栏目|网址|链接|原文)[\]】]?\s{0,4}[：:/ ]"
)
# Words that may as well begin a sentence, and are facts with a colon only.
META_WITH_COLON = re.compile(
    r"[□■◎●○◇◆\s]{0,3}(?:图文|文/图|图/文|供图|图片|终审|初审|复审|监制|总监制|主编|策划|统筹|制作|排版|美编|"
    r"(?:播出|首播|刊发|刊载|刊登|见报)(?:时间|日期)|时长|阅读量|浏览量|浏览次数|点击数|点击量|分享)\s{0,4}[：:]"
)
AROUND = re.compile(
    r"(?:当前位置|您的位置|您现在的位置|所在位置|首页\s{0,3}[>»›/]|上一篇|下一篇|上一条|下一条|版权所有|打印本页|关闭窗口|返回首页|返回顶部|分享到|分享至|"
    r"扫一扫|点击上方|点击蓝字|长按.{0,8}(?:识别|二维码)|阅读原文|网站?备案|备案号|\S{0,3}ICP备|原创\s)"
)
TRAIL = re.compile(r"\S\s{0,3}[>»›]{1,2}\s{0,3}\S.{0,40}[>»›]")
BETWEEN = re.compile(r"\s*[|｜_\t]\s*|\s+[-—–]{1,2}\s+|\s+")
PAGE = re.compile(
    r"(?<![0-9A-Za-z])(?:第\s?(?P<plain>[A-Z]?\d{1,3}|[一二三四五六七八九十]{1,3})\s?版|(?P<lettered>[A-Z]\d{1,3})\s?版|(?P<bare>\d{1,3})\s?版)"
)
PLACE = re.compile(r"(?:头版|头条|报眼|要闻版?|要闻){1,3}")
CREDIT = re.compile(r"[□■◎●○◇◆\s]{0,3}(?:文|图|图文|文图)\s?/\s?\S[^，。；]{0,20}$")
COLUMN_NAME = re.compile(r".{0,6}(?:周刊|专刊|专版|专栏|副刊|新闻|综合|时政|民生|理论|教育|文化|观察)")
ISSUE = re.compile(r"(?:(?:19|20)\d\d\s?年)?\s?第\s?\d{1,4}\s?期|总第?\s?\d{1,5}\s?期")
CLOCK = re.compile(r"(?<!\d)\d{1,2}:\d{2}(?::\d{2})?(?!\d)")
DIGIT = re.compile(r"\d")
WEEKDAY = re.compile(r"(?:星期|周)[一二三四五六日天]")
MARKS = re.compile(r"[\s，,。；;：:()（）\[\]【】《》“”\"|｜·_\-—–]+")
STAMP = re.compile(rf"{FULL.pattern}\s{{0,4}}\d{{1,2}}:\d{{2}}")
DAYS = (FULL, COMPACT, WITHOUT_YEAR)


class Lines:
    """Tells the lines of a piece from those about it; `outlets` are the plain names of all that are known."""

    def __init__(self, outlets: Iterable[str]):
        self.outlets = sorted(outlets, key=len, reverse=True)
        self._known = frozenset(self.outlets)

    def is_meta(self, line: str) -> bool:
        if len(line) > LONGEST_META:
            return False
        if META.match(line) or META_WITH_COLON.match(line) or AROUND.match(line) or TRAIL.search(line):
            return True
        if CREDIT.match(line) or STAMP.match(line):
            return True
        return all(self.is_fact(part) for part in BETWEEN.split(line) if part) or self._says_where(line)

    def is_fact(self, part: str) -> bool:
        bare = part.strip("，,。；;：:()（）[]【】《》")
        if not bare or plain_name(bare) in self._known or PLACE.fullmatch(bare) or WEEKDAY.fullmatch(bare):
            return True
        if (found := PAGE.match(bare)) and len(bare) - found.end() <= 4:
            return True
        if not DIGIT.search(bare):
            return False
        return is_date(bare) or any(pattern.fullmatch(bare) for pattern in (CLOCK, ISSUE)) or self._says_where(bare)

    def _says_where(self, line: str) -> bool:
        """「《样报》2026年3月5日第2版」: paper, day and page, however they are written together; beside all three, the name of a column."""
        if len(line) > LONGEST_META or not DIGIT.search(line):
            return False
        kinds, rest = 0, line
        for patterns in (DAYS, (PAGE,), (ISSUE,)):
            shorter = rest
            for pattern in patterns:
                shorter = pattern.sub(" ", shorter)
            kinds, rest = kinds + (shorter != rest), shorter
        if not kinds:
            return False
        rest = plain_name(PLACE.sub(" ", WEEKDAY.sub(" ", CLOCK.sub(" ", rest))))
        outlet = next((name for name in self.outlets if name in rest), None)
        if outlet:
            kinds, rest = kinds + 1, rest.replace(outlet, "")
        rest = MARKS.sub("", rest)
        return not rest or (kinds >= 3 and COLUMN_NAME.fullmatch(rest) is not None)
