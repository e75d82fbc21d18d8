"""What a department's statement is begun with: its totals and the numbers of its records."""

import datetime

from ..evidence import Have
from ..organisation.models import Department
from .board import contributions_of, scope_of
from .choices import State
from .services.writing import TO_FILL_IN
from .totals import totals_by_department


def draft_department_statement(department: Department, year: int, today: datetime.date) -> str:
    """Of the department and all below it. A constant number of statements."""
    keys = list(scope_of(department).department_keys.values_list("pk", flat=True))
    parts = [_cells(department, keys, year, today), _records(keys, year), f"不足之处：{TO_FILL_IN}", f"下一步，{TO_FILL_IN}"]
    return "\n\n".join(filter(None, parts))


def _cells(department: Department, keys: list[int], year: int, today: datetime.date) -> str:
    total = totals_by_department(year, today, departments=keys).whole
    if not total.people:
        return f"{year}年，{department.name}没有建档人员。"
    cells = "；".join(_cell(have, total.states[have]) for have in Have)
    return f"{year}年，{department.name}应建五有档案 {total.people} 人。{cells}。"


def _cell(have: Have, states: dict[State, int]) -> str:
    others = "、".join(f"{state.label} {states[state]} 人" for state in State if state is not State.HAVE and states[state])
    return f"{have.label} {states[State.HAVE]} 人" + (f"（{others}）" if others else "")


def _records(keys: list[int], year: int) -> str:
    found = contributions_of(year, keys)
    own = [f"{one.kind.label} {one.records} 项" for one in found if one.people is None]
    people = [f"{one.kind.label} {one.records} 项（{one.people} 人）" for one in found if one.people is not None]
    said = [f"科室（单位）完成{'、'.join(own)}"] if own else []
    said += [f"人员学习记录有{'、'.join(people)}"] if people else []
    return f"一年来，{'；'.join(said)}。" if said else ""
