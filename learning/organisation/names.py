"""Chinese personal names: one spelling, and the order in which a list of people is read."""

import re
import unicodedata

from pypinyin import lazy_pinyin

MAX_SORT_KEY = 120
# Read otherwise as a surname than in the middle of a text (《汉语大词典》 and the usual lists of 姓氏异读).
SURNAMES = {
    "万俟": "mo qi",
    "令狐": "ling hu",
    "单于": "chan yu",
    "尉迟": "yu chi",
    "澹台": "tan tai",
    "长孙": "zhang sun",
    "宰父": "zai fu",
    "区": "ou",
    "仇": "qiu",
    "任": "ren",
    "冼": "xian",
    "单": "shan",
    "召": "shao",
    "句": "gou",
    "员": "yun",
    "哈": "ha",
    "壳": "qiao",
    "宁": "ning",
    "宓": "mi",
    "尉": "wei",
    "尹": "yin",
    "应": "ying",
    "折": "she",
    "教": "jiao",
    "晁": "chao",
    "晟": "cheng",
    "曾": "zeng",
    "朴": "piao",
    "查": "zha",
    "柏": "bai",
    "洗": "xian",
    "炅": "gui",
    "燕": "yan",
    "瞿": "qu",
    "祭": "zhai",
    "秘": "bi",
    "种": "chong",
    "繁": "po",
    "纪": "ji",
    "缪": "miao",
    "翟": "zhai",
    "能": "nai",
    "臧": "zang",
    "艾": "ai",
    "葛": "ge",
    "盖": "ge",
    "薄": "bo",
    "行": "xing",
    "覃": "qin",
    "解": "xie",
    "訾": "zi",
    "谌": "chen",
    "贲": "ben",
    "车": "che",
    "过": "guo",
    "逄": "pang",
    "那": "na",
    "郇": "xun",
    "都": "du",
    "重": "chong",
    "钭": "tou",
    "隗": "wei",
    "黑": "he",
    "乐": "yue",
    "乜": "nie",
    "亓": "qi",
    "佴": "nai",
    "幺": "yao",
    "於": "yu",
    "无": "wu",
    "沈": "shen",
    "相": "xiang",
    "盛": "sheng",
    "石": "shi",
    "褚": "chu",
    "要": "yao",
    "适": "kuo",
    "长": "zhang",
    "阚": "kan",
    "陆": "lu",
    "卜": "bu",
    "华": "hua",
    "卡": "ka",
    "吕": "lv",
    "大": "da",
    "夏侯": "xia hou",
    "中行": "zhong hang",
}
DOTS = re.compile(r"[・•．‧·∙●]")


def tidy_name(text: str) -> str:
    """One spelling of a name: half-width letters, one kind of dot, no blanks between Chinese characters ("张　三" → "张三")."""
    name = DOTS.sub("·", re.sub(r"[\s\u3000]+", " ", DOTS.sub("·", text)).strip())
    name = unicodedata.normalize("NFKC", name.replace("·", "\x00")).replace("\x00", "·")
    return re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", name)


def sort_key(name: str) -> str:
    """Pinyin by syllables, surname read as a surname, then the name itself, so that 李 and 黎 stay apart."""
    tidied = tidy_name(name)
    surname = next((tidied[:length] for length in (2, 1) if tidied[:length] in SURNAMES and len(tidied) > length), "")
    rest = lazy_pinyin(tidied[len(surname) :], v_to_u=False)
    syllables = " ".join(filter(None, [SURNAMES.get(surname, ""), *rest])).lower()
    return f"{syllables} {tidied}"[:MAX_SORT_KEY]
