"""What of the kept ledger differs from the ledger that records and rules make. Reads only."""

import datetime
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal

from .choices import Holder
from .explaining import why_changed
from .ledger_lines import WantedLine, WantedShare, keyed, record_key, wanted_lines
from .models import ScoreLine, ScoreShare
from .scoring.caps import cap_period
from .scoring.engine import RulesOn
from .scoring.facts import Rules
from .scoring_facts import facts_of


@dataclass(frozen=True, slots=True)
class Change:
    """An article whose ledger was not what it is now; `before` and `after` are what is credited to it altogether."""

    article: int
    before: Decimal
    after: Decimal
    why: str


@dataclass
class Touched:
    """Whose shares changed under which capped version, in which periods of the cap."""

    rules: dict[int, Rules]
    periods: dict[tuple[int, str], dict[int, set]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))

    def add(self, rule_set: int, holder: str, key: int | None, day: datetime.date) -> None:
        cap, per = cap_of(self.rules[rule_set], holder) if rule_set in self.rules else (None, "")
        if cap is not None and key is not None:
            self.periods[rule_set, Holder(holder).value][key].add(cap_period(day, per))


def cap_of(rules: Rules, holder: str) -> tuple[Decimal | None, str]:
    if holder == Holder.DEPARTMENT:
        return rules.department_cap, rules.department_cap_per
    return rules.person_cap, rules.person_cap_per


@dataclass
class Differences:
    """What has to be written so that the ledger is as it is wanted."""

    lines: list[ScoreLine] = field(default_factory=list)
    shares: list[tuple[ScoreLine, ScoreShare]] = field(default_factory=list)
    gone_lines: list[int] = field(default_factory=list)
    gone_shares: list[int] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


def compare(keys: Collection[int], rules_on: RulesOn, touched: Touched, *, now: datetime.datetime | None) -> Differences:
    """Of the articles with these keys, in a constant number of statements. `touched` learns whose capped shares change; `now` is when the
    new lines are scored."""
    found = facts_of(keys)
    lines = list(ScoreLine.objects.filter(article__in=keys).order_by("pk"))
    kept_shares = defaultdict(list)
    for share in ScoreShare.objects.filter(article__in=keys).order_by("pk"):
        kept_shares[share.line_id].append(share)
    kept = defaultdict(dict)
    for line in lines:
        kept[line.article_id][record_key(line)] = line
    differences = Differences()
    for article in keys:
        wanted = {line.key: line for line in wanted_lines(found[article], rules_on)} if article in found else {}
        before = kept[article]
        is_changed = False
        for key, line in before.items():
            if key not in wanted:
                is_changed = True
                _drop(line, kept_shares[line.pk], differences, touched)
        for key, want in wanted.items():
            is_changed |= _compare(want, before.get(key), kept_shares, differences, touched, now)
        if is_changed:
            why = why_changed(
                list(before.values()), list(wanted.values()), found[article].labels if article in found else {}, touched.rules
            )
            sums = sum((one.credited for one in before.values()), Decimal(0)), sum((one.credited for one in wanted.values()), Decimal(0))
            differences.changes.append(Change(article, *sums, why))
    return differences


def _drop(line: ScoreLine, shares: list[ScoreShare], differences: Differences, touched: Touched) -> None:
    differences.gone_lines.append(line.pk)
    for share in shares:
        differences.gone_shares.append(share.pk)
        touched.add(line.rule_set_id, share.holder, share.department_id or share.staff_id, share.counted_on)


def _compare(want: WantedLine, line: ScoreLine | None, kept_shares, differences: Differences, touched: Touched, now) -> bool:
    """Note what of the line and its shares has to be written; whether anything has."""
    is_new = line is None or not want.is_kept_by(line)
    target = ScoreLine(pk=line.pk if line else None, scored_at=now, **want.values()) if is_new else line
    if is_new:
        differences.lines.append(target)
    kept = keyed(kept_shares[line.pk]) if line else {}
    wanted = {share.key: share for share in want.shares}
    is_changed = is_new
    for key, share in kept.items():
        if key not in wanted:
            is_changed = True
            differences.gone_shares.append(share.pk)
            touched.add(line.rule_set_id, share.holder, share.department_id or share.staff_id, share.counted_on)
    for key, share in wanted.items():
        old = kept.get(key)
        if old is not None and _is_kept(want, share, old, line):
            continue
        is_changed = True
        differences.shares.append((target, _share_of(want, share, old)))
        touched.add(want.rules.key, share.holder, share.department or share.staff, want.counted_on)
        if old is not None:
            touched.add(line.rule_set_id, old.holder, old.department_id or old.staff_id, old.counted_on)
    return is_changed


def _is_kept(want: WantedLine, share: WantedShare, old: ScoreShare, line: ScoreLine) -> bool:
    is_same = (old.uncapped, old.counted_on, old.use) == (share.uncapped, want.counted_on, want.use)
    if cap_of(want.rules, share.holder)[0] is None or share.department is share.staff is None:
        return is_same and old.points == share.uncapped and not old.why
    return is_same and line.rule_set_id == want.rules.key


def _share_of(want: WantedLine, share: WantedShare, old: ScoreShare | None) -> ScoreShare:
    return ScoreShare(
        pk=old.pk if old else None,
        article_id=want.article,
        holder=share.holder,
        department_id=share.department,
        staff_id=share.staff,
        name=share.name,
        counted_on=want.counted_on,
        use=want.use,
        uncapped=share.uncapped,
        points=share.uncapped,
    )
