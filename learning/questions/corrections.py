"""What an answer said before it was corrected, as the audit log keeps it."""

import datetime
from dataclasses import dataclass

from wagtail.models import ModelLogEntry

from .models import Question


@dataclass(frozen=True, slots=True)
class Correction:
    """The answer that was replaced, who had given it and when."""

    text: str
    by: str
    at: datetime.datetime


def corrections_of(question: Question) -> list[Correction]:
    """The latest first. One statement."""
    entries = ModelLogEntry.objects.for_instance(question).filter(action="wagtail.edit").order_by("-timestamp", "-pk")
    kept = [entry.data for entry in entries if "was" in entry.data]
    return [Correction(data["was"], data["by"], datetime.datetime.fromisoformat(data["at"])) for data in kept]
