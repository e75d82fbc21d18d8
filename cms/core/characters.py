"""字数 as Word counts it."""

import re

# Word counts every Chinese character and every full-width mark as one, and every run of other letters and digits as one.
WIDE = "\u2e80-\u2fff\u3001-\u303f\u3040-\u30ff\u3100-\u31bf\u3200-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff01-\uffef\u2014\u2018\u2019\u201c\u201d\u2026\U00020000-\U000323af"
COUNTED = re.compile(rf"[{WIDE}]|[^\s{WIDE}]+")


def count_characters(text: str) -> int:
    """Each Chinese character or full-width mark, and each word or number of other letters, is one."""
    return len(COUNTED.findall(text))
