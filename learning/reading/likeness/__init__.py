"""相似提示: which passages of a reflection resemble the archive or the texts it was written on (R35, docs/adr/0018).

    sentences      the text cut into pieces of a sentence's size; which of them are quotations
    candidates     the few texts of the archive worth reading, by a number of look-ups that does not grow with it
    comparing      piece by piece, confirmed by rapidfuzz; what is reported and what is not
    findings       what was found, as it is stored and shown
    describing     who may be told what about the other text
    indexing       what is handed in or published is kept to be compared with; `manage.py index_likeness` catches up
    receivers      publication and what ends it

A hint to the author and then to the reviewer: never a verdict, never a share of the whole, never public.
"""

from .comparing import compare
from .describing import ReviewedFinding, described_for_author, described_for_reviewer
from .findings import Finding, Likeness, LikenessKind
from .indexing import drop_page, index_missing, index_page, index_reflection

__all__ = [
    "Finding",
    "Likeness",
    "LikenessKind",
    "ReviewedFinding",
    "compare",
    "described_for_author",
    "described_for_reviewer",
    "drop_page",
    "index_missing",
    "index_page",
    "index_reflection",
]
