"""The one contract that keeps the rooms apart: a room signs it for every kind of fact it keeps, the floors above ask it.

Pull, not push: nobody writes a second ledger. A consumer aggregates `rows()` in SQL, one GROUP BY for a kind and any number of people.
"""

from collections.abc import Callable
from dataclasses import dataclass

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
class EvidenceKind:
    """`rows()` holds one row per fact, annotated with

    - `subject_id`: key of the person, branch or department; None for the organ, and in a kind of branches or departments for a fact that
      counts for all of them;
    - `counted_on`: the day whose period it counts for; `happened_on`: the day it came about, later than `counted_on` when it was late;
    - `quantity`: how much it counts;
    - where `by_format`: `format_id` (the study format), `variant` (the kind within it) and `series` (the requirement it was planned by).
    """

    key: str
    label: str
    subject: Subject
    rows: Callable[[], models.QuerySet]
    have: Have | None = None
    by_format: bool = False


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
