"""The few texts worth reading, by look-ups whose number follows the length of the new text and not the size of the archive."""

import json
from bisect import bisect_left
from dataclasses import dataclass
from math import sqrt

from django.db import connection

from ...fingerprints import GRAM, numbered_fingerprints, of_source

CAP = 64  # texts a number is asked for; the newest ones
RARE = 8  # texts: what stands in more of them is a stock phrase
MOST_NUMBERS = 2_000  # asked for of one text: 16,000 characters; of a longer one those numbers that are lowest
MOST_TEXTS = 10  # read, of the archive and of the sources each
LEAST = 2.0  # numbers in common, each counted less the more texts have it

# For each number the newest texts that have it, and never more than a fixed number of them however many there are. The ORM knows
# neither lateral joins nor json_each.
LOOK_UP = {
    "sqlite": """
        SELECT wanted.value, (SELECT group_concat(text_id) FROM (
            SELECT text_id FROM learning_fingerprint WHERE value = wanted.value ORDER BY text_id DESC LIMIT %s))
        FROM json_each(%s) AS wanted""",
    "postgresql": """
        SELECT wanted.value, (SELECT string_agg(newest.text_id::text, ',') FROM (
            SELECT text_id FROM learning_fingerprint WHERE value = wanted.value ORDER BY text_id DESC LIMIT %s) AS newest)
        FROM unnest(%s::int[]) AS wanted (value)""",
}


@dataclass(frozen=True, slots=True)
class Looked:
    """What the look-ups said: number of the new text → reflections, and articles, that have it."""

    numbered: list[tuple[int, int]]  # where it begins in the new text, number
    archive: dict[int, set[int]]
    sources: dict[int, set[int]]

    def ranked_archive(self) -> list[int]:
        return _ranked(self.archive)

    def ranked_sources(self) -> list[int]:
        return _ranked(self.sources)

    def numbers_within(self, begin: int, end: int) -> list[int]:
        """The numbers of the 8-grams that stand between two places of the new text."""
        first, last = bisect_left(self.numbered, (begin,)), bisect_left(self.numbered, (end - GRAM + 1,))
        return [number for _begin, number in self.numbered[first:last]]


def look_up(text: str, *, leave_out: set[int]) -> Looked:
    """One statement. `text` is plain; `leave_out` are the keys of compared texts that are the new text itself."""
    numbered = list(numbered_fingerprints(text))
    numbers = sorted({number for _begin, number in numbered})[:MOST_NUMBERS]
    found = _texts_with([*numbers, *map(of_source, numbers)]) if numbers else {}
    sources = {number: found[of_source(number)] for number in numbers if of_source(number) in found}
    # What stands in an official document says nothing about a colleague.
    archive = {number: texts for number in numbers if number not in sources and (texts := found.get(number, set()) - leave_out)}
    return Looked(numbered, archive, sources)


def _texts_with(values: list[int]) -> dict[int, set[int]]:
    with connection.cursor() as cursor:
        cursor.execute(LOOK_UP[connection.vendor], [CAP, json.dumps(values) if connection.vendor == "sqlite" else values])
        return {value: set(map(int, texts.split(","))) for value, texts in cursor if texts}


def _ranked(found: dict[int, set[int]]) -> list[int]:
    """The texts that explain most of the new one, each the best for what those before it have left: not ten copies of one text."""
    weights = {number: 1 / sqrt(len(texts)) for number, texts in found.items()}
    left: dict[int, set[int]] = {}
    for number, texts in found.items():
        for text in texts:
            left.setdefault(text, set()).add(number)
    chosen: list[int] = []
    while left and len(chosen) < MOST_TEXTS:
        scores = {text: sum(weights[number] for number in numbers) for text, numbers in left.items()}
        best = max(scores, key=lambda text: (scores[text], -text))  # of equals the oldest: it was there first
        if scores[best] < LEAST:
            break
        chosen.append(best)
        explained = left[best]
        left = {text: numbers - explained for text, numbers in left.items() if numbers - explained}
    return chosen
