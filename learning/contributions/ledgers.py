"""The ledger of a department or a person: records × rule lines that add up to the score of a period, and the pieces behind the counts."""

import datetime
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Min, Sum

from ..organisation.models import Department, StaffMember
from ..programme.choices import Use
from .choices import ArticleState, Effect, EventKind, Holder, Level, Position
from .choosing import Days
from .models import MediaArticle, Placement, RuleSet, ScoreShare
from .quotas import QuotaRow, quota_rows, rule_sets_in
from .rounding import is_rounded, points_text

PER_PAGE = 50
LISTED = 50  # pieces of a list below the ledger; the .xlsx has all
NOTHING = Decimal(0)
CHUNK = 2_000
FIELDS = (
    "pk",
    "counted_on",
    "article_id",
    "article__title",
    "line__placement__outlet__name",
    "line__placement__page",
    "line__placement__position",
    "line__placement__title",
    "line__event__kind",
    "line__event__level",
    "line__event__given_by",
    "line__parts",
    "line__value",
    "line__credited",
    "line__why",
    "uncapped",
    "points",
    "why",
    "use",
    "line__rule_set__name",
    "line__rule_set__is_sample",
)


@dataclass(frozen=True, slots=True)
class Account:
    """Whose ledger it is."""

    holder: Holder
    key: int
    name: str
    department: Department | None = None  # of a department's: itself

    @classmethod
    def of_department(cls, department: Department) -> "Account":
        return cls(Holder.DEPARTMENT, department.pk, department.name, department)

    @classmethod
    def of_person(cls, staff: StaffMember) -> "Account":
        return cls(Holder.PERSON, staff.pk, staff.name)

    @property
    def is_department(self) -> bool:
        return self.holder == Holder.DEPARTMENT

    @property
    def sharers(self) -> str:
        """Who else a piece may be of."""
        return "几个科室合写" if self.is_department else "几位作者合写"

    def shares(self, days: Days, uses: Collection[str]):
        rows = ScoreShare.objects.in_period(days).used_for(uses).order_by("counted_on", "pk")
        if self.is_department:
            return rows.of_departments().filter(department=self.key)
        return rows.of_people().filter(staff=self.key)

    def articles(self, rows, prefix: str = ""):
        """Those of `rows` (articles, or what `prefix` leads to the article of) that are its."""
        return rows.filter(**{prefix + ("departments__department" if self.is_department else "authors__staff"): self.key})


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A share: what was used where, which rule lines made how much of it, what of that is the account's. Nothing is rounded here."""

    share: int
    counted_on: datetime.date
    article: int
    title: str
    record: str
    printed_title: str
    parts: tuple[str, ...]
    value: Decimal
    credited: Decimal
    line_why: str
    uncapped: Decimal
    points: Decimal
    share_why: str
    use: str
    rule_set: str
    is_sample: bool

    @property
    def rules(self) -> str:
        return "；".join(self.parts)

    @property
    def use_label(self) -> str:
        return Use(self.use).label

    @property
    def value_text(self) -> str:
        return points_text(self.value)

    @property
    def credited_text(self) -> str:
        return points_text(self.credited)

    @property
    def uncapped_text(self) -> str:
        return points_text(self.uncapped)

    @property
    def points_text(self) -> str:
        return points_text(self.points)

    @property
    def is_shared(self) -> bool:
        return self.uncapped != self.credited

    @property
    def is_rounded(self) -> bool:
        return is_rounded(self.points)

    @property
    def key(self) -> str:
        """Of questions to it."""
        return f"contributions.share:{self.share}"

    @property
    def about(self) -> str:
        title = self.title if len(self.title) <= 60 else f"{self.title[:60]}…"
        return f"{self.counted_on:%Y-%m-%d} 《{title}》 {self.record} 计 {self.points_text} 分"


@dataclass(frozen=True, slots=True)
class Piece:
    """An article of a list below the ledger."""

    article: int
    title: str
    on: datetime.date
    note: str


@dataclass(frozen=True, slots=True)
class Pieces:
    """The first ones of `count`."""

    count: int
    rows: list[Piece] = field(default_factory=list)

    @property
    def is_cut(self) -> bool:
        return self.count > len(self.rows)


@dataclass(frozen=True, slots=True)
class Totals:
    """`records` is the sum of all rows, however many of them a page shows."""

    records: Decimal
    quotas: Decimal

    @property
    def points(self) -> Decimal:
        return self.records + self.quotas

    @property
    def records_text(self) -> str:
        return points_text(self.records)

    @property
    def quotas_text(self) -> str:
        return points_text(self.quotas)

    @property
    def points_text(self) -> str:
        return points_text(self.points)


def ledger_rows(shares) -> Iterator[LedgerRow]:
    """Of a queryset of shares (or a slice of one), one statement whatever their number."""
    for facts in shares.values_list(*FIELDS).iterator(chunk_size=CHUNK):
        yield _row(*facts)


def sum_of(shares) -> Decimal:
    return shares.aggregate(total=Sum("points"))["total"] or NOTHING


def sum_before(shares, number: int) -> Decimal:
    """Of the first `number` of them: what is carried over to a page."""
    return sum_of(shares[:number]) if number else NOTHING


def rules_in(days: Days, today: datetime.date) -> list[RuleSet]:
    return rule_sets_in(days.first, min(days.last, today))


def quotas_of(account: Account, days: Days, *, rule_sets: Sequence[RuleSet], uses: Collection[str], today: datetime.date) -> list[QuotaRow]:
    """People have no quotas."""
    if account.department is None:
        return []
    return quota_rows(days, rule_sets=rule_sets, departments=[account.department], uses=uses, today=today)


def submitted_pieces(account: Account, days: Days, *, most: int | None = LISTED) -> Pieces:
    rows = account.articles(MediaArticle.objects.submitted_in(days)).order_by("submitted_on", "pk")
    return _pieces(
        rows, [(*facts, ArticleState(state).label) for *facts, state in _first(rows, most, "pk", "title", "submitted_on", "state")]
    )


def adopted_pieces(account: Account, days: Days, *, most: int | None = LISTED) -> Pieces:
    """Articles with a confirmed use in the period."""
    rows = account.articles(Placement.objects.confirmed().in_period(days), "article__").order_by()
    rows = (
        rows.values_list("article", "article__title").annotate(first=Min("published_on"), number=Count("pk")).order_by("first", "article")
    )
    shown = list(rows if most is None else rows[:most])
    return _pieces(rows, [(pk, title, first, f"采用 {number} 次") for pk, title, first, number in shown])


def unscored_pieces(account: Account, days: Days, *, most: int | None = LISTED) -> Pieces:
    """Confirmed uses in the period that have no line in the ledger, with why."""
    rows = account.articles(Placement.objects.confirmed().in_period(days).filter(score_line=None), "article__")
    rows = rows.order_by("published_on", "pk")
    names = ("article", "title", "published_on", "outlet__name", "is_scored", "unscored_reason")
    return _pieces(
        rows,
        [
            (pk, title, day, f"{outlet}：{'没有规则给这次采用计分' if is_scored else f'不计分，{reason}'}")
            for pk, title, day, outlet, is_scored, reason in _first(rows, most, *names)
        ],
    )


def _first(rows, most: int | None, *names: str) -> list[tuple]:
    rows = rows.values_list(*names)
    return list(rows if most is None else rows[:most])


def _pieces(rows, shown: list[tuple]) -> Pieces:
    return Pieces(rows.count(), [Piece(*facts) for facts in shown])


def _row(
    share, counted_on, article, title, outlet, page, position, printed, event, level, given_by, parts, value, credited, why,
    uncapped, points, share_why, use, rule_set, is_sample,
) -> LedgerRow:  # fmt: skip
    record = _event(event, level, given_by) if event else _place(outlet, page, position)
    printed_title = printed if printed and printed != title else ""
    words = tuple(_words(part) for part in parts or ())
    return LedgerRow(
        share, counted_on, article, title, record, printed_title, words, value, credited, why, uncapped, points, share_why, use, rule_set,
        is_sample,
    )  # fmt: skip


def _place(outlet: str | None, page: str | None, position: str | None) -> str:
    shown = "" if position in (None, Position.ORDINARY) else Position(position).label
    return " ".join(filter(None, (outlet, page, shown)))


def _event(kind: str, level: str | None, given_by: str | None) -> str:
    return " ".join(filter(None, (EventKind(kind).label, Level(level).label if level else "", given_by)))


def _words(part: dict) -> str:
    """A rule line as it was when the record was scored: 市级媒体 计 5 分."""
    value = points_text(Decimal(part["value"]))
    match part["effect"]:
        case Effect.MULTIPLIER:
            return f"{part['name']} × {Decimal(part['value']).normalize():f}"
        case Effect.BONUS:
            return f"{part['name']} 加 {value} 分"
    return f"{part['name']} 计 {value} 分"
