"""What a set of rules has to be like so that it can be counted with: found before it is saved, said line by line."""

from collections.abc import Iterable
from decimal import Decimal

from ..organisation.models import Department
from .choices import Effect, Share
from .models import RuleSet, ScoringQuota, ScoringRule
from .points import MOST
from .scoring.shares import parsed_weights

MOST_POINTS = Decimal(10_000)
MOST_TIMES = Decimal(100)
MOST_LINES = 200
OF_PLACEMENTS_ONLY = ("medium", "weight_class", "outlet", "position", "min_length", "max_length", "picture")
KINDS = frozenset(Department.Kind.values)


def faults_of(rules: RuleSet, lines: list[ScoringRule], quotas: list[ScoringQuota]) -> dict[str, list[str]]:
    """Chinese messages by field; those about lines under `None`, which is the set as a whole."""
    faults: dict[str | None, list[str]] = {}

    def note(field: str | None, message: str) -> None:
        faults.setdefault(field, []).append(message)

    by_order = Share.BY_ORDER in (rules.department_share, rules.person_share)
    try:
        if not parsed_weights(rules.order_weights) and by_order:
            note("order_weights", "选了“按署名顺序”，请写比重，例如“50,30,20”。")
    except ValueError:
        note("order_weights", "比重请写成用逗号隔开的数，例如“50,30,20”，不能为负，也不能都是 0。")
    for field in ("article_cap", "person_cap", "department_cap"):
        cap = getattr(rules, field)
        if cap is not None and cap < 0:
            note(field, "最高分不能为负。不封顶请留空。")
    if not _are_kinds(rules.audience):
        note("audience", "有不认识的科室类别，请重新勾选。")
    if len(lines) > MOST_LINES:
        note(None, f"一版规则最多 {MOST_LINES} 行，现有 {len(lines)} 行。")
    for line in lines:
        for message in _faults_of_line(rules, line):
            note(None, f"规则“{line.name}”：{message}")
    if _worst(lines) > MOST:
        note(None, "各行的分值和系数乘起来太大，请减小系数。")
    for quota in quotas:
        if not _are_kinds(quota.department_kinds):
            note(None, f"任务“{quota.name}”：有不认识的科室类别，请重新勾选。")
        if max(quota.base, quota.deduction) > MOST_POINTS:
            note(None, f"任务“{quota.name}”：基础分和扣分不能超过 {MOST_POINTS}。")
    return faults


def _are_kinds(kinds) -> bool:
    return isinstance(kinds, list) and all(isinstance(kind, str) for kind in kinds) and KINDS.issuperset(kinds)


def _faults_of_line(rules: RuleSet, line: ScoringRule) -> Iterable[str]:
    if line.effect == Effect.MULTIPLIER:
        if not 0 <= line.value <= MOST_TIMES:
            yield f"系数须在 0 到 {MOST_TIMES} 之间。"
    elif abs(line.value) > MOST_POINTS:
        yield f"分值的绝对值不能超过 {MOST_POINTS}。"
    if line.event:
        if wrong := [str(line._meta.get_field(name).verbose_name) for name in OF_PLACEMENTS_ONLY if getattr(line, name) not in ("", None)]:
            yield f"填了事项的规则只看事项和级别，请把{'、'.join(wrong)}清空；要给采用计分，请另起一行、不填事项。"
    elif line.effect == Effect.POINTS and line.value < 0:
        yield "采用不能计负分。要扣分，请填事项“迟报漏报”。"
    if line.in_force_from and line.in_force_from < rules.effective_from:
        yield f"生效日期早于整套规则的 {rules.effective_from:%Y-%m-%d}，请改晚或留空。"
    if line.in_force_until and rules.effective_until and line.in_force_until > rules.effective_until:
        yield f"失效日期晚于整套规则的 {rules.effective_until:%Y-%m-%d}，请改早或留空。"


def _worst(lines: list[ScoringRule]) -> Decimal:
    """The most that lines can make of a record."""
    given = max((abs(line.value) for line in lines if line.effect == Effect.POINTS), default=Decimal(0))
    worst = given + sum((abs(line.value) for line in lines if line.effect == Effect.BONUS), Decimal(0))
    for line in lines:
        if line.effect == Effect.MULTIPLIER and line.value > 1:
            worst *= min(line.value, MOST_TIMES)
        if worst > MOST:
            break
    return worst
