"""From the records of an article to what each is worth.

- The first `points` line in order gives the points, every `bonus` that matches adds, every `multiplier` that matches multiplies:
  (points + bonuses) × multipliers, exact to a millionth. A record that no `points` line matches is worth nothing and has no line.
- A record is measured by the rules in force on its own day.
- 一稿多用: records go by their day; a record is credited with what earlier ones have left of it. So a later use never changes what an
  earlier period was given. Events are credited each, they are no uses.
- What earlier uses were worth counts across versions of the rules: a new version does not pay for the same article again.
- The cap of an article is of what is credited to it under one version, events included.
"""

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ..choices import Dedupe, Effect, Level, Medium
from ..points import exact
from .facts import HUNDRED, Line, Part, Record, Rules, Scored
from .words import plain

RulesOn = Callable[[datetime.date], Rules | None]
NOTHING = Decimal(0)


def score_article(records: Iterable[Record], rules_on: RulesOn) -> list[Scored]:
    """What the records of one article are worth, in the order in which they are credited."""
    measured = []
    for record in records:
        rules = rules_on(record.counted_on)
        found = measure(record, rules) if rules else None
        if found:
            measured.append(found)
    measured.sort(key=_order)
    tally = _Tally()
    return [tally.credit(one) for one in measured]


def measure(record: Record, rules: Rules) -> Scored | None:
    """What the rules give for the record by itself; None where they give no points."""
    lines = [line for line in rules.lines if line.matches(record)]
    giving = next((line for line in lines if line.effect == Effect.POINTS), None)
    if giving is None:
        return None
    bonuses = [line for line in lines if line.effect == Effect.BONUS]
    multipliers = [line for line in lines if line.effect == Effect.MULTIPLIER]
    value = giving.value + sum((line.value for line in bonuses), NOTHING)
    for line in multipliers:
        value *= line.value
    value = exact(value)
    return Scored(record, rules, tuple(_parts([giving, *bonuses, *multipliers])), giving.use or rules.use, value, value)


def _parts(lines: Sequence[Line]) -> Iterable[Part]:
    return (Part(line.key, line.name, line.effect, line.value) for line in lines)


def _order(one: Scored):
    return (one.record.counted_on, -one.value, one.record.is_event, one.record.facts)


@dataclass
class _Tally:
    """What has been seen of the article so far."""

    uses: int = 0
    best: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    credited: dict[int, Decimal] = field(default_factory=dict)  # by version

    def credit(self, one: Scored) -> Scored:
        credited, why = (one.value, "") if one.record.is_event else self._of_a_use(one)
        credited, capped = self._under_the_cap(one.rules, credited)
        reasons = "；".join(filter(None, (why, capped)))
        return Scored(one.record, one.rules, one.parts, one.use, one.value, credited, reasons)

    def _of_a_use(self, one: Scored) -> tuple[Decimal, str]:
        """What the version's 一稿多用 leaves of it. Every way of counting is kept up to date: the next version may count in another one."""
        record, dedupe = one.record, one.rules.dedupe
        self.uses += 1
        groups = {
            Dedupe.HIGHEST: (Dedupe.HIGHEST.value, ""),
            Dedupe.PER_MEDIUM: (Dedupe.PER_MEDIUM.value, record.medium),
            Dedupe.PER_LEVEL: (Dedupe.PER_LEVEL.value, record.level),
        }
        result = one.value, ""
        if dedupe in groups:
            result = _beyond(one.value, self.best.get(groups[Dedupe(dedupe)]), _where(dedupe, record))
        elif dedupe == Dedupe.NTH and self.uses > 1:
            result = exact(one.value * one.rules.nth / HUNDRED), f"同一稿件第 {self.uses} 次采用，按 {plain(one.rules.nth)}% 计"
        for group in groups.values():
            self.best[group] = max(self.best.get(group, one.value), one.value)
        return result

    def _under_the_cap(self, rules: Rules, points: Decimal) -> tuple[Decimal, str]:
        before, why = self.credited.get(rules.key, NOTHING), ""
        if rules.article_cap is not None and before + points > rules.article_cap:
            points = min(points, rules.article_cap - before)
            why = f"一稿最高 {plain(rules.article_cap)} 分，" + ("只计到上限" if points > 0 else "已满")
        self.credited[rules.key] = before + points
        return points, why


def _beyond(value: Decimal, best: Decimal | None, where: str) -> tuple[Decimal, str]:
    """What it exceeds the best so far by: they add up to the highest, and what was credited before stays."""
    if best is None:
        return value, ""
    counted = f"同一稿件{where}已按 {plain(best)} 分计过，"
    if value <= best:
        return NOTHING, counted + "不重复计"
    return value - best, counted + "只计超出的部分"


def _where(dedupe: str, record: Record) -> str:
    if dedupe == Dedupe.PER_MEDIUM:
        return f"在{Medium(record.medium).label}" if record.medium else ""
    if dedupe == Dedupe.PER_LEVEL:
        return f"在{Level(record.level).label}媒体" if record.level else ""
    return ""
