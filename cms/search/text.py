"""Chinese text as search tokens, and queries as units of them. Pure functions, used at index time and at query time alike.

A run of Chinese characters becomes every overlapping pair plus its last character, so that any fragment of a text is a sequence of
adjacent tokens; other words stay whole. Traditional characters become simplified ones character by character: without context, a
query and the text around it cannot convert differently.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

MAX_TOKENS = 300_000  # of one field; a PostgreSQL tsvector may not exceed 1 MB
MAX_WORD = 100  # characters of one word
CJK = "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U000323af"
RUN = re.compile(rf"[{CJK}]+|[^\W_{CJK}]+")
CJK_RUN = re.compile(rf"[{CJK}]")
BLANK_IN_CJK = re.compile(rf"(?<=[{CJK}])\s+(?=[{CJK}])")
# What holds a date, a time, an address or a document number together inside a query.
JOINED = re.compile(rf"(?:[^\W_]|(?<=[0-9a-z])[-:./@_](?=[0-9a-z])|[{CJK}])+")


@cache
def _simplified() -> dict[int, str]:
    """Traditional → simplified, one character each; the table's first line says where it comes from."""
    lines = (Path(__file__).parent / "traditional.txt").read_text(encoding="utf-8").splitlines()[1:]
    return {ord(line[0]): line[1] for line in lines if len(line) == 2}


@cache
def normalise_character(character: str) -> str:
    """Full-width to half-width, capitals to small, traditional to simplified; may be longer than one character, or empty."""
    folded = unicodedata.normalize("NFKC", character).casefold()
    return unicodedata.normalize("NFKC", folded).translate(_simplified())


def normalise(text: str) -> str:
    return "".join(map(normalise_character, text))


def runs(normalised: str) -> list[str]:
    """The runs of Chinese characters and the words of a normalised text, in order."""
    return RUN.findall(normalised)


def is_cjk(run: str) -> bool:
    return CJK_RUN.match(run) is not None


def tokens_of_run(run: str, *, closed: bool = True) -> list[str]:
    """Pairs of a Chinese run, plus its last character when the run is `closed` (nothing can follow it); a word as it is."""
    if not is_cjk(run):
        return [run[:MAX_WORD]]
    pairs = [run[position : position + 2] for position in range(len(run) - 1)]
    return [*pairs, run[-1]] if closed or not pairs else pairs


def index_tokens(text: str) -> list[str]:
    """What is indexed of `text`; at most `MAX_TOKENS`."""
    tokens: list[str] = []
    for run in runs(normalise(text)):
        tokens += tokens_of_run(run)
        if len(tokens) >= MAX_TOKENS:
            break
    return tokens[:MAX_TOKENS]


def recheck_text(text: str) -> str:
    """The runs of `text` with one blank around each: a unit occurs in the text exactly if its own `pattern` is a substring of this."""
    return f" {' '.join(runs(normalise(text)))} "


@dataclass(frozen=True, slots=True)
class Unit:
    """A part of a query that must occur as it stands: `runs` follow each other with nothing but punctuation between them."""

    runs: tuple[str, ...]
    open_end: bool = False  # the last word may go on (autocomplete)

    @property
    def ends_open(self) -> bool:
        """Whether the last token stands for everything that begins with it: a lone Chinese character, or an unfinished word."""
        last = self.runs[-1]
        return len(last) == 1 if is_cjk(last) else self.open_end

    @property
    def tokens(self) -> list[str]:
        inner = [token for run in self.runs[:-1] for token in tokens_of_run(run)]
        return inner + tokens_of_run(self.runs[-1], closed=False)

    @property
    def pattern(self) -> str:
        """The unit as a substring of `recheck_text`."""
        first, last = self.runs[0], self.runs[-1]
        head = "" if is_cjk(first) else " "
        tail = "" if is_cjk(last) or self.open_end else " "
        return f"{head}{' '.join(self.runs)}{tail}"

    @property
    def expression(self) -> re.Pattern:
        """Finds the unit in a normalised text as people wrote it, punctuation included."""
        first, last = self.runs[0], self.runs[-1]
        head = "" if is_cjk(first) else r"(?<![^\W_])"
        tail = "" if is_cjk(last) or self.open_end else r"(?![^\W_])"
        return re.compile(head + r"[\W_]*".join(map(re.escape, self.runs)) + tail)


def query_units(query: str, *, open_end: bool = False) -> list[Unit]:
    """The units of what somebody typed: blanks and punctuation part them, dates and addresses stay together."""
    pieces = [found for piece in JOINED.findall(normalise(query)) if (found := tuple(runs(piece)))]
    last = len(pieces) - 1
    return [Unit(piece, open_end=open_end and position == last) for position, piece in enumerate(pieces)]


def phrase_unit(query: str) -> list[Unit]:
    """The whole query as one unit; blanks between Chinese characters mean nothing. Empty when there is nothing to look for."""
    found = tuple(runs(BLANK_IN_CJK.sub("", normalise(query))))
    return [Unit(found)] if found else []
