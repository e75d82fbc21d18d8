"""What the engine counts with: records and rules as plain values. Nothing here knows when or in which order it was entered."""

import datetime
from collections.abc import Hashable
from dataclasses import dataclass, field
from decimal import Decimal

from ..choices import Dedupe, Effect, Originality, Picture, Share

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Record:
    """A placement or a creditable event of an article. `facts` puts records of one day and value in order: facts of theirs, never a key of
    the database, so that the order of entry cannot matter."""

    key: Hashable
    counted_on: datetime.date
    is_event: bool = False
    event: str = ""
    level: str = ""
    medium: str = ""
    weight_class: str = ""
    outlet: int | None = None
    position: str = ""
    length: int | None = None
    is_reprint: bool = False
    has_picture: bool = False
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A rule. What is empty matches anything; a line of an event matches events only, any other placements only."""

    key: int
    name: str
    effect: str
    value: Decimal
    event: str = ""
    level: str = ""
    medium: str = ""
    weight_class: str = ""
    outlet: int | None = None
    position: str = ""
    min_length: int | None = None
    max_length: int | None = None
    originality: str = ""
    picture: str = ""
    first: datetime.date | None = None
    last: datetime.date | None = None
    use: str = ""

    def matches(self, record: Record) -> bool:
        is_meant = self.event == record.event if record.is_event else not self.event
        return is_meant and self._is_in_force_on(record.counted_on) and self._fits(record)

    def _is_in_force_on(self, day: datetime.date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def _fits(self, record: Record) -> bool:
        return (
            self.level in ("", record.level)
            and self.medium in ("", record.medium)
            and self.weight_class in ("", record.weight_class)
            and self.outlet in (None, record.outlet)
            and self.position in ("", record.position)
            and self.originality in ("", Originality.REPRINT if record.is_reprint else Originality.ORIGINAL)
            and self.picture in ("", Picture.WITH if record.has_picture else Picture.WITHOUT)
            and self._fits_length(record.length)
        )

    def _fits_length(self, length: int | None) -> bool:
        """A record whose length is not known is neither long nor short."""
        if self.min_length is None and self.max_length is None:
            return True
        if length is None:
            return False
        return (self.min_length is None or self.min_length <= length) and (self.max_length is None or length <= self.max_length)


@dataclass(frozen=True, slots=True)
class Rules:
    """A version: its lines in their order and how the points of an article are gathered and shared. `nth` in percent."""

    key: int
    lines: tuple[Line, ...]
    name: str = ""
    use: str = ""
    dedupe: str = Dedupe.HIGHEST
    nth: Decimal = HUNDRED
    article_cap: Decimal | None = None
    department_share: str = Share.EQUAL
    person_share: str = Share.EQUAL
    order_weights: tuple[Decimal, ...] = ()
    department_cap: Decimal | None = None
    department_cap_per: str = ""
    person_cap: Decimal | None = None
    person_cap_per: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A rule line that applied to a record."""

    rule: int
    name: str
    effect: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Scored:
    """A record × the lines that apply to it: `value` is what they make, `credited` what is left of it, `why` says what was left out."""

    record: Record
    rules: Rules
    parts: tuple[Part, ...]
    use: str
    value: Decimal
    credited: Decimal
    why: str = ""

    @property
    def rule(self) -> int:
        """The line that gave the points."""
        return next(part.rule for part in self.parts if part.effect == Effect.POINTS)


@dataclass(frozen=True, slots=True)
class Sharer:
    """Somebody among whom points are shared, in the order of the byline. `stated`: the share written down, in percent."""

    key: Hashable
    stated: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ShareOf:
    key: Hashable
    points: Decimal


@dataclass(frozen=True, slots=True)
class Shared:
    """Points as they were shared; `why` where they could not be shared as the rules say."""

    shares: tuple[ShareOf, ...] = field(default=())
    why: str = ""
