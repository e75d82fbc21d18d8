"""What the page of a file says of a cell and of a line below it, in a few words."""

import datetime

from .cells import Cell, Line
from .choices import State


def summary_of(cell: Cell, today: datetime.date) -> str:
    """One line under the word: what is there, or until when."""
    number = len(cell.records)
    if cell.state is State.EXEMPT:
        excuses = {line.excuse for line in cell.lines if line.excuse}
        return "；".join(sorted(excuses)) if excuses else "没有要求"
    if cell.to_supply and cell.state is not State.HAVE:
        due_on = cell.to_supply[0].due_on
        return f"{due_on.month}月{due_on.day}日{'到期' if due_on < today else '前'}"
    if number:
        return f"{number} 项"
    if cell.has_private:
        return "有记录"
    if cell.state is State.AHEAD:
        due_on = min(line.due_on for line in cell.lines)
        return f"{due_on.month}月{due_on.day}日前"
    return "没有记录"


def note_of(line: Line, today: datetime.date) -> str:
    """What there is to say of a line beyond its state: how much, until when, late, why nothing is owed."""
    said = []
    if line.excuse and line.state is State.EXEMPT:
        return line.excuse
    if line.owed > 1:
        said.append(f"要求 {line.owed}，已有 {line.done}")
    match line.state:
        case State.HAVE:
            if line.in_time < line.owed:
                said.append("迟交")
        case State.TO_DO:
            said.append(f"{line.due_on:%Y-%m-%d} {'已到期，现在补也收' if line.due_on < today else '前'}")
        case State.AHEAD:
            said.append(f"{line.due_on:%Y-%m-%d} 前")
        case State.LACKING:
            said.append(f"{line.due_on:%Y-%m-%d} 已到期")
        case State.EXEMPT:
            said.append("鼓励，不要求")
    return "，".join(said)
