"""A text cut into pieces of a sentence's size; which of them are quotations."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ...fingerprints import plain
from ..text import Passage

SHORTEST = 15  # plain characters: below that everybody writes the same
LONG_ENOUGH = 30  # a longer sentence is compared in clauses, so that half a copied sentence is seen
WITHOUT_A_MARK = 60  # characters of a clause of somebody who uses no punctuation
SHORTEST_QUOTATION = 10  # “五有” is a term, not a quotation

# A quotation that is not closed goes on in the next paragraph, as is the custom.
QUOTED = re.compile(r"“[^”]*(?:”|$)|「[^」]*(?:」|$)|『[^』]*(?:』|$)|\"[^\"]*\"")
CLAUSE = re.compile(r"[^。！？!?；;…，,：:]*[。！？!?；;…，,：:]*")
ENDS_SENTENCE = re.compile(r"[。！？!?；;…]\W*$")


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence or a few clauses of one passage; `begin` and `end` are its place in the plain text of the whole."""

    passage: int
    text: str
    plain: str
    begin: int
    is_quotation: bool

    @property
    def end(self) -> int:
        return self.begin + len(self.plain)


def pieces_of(passages: list[Passage]) -> list[Piece]:
    """In reading order. Their plain texts one after another are the plain text of the whole."""
    pieces, begin = [], 0
    for passage in passages:
        parts = [(passage.text, True)] if passage.is_quotation else _parts(passage.text)
        for part, is_quotation in parts:
            for text, bare in _gathered(part):
                pieces.append(Piece(passage.number, text, bare, begin, is_quotation))
                begin += len(bare)
    return pieces


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """`text` in turns of own words and quotations."""
    begin = 0
    for match in QUOTED.finditer(text):
        if len(plain(match.group())) >= SHORTEST_QUOTATION:
            if own := text[begin : match.start()]:
                yield own, False
            yield match.group(), True
            begin = match.end()
    if own := text[begin:]:
        yield own, False


def _clauses(text: str) -> Iterator[str]:
    for match in CLAUSE.finditer(text):
        clause = match.group()
        for begin in range(0, len(clause), WITHOUT_A_MARK):
            yield clause[begin : begin + WITHOUT_A_MARK]


def _gathered(text: str) -> list[tuple[str, str]]:
    """(text, plain text) of the pieces: clauses until a sentence ends or there are enough of them; a short rest joins the one before."""
    pieces: list[tuple[str, str]] = []
    gathered, bare = "", ""
    for clause in _clauses(text):
        gathered, bare = gathered + clause, bare + plain(clause)
        if len(bare) >= LONG_ENOUGH or (len(bare) >= SHORTEST and ENDS_SENTENCE.search(clause)):
            pieces.append((gathered, bare))
            gathered, bare = "", ""
    if gathered and pieces and len(bare) < SHORTEST:
        last_text, last_plain = pieces.pop()
        gathered, bare = last_text + gathered, last_plain + bare
    if gathered:
        pieces.append((gathered, bare))
    return pieces
