"""Writing the ledger: after any change of a record the lines of its article are made anew by the rules of their days."""

import datetime
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable

from django.db import connection, transaction
from django.db.models import F

from cms.imports.bulk import Insertion, Keys, Update

from ...periods import Period
from ..choices import Holder
from ..comparing import Change, Differences, Touched, cap_of, compare
from ..models import MediaArticle, RuleSet, ScoreLine, ScoreShare
from ..scoring.caps import Capped, Held, cap_period, cap_shares
from ..scoring.facts import Rules
from ..scoring_facts import active_versions, by_day

AT_ONCE = 1000  # articles whose records are in memory together
OWNERS = 50  # whose caps are settled in one transaction
WHOSE = {Holder.DEPARTMENT: "department", Holder.PERSON: "staff"}
RULES_IN_FORCE = 5_005_001  # PostgreSQL's advisory lock: scoring shares it, switching rules on has it alone


@transaction.atomic
def rescore(article_ids: Iterable[int], *, now: datetime.datetime) -> None:
    """Make the score lines and shares of these articles what the records and the active rules say. Call it in the transaction of the change.

    Rows that say the right thing already stay as they are, those of a record keep their key. Then what the caps of the departments and
    people concerned leave is settled.
    """
    remake(article_ids, now=now)


@transaction.atomic
def remake(article_ids: Iterable[int], *, now: datetime.datetime, settle_before: datetime.date = datetime.date.max) -> list[Change]:
    """`rescore` that tells what it changed. Caps of periods that end on `settle_before` or later are left to `settle_since`."""
    keys = sorted(set(article_ids))
    if not keys:
        return []
    hold_rules(alone=False)
    versions = active_versions()
    rules_on, capped = by_day(versions), Touched({one.rules.key: one.rules for one in versions})
    changes = []
    for start in range(0, len(keys), AT_ONCE):
        chunk = keys[start : start + AT_ONCE]
        # In order, so that two at once wait for each other, never in a ring; what is locked is read in statements of their own.
        list(MediaArticle.objects.select_for_update().filter(pk__in=chunk).order_by("pk").values_list("pk", flat=True))
        differences = compare(chunk, rules_on, capped, now=now)
        _write(differences)
        changes += differences.changes
    settle_caps(capped, before=settle_before)
    return changes


@transaction.atomic
def strike(*, placements: Iterable[int] = (), events: Iterable[int] = ()) -> None:
    """Take records that are about to be deleted out of the ledger. What the caps kept from others on their account, these get now: once the
    rows are gone nobody would know. Delete them, then `rescore` their articles, in the same transaction.
    """
    hold_rules(alone=False)
    touched = Touched({one.rules.key: one.rules for one in active_versions()})
    parts = [*_chunks("placement__in", placements), *_chunks("event__in", events)]
    articles = {key for part in parts for key in ScoreLine.objects.filter(**part).order_by().values_list("article", flat=True)}
    for part in _chunks("pk__in", articles):  # in order, as everywhere
        list(MediaArticle.objects.select_for_update().filter(**part).order_by("pk").values_list("pk", flat=True))
    for part in parts:
        _strike(ScoreLine.objects.filter(**part), touched)
    settle_caps(touched)


def _chunks(name: str, keys: Iterable[int]) -> list[dict]:
    keys = sorted(keys)
    return [{name: keys[start : start + AT_ONCE]} for start in range(0, len(keys), AT_ONCE)]


def _strike(lines, touched: Touched) -> None:
    shares = ScoreShare.objects.filter(line__in=lines.order_by().values("pk")).order_by()
    for rule_set, holder, department, staff, day in shares.values_list("line__rule_set", "holder", "department", "staff", "counted_on"):
        touched.add(rule_set, holder, department or staff, day)
    shares._raw_delete(shares.db)
    lines._raw_delete(lines.db)


def hold_rules(*, alone: bool) -> None:
    """Until the end of the transaction no rules are switched on (or, `alone`, nothing is scored). SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_xact_lock{'' if alone else '_shared'}(%s)", [RULES_IN_FORCE])


LINE = [field.attname for field in ScoreLine._meta.concrete_fields]
SHARE = [field.attname for field in ScoreShare._meta.concrete_fields if not field.primary_key]


def _write(differences: Differences) -> None:
    if differences.gone_shares:
        shares = ScoreShare.objects.filter(pk__in=differences.gone_shares)
        shares._raw_delete(shares.db)
    if differences.gone_lines:
        lines = ScoreLine.objects.filter(pk__in=differences.gone_lines)
        lines._raw_delete(lines.db)
    new = [line for line in differences.lines if line.pk is None]
    _change(ScoreLine, [line for line in differences.lines if line.pk is not None], LINE)
    if new:
        keys = Keys(ScoreLine, len(new))
        for line, key in zip(new, keys.given, strict=True):
            line.pk = key
        Insertion(ScoreLine, LINE, [[getattr(line, name) for name in LINE] for line in new]).write()
    for line, share in differences.shares:
        share.line_id = line.pk
    shares = [share for _line, share in differences.shares]
    _change(ScoreShare, [share for share in shares if share.pk is not None], ["id", *SHARE])
    Insertion(ScoreShare, SHARE, [[getattr(share, name) for name in SHARE] for share in shares if share.pk is None]).write()


def _change(model, rows: list, names: list[str]) -> None:
    """Other values under the keys they have."""
    values = [name for name in names if name != "id"]
    Update(model, values, [[row.pk, *(getattr(row, name) for name in values)] for row in rows]).write()


def settle_caps(touched: Touched, *, before: datetime.date = datetime.date.max) -> None:
    """What the caps leave of the shares of everybody touched, over the whole periods touched that end `before` this day. Two statements a
    capped version and kind of holder, besides one for its lock."""
    asked = {
        one: {owner: mine for owner, found in owners.items() if (mine := {period for period in found if period.last < before})}
        for one, owners in touched.periods.items()
    }
    asked = {one: owners for one, owners in asked.items() if owners}
    if not asked:
        return
    _hold_caps({rule_set for rule_set, _holder in asked})
    for (rule_set, holder), owners in sorted(asked.items()):
        days = [period for found in owners.values() for period in found]
        span = min(one.first for one in days), max(one.last for one in days)
        _settle(touched.rules[rule_set], holder, owners, span, is_meant=lambda owner, period, owners=owners: period in owners[owner])


def settle_since(day: datetime.date) -> None:
    """What all caps leave of everybody's shares in the periods of `day` and later: a few dozen holders a transaction. Safe to run again."""
    for version in active_versions():
        rules = version.rules
        for holder in Holder:
            cap, per = cap_of(rules, holder)
            if cap is None:
                continue
            span = cap_period(day, per).first, version.last or datetime.date.max
            if span[0] > span[1]:
                continue
            owners = _capped_shares(rules, holder, span).order_by().values_list(WHOSE[holder], flat=True).distinct()
            owners = sorted(owner for owner in owners if owner is not None)
            for start in range(0, len(owners), OWNERS):
                with transaction.atomic():
                    hold_rules(alone=False)
                    _hold_caps({rules.key})
                    _settle(rules, holder, owners[start : start + OWNERS], span, is_meant=lambda owner, period: True)


def _hold_caps(rule_sets: set[int]) -> None:
    """One at a time: what another transaction has credited to the same holder has to be seen. The rows of rule sets themselves stay as they
    are."""
    list(RuleSet.objects.select_for_update(no_key=True).filter(pk__in=rule_sets).order_by("pk").values_list("pk", flat=True))


def _capped_shares(rules: Rules, holder: str, span: tuple[datetime.date, datetime.date]):
    return ScoreShare.objects.filter(line__rule_set=rules.key, holder=holder, counted_on__range=span)


def _settle(rules: Rules, holder: str, owners: Collection[int], span, *, is_meant: Callable[[int, Period], bool]) -> None:
    cap, per = cap_of(rules, holder)
    whose = WHOSE[holder]
    shares = _capped_shares(rules, holder, span).filter(**{f"{whose}__in": list(owners)}).order_by()
    held, now_said = defaultdict(list), {}
    for pk, owner, day, uncapped, points, why, title in shares.values_list(
        "pk", whose, "counted_on", "uncapped", "points", "why", "article__title"
    ):
        if is_meant(owner, cap_period(day, per)):
            held[owner].append(Held(pk, day, uncapped, (title, pk)))
            now_said[pk] = Capped(points, why)
    changed = {}
    for mine in held.values():
        found = cap_shares(mine, cap=cap, per=per, holder=holder)
        changed |= {pk: capped for pk, capped in found.items() if capped != now_said[pk]}
    _write_capped(changed)


def _write_capped(changed: dict[int, Capped]) -> None:
    """Most are given in full or not at all: those in a statement each; that leaves the one share of a period that a cap goes through."""
    full, none, rest = [], defaultdict(list), []
    for pk, capped in changed.items():
        if not capped.why:
            full.append(pk)
        elif capped.points == 0:
            none[capped.why].append(pk)
        else:
            rest.append(ScoreShare(pk=pk, points=capped.points, why=capped.why))
    if full:
        ScoreShare.objects.filter(pk__in=full).update(points=F("uncapped"), why="")
    for why, keys in none.items():
        ScoreShare.objects.filter(pk__in=keys).update(points=0, why=why)
    ScoreShare.objects.bulk_update(rest, ["points", "why"], batch_size=200)
