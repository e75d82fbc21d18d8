"""What a 收获运用 can be learnt from: own records of the year and of the one before, that have a title."""

from dataclasses import dataclass
from itertools import groupby

from ..evidence import find_evidence
from .cells import Record
from .years import records_of

# Keys of the kinds, by which the rooms that keep them signed the evidence contract.
KINDS = ("programme.attendance", "reading.reflection", "contributions.research", "reading.log")


@dataclass(frozen=True, slots=True)
class Source:
    kind: str
    record_id: int
    title: str

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.record_id}"


def sources_of(staff_id: int, year: int) -> dict[str, Record]:
    """By key, the latest first, kind by kind. One statement."""
    found = [one for one in records_of(staff_id, year - 1, year) if one.kind in KINDS and one.title]
    found.sort(key=lambda one: (-KINDS.index(one.kind), one.counted_on, one.record_id), reverse=True)
    return {Source(one.kind, one.record_id, one.title).key: one for one in found}


def choices_of(sources: dict[str, Record]) -> list:
    """Grouped for a list to choose from."""
    groups = groupby(sources.items(), key=lambda item: item[1].kind)
    return [
        (find_evidence(kind).label, [(key, f"{one.title}（{one.counted_on:%Y-%m-%d}）") for key, one in items]) for kind, items in groups
    ]


def find_source(staff_id: int, key: str, year: int) -> Source | None:
    """None for a record that is not theirs, or of other years."""
    record = sources_of(staff_id, year).get(key)
    return Source(record.kind, record.record_id, record.title) if record else None
