"""Made-up texts, each of its own words, as cleaned HTML."""

import random

from learning.reading.text import html_of_text
from tests.bench import corpus

STOCK = "坚持以新时代的学习要求为指导推动机关各项工作再上新的台阶"  # a phrase that everybody uses


def paragraphs(number: int) -> list[str]:
    """Eight paragraphs of some 180 characters."""
    return [text for kind, text in corpus.document(number).blocks if kind == "paragraph"]


def html_of(*lines: str) -> str:
    return html_of_text("\n".join(lines))


def edited(text: str, *, every: int = 25, seed: int = 0) -> str:
    """Every 25th character or so another one, as somebody does who hopes not to be found."""
    chance = random.Random(seed)
    return "".join("某" if character.isalnum() and chance.random() < 1 / every else character for character in text)
