"""Standings, matrix and ledgers as tables to take away: the same rows as on the screen, all of them, unrounded."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from ..programme.books import Column, Sheet
from .choosing import Chosen
from .ledgers import Account, LedgerRow, adopted_pieces, ledger_rows, submitted_pieces, unscored_pieces
from .matrix import Matrix
from .models import RuleSet
from .quotas import QuotaRow
from .recalculating import is_recalculated
from .standing import FEW, Standings

SAMPLE = "分值按示例规则计算，示例规则不是本单位的规定。"
HALFWAY = "分数正在重算，还没有做完：有的是新分，有的还是旧分。"
SMALL = "人数少，人均仅供参考"


def standings_sheet(found: Standings, *, chosen: Chosen, title: str, is_by_people: bool) -> Sheet:
    header = ["名次", Column("姓名" if is_by_people else "科室（单位）", 24), *([Column("科室（单位）", 24)] if is_by_people else [])]
    header += ["报送（篇）", "采用（篇）", "采用（次）", "得分"]
    header += [] if is_by_people else ["其中记录得分", "其中任务得分", "人数", "人均得分", Column("备注", 26)]
    points = header.index("得分")
    return Sheet(
        name="个人" if is_by_people else "科室",
        header=header,
        rows=_standing_rows(found, is_by_people),
        notes=_notes(title, chosen, found.rule_sets),
        sums=[points],
        after=[
            f"全局报送 {found.whole.submitted} 篇，采用 {found.whole.adopted} 篇、{found.whole.placements} 次（合写的只计一次）。",
            *([] if is_by_people else [f"人数按 {found.heads_on:%Y-%m-%d} 的主要任职；少于 {FEW} 人的，人均仅供参考。"]),
        ],
    )


def matrix_sheet(matrix: Matrix, *, chosen: Chosen, title: str, shows_points: bool) -> Sheet:
    def shown(cell):
        return (cell.points if shows_points else cell.number) if not cell.is_empty else None

    header = [Column("媒体", 24), "级别", "类别", "权重类别", "一次的分值", *(column.name for column in matrix.columns), "合计"]
    rows = (
        [row.name, row.level_label, row.medium_label, row.class_label, row.weight, *map(shown, row.cells), shown(row.total)]
        for row in matrix.rows
    )
    rule_sets = [matrix.rules] if matrix.rules else []
    return Sheet(
        name="得分" if shows_points else "采用次数",
        header=header,
        rows=rows,
        notes=_notes(title, chosen, rule_sets),
        sums=range(5, len(header)),
        after=[f"合写的稿件在各科室各计一次；实际采用 {matrix.placements} 次。"] if matrix.counts_some_twice else [],
    )


def ledger_sheets(account: Account, shares, quotas: Sequence[QuotaRow], *, chosen: Chosen, title: str, rule_sets: Sequence[RuleSet]):
    """All rows, however many; their sum is a formula, the only one in the book."""
    header = [
        "日期",
        Column("稿件", 40),
        Column("刊发标题", 24),
        Column("媒体或事项", 24),
        Column("适用的规则", 40),
        "规则分",
        "稿件计入",
        Column("计入的说明", 30),
        "分得",
        "计分",
        Column("计分的说明", 24),
        "用途",
        Column("规则版本", 20),
    ]
    rows = chain(_ledger_rows(ledger_rows(shares)), _quota_rows(quotas))
    yield Sheet("明细", header, rows, notes=_notes(title, chosen, rule_sets), sums=[header.index("计分")])
    for name, pieces in (
        ("报送的稿件", submitted_pieces(account, chosen, most=None)),
        ("采用的稿件", adopted_pieces(account, chosen, most=None)),
        ("没有计分的采用", unscored_pieces(account, chosen, most=None)),
    ):
        yield Sheet(name, ["日期", Column("稿件", 40), Column("说明", 40)], ([one.on, one.title, one.note] for one in pieces.rows))


def _notes(title: str, chosen: Chosen, rule_sets: Iterable[RuleSet]) -> list[str]:
    names = "、".join(str(rules) for rules in rule_sets)
    notes = [title, f"期间：{chosen.first:%Y-%m-%d} 至 {chosen.last:%Y-%m-%d}；用途：{chosen.use_label}；规则：{names or '没有启用的规则'}"]
    return [*notes, *([SAMPLE] if any(rules.is_sample for rules in rule_sets) else []), *([HALFWAY] if is_recalculated(chosen) else [])]


def _standing_rows(found: Standings, is_by_people: bool) -> Iterator[list]:
    for row in found.rows:
        place = "不参加排名" if row.rank is None else row.rank
        figures = [row.submitted, row.adopted, row.placements, row.points]
        if is_by_people:
            yield [place, row.name, row.place, *figures]
        else:
            yield [place, row.name, *figures, row.records, row.quotas, row.heads, row.per_head, SMALL if row.is_small else ""]


def _ledger_rows(rows: Iterable[LedgerRow]) -> Iterator[list]:
    for row in rows:
        yield [
            row.counted_on,
            row.title,
            row.printed_title,
            row.record,
            row.rules,
            row.value,
            row.credited,
            row.line_why,
            row.uncapped,
            row.points,
            row.share_why,
            row.use_label,
            row.rule_set,
        ]


def _quota_rows(quotas: Iterable[QuotaRow]) -> Iterator[list]:
    for row in quotas:
        yield [
            row.counted_on,
            row.task,
            "",
            row.name,
            row.words,
            row.points,
            row.points,
            "",
            row.points,
            row.points,
            "",
            row.use_label,
            row.rule_set,
        ]
