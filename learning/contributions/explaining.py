"""Why the ledger of an article changed, in words: which version, which record."""

from collections.abc import Mapping, Sequence

from .ledger_lines import WantedLine, record_key
from .models import ScoreLine
from .scoring.facts import Rules
from .scoring.words import plain

LENGTH = 300


def why_changed(before: Sequence[ScoreLine], after: Sequence[WantedLine], labels: Mapping, rules: Mapping[int, Rules]) -> str:
    """The differences between the lines kept and those wanted, record by record, in at most 300 characters."""
    kept = {record_key(line): line for line in before}
    wanted = {line.key: line for line in after}
    said = []
    for key, line in kept.items():
        if key not in wanted:
            said.append(f"{labels.get(key, f'{line.counted_on:%Y-%m-%d} 的记录')}：不再计分（原 {plain(line.credited)} 分）")
    for key, line in wanted.items():
        if reason := _difference(kept.get(key), line, rules):
            said.append(f"{labels[key]}：{reason}")
    text = "；".join(said) or "分给科室或个人的办法有变"
    return text if len(text) <= LENGTH else text[: LENGTH - 1] + "…"


def _difference(old: ScoreLine | None, new: WantedLine, rules: Mapping[int, Rules]) -> str:
    points = f"{plain(new.credited)} 分"
    if old is None:
        return f"按《{new.rules.name}》计 {points}"
    if old.rule_set_id != new.rules.key:
        former = rules[old.rule_set_id].name if old.rule_set_id in rules else "原规则"
        return f"规则由《{former}》改为《{new.rules.name}》，{plain(old.credited)} → {points}"
    if old.counted_on != new.counted_on:
        return f"日期由 {old.counted_on:%Y-%m-%d} 改为 {new.counted_on:%Y-%m-%d}，{plain(old.credited)} → {points}"
    if (old.rule_id, old.parts, old.value) != (new.rule, new.parts, new.value):
        return f"适用的规则行有变（{_lines(old.parts)} → {_lines(new.parts)}），{plain(old.credited)} → {points}"
    if old.credited != new.credited:
        return f"{plain(old.credited)} → {points}（{new.why or '一稿多用的次序有变'}）"
    return ""


def _lines(parts: Sequence[Mapping]) -> str:
    return "、".join(part["name"] for part in parts)
