"""Departments and people side by side: what they submitted, what was used, what it scored. Counted in SQL; a constant number of statements.

Submitted and adopted are numbers of articles, whatever the rules say; scores are of the records that the rules gave points, for the uses
that are asked about. A piece of several departments counts for each of them, and once in the whole (A4: ranked on the score of what was
adopted, what was submitted stands beside it).
"""

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Sum
from django.db.models.functions import TruncMonth

from ..organisation.models import Department, Posting, StaffMember
from ..periods import Period, PeriodKind, period_of
from .choosing import USES, Days, UseFilter
from .models import ArticleAuthor, MediaArticle, Placement, RuleSet, ScoreShare
from .quotas import quota_rows, rule_sets_in
from .rounding import points_text

FEW = 5  # people: of fewer a figure per head says little
NOTHING = Decimal(0)
TREND = 12  # months
ALL_USES = USES[UseFilter.ALL]


@dataclass(frozen=True, slots=True)
class Standing:
    """Of a department or a person. `records` are points of placements and events, `quotas` those of 任务数. `rank` is None for whoever is
    not ranked; `place` is where a person belongs."""

    key: int
    name: str
    kind: str = ""
    place: str = ""
    submitted: int = 0
    adopted: int = 0
    placements: int = 0
    records: Decimal = NOTHING
    quotas: Decimal = NOTHING
    heads: int = 0
    rank: int | None = None
    order: int = 0  # of departments: as the bureau lists them

    @property
    def points(self) -> Decimal:
        return self.records + self.quotas

    @property
    def points_text(self) -> str:
        return points_text(self.points)

    @property
    def per_head(self) -> Decimal | None:
        """None where nobody belongs."""
        return self.points / self.heads if self.heads else None

    @property
    def per_head_text(self) -> str:
        return points_text(self.per_head)

    @property
    def is_small(self) -> bool:
        """人数少，人均仅供参考."""
        return self.heads < FEW

    @property
    def is_empty(self) -> bool:
        return not (self.submitted or self.adopted or self.placements or self.points)


@dataclass(frozen=True, slots=True)
class Whole:
    """Of the bureau: a piece of several departments counts once. `points` are those of the rows, so that they add up."""

    submitted: int
    adopted: int
    placements: int
    points: Decimal

    @property
    def points_text(self) -> str:
        return points_text(self.points)


@dataclass(frozen=True, slots=True)
class Standings:
    """`ranked` by rank, `unranked` those whose kind does not take part (or all, where no rules hold). `heads_on` is the day that heads are
    counted on; `silent` is how many people have nothing and are not listed (departments all are)."""

    ranked: list[Standing]
    unranked: list[Standing]
    whole: Whole
    heads_on: datetime.date
    rule_sets: list[RuleSet]
    silent: int = 0

    @property
    def rows(self) -> list[Standing]:
        return [*self.ranked, *self.unranked]

    @property
    def is_by_sample_rules(self) -> bool:
        return any(rules.is_sample for rules in self.rule_sets)

    @property
    def is_empty(self) -> bool:
        return all(row.is_empty for row in self.rows)


def department_standings(days: Days, *, uses: Collection[str], today: datetime.date) -> Standings:
    """Every department that was there in the period, or that has figures in it. Closed ones keep theirs."""
    heads_on = min(days.last, today)
    rule_sets = rule_sets_in(days.first, heads_on)
    heads = _heads(heads_on)
    departments = list(Department.objects.all())
    # The bureau as a whole stands for its departments, unless people belong to it alone or something of it counts.
    asked = [one for one in departments if _is_there(one, days) and (one.kind != Department.Kind.BUREAU or heads.get(one.pk))]
    tasks = quota_rows(days, rule_sets=rule_sets, departments=departments, uses=uses, today=today)
    quotas = _sums((row.department, row.points) for row in tasks)
    scores = _scores(ScoreShare.objects.of_departments(), "department", days, uses)
    adopted = _adopted("article__departments__department", days)
    submitted = _submitted("departments__department", days)
    listed = {one.pk for one in asked} | scores.keys() | adopted.keys() | submitted.keys() | quotas.keys()
    rows = [
        Standing(
            key=one.pk,
            name=one.name,
            kind=one.kind,
            submitted=submitted.get(one.pk, 0),
            adopted=adopted.get(one.pk, (0, 0))[0],
            placements=adopted.get(one.pk, (0, 0))[1],
            records=scores.get(one.pk, NOTHING),
            quotas=quotas.get(one.pk, NOTHING),
            heads=heads.get(one.pk, 0),
            order=order,
        )
        for order, one in enumerate(departments)
        if one.pk in listed
    ]
    return _placed(rows, rule_sets, whole=_whole(rows, days), heads_on=heads_on)


def person_standings(days: Days, *, uses: Collection[str], today: datetime.date, departments: Collection[int] | None = None) -> Standings:
    """Everybody who submitted or had something used in the period; with `departments` those who belong there on the last day only."""
    heads_on = min(days.last, today)
    people = StaffMember.objects.all() if departments is None else StaffMember.objects.posted_within(departments, heads_on)
    mine = None if departments is None else people.values("pk")
    rule_sets = rule_sets_in(days.first, heads_on)
    scores = _scores(ScoreShare.objects.of_people(), "staff", days, uses, mine)
    adopted = _adopted("article__authors__staff", days, mine)
    submitted = _submitted("authors__staff", days, mine)
    busy = scores.keys() | adopted.keys() | submitted.keys()
    authors = people.filter(Exists(ArticleAuthor.objects.filter(staff=OuterRef("pk")))).with_department_on(heads_on)
    rows = [
        Standing(
            key=pk,
            name=name,
            place=place or "",
            submitted=submitted.get(pk, 0),
            adopted=adopted.get(pk, (0, 0))[0],
            placements=adopted.get(pk, (0, 0))[1],
            records=scores.get(pk, NOTHING),
            heads=1,
        )
        for pk, name, place in authors.values_list("pk", "name", "department_name_on")
        if pk in busy
    ]
    silent = max(0, people.employed_on(heads_on).count() - len(rows))
    whole = _whole(rows, days, mine)
    return _placed(rows, rule_sets, whole=whole, heads_on=heads_on, silent=silent, by_kind=False)


@dataclass(frozen=True, slots=True)
class MonthCount:
    """Articles of a month in the whole bureau; None for a month that has not begun."""

    period: Period
    submitted: int | None
    adopted: int | None


def trend(days: Days, *, today: datetime.date) -> list[MonthCount]:
    """The twelve months that end with the last one of `days`. Two statements."""
    months = [period_of(days.last, PeriodKind.MONTH)]
    while len(months) < TREND:
        months.insert(0, months[0].previous)
    span = Period(months[0].first, months[-1].last, PeriodKind.YEAR)
    submitted = MediaArticle.objects.submitted_in(span).annotate(month=TruncMonth("submitted_on")).order_by()
    submitted = dict(submitted.values_list("month").annotate(number=Count("pk")))
    adopted = Placement.objects.confirmed().in_period(span).annotate(month=TruncMonth("published_on")).order_by()
    adopted = dict(adopted.values_list("month").annotate(number=Count("article", distinct=True)))
    return [
        MonthCount(one, submitted.get(one.first, 0), adopted.get(one.first, 0)) if one.first <= today else MonthCount(one, None, None)
        for one in months
    ]


def heads_of(department: int, day: datetime.date) -> int:
    """People whose primary posting on `day` is there."""
    return _posted(day).filter(department=department).aggregate(number=Count("staff", distinct=True))["number"]


def _posted(day: datetime.date):
    """Primary postings; whoever has left is nobody's."""
    return Posting.objects.on(day).primary().exclude(staff__left_on__lt=day).order_by()


def _heads(day: datetime.date) -> dict[int, int]:
    return dict(_posted(day).values_list("department").annotate(number=Count("staff", distinct=True)))


def _scores(shares, holder: str, days: Days, uses, mine=None) -> dict[int | None, Decimal]:
    rows = shares.in_period(days)
    if set(uses) != ALL_USES:
        rows = rows.used_for(uses)
    if mine is not None:
        rows = rows.filter(staff__in=mine)
    return {key: total or NOTHING for key, total in rows.order_by().values_list(holder).annotate(total=Sum("points"))}


def _adopted(holder: str, days: Days, mine=None) -> dict[int | None, tuple[int, int]]:
    """(articles, placements)"""
    rows = Placement.objects.confirmed().in_period(days)
    if mine is not None:
        rows = rows.filter(**{f"{holder}__in": mine})
    rows = rows.order_by().values_list(holder).annotate(articles=Count("article", distinct=True), number=Count("pk"))
    return {key: (articles, number) for key, articles, number in rows}


def _submitted(holder: str, days: Days, mine=None) -> dict[int | None, int]:
    rows = MediaArticle.objects.submitted_in(days)
    if mine is not None:
        rows = rows.filter(**{f"{holder}__in": mine})
    return dict(rows.order_by().values_list(holder).annotate(number=Count("pk")))


def _whole(rows: Iterable[Standing], days: Days, mine=None) -> Whole:
    submitted, used = MediaArticle.objects.submitted_in(days), Placement.objects.confirmed().in_period(days)
    if mine is not None:
        authorships = ArticleAuthor.objects.filter(staff__in=mine)
        submitted = submitted.filter(Exists(authorships.filter(article=OuterRef("pk"))))
        used = used.filter(Exists(authorships.filter(article=OuterRef("article"))))
    adopted = used.aggregate(articles=Count("article", distinct=True), number=Count("pk"))
    points = sum((row.points for row in rows), NOTHING)
    return Whole(submitted.count(), adopted["articles"], adopted["number"], points)


def _is_there(department: Department, days: Days) -> bool:
    return department.closed_on is None or department.closed_on > days.first


def _sums(pairs: Iterable[tuple[int, Decimal]]) -> dict[int, Decimal]:
    found: dict[int, Decimal] = {}
    for key, points in pairs:
        found[key] = found.get(key, NOTHING) + points
    return found


def _placed(rows: list[Standing], rule_sets: list[RuleSet], *, by_kind: bool = True, **facts) -> Standings:
    """Ties share a rank, and the next rank is as far down as it would be without them: 1, 1, 3."""
    rules = rule_sets[-1] if rule_sets else None  # the last version says who takes part
    kinds = set(rules.audience) if rules and by_kind else set()
    takes_part = [rules is not None and (not kinds or row.kind in kinds) for row in rows]
    ranked = sorted((row for row, is_in in zip(rows, takes_part, strict=True) if is_in), key=lambda row: -row.points)
    unranked = [row for row, is_in in zip(rows, takes_part, strict=True) if not is_in]
    placed: list[Standing] = []
    for number, row in enumerate(ranked, start=1):
        is_tied = placed and placed[-1].points == row.points
        placed.append(replace(row, rank=placed[-1].rank if is_tied else number))
    return Standings(placed, unranked, rule_sets=rule_sets, **facts)
