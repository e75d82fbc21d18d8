"""How the rows of a 采用 table are written: outlets, articles, their steps and the placements, each in one statement or a few."""

import datetime
from dataclasses import dataclass
from typing import NamedTuple

from cms.imports.bulk import Keys, MovedMeanwhileError
from cms.imports.kinds import Plan, Row
from cms.imports.written import altered, seal, snapshot

from ..choices import ArticleState, Genre, Step, WeightClass
from ..models import ArticleStep, MediaArticle, Outlet, OutletGrade, Placement
from .writing import ARTICLE, CHUNK, OUTLET, PLACEMENT, STEP, actor, plan_articles

MOVED = ("state", "moved_at", "reason", "reason_note")


class Facts(NamedTuple):
    """What is written of a placement, fit for JSON, as it stands in a row's `cleaned["facts"]`. `outlet` is None for one that is to be made."""

    outlet: int | None
    title: str
    published_on: str
    level: str
    medium: str
    weight_class: str
    page: str
    position: str
    length: int | None
    has_picture: bool
    is_reprint: bool
    url: str
    note: str


COLUMNS = ("outlet_id", *Facts._fields[1:-1])


def plan_placements(rows: list[Row], *, by, now: datetime.datetime) -> Plan:
    plan = Plan()
    outlets = _plan_outlets(plan, [row for row in rows if row.cleaned.get("new_outlet")])
    new = [(row.number, _article_facts(row)) for row in rows if row.cleaned.get("article")]
    made = plan_articles(plan, new, by=by, now=now) if new else {}
    _plan_moves(plan, rows, by=by, now=now)
    keys = Keys(Placement, len(rows))

    def placements():
        for key, row in zip(keys.given, rows, strict=True):
            _outlet, title, published_on, *others, _note = row.cleaned["facts"]
            of, outlet = row.cleaned.get("of"), row.cleaned["facts"][0] or outlets[row.cleaned["new_outlet"][0]]
            article, day = of or made[row.cleaned.get("as") or row.number], datetime.date.fromisoformat(published_on)
            values = (article, outlet, title, day, *others)
            plan.note(row.number, (PLACEMENT, key, seal((*values, "", True, now)), of))
            yield key, *values

    office = by.pk if by else None
    stamps = {"entered_at": now, "entered_by_id": office, "confirmed_at": now, "confirmed_by_id": office}
    plan.insert(Placement, ("id", "article_id", *COLUMNS), placements(), keys=keys, **stamps)
    return plan


def _article_facts(row: Row) -> dict:
    """A piece that the office registers counts as submitted on the day it was written."""
    given = row.cleaned["article"]
    return {
        **given,
        "submitted_on": given["written_on"],
        "genre": Genre.NEWS.value,
        "topic": "",
        "is_reprint": False,
        "state": ArticleState.ADOPTED.value,
        "reason": "",
        "live": True,
        "note": Facts(*row.cleaned["facts"]).note,
    }


def _plan_outlets(plan: Plan, rows: list[Row]) -> dict[str, int]:
    """Name → key of the outlets that are to be made; the record stands with the first row."""
    first = {}
    for row in rows:
        first.setdefault(row.cleaned["new_outlet"][0], row)
    if not first:
        return {}
    keys = Keys(Outlet, len(first))
    made, grades = dict(zip(first, keys.given, strict=True)), []
    for name, row in first.items():
        _name, medium, level, since = row.cleaned["new_outlet"]
        grades.append((made[name], level, datetime.date.fromisoformat(since)))
        plan.note(row.number, (OUTLET, made[name], seal((name, medium))))
    outlets = [(made[name], name, row.cleaned["new_outlet"][1]) for name, row in first.items()]
    plan.insert(Outlet, ("id", "name", "medium"), outlets, keys=keys)
    plan.insert(OutletGrade, ("outlet_id", "level", "since"), grades, weight_class=WeightClass.NONE.value)
    return made


def _plan_moves(plan: Plan, rows: list[Row], *, by, now) -> None:
    """Articles that are there: what had been sent or not used counts as used from now on; each of their rows is a step of its history."""
    known = [row for row in rows if row.cleaned.get("of")]
    if not known:
        return
    moved = {}
    for row in known:
        if row.cleaned.get("was"):
            moved.setdefault(row.cleaned["of"], row)
    before = {}
    for chunk in _chunks(list(moved)):
        for article in MediaArticle.objects.filter(pk__in=chunk).only(*MOVED):
            before[article.pk] = snapshot(article, MOVED)
    if moved:
        plan.steps.append(_StillThere({pk: row.cleaned["was"] for pk, row in moved.items()}))
        state = ArticleState.ADOPTED.value
        plan.update(MediaArticle, MOVED, [(pk, state, now, "", "") for pk in moved])
        for pk, row in moved.items():
            if pk not in before:
                raise MovedMeanwhileError(pk)
            after = snapshot(MediaArticle(state=state, moved_at=now, reason="", reason_note=""), MOVED)
            plan.note(row.number, altered(ARTICLE, pk, before[pk], after))
    keys = Keys(ArticleStep, len(known))
    steps = ((key, row.cleaned["of"], _step_note(row)) for key, row in zip(keys.given, known, strict=True))
    unsealed = seal(())
    for key, row in zip(keys.given, known, strict=True):
        plan.note(row.number, (STEP, key, unsealed))
    names = ("id", "article_id", "note")
    plan.insert(ArticleStep, names, steps, keys=keys, step=Step.ADOPT.value, state=ArticleState.ADOPTED.value, **actor(by, now))


def _step_note(row: Row) -> str:
    facts = Facts(*row.cleaned["facts"])
    return f"导入：{'，'.join(filter(None, (facts.published_on, facts.page, facts.note)))}"[:300]


@dataclass(frozen=True, slots=True)
class _StillThere:
    """The articles stand in these states, and stay in them until the transaction ends."""

    states: dict[int, str]

    def write(self) -> None:
        for chunk in _chunks(sorted(self.states)):
            locked = MediaArticle.objects.select_for_update().filter(pk__in=chunk).order_by("pk")
            if dict(locked.values_list("pk", "state")) != {pk: self.states[pk] for pk in chunk}:
                raise MovedMeanwhileError(chunk[0])


def _chunks(items: list) -> list[list]:
    return [items[begin : begin + CHUNK] for begin in range(0, len(items), CHUNK)]
