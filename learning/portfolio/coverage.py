"""内容覆盖 (R22): which of the five content areas had nothing in a quarter.

Counted are held sessions, by the quarter of the plan, and published articles (materials, lecture records, exhibited reflections), by their
信息时间. Either counts for its own area, or, where it names none, for the areas of its topics.
"""

import datetime
from collections import defaultdict
from dataclasses import dataclass
from enum import Enum

from django.db.models import Case, CharField, Count, F, Value, When
from django.db.models.functions import ExtractQuarter

from ..articles.models import ArticlePage
from ..periods import SHANGHAI, Period, PeriodKind, periods_of_year
from ..programme.models import Attendance, Session
from ..programme.scopes import ORGAN, Scope
from ..topics.areas import ContentArea

SESSION, ARTICLE = "session", "article"


class Coverage(Enum):
    """Key for the style sheet, word and mark."""

    COVERED = ("done", "有", "●")
    NOT_YET = ("late", "尚无", "◐")
    NOTHING = ("missed", "空缺", "○")
    AHEAD = ("not-due", "未到", "–")

    def __init__(self, key, label, mark):
        self.key, self.label, self.mark = key, label, mark


@dataclass(frozen=True, slots=True)
class QuarterCount:
    quarter: Period
    sessions: int
    articles: int
    state: Coverage

    @property
    def note(self) -> str:
        return f"学习活动 {self.sessions} 次，文章 {self.articles} 篇"


@dataclass(frozen=True, slots=True)
class AreaCoverage:
    area: ContentArea
    quarters: list[QuarterCount]

    @property
    def label(self) -> str:
        return self.area.label


@dataclass(frozen=True, slots=True)
class YearCoverage:
    """`unmarked` are held sessions that say no area: nobody can tell what they covered."""

    year: int
    areas: list[AreaCoverage]
    unmarked: int

    @property
    def quarters(self) -> list[Period]:
        return [one.quarter for one in self.areas[0].quarters]


def coverage_of(year: int, today: datetime.date, *, scope: Scope = ORGAN) -> YearCoverage:
    """Of the organ: every held session and every published article. Of a department: the sessions its people were expected at, as it was
    then, and the articles it published. One statement."""
    counts: dict[tuple[str, int, str], int] = defaultdict(int)
    for kind, quarter, area, number in _sessions(year, scope).union(_articles(year, scope), all=True):
        counts[kind, quarter, area or ""] += number
    quarters = periods_of_year(year, PeriodKind.QUARTER)
    areas = [
        AreaCoverage(
            area,
            [
                _cell(quarter, counts[SESSION, number, area.value], counts[ARTICLE, number, area.value], today)
                for number, quarter in enumerate(quarters, start=1)
            ],
        )
        for area in ContentArea
    ]
    return YearCoverage(year, areas, sum(counts[SESSION, number, ""] for number in range(1, 5)))


def _cell(quarter: Period, sessions: int, articles: int, today: datetime.date) -> QuarterCount:
    if sessions or articles:
        state = Coverage.COVERED
    elif today < quarter.first:
        state = Coverage.AHEAD
    else:
        state = Coverage.NOT_YET if today in quarter else Coverage.NOTHING
    return QuarterCount(quarter, sessions, articles, state)


def _counted(rows, kind: str, quarter):
    area = Case(When(area="", then=F("topics__area")), default=F("area"), output_field=CharField())
    rows = rows.order_by().annotate(said_kind=Value(kind, output_field=CharField()), quarter=quarter, said_area=area)
    rows = rows.values("said_kind", "quarter", "said_area").annotate(number=Count("pk", distinct=True))
    return rows.values_list("said_kind", "quarter", "said_area", "number")


def _sessions(year: int, scope: Scope):
    (span,) = periods_of_year(year, PeriodKind.YEAR)
    rows = Session.objects.held().in_period(span)
    if scope != ORGAN:
        rows = rows.filter(pk__in=Attendance.objects.expected().filter(scope.places()).order_by().values("session"))
    return _counted(rows, SESSION, ExtractQuarter("planned_on"))


def _articles(year: int, scope: Scope):
    (span,) = periods_of_year(year, PeriodKind.YEAR)
    rows = ArticlePage.objects.live().filter(shown_at__gte=span.starts_at, shown_at__lt=span.ends_at)
    if scope != ORGAN:
        rows = rows.filter(department__in=scope.department_keys)
    return _counted(rows, ARTICLE, ExtractQuarter("shown_at", tzinfo=SHANGHAI))
