"""What the 任务数 of the rules in force gave departments: one row a quota, a department and a month (or year) that has ended."""

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Min
from django.db.models.functions import TruncMonth, TruncYear

from ..organisation.models import Department, Posting
from ..periods import Period, PeriodKind, period_of
from ..programme.choices import Use
from .choices import QuotaCounts, QuotaPer
from .choosing import Days
from .models import MediaArticle, Placement, RuleSet, ScoringQuota
from .rounding import points_text
from .scoring.quotas import quota_points

KINDS = {QuotaPer.MONTH: PeriodKind.MONTH, QuotaPer.YEAR: PeriodKind.YEAR}


@dataclass(frozen=True, slots=True)
class QuotaRow:
    """`pieces` of `wanted` in `period`, worth `points`: it counts on the last day of the period."""

    quota: int
    department: int
    name: str
    rule_set: str
    is_sample: bool
    period: Period
    counts: str
    pieces: int
    wanted: int
    base: Decimal
    deduction: Decimal
    points: Decimal
    use: str

    @property
    def missing(self) -> int:
        return max(0, self.wanted - self.pieces)

    @property
    def counted_on(self) -> datetime.date:
        return self.period.last

    @property
    def key(self) -> str:
        """Of questions to it."""
        return f"contributions.quota:{self.quota}:{self.department}:{self.period.last}"

    @property
    def about(self) -> str:
        return f"{self.task}（{self.name}）计 {self.points_text} 分"

    @property
    def words(self) -> str:
        """The sum in words: 基础分 10，缺 2 篇 × 3."""
        base = f"基础分 {points_text(self.base)}"
        if not self.missing:
            return f"{base}，任务完成"
        floor = "，扣到 0 为止" if self.base < self.deduction * self.missing else ""
        return f"{base}，缺 {self.missing} 篇 × 扣 {points_text(self.deduction)}{floor}"

    @property
    def task(self) -> str:
        return f"{self.period.label}{QuotaCounts(self.counts).label}任务 {self.wanted} 篇，实际 {self.pieces} 篇"

    @property
    def use_label(self) -> str:
        return Use(self.use).label

    @property
    def points_text(self) -> str:
        return points_text(self.points)


def rule_sets_in(first: datetime.date, last: datetime.date) -> list[RuleSet]:
    """The rules that held on any of these days, the earliest first, with their quotas: two statements."""
    found = RuleSet.objects.active().filter(effective_from__lte=last).exclude(effective_until__lt=first)
    return list(found.order_by("effective_from", "pk").prefetch_related("quotas"))


def quota_rows(
    days: Days, *, rule_sets: Iterable[RuleSet], departments: Collection[Department], uses: Collection[str], today: datetime.date
) -> list[QuotaRow]:
    """Of every quota period that ended within `days` and before `today`, by the rules of its last day; by day, quota and department.

    Five statements at most, however many quotas and departments there are. A department that was closed by the last day has no task, nor has
    one that was not there yet: before anybody was posted to it, and without a piece. One that nobody was ever posted to was always there.
    """
    owed = list(_owed(days, rule_sets, uses, today))
    if not owed or not departments:
        return []
    pieces = _Pieces.of([(quota, period) for _rules, quota, period in owed])
    begun = _begun(departments)
    rows = []
    for rules, quota, period in owed:
        for department in departments:
            number = pieces.of_department(department.pk, quota, period)
            is_begun = number > 0 or department.pk not in begun or begun[department.pk] <= period.last
            if not (is_begun and _has(department, quota, period)):
                continue
            rows.append(
                QuotaRow(
                    quota=quota.pk,
                    department=department.pk,
                    name=quota.name,
                    rule_set=rules.name,
                    is_sample=rules.is_sample,
                    period=period,
                    counts=quota.counts,
                    pieces=number,
                    wanted=quota.pieces,
                    base=quota.base,
                    deduction=quota.deduction,
                    points=quota_points(quota, number),
                    use=quota.use or rules.use,
                )
            )
    return sorted(rows, key=lambda row: (row.counted_on, row.name))


def _owed(days: Days, rule_sets: Iterable[RuleSet], uses, today):
    """(rules, quota, period) of what has ended, whose last day those rules were in force on."""
    for rules in rule_sets:
        for quota in rules.quotas.all():
            if (quota.use or rules.use) not in uses:
                continue
            period = period_of(max(days.first, rules.effective_from), KINDS[QuotaPer(quota.per)])
            end = min(filter(None, (days.last, rules.effective_until, today - datetime.timedelta(days=1))))
            while period.last <= end:
                if period.last >= max(days.first, rules.effective_from):
                    yield rules, quota, period
                if period.last == datetime.date.max:
                    break
                period = period.next


def _begun(departments: Collection[Department]) -> dict[int, datetime.date]:
    """Since when somebody was posted to each; nobody writes down when a department was founded."""
    postings = Posting.objects.filter(department__in=[one.pk for one in departments]).order_by()
    return dict(postings.values_list("department").annotate(first=Min("started_on")))


def _has(department: Department, quota: ScoringQuota, period: Period) -> bool:
    """The bureau as a whole stands for its departments and has a task only where the quota names it."""
    if department.closed_on is not None and department.closed_on <= period.last:
        return False
    kinds = quota.department_kinds
    return department.kind in kinds if kinds else department.kind != Department.Kind.BUREAU


@dataclass(frozen=True, slots=True)
class _Pieces:
    """Numbers of pieces by (what is counted, how long the period is, its first day, department)."""

    found: dict[tuple[str, str, datetime.date, int], int]

    @classmethod
    def of(cls, owed: list[tuple[ScoringQuota, Period]]) -> "_Pieces":
        found = {}
        for counts, per in sorted({(quota.counts, quota.per) for quota, _period in owed}):
            periods = [period for quota, period in owed if (quota.counts, quota.per) == (counts, per)]
            span = Period(min(one.first for one in periods), max(one.last for one in periods), PeriodKind.YEAR)
            for first, department, number in _counted(counts, per, span):
                if department is not None:
                    found[counts, per, first, department] = number
        return cls(found)

    def of_department(self, pk: int, quota: ScoringQuota, period: Period) -> int:
        return self.found.get((quota.counts, quota.per, period.first, pk), 0)


def _counted(counts: str, per: str, span: Period):
    """(first day of the month or year, department, pieces); a piece that was used in two months is a piece of each."""
    cut = TruncMonth if per == QuotaPer.MONTH else TruncYear
    if counts == QuotaCounts.SUBMITTED:
        rows = MediaArticle.objects.submitted_in(span).annotate(begun=cut("submitted_on"))
        return rows.order_by().values_list("begun", "departments__department").annotate(number=Count("pk"))
    rows = Placement.objects.confirmed().in_period(span).annotate(begun=cut("published_on"))
    return rows.order_by().values_list("begun", "article__departments__department").annotate(number=Count("article", distinct=True))
