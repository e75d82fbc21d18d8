"""What 「这条算进了」 rests on, loaded: the facts that records came to, and the rules that ask for such facts with their item of the plan."""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import BigIntegerField as BigInteger
from django.db.models import CharField, Count, DateField, F, FilteredRelation, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast

from ..evidence import EvidenceKind, Subject, find_evidence, kind_of_have
from ..organisation.models import Department, PartyBranch, StaffMember
from .gaps.counting import BY_FORMAT
from .models import Requirement

NAMED_BY = {Subject.STAFF: StaffMember, Subject.BRANCH: PartyBranch, Subject.DEPARTMENT: Department}


@dataclass(frozen=True, slots=True)
class CountedFact:
    """A fact of one record. `subject` with its name is whose it is: None for the organ or for all. `department_kind` is that of a department,
    `left_on` that of a person. `people` is 1; where it is more, they are people who are counted and not named."""

    record: int
    kind: EvidenceKind
    subject: int | None
    name: str
    department_kind: str
    left_on: datetime.date | None
    counted_on: datetime.date
    happened_on: datetime.date
    format_id: int | None
    variant: str
    series: UUID | None
    people: int


def facts_of(kinds: Sequence[str], records: Collection[int], *, viewer: int | None, person: int | None) -> list[CountedFact]:
    """In one statement. Of people only `person`, where one is given. Of a kind that is kept for whole rosters (`by_format`) only `person`, else
    `viewer`, and how many there are; of a private kind only what is the viewer's own."""
    known = [kind for key in kinds if (kind := find_evidence(key)) is not None and kind.rows is not None]
    parts = [part for kind in known for part in _parts(kind, records, viewer, person)]
    by_key = {kind.key: kind for kind in known}
    rows = parts[0].union(*parts[1:], all=True) if parts else ()
    return [CountedFact(row[0], by_key[row[1]], *row[2:]) for row in rows]


def _parts(kind: EvidenceKind, records: Collection[int], viewer: int | None, person: int | None):
    if kind.subject != Subject.STAFF:
        yield _columns(kind, kind.rows().filter(pk__in=records), F("pk"))
        return
    rows = kind.rows().filter(record_id__in=records)
    if kind.is_private:
        yield _columns(kind, rows.filter(subject_id=viewer or 0), F("record_id"))
    elif person is not None:
        yield _columns(kind, rows.filter(subject_id=person), F("record_id"))
    elif kind.by_format:
        yield _columns(kind, rows.filter(subject_id=viewer or 0), F("record_id"))
        yield _columns(kind, rows.exclude(subject_id=viewer or 0), F("record_id"), is_counted=True)
    else:
        yield _columns(kind, rows, F("record_id"))


def _columns(kind: EvidenceKind, rows, record, *, is_counted=False):
    names = {name: F(name) for name in BY_FORMAT} if kind.by_format and not is_counted else BY_FORMAT
    nothing, nobody, no_day = Value("", CharField()), Cast(Value(None), BigInteger()), Cast(Value(None), DateField())
    named = NAMED_BY.get(kind.subject) if not is_counted else None
    said = {
        "fact_record": Cast(record, BigInteger()),
        "fact_kind": Value(kind.key, CharField()),
        "fact_subject": Cast("subject_id", BigInteger()) if named else nobody,
        "fact_name": _of_subject(named, "name", CharField()) if named else nothing,
        "fact_department_kind": _of_subject(named, "kind", CharField()) if named is Department else nothing,
        "fact_left_on": _of_subject(named, "left_on", DateField()) if named is StaffMember else no_day,
        "fact_counted_on": F("counted_on"),
        "fact_happened_on": F("counted_on" if is_counted else "happened_on"),  # a day in Shanghai is dear, for each of a full hall
        **{f"fact_{name}": names[name] for name in BY_FORMAT},
    }
    rows = rows.order_by().values(**said)
    people = Count("subject_id", distinct=True) if is_counted else Value(1, IntegerField())
    return rows.annotate(fact_people=people).values_list(*said, "fact_people")


def _of_subject(model, name: str, output_field):
    return Cast(Subquery(model.objects.filter(pk=OuterRef("subject_id")).order_by().values(name)[:1]), output_field)


def rules_for(facts: Sequence[CountedFact]) -> list[Requirement]:
    """The rows that ask for such facts at some time of their years, by format and position; each once for every item of the published or
    drafted plan that `facts` can lie in (`item_pk`, `item_first`, `item_due_on`, `item_state`, `item_reason`, `item_branch`,
    `item_department`, `item_plan`; all None where there is none). One statement; none where there are no facts."""
    if not facts:
        return []
    haves = {kind_of_have(fact.kind.have).key for fact in facts if fact.kind.have}
    first, last = min(fact.counted_on for fact in facts), max(fact.counted_on for fact in facts)
    rules = Requirement.objects.in_force_during(first.replace(month=1, day=1), last.replace(month=12, day=31))
    items = FilteredRelation("items", condition=Q(items__period_first__lte=last, items__period_last__gte=first))
    said = {"pk": "pk", "first": "period_first", "due_on": "due_on", "state": "state", "reason": "reason"}
    said |= {"branch": "branch_id", "department": "department_id", "plan": "plan__state"}
    return list(
        rules.filter(evidence__in={fact.kind.key for fact in facts} | haves)
        .annotate(planned=items)
        .annotate(**{f"item_{name}": F(f"planned__{path}") for name, path in said.items()})
        .select_related("study_format")
        .order_by("study_format__position", "position", "in_force_from", "pk", "item_pk")
    )
