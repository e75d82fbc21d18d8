"""Who would move where: the scores of a period as they stand, beside what a draft would make of the same records. Writes nothing."""

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import dataclass
from decimal import Decimal

from ..organisation.models import Department, StaffMember
from ..periods import ONE_DAY
from .choices import Holder
from .choosing import USES, UseFilter
from .comparing import cap_of
from .ledger_lines import WantedLine, wanted_lines
from .models import RuleSet
from .quotas import quota_rows, rule_sets_in
from .rounding import points_text
from .scoring.caps import Held, cap_shares
from .scoring.facts import Rules
from .scoring_facts import Version, active_versions, articles_with_records_between, by_day, facts_of, rules_from
from .standing import Standing, Standings, department_standings, person_standings

AT_ONCE = 2000  # articles whose records are in memory together
NOTHING = Decimal(0)
ALL_USES = USES[UseFilter.ALL]


@dataclass(frozen=True, slots=True)
class Trial:
    """The days over which a draft is tried. `is_ahead`: it begins later, and is tried on what this year has brought so far."""

    first: datetime.date
    last: datetime.date
    is_ahead: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """`was` and `would_be` are the points; a rank is None for whoever is not ranked."""

    key: int
    name: str
    place: str
    was: Decimal
    would_be: Decimal
    rank_was: int | None
    rank_would_be: int | None

    @property
    def difference(self) -> Decimal:
        return self.would_be - self.was

    @property
    def is_moved(self) -> bool:
        return self.rank_was != self.rank_would_be

    @property
    def was_text(self) -> str:
        return points_text(self.was)

    @property
    def would_be_text(self) -> str:
        return points_text(self.would_be)

    @property
    def difference_text(self) -> str:
        return ("+" if self.difference > 0 else "") + points_text(self.difference)


@dataclass(frozen=True, slots=True)
class Preview:
    """Those whose points or rank change most come first; `articles` is how many were tried."""

    trial: Trial
    departments: list[Move]
    people: list[Move]
    articles: int

    @property
    def moved_departments(self) -> int:
        return sum(one.is_moved for one in self.departments)

    @property
    def moved_people(self) -> int:
        return sum(one.is_moved for one in self.people)

    @property
    def is_first(self) -> bool:
        """Nobody has had a rank so far."""
        return all(one.rank_was is None for one in self.departments)

    @property
    def is_without_change(self) -> bool:
        return not any(one.difference or one.is_moved for one in (*self.departments, *self.people))


def trial_of(draft: RuleSet, today: datetime.date) -> Trial:
    """Its first year, until today; of a draft that is yet to begin, this year until today."""
    if draft.effective_from > today:
        return Trial(today.replace(month=1, day=1), today, is_ahead=True)
    try:
        year = draft.effective_from.replace(year=draft.effective_from.year + 1) - ONE_DAY
    except ValueError:  # begins on 29 February
        year = draft.effective_from + datetime.timedelta(days=364)
    return Trial(draft.effective_from, min(filter(None, (year, draft.effective_until, today))))


def preview_of(draft: RuleSet, *, today: datetime.date) -> Preview:
    """A constant number of statements for every two thousand articles."""
    trial = trial_of(draft, today)
    draft = copy(draft)
    if trial.is_ahead:
        draft.effective_from, draft.effective_until = trial.first, None
    keys = list(articles_with_records_between(trial.first, trial.last))
    shares = _shares_under(_versions_with(draft), keys, trial)
    uses = ALL_USES
    quotas = _quotas_with(draft, trial, today)
    was = department_standings(trial, uses=uses, today=today)
    would = _points(shares, Holder.DEPARTMENT)
    for department, points in quotas.items():
        would[department] = would.get(department, NOTHING) + points
    kinds = set(draft.audience)
    departments = _moves(was, would, _departments, lambda row: not kinds or row.kind in kinds)
    would = _points(shares, Holder.PERSON)
    # Whoever would have nothing at all would not be among the people.
    people = _moves(
        person_standings(trial, uses=uses, today=today), would, _people, lambda row: row.submitted or row.adopted or row.key in would
    )
    return Preview(trial, departments, people, len(keys))


def _versions_with(draft: RuleSet) -> list[Version]:
    """Those that are in force, with the draft in its place."""
    versions = []
    last = draft.effective_until or datetime.date.max
    for one in active_versions():
        if one.first >= draft.effective_from and one.first <= last:
            continue
        if one.first < draft.effective_from and (one.last is None or one.last >= draft.effective_from):
            one = Version(one.first, draft.effective_from - ONE_DAY, one.rules)
        versions.append(one)
    versions.append(Version(draft.effective_from, draft.effective_until, rules_from(draft)))
    return sorted(versions, key=lambda one: one.first)


@dataclass(frozen=True, slots=True)
class _Share:
    rules: Rules
    holder: str
    key: int
    counted_on: datetime.date
    points: Decimal
    facts: tuple


def _shares_under(versions: list[Version], keys: list[int], trial: Trial) -> list[_Share]:
    """Of the days of the trial, which begins where the draft does: its caps reach back no further."""
    rules_on, found = by_day(versions), []
    for start in range(0, len(keys), AT_ONCE):
        for facts in facts_of(keys[start : start + AT_ONCE]).values():
            for line in wanted_lines(facts, rules_on):
                if trial.first <= line.counted_on <= trial.last:
                    found += _shares_of(line)
    return found


def _shares_of(line: WantedLine) -> Iterable[_Share]:
    for share in line.shares:
        key = share.department or share.staff
        if key is not None:
            yield _Share(line.rules, Holder(share.holder).value, key, line.counted_on, share.uncapped, (str(line.key), str(share.key)))


def _points(shares: list[_Share], holder: str) -> dict[int, Decimal]:
    held: dict[tuple[int, int], list[_Share]] = defaultdict(list)
    for share in shares:
        if share.holder == holder:
            held[share.rules.key, share.key].append(share)
    points: dict[int, Decimal] = {}
    for (_rules, key), mine in held.items():
        cap, per = cap_of(mine[0].rules, holder)
        left = cap_shares([Held(number, one.counted_on, one.points, one.facts) for number, one in enumerate(mine)], cap=cap, per=per)
        points[key] = points.get(key, NOTHING) + sum((one.points for one in left.values()), NOTHING)
    return points


def _quotas_with(draft: RuleSet, trial: Trial, today: datetime.date) -> dict[int, Decimal]:
    """What 任务数 gave if the draft held."""
    sets = []
    for other in rule_sets_in(trial.first, trial.last):
        if other.effective_from < draft.effective_from:
            other.effective_until = min(filter(None, (other.effective_until, draft.effective_from - ONE_DAY)))
            sets.append(other)
        elif draft.effective_until and other.effective_from > draft.effective_until:
            sets.append(other)
    points: dict[int, Decimal] = {}
    departments = list(Department.objects.all())
    for row in quota_rows(trial, rule_sets=[*sets, draft], departments=departments, uses=ALL_USES, today=today):
        points[row.department] = points.get(row.department, NOTHING) + row.points
    return points


def _moves(was: Standings, would: dict[int, Decimal], named: Callable, takes_part: Callable[[Standing], bool]) -> list[Move]:
    rows = {row.key: row for row in was.rows}
    for row in named(would.keys() - rows.keys()):
        rows[row.key] = row
    points = {key: would.get(key, NOTHING) for key in rows}
    ranks = _ranks({key: points[key] for key, row in rows.items() if takes_part(row)})
    moves = [Move(key, row.name, row.place, row.points, points[key], row.rank, ranks.get(key)) for key, row in rows.items()]
    moves = [one for one in moves if one.was or one.would_be]  # nought is nobody's rank to lose
    return sorted(moves, key=lambda one: (-abs(one.difference), one.rank_would_be or len(moves) + 1, one.name))


def _ranks(points: dict[int, Decimal]) -> dict[int, int]:
    """1, 1, 3."""
    ranks: dict[int, int] = {}
    ordered = sorted(points.items(), key=lambda pair: -pair[1])
    for number, (key, value) in enumerate(ordered, start=1):
        before = ordered[number - 2] if number > 1 else None
        ranks[key] = ranks[before[0]] if before and before[1] == value else number
    return ranks


def _departments(keys) -> list[Standing]:
    return [Standing(key=one.pk, name=one.name, kind=one.kind) for one in Department.objects.filter(pk__in=keys)] if keys else []


def _people(keys) -> list[Standing]:
    return [Standing(key=one.pk, name=one.name) for one in StaffMember.objects.filter(pk__in=keys)] if keys else []
