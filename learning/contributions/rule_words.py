"""Rules in sentences that somebody who is no programmer reads: 省级报纸头版：计 10 分."""

from dataclasses import dataclass

from .choices import CapPer, Dedupe, Effect, Medium, QuotaCounts, QuotaPer, Share
from .models import RuleSet, ScoringQuota, ScoringRule
from .scoring.words import plain

ANY = "任何媒体"


@dataclass(frozen=True, slots=True)
class RuleSentence:
    """`matches` says what, `does` what happens, `notes` what differs from the whole set."""

    name: str
    matches: str
    does: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetFact:
    label: str
    text: str


def sentence_of(rule: ScoringRule) -> RuleSentence:
    """A line; of a named outlet `rule.outlet` is asked."""
    return RuleSentence(rule.name, _event(rule) if rule.event else _placement(rule), _does(rule), tuple(_notes(rule)))


def _event(rule: ScoringRule) -> str:
    return rule.get_event_display() + (f"（{rule.get_level_display()}）" if rule.level else "")


def _placement(rule: ScoringRule) -> str:
    kind = rule.get_medium_display() if rule.medium else "" if rule.outlet_id else "媒体"
    level = rule.get_level_display() if rule.level else ""
    weight = rule.get_weight_class_display() if rule.weight_class else ""
    outlet = f"“{rule.outlet.name}”" if rule.outlet_id else ""
    where = f"{weight}{level}{kind}{outlet}"
    text = ANY if where == "媒体" else where
    if rule.position:
        text += rule.get_position_display()
    more = [*_length(rule)]
    if rule.originality:
        more.append(rule.get_originality_display())
    if rule.picture:
        more.append(rule.get_picture_display())
    return "，".join([text, *more])


def _length(rule: ScoringRule):
    unit = "秒" if rule.medium in (Medium.RADIO, Medium.TELEVISION) else "字" if rule.medium else "字（广播、电视为秒）"
    if rule.min_length is not None and rule.max_length is not None:
        yield f"{rule.min_length}—{rule.max_length} {unit}"
    elif rule.min_length is not None:
        yield f"{rule.min_length} {unit}以上"
    elif rule.max_length is not None:
        yield f"{rule.max_length} {unit}以内"


def _does(rule: ScoringRule) -> str:
    match rule.effect:
        case Effect.BONUS:
            return f"另加 {plain(rule.value)} 分" if rule.value >= 0 else f"另减 {plain(-rule.value)} 分"
        case Effect.MULTIPLIER:
            return f"乘以 {plain(rule.value)}"
    return f"计 {plain(rule.value)} 分" if rule.value >= 0 else f"扣 {plain(-rule.value)} 分"


def _notes(rule: ScoringRule):
    if rule.in_force_from:
        yield f"{rule.in_force_from:%Y-%m-%d} 起"
    if rule.in_force_until:
        yield f"到 {rule.in_force_until:%Y-%m-%d} 为止"
    if rule.use:
        yield f"用途：{rule.get_use_display()}"
    if rule.basis:
        yield f"依据：{rule.basis}"


def quota_sentence(quota: ScoringQuota) -> str:
    """每月报送 3 篇得 10 分，每缺 1 篇扣 4 分，扣完为止."""
    what = "报送" if quota.counts == QuotaCounts.SUBMITTED else "采用"
    per = QuotaPer(quota.per).label
    less = f"，每缺 1 篇扣 {plain(quota.deduction)} 分，扣完为止" if quota.deduction else ""
    return f"{per}{what} {quota.pieces} 篇得 {plain(quota.base)} 分{less}"


DEDUPED = {
    Dedupe.EVERY: "一篇稿件被几家采用，每次都计分",
    Dedupe.HIGHEST: "一篇稿件被几家采用，只计最高的一次",
    Dedupe.PER_MEDIUM: "一篇稿件在同一种媒体（报纸、电台……）里只计最高的一次",
    Dedupe.PER_LEVEL: "一篇稿件在同一级别的媒体里只计最高的一次",
}
SHARED = {
    Share.EQUAL: "平均分",
    Share.STATED: "按稿件上写明的比例分，没有都写明的平均分",
    Share.FULL: "各计全分",
}


def facts_of_set(rules: RuleSet) -> list[SetFact]:
    """What holds for all lines of the set."""
    facts = [SetFact("一稿多用", _deduped(rules)), SetFact("几个科室合写", _shared(rules, rules.department_share))]
    facts.append(SetFact("几位作者合写", _shared(rules, rules.person_share)))
    caps = [
        f"一篇稿件最高 {plain(rules.article_cap)} 分" if rules.article_cap is not None else "",
        _cap("个人", rules.person_cap, rules.person_cap_per),
        _cap("科室（单位）", rules.department_cap, rules.department_cap_per),
    ]
    facts.append(SetFact("封顶", "；".join(filter(None, caps)) or "不封顶"))
    return facts


def _deduped(rules: RuleSet) -> str:
    if rules.dedupe == Dedupe.NTH:
        return f"一篇稿件被几家采用，第一次全计，第二次起按 {plain(rules.nth_percent)}% 计"
    return DEDUPED[Dedupe(rules.dedupe)]


def _shared(rules: RuleSet, how: str) -> str:
    if how == Share.BY_ORDER:
        weights = "、".join(part.strip() for part in rules.order_weights.replace("，", ",").split(",") if part.strip())
        return f"按署名顺序，比重 {weights}，后面的与最后一位相同" if weights else SHARED[Share.EQUAL]
    return SHARED[Share(how)]


def _cap(whose: str, cap, per: str) -> str:
    return f"{whose}{CapPer(per).label}最高 {plain(cap)} 分" if cap is not None else ""
