"""Made-up Chinese documents of a study site, the same at every run, and what people would look for in them.

Each document draws its words from a part of the vocabulary, so that some words stand in nearly every document and some in few, and
a sequence of words in very few. Nothing here needs Django or a database.
"""

import random
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

SEED = "learning organ"
CHARACTERS = 1_400  # of one body, roughly
WORDS_OF_A_DOCUMENT = 110

WORDS = (Path(__file__).with_name("vocabulary.txt")).read_text(encoding="utf-8").split()  # the common ones first
CONNECTIVES = tuple("的和与在对要把为由向从以并使将等及中上后")
OPENINGS = ("为", "按照", "根据", "围绕", "结合", "通过", "同时", "其中", "此外", "今后", "目前", "因此")
LATIN = ("GB18030", "PPT", "APP", "WPS", "PDF")
SOURCES = ("机关党委", "办公室", "人事科", "基础教育科", "政策法规科", "市教育局")
AUTHORS = ("", "", "", "机关党委", "教研室")
HEADINGS = ("一、总体要求", "二、主要内容", "三、方法步骤", "四、保障措施")
CHINESE = re.compile(r"[\u4e00-\u9fff]+")
KINDS = ("words", "phrases", "fragments", "single characters", "whole clauses")


@dataclass(frozen=True, slots=True)
class Document:
    number: int
    title: str
    summary: str
    source: str
    author: str
    blocks: tuple[tuple[str, str], ...]  # ("heading" or "paragraph", text)
    clauses: tuple[tuple[str, ...], ...]  # the words of the body between two punctuation marks

    @property
    def text(self) -> str:
        """Everything of the document that is searched, a line for each field, so that nothing matches across two."""
        return "\n".join((self.title, self.summary, self.source, self.author, *(text for _kind, text in self.blocks)))


def document(number: int) -> Document:
    """The document of that number: the same words whichever others are made."""
    chance = random.Random(f"{SEED}:{number}")
    # A weighted draw without repetition: the first words of the list stand in most documents, the last in one of fifteen.
    keys = [chance.random() ** (rank + 40) for rank in range(len(WORDS))]
    vocabulary = [WORDS[rank] for rank in sorted(range(len(WORDS)), key=keys.__getitem__, reverse=True)[:WORDS_OF_A_DOCUMENT]]
    ranks = [1 / (rank + 8) for rank in range(WORDS_OF_A_DOCUMENT)]
    picks = iter(chance.choices(vocabulary, ranks, k=CHARACTERS))

    def clause(opened: bool) -> tuple[str, ...]:
        words = [chance.choice(OPENINGS)] if opened else []
        for _ in range(chance.randint(3, 6)):
            words.append(next(picks))
            if chance.random() < 0.25:
                words.append(chance.choice(CONNECTIVES))
        if chance.random() < 0.02:
            words.append(chance.choice(LATIN))
        words.append(next(picks))
        return tuple(words)

    clauses, blocks, length = [], [], 0
    for heading in HEADINGS:
        blocks.append(("heading", heading))
        for _ in range(2):
            paragraph, wanted = "", CHARACTERS // 8
            while len(paragraph) < wanted:
                sentence = [clause(position == 0) for position in range(chance.randint(2, 4))]
                listed = [(next(picks),) for _ in range(chance.choice((0, 0, 0, 0, 2, 3)))]
                clauses += sentence + listed
                paragraph += "，".join("".join(words) for words in sentence)
                paragraph += f"，包括{'、'.join(word for (word,) in listed)}。" if listed else "。"
            blocks.append(("paragraph", paragraph))
            length += len(paragraph)
    subject = "".join(next(picks) for _ in range(chance.randint(3, 5)))
    return Document(
        number=number,
        title=f"关于{subject}的{chance.choice(('通知', '方案', '材料', '体会', '报告'))}",
        summary="".join(clauses[0]) + "。",
        source=chance.choice(SOURCES),
        author=chance.choice(AUTHORS),
        blocks=tuple(blocks),
        clauses=tuple(clauses),
    )


def _is_chinese(text: str) -> bool:
    return CHINESE.fullmatch(text) is not None


def _word(chance, clause) -> str:
    return chance.choice([word for word in clause if len(word) > 1])


def _phrase(chance, clause) -> str:
    if len(clause) < 2:
        return ""
    length = chance.randint(2, min(4, len(clause)))
    begin = chance.randint(0, len(clause) - length)
    return "".join(clause[begin : begin + length])


def _fragment(chance, clause) -> str:
    """The end of one word and the beginning of the next: no dictionary holds it."""
    pairs = [pair for pair in pairwise(clause) if all(len(word) > 1 and _is_chinese(word) for word in pair)]
    if not pairs:
        return ""
    left, right = chance.choice(pairs)
    return left[chance.randint(1, len(left) - 1) :] + right[: chance.randint(1, len(right) - 1)]


def _character(chance, clause) -> str:
    return chance.choice("".join(clause))


def _clause(chance, clause) -> str:
    """Everything between two punctuation marks: the one thing that a search without a Chinese tokenizer can find."""
    return "".join(clause) if len(clause) > 1 else ""


def queries(size: int, each: int) -> dict[str, list[str]]:
    """`each` different queries of every kind, all from documents among the first `size`."""
    chance = random.Random(f"{SEED}:queries")
    found = {}
    for kind, cut in zip(KINDS, (_word, _phrase, _fragment, _character, _clause), strict=True):
        asked: dict[str, None] = {}
        while len(asked) < each:
            query = cut(chance, chance.choice(document(chance.randrange(size)).clauses))
            if query and _is_chinese(query):
                asked[query] = None
        found[kind] = list(asked)
    return found


def containing(query: str, texts: dict[int, str]) -> set[int]:
    """The truth that a search is held against: the keys of the texts in which the query stands."""
    return {key for key, text in texts.items() if query in text}
