"""The one contract that keeps the rooms apart: a room signs it for every kind of fact it keeps, the floors above ask it.

Pull, not push: nobody writes a second ledger. A consumer aggregates `rows()` in SQL, one GROUP BY for a kind and any number of people.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

from django.core.exceptions import ImproperlyConfigured
from django.db import models


class Subject(models.TextChoices):
    """Whose the fact is, and who can owe a requirement."""

    ORGAN = "organ", "机关（全局）"
    BRANCH = "branch", "每个党支部"
    DEPARTMENT = "department", "每个科室（单位）"
    STAFF = "staff", "每个人"


class Have(models.TextChoices):
    """The five haves of section 二 of the notice (R12)."""

    PLAN = "plan", "有学习规划"
    NOTE = "note", "有学习笔记"
    REFLECTION = "reflection", "有心得体会"
    RESEARCH = "research", "有调研成果"
    APPLICATION = "application", "有收获运用"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that belongs to a record; `sha256` as it was when it was stored, `open` reads it."""

    name: str
    sha256: str
    open: Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True)
class Detail:
    """What an archive keeps of one record: labelled facts in order, its text in paragraphs, its files."""

    facts: tuple[tuple[str, str], ...] = ()
    paragraphs: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()


def attachment_of(kept) -> Attachment:
    """Of a row with `file`, `original_name` and `sha256`; its bytes are not touched before somebody opens it. Opening raises FileNotFoundError
    where they are gone."""
    return Attachment(kept.original_name, kept.sha256, partial(kept.file.storage.open, kept.file.name, "rb"))


def detail_of(facts: Iterable[tuple[str, str]], paragraphs: Iterable[str] = (), kept: Iterable = ()) -> Detail:
    """`facts` without those that say nothing; `kept` are rows as `attachment_of` takes them."""
    said = tuple((label, value) for label, value in facts if value)
    return Detail(said, tuple(paragraphs), tuple(attachment_of(one) for one in kept))


def paragraphs_of(text: str) -> tuple[str, ...]:
    """Of what was typed without formatting: a line is a paragraph."""
    return tuple(filter(None, (line.strip() for line in text.splitlines())))


@dataclass(frozen=True, slots=True)
class EvidenceKind:
    """`rows()` holds one row per fact, annotated with

    - `subject_id`: key of the person, branch or department; None for the organ, and in a kind of branches or departments for a fact that
      counts for all of them;
    - `counted_on`: the day whose period it counts for; `happened_on`: the day it came about, later than `counted_on` when it was late;
    - `quantity`: how much it counts;
    - where `by_format`: `format_id` (the study format), `variant` (the kind within it) and `series` (the requirement it was planned by);
    - where the fact is of a person: `record_id` and `record_title`, the record it is about and what that is called; the record of any other
      fact is the row itself.

    `address` names the page of a record, reversed with its `record_id`; empty where it has none. Of a `is_private` kind nobody but its owner
    learns more than that there is something: no title, no number, no day. `details(staff_id, record_ids)` tells what an archive keeps of the
    records (keys are `record_id`), files included, as that person stands to them: of a roll only the person's own line. The number of its
    statements does not depend on the number of records. A record that is not that person's is left out.

    The kind of a have (`kind_of_have`) has no rows of its own: `sources` are the kinds that fill it, as they are registered.
    """

    key: str
    label: str
    subject: Subject
    rows: Callable[[], models.QuerySet] | None
    have: Have | None = None
    by_format: bool = False
    address: str = ""
    is_private: bool = False
    details: Callable[[int, Collection[int]], dict[int, Detail]] | None = None

    @property
    def sources(self) -> list["EvidenceKind"]:
        """The kinds whose rows these are: itself, or all that fill its have."""
        return [self] if self.rows is not None else [kind for kind in _kinds.values() if kind.rows is not None and kind.have == self.have]


def kind_of_have(have: Have) -> EvidenceKind:
    """Whatever fills `have`, as one kind that a requirement can ask for."""
    return EvidenceKind(f"have.{have.value}", f"{have.label}（任何一项都算）", Subject.STAFF, None, have=have)


_kinds: dict[str, EvidenceKind] = {}


def register_evidence(kind: EvidenceKind) -> None:
    """Raises ImproperlyConfigured for a second kind of the same key."""
    if kind.key in _kinds and _kinds[kind.key] != kind:
        raise ImproperlyConfigured(f"evidence {kind.key!r} is registered already")
    _kinds[kind.key] = kind


def find_evidence(key: str) -> EvidenceKind | None:
    """None where the room that keeps this kind is not there (yet): what is owed is then ticked off by hand."""
    return _kinds.get(key)


def all_evidence() -> list[EvidenceKind]:
    return list(_kinds.values())


def kinds_of_people() -> list[EvidenceKind]:
    """Those whose facts are of single people, in the order they were registered; not the haves, which only sum others up."""
    return [kind for kind in _kinds.values() if kind.subject == Subject.STAFF and kind.rows is not None]
