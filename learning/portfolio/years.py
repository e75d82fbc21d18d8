"""A person's year, loaded from what the rooms know: a constant number of statements, whatever the history."""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from django.db import connection
from django.db.models import BigIntegerField, CharField, DateField, F, IntegerField, Q, UUIDField, Value
from django.db.models.functions import Cast
from django.urls import reverse

from ..evidence import EvidenceKind, Have, Subject, find_evidence, kinds_of_people
from ..organisation.models import Posting, StaffMember
from ..periods import PeriodKind, periods_of_year
from ..programme.choices import Use
from ..programme.expectations import Expectations
from ..programme.gaps.counting import counts_for, is_kept_by_person
from ..programme.layout import is_in_force, window_of
from ..programme.models import AnnualPlan, PlanItem, Requirement
from ..programme.standings import Standings
from .cells import Cell, Line, PersonYear, Place, Record, state_of_cell, state_of_line
from .prepared import Prepared, prepare


def first_day(year: int) -> datetime.date:
    return datetime.date(year, 1, 1)


def last_day(year: int) -> datetime.date:
    return datetime.date(year, 12, 31)


def in_scope(year: int):
    """Everybody who has a file of `year`: posted on any day of it and not gone before it (R13, R56)."""
    first = first_day(year)
    postings = Posting.objects.overlapping(first, last_day(year)).order_by()
    people = StaffMember.objects.filter(Q(left_on__isnull=True) | Q(left_on__gte=first))
    return people.filter(pk__in=postings.values("staff"))


def place_day(year: int, today: datetime.date) -> datetime.date:
    """The day whose department a file belongs to: today, in a year that is over its last day."""
    return min(max(today, first_day(year)), last_day(year))


def year_of(person: StaffMember, year: int, today: datetime.date, *, standings: Standings | None = None) -> PersonYear:
    """Two statements, and one more where no `standings` that hold `person` come along."""
    facts, standings = _facts_of(person.pk, year), standings or Standings([person])
    lines = _lines(person, year, today, facts, standings)
    records = _records(facts)
    return PersonYear(
        year=year,
        staff_id=person.pk,
        name=person.name,
        employee_number=person.employee_number,
        as_of=today,
        places=tuple(places_in(standings, person.pk, year)),
        cells=tuple(_cell(have, lines[have], facts, records, year, today) for have in Have),
        others=tuple(lines[None]),
        records=records,
    )


def places_of(staff_id: int, year: int) -> list[Place]:
    postings = Posting.objects.filter(staff=staff_id).overlapping(first_day(year), last_day(year)).select_related("department")
    return [
        Place(one.department_id, one.department.name, one.title, one.is_primary, one.is_head, one.started_on, one.ended_on)
        for one in postings.order_by("started_on", "-is_primary", "pk")
    ]


def places_in(standings: Standings, staff_id: int, year: int) -> list[Place]:
    """`places_of`, from `standings` that hold the person."""
    first, last = first_day(year), last_day(year)
    return [
        Place(one.place_id, standings.department_name(one.place_id), one.label, one.is_primary, one.is_head, one.started_on, one.ended_on)
        for one in standings.all_postings(staff_id)
        if one.started_on <= last and (one.ended_on is None or one.ended_on >= first)
    ]


def place_of(places: Sequence[Place], day: datetime.date) -> Place | None:
    """Where a file belongs on `day`: the primary posting, else any; where a hole is, the last one before it, else the first after it."""
    holding = [one for one in places if one.started_on <= day and (one.ended_on is None or one.ended_on >= day)]
    if holding:
        return max(holding, key=lambda one: (one.is_primary, one.started_on))
    before = [one for one in places if one.started_on <= day]
    if before:
        return max(before, key=lambda one: (one.ended_on or day, one.is_primary, one.started_on))
    return min(places, key=lambda one: (not one.is_primary, one.started_on), default=None)


# What a fact says beyond its days where its kind knows formats, and what stands there for one that does not.
NO_FORMAT = {
    "fact_format_id": Cast(Value(None), BigIntegerField()),
    "fact_variant": Value("", output_field=CharField()),
    "fact_series": Cast(Value(None), UUIDField()),
}


def records_of(staff_id: int, year: int, until: int | None = None) -> tuple[Record, ...]:
    """The records of a person that count for `year` (to `until`), of every kind that is not private, by day. One statement."""
    return _records(_facts_of(staff_id, year, until))


def _facts_of(staff_id: int, year: int, until: int | None = None) -> list[dict]:
    """Every fact of a person that counts for `year` (to `until`); of a kind that knows formats, one row for each format. One statement."""
    kinds = tuple(kinds_of_people())
    if not kinds:
        return []
    return _prepared_facts(kinds, connection.vendor).rows(staff_id, first_day(year), last_day(until or year))


# What stands in the prepared statement for a person, and for the years from and to.
NO_PERSON, NO_YEAR, NO_LATER_YEAR = -1001, 1001, 1002


@cache
def _prepared_facts(kinds: tuple[EvidenceKind, ...], _vendor: str) -> Prepared:
    parts = [facts_of_kind(kind, NO_YEAR, NO_LATER_YEAR).filter(subject_id=NO_PERSON) for kind in kinds]
    return prepare(parts[0].union(*parts[1:], all=True), NO_PERSON, first_day(NO_YEAR), last_day(NO_LATER_YEAR))


def facts_of_kind(kind: EvidenceKind, year: int, until: int | None = None):
    formats = {f"fact_{name}": F(name) for name in ("format_id", "variant", "series")} if kind.by_format else NO_FORMAT
    rows = kind.rows().filter(counted_on__gte=first_day(year), counted_on__lte=last_day(until or year))
    return rows.values(
        "counted_on",
        "happened_on",
        fact_kind=Value(kind.key, output_field=CharField()),
        fact_id=Cast("record_id", BigIntegerField()),
        fact_title=Cast("record_title", CharField()),
        fact_quantity=Cast("quantity", IntegerField()),
        **formats,
    )


def _records(facts: list[dict]) -> tuple[Record, ...]:
    found: dict[tuple[str, int], Record] = {}
    for fact in facts:
        kind = find_evidence(fact["fact_kind"])
        if kind.is_private:
            continue
        record = Record(
            kind=kind.key,
            label=kind.label,
            record_id=fact["fact_id"],
            title=fact["fact_title"],
            counted_on=fact["counted_on"],
            happened_on=fact["happened_on"],
            have=kind.have,
            url=reverse(kind.address, args=[fact["fact_id"]]) if kind.address else "",
        )
        found.setdefault((kind.key, record.record_id), record)
    return tuple(sorted(found.values(), key=lambda one: (one.counted_on, one.kind, one.record_id)))


class Changed(NamedTuple):
    """Of a plan item what its period is judged by otherwise than by its rule."""

    due_on: datetime.date
    state: str
    reason: str


def rules_and_changes(year: int) -> tuple[list[Requirement], dict[tuple, Changed]]:
    """The rows in force at some time of `year` that people owe and some room keeps by person; and what the published plan says otherwise than
    they do (cancelled, or due another day), by series and first day of the period. One statement: the rules as they are, and once more for
    each item of theirs."""
    no_day, no_word = Value(None, DateField()), Value("", CharField())
    position = {"format_position": F("study_format__position")}
    bare = {"item_pk": Cast(Value(None), BigIntegerField()), "item_number": Cast(Value(None), BigIntegerField())}
    bare |= {"item_series": Cast(Value(None), UUIDField()), "item_first": no_day, "item_due_on": no_day}
    item = {"item_pk": Cast("items__pk", BigIntegerField()), "item_number": Cast("items__number", BigIntegerField())}
    item |= {"item_series": F("items__series"), "item_first": F("items__period_first"), "item_due_on": F("items__due_on")}
    rules = Requirement.objects.in_force_during(first_day(year), last_day(year)).filter(owed_by=Subject.STAFF).order_by()
    planned = Requirement.objects.filter(
        items__plan__year=year, items__plan__state=AnnualPlan.State.PUBLISHED, items__owed_by=Subject.STAFF
    ).order_by()
    rows = list(
        rules.annotate(**position, **bare, item_state=no_word, item_reason=no_word).union(
            planned.annotate(**position, **item, item_state=F("items__state"), item_reason=F("items__reason")), all=True
        )
    )
    in_force = [row for row in rows if row.item_pk is None and is_kept_by_person(row)]
    in_force.sort(key=lambda row: (row.format_position, row.position, row.in_force_from, row.pk))
    changes = sorted((row for row in rows if row.item_pk is not None), key=lambda row: (row.item_number, row.item_pk))
    return in_force, {(row.item_series, row.item_first): Changed(row.item_due_on, row.item_state, row.item_reason) for row in changes}


def have_of(rule: Requirement) -> Have | None:
    kind = find_evidence(rule.evidence)
    return kind.have if kind else None


def owed_lines(rules: list[Requirement], items: dict[tuple, Changed], year: int):
    """(rule, period, due day, why nothing is owed) of every row in every period it is in force in."""
    for rule in rules:
        for period in periods_of_year(year, PeriodKind(rule.per)):
            if not is_in_force(rule, period):
                continue
            item = items.get((rule.series, period.first))
            is_cancelled = item is not None and item.state == PlanItem.State.CANCELLED
            due_on = item.due_on if item else window_of(rule, period).last
            yield rule, period, due_on, f"计划已取消：{item.reason}" if is_cancelled else ""


def _lines(person, year: int, today: datetime.date, facts: list[dict], standings: Standings) -> dict[Have | None, list[Line]]:
    expectations = Expectations([person], standings=standings)
    found: dict[Have | None, list[Line]] = defaultdict(list)
    for rule, period, due_on, cancelled in owed_lines(*rules_and_changes(year), year):
        day = min(due_on, today)
        excuse = cancelled
        if not excuse and period.first <= today:
            excuse = expectations.excuse(person, rule, day)
            if excuse == "":
                continue  # the rule does not mean them
        in_time, late = _done(rule, period, due_on, facts)
        line = Line(
            series=str(rule.series),
            name=rule.name,
            period=period,
            due_on=due_on,
            owed=rule.quantity,
            in_time=in_time,
            late=late,
            basis=rule.basis,
            use=Use(rule.use).label,
            evidence=rule.evidence,
            is_floor=rule.is_floor,
            excuse=excuse or "",
        )
        found[have_of(rule)].append(_judged(line, today))
    return found


def _judged(line: Line, today: datetime.date) -> Line:
    return Line(**{name: getattr(line, name) for name in Line.__slots__ if name != "state"}, state=state_of_line(line, today=today))


def _done(rule: Requirement, period, due_on: datetime.date, facts: list[dict]) -> tuple[int, int]:
    keys = {kind.key for kind in find_evidence(rule.evidence).sources}
    in_time = late = 0
    for fact in facts:
        if (
            fact["fact_kind"] in keys
            and fact["counted_on"] in period
            and (fact["fact_format_id"] is not None or not find_evidence(fact["fact_kind"]).by_format)
            and counts_for(rule, format_id=fact["fact_format_id"], variant=fact["fact_variant"], series=fact["fact_series"])
        ):
            if fact["happened_on"] <= due_on:
                in_time += fact["fact_quantity"]
            else:
                late += fact["fact_quantity"]
    return in_time, late


def _cell(have: Have, lines: list[Line], facts: list[dict], records: Sequence[Record], year: int, today: datetime.date) -> Cell:
    kinds = [find_evidence(fact["fact_kind"]) for fact in facts]
    has_private = any(kind.is_private and kind.have == have for kind in kinds)
    own = tuple(record for record in records if record.have == have)
    state = state_of_cell(lines, has_records=bool(own) or has_private, is_over=today > last_day(year), today=today)
    return Cell(have, state, tuple(lines), own, has_private)
