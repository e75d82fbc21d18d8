"""By which button what a requirement asks for is supplied. Addresses by their names: the rooms do not know one another."""

import datetime
from dataclasses import dataclass

from django.urls import reverse

from ..evidence import Have, find_evidence
from ..periods import Period

REFLECTION = "reading.reflection"


@dataclass(frozen=True, slots=True)
class Entrance:
    """`unit`: what it is counted in; `once_late`: what is said once it is late. `by_year`: the address is that of a person's year."""

    action: str
    address: str
    unit: str = "项"
    once_late: str = ""
    by_year: bool = False

    def url(self, *, year: int, staff_id: int, period: Period | None = None) -> str:
        if self.by_year:
            return reverse(self.address, args=[year, staff_id])
        quarter = f"?quarter={period.first:%Y-%m-%d}" if period and self.address == "new_reflection" else ""
        return reverse(self.address) + quarter


PLAN = Entrance("写规划", "write_study_plan", "份", "现在写也收，注明迟交", by_year=True)
STATEMENT = Entrance("写述学", "write_study_statement", "份", "现在交也收，注明迟交", by_year=True)
WRITE = Entrance("去写", "new_reflection", "篇", "现在交也收，注明迟交")
APPLY = Entrance("登记", "new_study_application", "条")
ENTRANCES = {
    "portfolio.plan": PLAN,
    "portfolio.statement": STATEMENT,
    REFLECTION: WRITE,
    "have.reflection": WRITE,
    "reading.log": Entrance("去登记", "my_reading", "本", "当时读完的可以补登"),
    "reading.note": Entrance("记一条", "new_study_note", "条"),
    "have.note": Entrance("记一条", "new_study_note", "条"),
    "have.research": Entrance("申报调研", "declare_research", "项"),
    "contributions.research": Entrance("申报调研", "declare_research", "项"),
    "have.application": APPLY,
    "portfolio.application": APPLY,
    "reading.application": WRITE,
    "portfolio.achievement": Entrance("登记", "new_study_achievement", "项"),
    "contributions.adoption": Entrance("写稿件", "new_article", "篇"),
}
OF_HAVES = {
    Have.PLAN: PLAN,
    Have.NOTE: ENTRANCES["have.note"],
    Have.REFLECTION: WRITE,
    Have.RESEARCH: ENTRANCES["have.research"],
    Have.APPLICATION: Entrance("登记收获运用", "new_study_application", "条"),
}


def entrance_of(evidence: str) -> Entrance | None:
    """None for what comes about without anybody entering it (attendance), or where no page does it."""
    if evidence in ENTRANCES:
        return ENTRANCES[evidence]
    kind = find_evidence(evidence)
    return OF_HAVES.get(kind.have) if kind and evidence.startswith("have.") else None


def can_still_be_supplied(evidence: str, year: int, today: datetime.date) -> bool:
    """What the portfolio keeps itself is taken until the year is locked, though late; of other rooms' things only while their year runs."""
    return year == today.year or (year == today.year - 1 and evidence.startswith(("portfolio.", "have.application")))
