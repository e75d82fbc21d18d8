"""The rules on the screen: which version holds when, what each says, who may read it."""

import datetime
from dataclasses import dataclass

from django.db.models import Prefetch

from ..organisation.models import Department
from .choices import RuleSetState
from .models import RuleSet, ScoringRule
from .rights import ContributionRights
from .rule_words import RuleSentence, SetFact, facts_of_set, quota_sentence, sentence_of


@dataclass(frozen=True, slots=True)
class VersionRow:
    """`state`: now, later, ended or draft."""

    rules: RuleSet
    state: str
    label: str
    mark: str


@dataclass(frozen=True, slots=True)
class RuleBook:
    """A version in words."""

    row: VersionRow
    sentences: list[RuleSentence]
    events: list[RuleSentence]
    quotas: list[tuple[str, str]]
    facts: list[SetFact]

    @property
    def lines(self) -> int:
        return len(self.sentences) + len(self.events)


def visible_to(rights: ContributionRights):
    """Rules are known beforehand (R53): whoever is signed in reads what is, was or will be in force. Drafts are the office's."""
    return RuleSet.objects.all() if rights.is_office else RuleSet.objects.active()


def row_of(rules: RuleSet, today: datetime.date) -> VersionRow:
    if rules.state == RuleSetState.DRAFT:
        return VersionRow(rules, "draft", "草案", "–")
    if rules.effective_from > today:
        return VersionRow(rules, "later", "将要生效", "◔")
    if rules.effective_until and rules.effective_until < today:
        return VersionRow(rules, "ended", "已失效", "○")
    return VersionRow(rules, "now", "现行", "●")


def version_rows(rights: ContributionRights) -> list[VersionRow]:
    """Drafts first, then from the latest back. One statement."""
    rows = [row_of(rules, rights.today) for rules in visible_to(rights).select_related("succeeds")]
    return sorted(rows, key=lambda row: row.state != "draft")


def with_lines(rules):
    """`rules` (a queryset) ready to be said in words."""
    return rules.select_related("succeeds", "activated_by").prefetch_related(
        Prefetch("rules", ScoringRule.objects.select_related("outlet")), "quotas"
    )


def book_of(rules: RuleSet, today: datetime.date) -> RuleBook:
    lines = list(rules.rules.all())
    kinds = [Department.Kind(kind).label for kind in rules.audience if kind in Department.Kind.values]
    facts = [*facts_of_set(rules), SetFact("参加排名", "、".join(kinds) or "所有科室（单位）"), SetFact("用途", rules.get_use_display())]
    return RuleBook(
        row=row_of(rules, today),
        sentences=[sentence_of(line) for line in lines if not line.event],
        events=[sentence_of(line) for line in lines if line.event],
        quotas=[(quota.name, quota_sentence(quota)) for quota in rules.quotas.all()],
        facts=facts,
    )
