"""What the rows of a table may mean: outlets with their grades, departments and people, each read once for the whole table."""

import bisect
import datetime
import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ...organisation.models import Department, Posting, StaffMember
from ...organisation.roster import CellError
from ..choices import Level
from ..models import Outlet, OutletGrade, OutletName
from .cells import plain

LABELLED = re.compile(r"(?P<name>[^()\[\]]+)[(\[](?P<mark>[^()\[\]]+)[)\]]")


class Grade(NamedTuple):
    level: str
    weight_class: str


@dataclass(slots=True)
class KnownOutlet:
    """`since` and `grades` in order; `key` None for one that is to be made."""

    key: int | None
    name: str
    medium: str
    closed_on: datetime.date | None = None
    since: list[datetime.date] = field(default_factory=list)
    grades: list[Grade] = field(default_factory=list)

    def grade_on(self, day: datetime.date) -> Grade | None:
        """The last one that had begun, else the first there is."""
        return self.grades[max(0, bisect.bisect_right(self.since, day) - 1)] if self.grades else None


class KnownOutlets:
    """Three statements. `rows` are all that was read, to be compared with what is there later."""

    def __init__(self):
        outlets = list(Outlet.objects.order_by("pk").values_list("pk", "name", "medium", "closed_on"))
        names = list(OutletName.objects.order_by("pk").values_list("text", "outlet"))
        grades = list(OutletGrade.objects.order_by("since", "pk").values_list("outlet", "since", "level", "weight_class"))
        self.rows = (outlets, names, grades)
        self.by_key = {pk: KnownOutlet(pk, name, medium, closed_on) for pk, name, medium, closed_on in outlets}
        self._by_name = {plain(text): self.by_key[pk] for text, pk in names}
        self._by_name |= {plain(one.name): one for one in self.by_key.values()}
        for pk, since, level, weight_class in grades:
            self.by_key[pk].since.append(since)
            self.by_key[pk].grades.append(Grade(level, weight_class))
        self._near: dict[str, list[KnownOutlet]] = {}

    def named(self, name: str) -> KnownOutlet | None:
        """By name or other name, whatever the marks around it."""
        key = plain(name)
        return self._by_name.get(key) or self._by_name.get(key.strip("《》\"'“”「」"))

    def of_host(self, host: str) -> KnownOutlet | None:
        """The outlet with the longest domain that `host` is or lies below."""
        labels = host.casefold().rstrip(".").split(".")
        return next((found for begin in range(len(labels) - 1) if (found := self._by_name.get(".".join(labels[begin:])))), None)

    def near(self, name: str) -> list[KnownOutlet]:
        """At most three whose name or other name is like it."""
        key = plain(name)
        if key not in self._near:
            close = difflib.get_close_matches(key, self._by_name, n=5, cutoff=0.6)
            self._near[key] = list({self._by_name[one].key: self._by_name[one] for one in close}.values())[:3]
        return self._near[key]


class KnownDepartments:
    """One statement."""

    def __init__(self):
        self.rows = list(Department.objects.order_by("pk").values_list("pk", "name", "short_name", "closed_on", "parent__name"))
        self.names = {pk: name for pk, name, _short, _closed, _above in self.rows}
        self._by_name = defaultdict(list)
        for row in self.rows:
            for name in {plain(row[1]), plain(row[2])} - {""}:
                self._by_name[name].append(row)
        self._found: dict[tuple, int] = {}

    def named(self, name: str, day: datetime.date) -> int:
        """Of several of that name the one that was not closed on `day`. Raises CellError."""
        found = self._by_name.get(plain(name), [])
        there = [row for row in found if row[3] is None or row[3] > day]
        if len(there) == 1:
            return there[0][0]
        if there:
            above = "、".join(row[4] or "（无上级）" for row in there)
            raise CellError(
                f"供稿科室：有 {len(there)} 个科室（单位）叫“{name}”（上级：{above}）。请写明其中一个的简称，或先给它们取不同的简称。"
            )
        if found:
            raise CellError(f"供稿科室“{name}”在 {day:%Y-%m-%d} 已撤销（{found[0][3]:%Y-%m-%d}）。请改填当时的科室。")
        near = difflib.get_close_matches(name, self.names.values(), n=1, cutoff=0.5)
        hint = f"是不是“{near[0]}”？请改正" if near else "请改正"
        raise CellError(f"供稿科室：系统中没有科室（单位）“{name}”。{hint}，或先在“科室与单位”里建立它。")


@dataclass(frozen=True, slots=True)
class Author:
    """`staff` is None for somebody who is not on the roster; `department` is theirs on the day."""

    name: str
    staff: int | None = None
    department: int | None = None


@dataclass(slots=True)
class _Person:
    key: int
    name: str
    number: str
    left_on: datetime.date | None
    postings: list[tuple[datetime.date, datetime.date | None, int]] = field(default_factory=list)

    def department_on(self, day: datetime.date) -> int | None:
        return next((place for began, ended, place in self.postings if began <= day and (ended is None or day <= ended)), None)


class KnownPeople:
    """Those of `names` who are on the roster. Two statements."""

    def __init__(self, names: Iterable[str], departments: KnownDepartments):
        self.departments = departments
        wanted = {found["name"].strip() if (found := LABELLED.fullmatch(name)) else name for name in names}
        self._by_name, by_key = defaultdict(list), {}
        for pk, name, number, left_on in StaffMember.objects.order_by("pk").values_list("pk", "name", "employee_number", "left_on"):
            if name in wanted:
                by_key[pk] = _Person(pk, name, number, left_on)
                self._by_name[name].append(by_key[pk])
        postings = Posting.objects.primary().order_by("-started_on", "-pk").values_list("staff", "started_on", "ended_on", "department")
        for staff, began, ended, place in postings if by_key else ():
            if staff in by_key:
                by_key[staff].postings.append((began, ended, place))

    def named(self, text: str, day: datetime.date, places: Iterable[int]) -> Author:
        """Who wrote as `text` on `day`; of namesakes the one of the article's departments `places`. Raises CellError."""
        people, mark = self._by_name.get(text, []), ""
        if not people and (found := LABELLED.fullmatch(text)):
            people, mark = self._by_name.get(found["name"].strip(), []), found["mark"].strip()
        there = [one for one in people if one.left_on is None or one.left_on >= day] or people
        if mark:
            there = [one for one in there if mark in (one.number, self._place(one, day))]
        if len(there) > 1:
            there = [one for one in there if one.department_on(day) in set(places)] or there
        if len(there) > 1:
            known = "、".join(f"{one.name}（{self._place(one, day) or '无科室'}，{one.number or '无工号'}）" for one in there)
            raise CellError(f"作者“{text}”有 {len(there)} 位：{known}。请写成“{there[0].name}（工号）”或“{there[0].name}（科室）”。")
        if people and not there:
            raise CellError(f"作者“{text}”：花名册里的{people[0].name}不在“{mark}”，工号也不是它。请核对。")
        return Author(there[0].name, there[0].key, there[0].department_on(day)) if there else Author(text)

    def _place(self, person: _Person, day: datetime.date) -> str:
        return self.departments.names.get(person.department_on(day), "")


def level_label(level: str) -> str:
    return str(Level(level).label)


def read_byline(
    places: Sequence[str], names: Sequence[str], day: datetime.date, departments: KnownDepartments, people: KnownPeople
) -> tuple[tuple[int, ...], tuple[Author, ...], list[str]]:
    """(departments, authors, errors), each once and in order."""
    found, authors, errors = [], [], []
    for name in places:
        try:
            found.append(departments.named(name, day))
        except CellError as error:
            errors.append(str(error))
    for name in names:
        try:
            authors.append(people.named(name, day, found))
        except CellError as error:
            errors.append(str(error))
    return tuple(dict.fromkeys(found)), tuple({one.staff or one.name: one for one in authors}.values()), errors
