"""The passage of a text in which a query was found, with the places marked."""

from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from .text import Unit, normalise_character

PASSAGE = 110  # characters of a passage
LEAD = 24  # characters shown before the first place


@dataclass(frozen=True, slots=True)
class Span:
    start: int
    end: int


def places(text: str, units: list[Unit]) -> list[Span]:
    """Where the units occur in `text` as written, in order, without overlaps."""
    pieces = [normalise_character(character) for character in text]
    origin = [index for index, piece in enumerate(pieces) for _letter in piece]
    normalised = "".join(pieces)
    found = []
    for unit in units:
        for match in unit.expression.finditer(normalised):
            if match.end() > match.start():
                found.append(Span(origin[match.start()], origin[match.end() - 1] + 1))
    found.sort(key=lambda span: (span.start, -span.end))
    apart: list[Span] = []
    for span in found:
        if apart and span.start <= apart[-1].end:
            apart[-1] = Span(apart[-1].start, max(apart[-1].end, span.end))
        else:
            apart.append(span)
    return apart


def marked(text: str, units: list[Unit]) -> SafeString:
    """`text` as HTML, escaped, with every place in <mark>."""
    pieces, position = [], 0
    for span in places(text, units):
        pieces += [(False, text[position : span.start]), (True, text[span.start : span.end])]
        position = span.end
    pieces.append((False, text[position:]))
    return mark_safe("".join(format_html("<mark>{}</mark>" if is_place else "{}", piece) for is_place, piece in pieces))  # noqa: S308 (escaped piece by piece)


def passage(text: str, units: list[Unit]) -> SafeString:
    """About 110 characters around the first place, or the beginning of the text where the title alone was found; marked."""
    flat = " ".join(text.split())
    found = places(flat[:50_000], units)
    start = max(found[0].start - LEAD, 0) if found else 0
    cut = flat[start : start + PASSAGE]
    before, after = "……" if start else "", "……" if start + PASSAGE < len(flat) else ""
    return format_html("{}{}{}", before, marked(cut, units), after)
