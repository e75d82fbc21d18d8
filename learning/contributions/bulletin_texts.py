"""What a bulletin says, from the numbers: text, tables, and the snapshot that keeps both with what they were counted from.

What is published names nobody as the last: departments with used pieces are listed, in a ranking but for those on its lowest place; of the
others the number is given.
"""

import datetime
from dataclasses import asdict, dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import Count, Q

from ..articles.notices import NoticeTable, NoticeText
from ..periods import Period
from .choices import BulletinKind, Level
from .choosing import USES, UseFilter
from .models import Placement, RuleSet
from .recalculating import is_recalculated
from .standing import FEW, Standing, Standings, department_standings

TOLD = USES[UseFilter.BULLETIN]  # scores that are only for display are not told
SIGNED_BY = {BulletinKind.HALF_YEAR: "机关党委、宣传科", BulletinKind.RANKING: "宣传科"}
SMALL = "*"


class BulletinError(ValidationError):
    """No bulletin can be made; the message is Chinese and says what to do."""


@dataclass(frozen=True, slots=True)
class Bulletin:
    text: NoticeText
    snapshot: dict


def bulletin_of(kind: BulletinKind, period: Period, *, today: datetime.date) -> Bulletin:
    """Raises BulletinError for a period that has not begun or is being recalculated, and for a ranking without rules that may be told."""
    if period.first > today:
        raise BulletinError(f"{period.label}还没有开始。")
    if is_recalculated(period):
        raise BulletinError(f"{period.label}的分正在重算，一部分是旧分。请等重算做完（见“重算记录”），再生成通报。")
    found = department_standings(period, uses=TOLD, today=today)
    told = _told(found.rule_sets)
    if kind == BulletinKind.RANKING and not told:
        raise BulletinError(
            "这一年没有可以通报的计分规则，排不了名次。请先启用规则；用途是“仅展示”的规则不能用来通报，请在新版本里改为“通报”或“计入考核”。"
        )
    tables = _tables(kind, found, period, bool(told))
    text = NoticeText(
        title=_title(kind, period),
        paragraphs=_opening(kind, period, found, told, today),
        signed_by=SIGNED_BY[kind],
        composed_on=today,
        tables=tables,
        closing=_closing(kind, found, bool(told)),
    )
    return Bulletin(text, _snapshot(kind, text, period, found, told, today))


def _told(rule_sets: list[RuleSet]) -> list[RuleSet]:
    """Those that, or a line or quota of which, may be told in a bulletin."""
    may = Q(use__in=TOLD) | Q(rules__use__in=TOLD) | Q(quotas__use__in=TOLD)
    keys = set(RuleSet.objects.filter(may, pk__in=[rules.pk for rules in rule_sets]).order_by().values_list("pk", flat=True))
    return [rules for rules in rule_sets if rules.pk in keys]


def _title(kind: BulletinKind, period: Period) -> str:
    return f"{period.label}{'新闻宣传工作汇总通报' if kind == BulletinKind.HALF_YEAR else '各科室投稿使用情况排名通报'}"


def _opening(kind: BulletinKind, period: Period, found: Standings, told: list[RuleSet], today: datetime.date) -> list[str]:
    whole = found.whole
    until = "" if today > period.last else f"（数据截至{_day(today)}）"
    what = "各科室（单位）投稿使用情况" if kind == BulletinKind.RANKING else "新闻宣传工作情况"
    lines = [
        f"{period.label}{until}，全局报送新闻宣传稿件 {whole.submitted} 篇，被各级媒体采用 {whole.adopted} 篇、{whole.placements} 次。"
        f"现将{what}通报如下。"
    ]
    if told:
        names = "；".join(
            f"《{rules.name}》（{_day(rules.effective_from)}起执行，依据：{rules.basis}{'；示例规则，分值不是本单位的规定' if rules.is_sample else ''}）"
            for rules in told
        )
        lines.append(f"得分按{names}计算，以刊发日期归入期间。")
    return lines


def _tables(kind: BulletinKind, found: Standings, period: Period, has_scores: bool) -> list[NoticeTable]:
    named = _named(kind, found)
    used = [row for row in named if row.rank is not None]
    apart = [row for row in named if row.rank is None]
    if kind == BulletinKind.HALF_YEAR:
        # A summary keeps to the order of the bureau: it is no ranking.
        rows = sorted([*used, *apart], key=lambda row: row.order)
        tables = [
            NoticeTable("各科室（单位）报送与采用", _header(has_scores, has_ranks=False), [_cells(row, has_scores, False) for row in rows])
        ]
        return [_levels(period), *tables] if rows else [_levels(period)]
    tables = [NoticeTable("各科室投稿使用情况", _header(has_scores, has_ranks=True), [_cells(row, has_scores, True) for row in used])]
    if apart:
        rows = sorted(apart, key=lambda row: row.order)
        tables.append(
            NoticeTable("不参加排名的单位", _header(has_scores, has_ranks=False), [_cells(row, has_scores, False) for row in rows])
        )
    return tables


def _named(kind: BulletinKind, found: Standings) -> list[Standing]:
    """Those with used pieces; a ranking stops above its lowest place, whoever is on it."""
    lowest = max((row.rank for row in found.ranked), default=1)
    is_last = kind == BulletinKind.RANKING and lowest > 1
    return [row for row in found.rows if row.adopted and not (is_last and row.rank == lowest)]


def _header(has_scores: bool, has_ranks: bool) -> list[str]:
    scores = ["得分", "人均得分"] if has_scores else []
    return [*(["名次"] if has_ranks else []), "科室（单位）", "报送（篇）", "采用（篇）", "采用（次）", *scores, "人数"]


def _cells(row: Standing, has_scores: bool, has_ranks: bool) -> list[str]:
    rank = [str(row.rank)] if has_ranks else []
    scores = [row.points_text, f"{row.per_head_text}{SMALL if row.is_small and row.heads else ''}"] if has_scores else []
    return [*rank, row.name, str(row.submitted), str(row.adopted), str(row.placements), *scores, str(row.heads)]


def _levels(period: Period) -> NoticeTable:
    """Uses by the level of the outlet on the day of publication; a level with nothing is there, too."""
    counted = Placement.objects.confirmed().in_period(period).order_by().values_list("level")
    found = {
        level: (number, articles)
        for level, number, articles in counted.annotate(number=Count("pk"), articles=Count("article", distinct=True))
    }
    rows = [[Level(level).label, *map(str, reversed(found.get(level, (0, 0))))] for level in Level.values]
    return NoticeTable("按媒体级别", ["级别", "采用（篇）", "采用（次）"], rows)


def _closing(kind: BulletinKind, found: Standings, has_scores: bool) -> list[str]:
    lines = []
    if unnamed := len(found.rows) - len(_named(kind, found)):
        is_silent = unnamed == sum(not row.adopted for row in found.rows)
        lines.append(f"另有 {unnamed} 个科室（单位）{'没有被采用的稿件，' if is_silent else ''}不一一列出。")
    lines.append(
        "报送、采用按稿件篇数统计，几个科室合写的，各科室各计一篇，全局只计一篇。"
        + (f"人数为{_day(found.heads_on)}在岗人数；标 {SMALL} 的人数少于 {FEW} 人，人均仅供参考。" if has_scores else "")
    )
    return lines


def _snapshot(kind: BulletinKind, text: NoticeText, period: Period, found: Standings, told: list[RuleSet], today: datetime.date) -> dict:
    """All that was counted, also of those who are not named, with unrounded points as text."""
    named = _named(kind, found)
    return {
        "label": period.label,
        "first": str(period.first),
        "last": str(period.last),
        "made_on": str(today),
        "heads_on": str(found.heads_on),
        "uses": sorted(TOLD),
        "rules": [
            {
                "key": rules.pk,
                "name": rules.name,
                "effective_from": str(rules.effective_from),
                "basis": rules.basis,
                "is_sample": rules.is_sample,
                "is_told": rules in told,
            }
            for rules in found.rule_sets
        ],
        "whole": {**asdict(found.whole), "points": _exact(found.whole.points)},
        "rows": [_row(row) for row in found.rows],
        "paragraphs": list(text.paragraphs),
        "tables": [asdict(table) for table in text.tables],
        "closing": list(text.closing),
        "unnamed": [row.name for row in found.rows if row not in named],
    }


def _row(row: Standing) -> dict:
    names = ("key", "name", "kind", "submitted", "adopted", "placements", "heads", "rank")
    return {**{name: getattr(row, name) for name in names}, "records": _exact(row.records), "quotas": _exact(row.quotas)}


def _exact(points: Decimal) -> str:
    return f"{points:f}"


def _day(day: datetime.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
