"""How the rows of a 采用 table are written: outlets, articles, their steps and the placements, each in one statement or a few."""

import datetime
from dataclasses import dataclass

from cms.imports.bulk import Keys, MovedMeanwhileError
from cms.imports.kinds import Plan, Row
from cms.imports.written import altered, sealed, snapshot

from ..choices import ArticleState, Genre, Step, WeightClass
from ..models import ArticleStep, MediaArticle, Outlet, OutletGrade, Placement
from .writing import CHUNK, OUTLET, PLACEMENT, STEP, actor, plan_articles

MOVED = ("state", "moved_at", "reason", "reason_note")


def plan_placements(rows: list[Row], *, by, now: datetime.datetime) -> Plan:
    plan = Plan(written={row.number: [] for row in rows})
    outlets = _plan_outlets(plan, [row for row in rows if row.cleaned["outlet"] is None])
    new = [(row.number, _article_facts(row)) for row in rows if row.cleaned.get("article")]
    made = plan_articles(plan, new, by=by, now=now) if new else {}
    _plan_moves(plan, rows, by=by, now=now)
    keys = Keys(Placement, len(rows))
    names = (
        "id", "article_id", "outlet_id", "title", "published_on", "level", "weight_class", "medium", "page", "position", "length",
        "has_picture", "is_reprint", "url",
    )  # fmt: skip
    values = []
    for key, row in zip(keys.given, rows, strict=True):
        facts = row.cleaned
        of = facts.get("of")
        article = of or made[facts.get("as") or row.number]
        outlet = facts["outlet"] or outlets[facts["new_outlet"][0]]
        day, (level, weight_class, medium) = datetime.date.fromisoformat(facts["published_on"]), facts["grade"]
        values.append(
            (
                key,
                article,
                outlet,
                facts["title"],
                day,
                level,
                weight_class,
                medium,
                facts["page"],
                facts["position"],
                facts["length"],
                facts["has_picture"],
                facts["is_reprint"],
                facts["url"],
            )
        )
        columns = (
            article, outlet, facts["title"], day, level, medium, weight_class, facts["page"], facts["position"], facts["length"],
            facts["has_picture"], facts["is_reprint"], facts["url"], "", True, now,
        )  # fmt: skip
        record = sealed(PLACEMENT, key, columns)
        plan.written[row.number].append({**record, "of": of} if of else record)
    office = by.pk if by else None
    plan.insert(Placement, names, values, keys=keys, entered_at=now, entered_by_id=office, confirmed_at=now, confirmed_by_id=office)
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
        "note": row.cleaned["note"],
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
        plan.written[row.number].append(sealed(OUTLET, made[name], (name, medium)))
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
            plan.written[row.number].append(altered("learning.mediaarticle", pk, before[pk], after))
    keys = Keys(ArticleStep, len(known))
    steps = [(key, row.cleaned["of"], _step_note(row)) for key, row in zip(keys.given, known, strict=True)]
    for key, row in zip(keys.given, known, strict=True):
        plan.written[row.number].append(sealed(STEP, key, ()))
    names = ("id", "article_id", "note")
    plan.insert(ArticleStep, names, steps, keys=keys, step=Step.ADOPT.value, state=ArticleState.ADOPTED.value, **actor(by, now))


def _step_note(row: Row) -> str:
    facts = row.cleaned
    return f"导入：{facts['published_on']}{'，' + facts['page'] if facts['page'] else ''}{'，' + facts['note'] if facts['note'] else ''}"[
        :300
    ]


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
