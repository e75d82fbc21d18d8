"""What was found, as it is stored and shown."""

from dataclasses import dataclass, replace

from django.db import models


class LikenessKind(models.TextChoices):
    ARCHIVE = "archive", "档案中另一篇心得"
    SOURCE = "source", "本站一篇材料"
    OWN = "own", "您以前写的一篇心得"


@dataclass(frozen=True, slots=True)
class Finding:
    """Sentences of one passage that resemble another text.

    `label` and `url` are for the eyes of the author and never stored: a title that may be shown today may be closed tomorrow.
    """

    passage: int
    text: str
    kind: str
    similarity: int  # 0 to 100, of these sentences alone
    reflection_id: int | None = None
    page_id: int | None = None
    label: str = ""
    url: str = ""

    def as_json(self) -> dict:
        return {
            "passage": self.passage,
            "text": self.text,
            "kind": str(self.kind),
            "similarity": self.similarity,
            "reflection_id": self.reflection_id,
            "page_id": self.page_id,
        }


@dataclass(frozen=True, slots=True)
class Likeness:
    """In reading order."""

    findings: tuple[Finding, ...] = ()

    def __bool__(self):
        return bool(self.findings)

    def of_passage(self, number: int) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.passage == number)

    @property
    def summary(self) -> str:
        if not self.findings:
            return "没有看到与档案或给定材料相近的地方。"
        return f"有 {len(self.findings)} 处与档案或给定材料相近，请看看是否需要注明出处或改写。"

    def as_json(self) -> dict:
        return {"findings": [finding.as_json() for finding in self.findings]}

    @classmethod
    def from_json(cls, stored: dict) -> "Likeness":
        """With labels that name nothing, see `described_for_author` and `described_for_reviewer`."""
        findings = (Finding(**finding) for finding in stored.get("findings", ()))
        return cls(tuple(replace(finding, label=LikenessKind(finding.kind).label) for finding in findings))
