"""Rules of scoring: written as a draft, tried, switched on. What was switched on never changes; a new version takes its place from a day on."""

import datetime
from dataclasses import dataclass

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from wagtail.log_actions import log

from ...organisation.models import Department
from ...periods import ONE_DAY, local_day
from ...programme.choices import Use
from ..choices import Effect, RuleSetState
from ..models import Recalculation, RuleSet, ScoringQuota, ScoringRule
from ..rights import RUN
from ..rule_checks import faults_of
from ..sample_rules import BASIS, FACTS, LINES, NAME, NOTE, QUOTA
from ..scoring_facts import articles_with_records_from
from .recalculation import start_recalculation
from .scoring import hold_rules

ITS_OWN = ("id", "state", "created_at", "created_by", "activated_at", "activated_by", "succeeds", "effective_from", "effective_until")


class RulesError(ValidationError):
    """The rules cannot be written or switched on like that; the message is Chinese and says what to do. Nothing was stored."""


@dataclass(frozen=True, slots=True)
class Activated:
    """`recalculation` is there where records of the past are concerned; `ended` is the version whose place was taken."""

    rule_set: RuleSet
    ended: RuleSet | None
    recalculation: Recalculation | None


def _check_office(by) -> None:
    if not by.has_perm(RUN):
        raise RulesError("计分规则由宣传科维护。")


def _own_draft(pk: int) -> RuleSet:
    """Locked. Raises RulesError where it is no draft any more, or gone."""
    if not RuleSet.objects.select_for_update().filter(pk=pk).order_by().values_list("pk", flat=True):
        raise RulesError("这一版规则已被删去。")
    rules = RuleSet.objects.get(pk=pk)
    if rules.state != RuleSetState.DRAFT:
        raise RulesError("这一版规则已经启用，不能再改。要改分值，请从它建一个新版本，写明从哪天起。")
    return rules


@transaction.atomic
def save_rules(*, rule_set: RuleSet, by, now: datetime.datetime) -> RuleSet:
    """A draft with its lines and quotas, which hang on it unsaved. Raises RulesError by field."""
    _check_office(by)
    is_new = rule_set.pk is None
    if is_new:
        rule_set.state, rule_set.created_at, rule_set.created_by = RuleSetState.DRAFT, now, by
    else:
        stored = _own_draft(rule_set.pk)
        rule_set.state, rule_set.activated_at, rule_set.activated_by = stored.state, None, None
    rule_set.basis = rule_set.basis.strip()
    _refuse(rule_set)
    if rule_set.effective_until and rule_set.effective_until < rule_set.effective_from:
        raise RulesError({"effective_until": "失效日期早于生效日期。"})
    rule_set.save()
    log(instance=rule_set, action="contributions.save_rules", user=by, data={"lines": len(rule_set.rules.all()), "new": is_new})
    return rule_set


def _refuse(rule_set: RuleSet) -> None:
    if faults := faults_of(rule_set, list(rule_set.rules.all()), list(rule_set.quotas.all())):
        raise RulesError({name or NON_FIELD_ERRORS: messages for name, messages in faults.items()})


@transaction.atomic
def delete_rules(*, rule_set: RuleSet, by) -> None:
    """A draft that is not needed. Raises RulesError for what was switched on."""
    _check_office(by)
    draft = _own_draft(rule_set.pk)
    log(instance=draft, action="contributions.save_rules", user=by, data={"deleted": True}, deleted=True)
    draft.delete()


@transaction.atomic
def new_version(*, rule_set: RuleSet, effective_from: datetime.date, by, now: datetime.datetime) -> RuleSet:
    """A draft with the same lines from a later day on. Raises RulesError."""
    _check_office(by)
    if rule_set.state != RuleSetState.ACTIVE:
        raise RulesError("这一版还是草案，直接修改就可以。")
    if effective_from <= rule_set.effective_from:
        raise RulesError({"effective_from": f"新版本须晚于这一版的生效日期 {rule_set.effective_from:%Y-%m-%d}。"})
    known = RuleSet.objects.filter(state=RuleSetState.DRAFT, succeeds=rule_set, effective_from=effective_from).first()
    if known:
        return known
    facts = {field.attname: getattr(rule_set, field.attname) for field in RuleSet._meta.concrete_fields if field.name not in ITS_OWN}
    draft = RuleSet.objects.create(**facts, effective_from=effective_from, succeeds=rule_set, created_at=now, created_by=by)
    lines = [
        line for line in rule_set.rules.order_by("sort_order", "pk") if not line.in_force_until or line.in_force_until >= effective_from
    ]
    for line in lines:
        line.pk, line.rule_set = None, draft
        if line.in_force_from and line.in_force_from < effective_from:
            line.in_force_from = None
    ScoringRule.objects.bulk_create(lines)
    quotas = list(rule_set.quotas.order_by("pk"))
    for quota in quotas:
        quota.pk, quota.rule_set = None, draft
    ScoringQuota.objects.bulk_create(quotas)
    log(instance=draft, action="contributions.save_rules", user=by, data={"succeeds": rule_set.pk, "new": True})
    return draft


@transaction.atomic
def activate_rules(*, rule_set: RuleSet, by, now: datetime.datetime) -> Activated:
    """Switch a draft on. The version that was in force on its first day ends the day before; records from that day on are recalculated,
    visibly. Raises RulesError.
    """
    _check_office(by)
    hold_rules(alone=True)
    draft = _own_draft(rule_set.pk)
    _refuse(draft)
    _check_complete(draft)
    ended = predecessor_of(draft)
    if ended:
        ended.effective_until = draft.effective_from - ONE_DAY
        ended.save(update_fields=["effective_until"])
    draft.state, draft.activated_at, draft.activated_by = RuleSetState.ACTIVE, now, by
    draft.save(update_fields=["state", "activated_at", "activated_by"])
    data = {"from": str(draft.effective_from), "ended": ended.pk if ended else None}
    log(instance=draft, action="contributions.activate_rules", user=by, data=data)
    recalculation = None
    if articles_with_records_from(draft.effective_from).exists():
        reason = f"启用《{draft.name}》，自 {draft.effective_from:%Y-%m-%d} 起"
        recalculation = start_recalculation(reason=reason, from_on=draft.effective_from, by=by, now=now, rule_set=draft)
    return Activated(draft, ended, recalculation)


def _check_complete(rules: RuleSet) -> None:
    if not rules.basis:
        raise RulesError({"basis": "请写明依据（哪个文件、哪一条），再启用。"})
    if not any(line.effect == Effect.POINTS for line in rules.rules.all()):
        raise RulesError("这一版还没有一行“计分”的规则，启用了谁也没有分。请先加上。")


def predecessor_of(rules: RuleSet) -> RuleSet | None:
    """The active version whose place `rules` takes from its first day on. Raises RulesError where it would swallow one."""
    last = rules.effective_until or datetime.date.max
    ended = None
    for other in RuleSet.objects.active().exclude(pk=rules.pk).order_by("effective_from"):
        if other.effective_from > last or (other.effective_until and other.effective_until < rules.effective_from):
            continue
        if other.effective_from >= rules.effective_from:
            remedy = f"请把生效日期改到 {other.effective_from:%Y-%m-%d} 以后"
            if other.effective_from > rules.effective_from:
                remedy += f"，或给这一版写上 {other.effective_from - ONE_DAY:%Y-%m-%d} 以前的失效日期"
            raise RulesError(
                {"effective_from": f"《{other.name}》自 {other.effective_from:%Y-%m-%d} 起已启用，会被这一版整个盖掉。{remedy}。"}
            )
        ended = other
    return ended


@transaction.atomic
def load_sample_rules(*, by, now: datetime.datetime) -> RuleSet:
    """The sample as a draft from the first of January on; the one there is, if it is still a draft. It counts for nothing until the office
    switches it on. Raises RulesError.
    """
    _check_office(by)
    known = RuleSet.objects.filter(state=RuleSetState.DRAFT, is_sample=True, name=NAME).order_by("pk").first()
    if known:
        return known
    sample = RuleSet(
        name=NAME,
        is_sample=True,
        effective_from=local_day(now).replace(month=1, day=1),
        basis=BASIS,
        note=NOTE,
        use=Use.BULLETIN,
        audience=[Department.Kind.SECTION.value, Department.Kind.UNIT.value],
        created_at=now,
        created_by=by,
        **FACTS,
    )
    sample.rules = [ScoringRule(sort_order=order, **line) for order, line in enumerate(LINES)]
    sample.quotas = [ScoringQuota(**QUOTA)]
    return save_rules(rule_set=sample, by=by, now=now)
