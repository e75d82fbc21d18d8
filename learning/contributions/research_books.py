"""The year's board of research as a table to take away: what is on the screen, all of it."""

from collections.abc import Iterator

from ..programme.books import Column, Sheet
from .research_board import Board, BoardReport, Stage

HEADER = (
    Column("科室（单位）", 24),
    Column("选题", 44),
    "进度",
    "申报日期",
    "批准日期",
    "提交日期",
    "字数",
    "优质名次",
    "去向（项）",
    Column("接下来", 30),
    "应完成",
)


def research_sheet(board: Board) -> Sheet:
    return Sheet(
        name=f"{board.year}年调研报告",
        header=HEADER,
        rows=_rows(board),
        notes=[
            f"{board.year}年调研报告进度",
            f"{'、'.join(board.kinds)}每年至少 1 篇。{board.basis}",
            f"应完成 {board.counts['owing']} 个，未申报 {board.counts['nothing']} 个，进行中 {board.counts['under_way']} 个，已提交 {board.counts['handed_in']} 个。",
        ],
    )


def _rows(board: Board) -> Iterator[list]:
    for row in board.rows:
        if not row.reports:
            yield [row.department.name, None, Stage.NOTHING.word, None, None, None, None, None, None, row.next, True]
        for report in row.reports:
            yield _cells(report, is_owed=True)
    for report in board.others:
        yield _cells(report, is_owed=False)


def _cells(report: BoardReport, *, is_owed: bool) -> list:
    is_in = report.stage >= Stage.HANDED_IN
    return [
        report.department,
        report.title,
        report.stage.word,
        report.declared_on,
        report.decided_on if report.stage >= Stage.APPROVED else None,
        report.handed_in_on if is_in else None,
        report.characters if is_in else None,
        report.rank,
        report.outcomes or None,
        report.next,
        is_owed,
    ]
