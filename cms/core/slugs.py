"""Addresses for Chinese titles: pinyin, so that a link survives being typed, printed and pasted into WPS."""

import re

from django.utils.text import slugify
from pypinyin import lazy_pinyin

MAX_LENGTH = 60


def pinyin_slug(text: str) -> str:
    """`text` as lower-case pinyin words joined by hyphens, cut at a word within 60 characters; "page" where nothing is left."""
    words = [slugify(word) for word in lazy_pinyin(re.sub(r"[《》“”〔〕【】]", " ", text))]
    slug = ""
    for word in filter(None, words):
        longer = f"{slug}-{word}" if slug else word[:MAX_LENGTH]
        if len(longer) > MAX_LENGTH:
            break
        slug = longer
    return slug or "page"


def free_slug(text: str, *, parent) -> str:
    """`pinyin_slug` of `text`, numbered where a child of `parent` has it already."""
    base = pinyin_slug(text)
    taken = set(parent.get_children().filter(slug__startswith=base).values_list("slug", flat=True)) if parent else set()
    candidates = (base if number == 1 else f"{base}-{number}" for number in range(1, len(taken) + 2))
    return next(slug for slug in candidates if slug not in taken)
