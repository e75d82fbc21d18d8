"""The ledger as records and rules want it, to be compared with the ledger as it is kept."""

import datetime
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from decimal import Decimal

from .choices import Holder
from .models import ScoreLine, ScoreShare
from .scoring.engine import RulesOn, score_article
from .scoring.facts import Rules, Scored, Shared
from .scoring.shares import divide
from .scoring.words import plain
from .scoring_facts import EVENT, PLACEMENT, ArticleFacts, PersonKey

WHY_LENGTH = ScoreLine._meta.get_field("why").max_length


@dataclass(frozen=True, slots=True)
class WantedShare:
    """`key` tells the shares of a line apart, whatever their order."""

    key: Hashable
    holder: str
    department: int | None
    staff: int | None
    name: str
    uncapped: Decimal


@dataclass(frozen=True, slots=True)
class WantedLine:
    article: int
    key: tuple[str, int]
    rules: Rules
    rule: int
    counted_on: datetime.date
    use: str
    parts: list[dict]
    value: Decimal
    credited: Decimal
    why: str
    shares: tuple[WantedShare, ...]

    def values(self) -> dict:
        """As a ScoreLine has them."""
        kind, pk = self.key
        return {
            "article_id": self.article,
            "placement_id": pk if kind == PLACEMENT else None,
            "event_id": pk if kind == EVENT else None,
            "rule_set_id": self.rules.key,
            "rule_id": self.rule,
            "counted_on": self.counted_on,
            "use": self.use,
            "parts": self.parts,
            "value": self.value,
            "credited": self.credited,
            "why": self.why,
        }

    def is_kept_by(self, line: ScoreLine) -> bool:
        return all(getattr(line, name) == value for name, value in self.values().items())


def wanted_lines(facts: ArticleFacts, rules_on: RulesOn) -> list[WantedLine]:
    """What the ledger of the article has to hold."""
    return [_wanted(facts, scored) for scored in score_article(facts.records, rules_on)]


def _wanted(facts: ArticleFacts, scored: Scored) -> WantedLine:
    rules = scored.rules
    departments = divide(scored.credited, facts.departments, how=rules.department_share, order_weights=rules.order_weights)
    people = divide(scored.credited, facts.people, how=rules.person_share, order_weights=rules.order_weights)
    remarks = [scored.why, f"科室：{departments.why}" if departments.why else "", f"个人：{people.why}" if people.why else ""]
    return WantedLine(
        article=facts.pk,
        key=scored.record.key,
        rules=rules,
        rule=scored.rule,
        counted_on=scored.record.counted_on,
        use=scored.use,
        parts=[{"rule": part.rule, "name": part.name, "effect": part.effect, "value": plain(part.value)} for part in scored.parts],
        value=scored.value,
        credited=scored.credited,
        why="；".join(filter(None, remarks))[:WHY_LENGTH],
        shares=(*_of_departments(departments), *_of_people(people)),
    )


def _of_departments(shared: Shared):
    for one in shared.shares:
        yield WantedShare((Holder.DEPARTMENT.value, one.key, None, "", 0), Holder.DEPARTMENT, one.key, None, "", one.points)


def _of_people(shared: Shared):
    seen = Counter()
    for one in shared.shares:
        person: PersonKey = one.key
        key = (Holder.PERSON.value, None, person.staff, person.name, seen[person])
        seen[person] += 1  # two authors outside the roster may have one name
        yield WantedShare(key, Holder.PERSON, None, person.staff, person.name, one.points)


def record_key(line: ScoreLine) -> tuple[str, int]:
    return (PLACEMENT, line.placement_id) if line.placement_id else (EVENT, line.event_id)


def keyed(shares: list[ScoreShare]) -> dict[Hashable, ScoreShare]:
    """Kept shares by the keys that wanted ones have."""
    seen, found = Counter(), {}
    for share in sorted(shares, key=lambda share: share.pk):
        person = (share.holder, share.department_id, share.staff_id, share.name)
        found[*person, seen[person]] = share
        seen[person] += 1
    return found
