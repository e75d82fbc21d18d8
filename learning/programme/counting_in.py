"""「这条算进了」: of a record, whose five haves it fills, which requirement of which format it meets in which period, whose board it stands on.

Asked of the evidence and judged as the gaps and the files judge; nothing is entered for it anywhere. Names of others are given only to
whoever may see the department their file belongs to; everybody else learns how many they are.
"""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum

from django.urls import reverse

from ..evidence import Subject, find_evidence
from ..organisation.models import StaffMember
from ..periods import Period, PeriodKind, period_of
from .counted_facts import CountedFact, facts_of, rules_for
from .expectations import Expectations
from .gaps.counting import counts_for, is_kept_by_person
from .layout import is_in_force, window_of
from .models import AnnualPlan, PlanItem, Requirement
from .rights import Rights
from .scopes import Scope
from .standings import Standings

OTHER_RECORDS = "其他学习记录"
EVERYWHERE = {Subject.BRANCH: "每个党支部", Subject.DEPARTMENT: "每个科室（单位）", Subject.STAFF: "每个人"}
NOT_YET = "现在哪里都不算：还没有提交，或已退回、撤回。"


class Where(Enum):
    """Key for the style sheet, word."""

    FILE = ("file", "五有档案")
    REQUIREMENT = ("requirement", "要求")
    UNASKED = ("unasked", "要求")
    BOARD = ("board", "科室看板")
    NOWHERE = ("nowhere", "没有算进")

    def __init__(self, key, label):
        self.key, self.label = key, label


@dataclass(frozen=True, slots=True)
class CountedLine:
    """One place where a record counts, or `why` it does not: nowhere (`Where.NOWHERE`), for no requirement (`Where.UNASKED`). `url` is empty for whoever may not see what is there."""

    where: Where
    whose: str = ""
    have: str = ""
    kind: str = ""
    year: int | None = None
    study_format: str = ""
    requirement: str = ""
    cadence: str = ""
    period: str = ""
    basis: str = ""
    use: str = ""
    is_late: bool = False
    why: str = ""
    url: str = ""

    @property
    def counts(self) -> bool:
        return self.where not in (Where.NOWHERE, Where.UNASKED)


def counts_toward(kinds: Sequence[str], record_id: int, **asked) -> list[CountedLine]:
    """`counts_toward_each` of one record."""
    return counts_toward_each(kinds, [record_id], **asked)[record_id]


def counts_toward_each(
    kinds: Sequence[str],
    record_ids: Collection[int],
    *,
    rights: Rights,
    staff_id: int | None = None,
    named: Collection[int] = (),
    why_not: str = "",
    is_short: bool = False,
) -> dict[int, list[CountedLine]]:
    """The lines of each record, which `kinds` (evidence keys) know; of people only of `staff_id` where it is given. `named` are people whom the
    page names anyway. Of a record that counts nowhere one line says why: `why_not`, where the room knows. `is_short`, for rows of a list: no
    boards, no links to the gaps.

    Three statements however many records, beside what `rights` have not asked yet.
    """
    viewer = rights.staff.pk if rights.staff else None
    facts = facts_of(kinds, record_ids, viewer=viewer, person=staff_id) if record_ids else []
    asked = _Asked(rights, facts, named, is_short)
    is_private = any(kind.is_private for key in kinds if (kind := find_evidence(key)))
    nowhere = CountedLine(Where.NOWHERE, why=why_not or ("私人记录，只有本人知道。" if is_private else NOT_YET))
    by_record: dict[int, list[CountedFact]] = {pk: [] for pk in record_ids}
    for fact in facts:
        by_record[fact.record].append(fact)
    return {pk: _lines(asked, found) if found else [nowhere] for pk, found in by_record.items()}


class _Asked:
    """What all lines of one answer share: who looks, who the people are, the rules."""

    def __init__(self, rights: Rights, facts: Sequence[CountedFact], named: Collection[int], is_short: bool):
        self.rights, self.named, self.is_short = rights, frozenset(named), is_short
        self.viewer = rights.staff.pk if rights.staff else None
        self.people = {
            fact.subject: StaffMember(pk=fact.subject, name=fact.name, left_on=fact.left_on)
            for fact in facts
            if fact.kind.subject == Subject.STAFF and fact.subject is not None
        }
        known = rights.standings if all(rights.standings.holds(pk) for pk in self.people) else None
        self.standings = known or Standings(self.people.values())
        self.expectations = Expectations(self.people.values(), standings=self.standings)
        self.rules = rules_for(facts)

    def place_of(self, staff_id: int, year: int) -> int | None:
        """The department that the person's file of `year` belongs to."""
        day = min(max(self.rights.today, datetime.date(year, 1, 1)), datetime.date(year, 12, 31))
        facts = self.standings.postings(staff_id, day) or [one for one in self.standings.all_postings(staff_id) if one.started_on <= day]
        return max(facts, key=lambda one: (one.is_primary, one.started_on)).place_id if facts else None

    def may_name(self, staff_id: int, year: int) -> bool:
        return (
            staff_id == self.viewer
            or staff_id in self.named
            or self.rights.may_see_scope(Subject.DEPARTMENT, self.place_of(staff_id, year))
        )

    def is_among(self, facts: Sequence[CountedFact]) -> bool:
        return self.viewer is not None and any(fact.subject == self.viewer for fact in facts)

    def whose(self, facts: Sequence[CountedFact]) -> str:
        """In words: 我、梁静宜，另 2 人; 第一支部; 每个党支部."""
        people, others, named = {}, 0, []
        for fact in facts:
            if fact.kind.subject != Subject.STAFF:
                named.append(fact.name or ("机关（全局）" if fact.kind.subject == Subject.ORGAN else EVERYWHERE[fact.kind.subject]))
            elif fact.subject is None:
                others += fact.people
            else:
                people[fact.subject] = fact
        nameable = [pk for pk, fact in people.items() if self.may_name(pk, fact.counted_on.year)]
        named += ["我" if pk == self.viewer else people[pk].name for pk in sorted(nameable, key=lambda pk: pk != self.viewer)]
        others += len(people) - len(nameable)
        words = "、".join(dict.fromkeys(named))
        return "，".join(filter(None, (words, (f"另 {others} 人" if words else f"{others} 人") if others else "")))


def _lines(asked: _Asked, facts: Sequence[CountedFact]) -> list[CountedLine]:
    required = _requirement_lines(asked, facts)
    if not required:
        day = min(fact.counted_on for fact in facts)
        required = [CountedLine(Where.UNASKED, why=f"按 {day:%Y-%m-%d} 生效的规则，没有要求用它计数。")]
    return [*_file_lines(asked, facts), *required, *([] if asked.is_short else _board_lines(asked, facts))]


def _file_lines(asked: _Asked, facts: Sequence[CountedFact]) -> list[CountedLine]:
    """One for each kind of people: of what fills no have the file keeps the record all the same."""
    groups: dict[tuple, list[CountedFact]] = {}
    for fact in facts:
        if fact.kind.subject == Subject.STAFF:
            groups.setdefault((fact.kind.key, fact.counted_on.year), []).append(fact)
    return [
        CountedLine(
            Where.FILE,
            whose=asked.whose(found),
            have=found[0].kind.have.label if found[0].kind.have else OTHER_RECORDS,
            kind=found[0].kind.label,
            year=year,
            url=reverse("five_haves_file", args=[year, asked.viewer]) if asked.is_among(found) else "",
        )
        for (_key, year), found in groups.items()
    ]


def _requirement_lines(asked: _Asked, facts: Sequence[CountedFact]) -> list[CountedLine]:
    groups: dict[tuple[int, Period], list[tuple[Requirement, CountedFact]]] = {}
    for rule in asked.rules:
        for fact in facts:
            period = period_of(fact.counted_on, PeriodKind(rule.per))
            if is_in_force(rule, period) and _is_asked_for(asked, rule, fact):
                groups.setdefault((rule.pk, period), []).append((rule, fact))
    return [_requirement_line(asked, period, found) for (_pk, period), found in groups.items()]


def _is_asked_for(asked: _Asked, rule: Requirement, fact: CountedFact) -> bool:
    """Whether `fact` counts for `rule`, and its subject is one of those who owe it."""
    if fact.kind not in find_evidence(rule.evidence).sources:
        return False
    if not counts_for(rule, format_id=fact.format_id, variant=fact.variant, series=fact.series):
        return False
    if fact.kind.subject == Subject.STAFF:
        if not is_kept_by_person(rule) or fact.subject is None:
            return False
        return asked.expectations.excuse(asked.people[fact.subject], rule, fact.counted_on) != ""
    if fact.subject is None:
        return True
    if rule.owed_by != fact.kind.subject:
        return False
    return rule.owed_by != Subject.DEPARTMENT or fact.department_kind in rule.department_kinds


def _requirement_line(asked: _Asked, period: Period, found: Sequence[tuple[Requirement, CountedFact]]) -> CountedLine:
    rule = found[0][0]
    facts = list({(fact.kind.key, fact.subject): fact for _rule, fact in found}.values())
    items = {one.item_pk: one for one, _fact in found if one.item_pk and one.item_first == period.first}
    item = next((one for one in items.values() if _is_of(one, facts)), None)
    due_on = item.item_due_on if item else window_of(rule, period).last
    is_cancelled = item is not None and item.item_state == PlanItem.State.CANCELLED
    return CountedLine(
        Where.REQUIREMENT,
        whose=_owers(asked, rule, facts),
        study_format=f"{rule.study_format.numeral}、{rule.study_format}" if rule.study_format.numeral else str(rule.study_format),
        requirement=rule.name,
        cadence=rule.cadence,
        period=period.label,
        basis=rule.basis.rstrip("。"),
        use=rule.get_use_display(),
        is_late=all(fact.happened_on > due_on for fact in facts),
        why=f"计划已取消：{item.item_reason}" if is_cancelled else "",
        url="" if asked.is_short else _gap_url(asked.rights, rule, item, facts),
    )


def _is_of(item: Requirement, facts: Sequence[CountedFact]) -> bool:
    """Whether the item is owed by a subject of the facts; by anybody, where a fact is for all."""
    subjects = {fact.subject for fact in facts if fact.kind.subject != Subject.STAFF}
    return None in subjects or (item.item_branch or item.item_department) in (subjects or {None})


def _owers(asked: _Asked, rule: Requirement, facts: Sequence[CountedFact]) -> str:
    if any(fact.subject is None and fact.kind.subject != Subject.STAFF for fact in facts):
        return EVERYWHERE.get(rule.owed_by, "机关（全局）")
    return asked.whose(facts)


def _gap_url(rights: Rights, rule: Requirement, item: Requirement | None, facts: Sequence[CountedFact]) -> str:
    """The cell of the gaps, in the widest scope that this person may look at."""
    if item is None or (item.item_plan != AnnualPlan.State.PUBLISHED and not rights.is_clerk):
        return ""
    address = reverse("gap_cell", args=[item.item_pk])
    if rights.sees_everything:
        return address
    subjects = {fact.subject for fact in facts if fact.kind.subject == rule.owed_by}
    for level, keys in ((Subject.BRANCH, rights.branch_ids), (Subject.DEPARTMENT, rights.department_ids)):
        if rule.owed_by not in (level, Subject.STAFF):
            continue
        own = keys if rule.owed_by == Subject.STAFF or None in subjects or not subjects else keys & subjects
        if own:
            return f"{address}?scope={Scope(level, min(own)).text}"
    return ""


def _board_lines(asked: _Asked, facts: Sequence[CountedFact]) -> list[CountedLine]:
    """The departments whose work it is, and those that the people belong to whom one may name."""
    boards: dict[tuple[int, int], str] = {}
    for fact in facts:
        year = fact.counted_on.year
        if fact.kind.subject == Subject.DEPARTMENT and fact.subject is not None:
            boards[year, fact.subject] = fact.name
        elif fact.kind.subject == Subject.STAFF and fact.subject is not None and asked.may_name(fact.subject, year):
            place = asked.place_of(fact.subject, year)
            if place is not None:
                boards.setdefault((year, place), asked.standings.department_name(place))
    return [
        CountedLine(
            Where.BOARD,
            whose=name,
            year=year,
            url=reverse("department_board", args=[year, pk]) if asked.rights.may_see_scope(Subject.DEPARTMENT, pk) else "",
        )
        for (year, pk), name in boards.items()
    ]
