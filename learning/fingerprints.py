"""What is left of a text when it is compared, and the sample of its 8-grams that is kept of it."""

import unicodedata
from collections.abc import Iterator
from zlib import crc32

GRAM = 8  # characters
ONE_IN = 8  # of all 8-grams: about 190 numbers for 1,500 characters
BYTES = 4  # of a character in UTF-32


def plain(text: str) -> str:
    """Letters, digits and Chinese characters alone, full-width ones and capitals made plain: a changed comma, a blank or an invisible
    character hides nothing."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def numbered_fingerprints(text: str) -> Iterator[tuple[int, int]]:
    """(where the 8-gram begins, its number) of the sample of a plain `text`; numbers are below 2 ** 29.

    Whether an 8-gram is kept depends on nothing but itself, so two texts keep the same ones of what they have in common.
    """
    data = text.encode("utf-32-le", "surrogatepass")
    for begin in range(len(text) - GRAM + 1):
        number = crc32(data[begin * BYTES : (begin + GRAM) * BYTES])
        if number % ONE_IN == 0:
            yield begin, number // ONE_IN


def fingerprints(text: str) -> set[int]:
    return {number for _begin, number in numbered_fingerprints(text)}


def of_source(number: int) -> int:
    """The number as it is kept of a source text: below zero. The archive's and the sources' are looked up apart, so that what a hundred
    people quote still leads to the document they quote."""
    return ~number
