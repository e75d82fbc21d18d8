"""Writing the ledger: after any change of a record the lines of its article are made anew by the rules of their days."""

import datetime
from collections import defaultdict
from collections.abc import Iterable

from django.db import connection, transaction

from ..choices import Holder
from ..comparing import Change, Differences, Touched, cap_of, compare
from ..models import MediaArticle, RuleSet, ScoreLine, ScoreShare
from ..scoring.caps import Held, cap_period, cap_shares
from ..scoring.facts import Rules
from ..scoring_facts import active_versions, by_day

AT_ONCE = 1000  # articles whose records are in memory together
RULES_IN_FORCE = 5_005_001  # PostgreSQL's advisory lock: scoring shares it, switching rules on has it alone


@transaction.atomic
def rescore(article_ids: Iterable[int], *, now: datetime.datetime) -> None:
    """Make the score lines and shares of these articles what the records and the active rules say. Call it in the transaction of the change.

    Rows that say the right thing already stay as they are, those of a record keep their key. Then what the caps of the departments and
    people concerned leave is settled.
    """
    remake(article_ids, now=now)


@transaction.atomic
def remake(article_ids: Iterable[int], *, now: datetime.datetime) -> list[Change]:
    """`rescore` that tells what it changed."""
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
    settle_caps(capped)
    return changes


def hold_rules(*, alone: bool) -> None:
    """Until the end of the transaction no rules are switched on (or, `alone`, nothing is scored). SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_xact_lock{'' if alone else '_shared'}(%s)", [RULES_IN_FORCE])


LINE_FIELDS = [field.name for field in ScoreLine._meta.concrete_fields if not field.primary_key]
SHARE_FIELDS = [field.name for field in ScoreShare._meta.concrete_fields if not field.primary_key]


def _write(differences: Differences) -> None:
    if differences.gone_shares:
        shares = ScoreShare.objects.filter(pk__in=differences.gone_shares)
        shares._raw_delete(shares.db)
    if differences.gone_lines:
        lines = ScoreLine.objects.filter(pk__in=differences.gone_lines)
        lines._raw_delete(lines.db)
    _save(ScoreLine, differences.lines, LINE_FIELDS)
    for line, share in differences.shares:
        share.line_id = line.pk
    _save(ScoreShare, [share for _line, share in differences.shares], SHARE_FIELDS)


def _save(model, rows: list, fields: list[str]) -> None:
    """New rows and, under the keys they have, changed ones, in bulk."""
    changed = [row for row in rows if row.pk is not None]
    model.objects.bulk_create([row for row in rows if row.pk is None])
    if changed:
        model.objects.bulk_create(changed, update_conflicts=True, unique_fields=["id"], update_fields=fields)


def settle_caps(touched: Touched) -> None:
    """What the caps leave of the shares of everybody touched, over the whole periods touched. Two statements a capped version and kind of
    holder, besides one for its lock."""
    if not touched.periods:
        return
    # One at a time: what another transaction has credited to the same holder has to be seen. The rows of rule sets themselves stay as they are.
    sets = sorted({rule_set for rule_set, _holder in touched.periods})
    list(RuleSet.objects.select_for_update(no_key=True).filter(pk__in=sets).order_by("pk").values_list("pk", flat=True))
    for (rule_set, holder), periods in sorted(touched.periods.items()):
        _settle(touched.rules[rule_set], holder, periods)


def _settle(rules: Rules, holder: str, periods: dict[int, set]) -> None:
    cap, per = cap_of(rules, holder)
    days = [period for found in periods.values() for period in found]
    whose = "department_id" if holder == Holder.DEPARTMENT else "staff_id"
    shares = ScoreShare.objects.filter(
        line__rule_set=rules.key,
        holder=holder,
        counted_on__range=(min(one.first for one in days), max(one.last for one in days)),
        **{f"{whose}__in": periods},
    ).select_related("article")
    held = defaultdict(list)
    for share in shares.only("department", "staff", "counted_on", "uncapped", "points", "why", "article__title").order_by("pk"):
        if cap_period(share.counted_on, per) in periods[getattr(share, whose)]:
            held[getattr(share, whose)].append(share)
    changed = []
    for mine in held.values():
        by_key = {share.pk: share for share in mine}
        given = [Held(share.pk, share.counted_on, share.uncapped, (share.article.title, share.pk)) for share in mine]
        for key, capped in cap_shares(given, cap=cap, per=per, holder=holder).items():
            share = by_key[key]
            if (share.points, share.why) != (capped.points, capped.why):
                share.points, share.why = capped.points, capped.why
                changed.append(share)
    ScoreShare.objects.bulk_update(changed, ["points", "why"], batch_size=400)
