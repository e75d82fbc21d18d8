"""Whose postings need a look before the files of a year are right: nobody is in the wrong department, or in none, without somebody being told.

A file is there in any case and belongs somewhere (`years.place_of`); each check says where, and what to mend. A constant number of statements.
"""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import combinations, pairwise

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse

from ..organisation.models import Posting, StaffMember
from ..periods import ONE_DAY
from .totals import with_place_then
from .years import first_day, in_scope, last_day

A_YEAR = datetime.timedelta(days=365)


class Need(Enum):
    """What is to be looked at: key for the style sheet, and word."""

    OVERLAP = ("overlap", "主要任职重叠")
    HOLE = ("hole", "任职中断")
    NO_PRIMARY = ("no-primary", "没有主要任职")
    CLOSED = ("closed", "科室已撤销")
    ENDED = ("ended", "任职已结束")
    UNPOSTED = ("unposted", "没有任职")
    SAME_NAME = ("same-name", "同名")

    def __init__(self, key, label):
        self.key, self.label = key, label


@dataclass(frozen=True, slots=True)
class PostingCheck:
    """`sentence` names person, place, days and remedy; `address` is the admin form that mends it."""

    need: Need
    staff_id: int
    name: str
    sentence: str
    address: str


def postings_to_check(year: int, today: datetime.date) -> list[PostingCheck]:
    """Those in the files by name, then those who are in none, then the names of several. Three statements."""
    found = [check for mine in _irregular_postings(year) for check in checks_of_person(mine, year, today)]
    found += [_unposted(person, year) for person in unposted(year)]
    found += _same_names(year, today)
    return found


def _irregular_postings(year: int) -> list[list[Posting]]:
    """The postings, person by person, of everybody who is not simply in one department all year, with those of the year before. One statement."""
    first, last = first_day(year), last_day(year)
    of_year = Posting.objects.overlapping(first, last).order_by()
    is_whole = Q(is_primary=True, started_on__lte=first, department__closed_on__isnull=True) & (
        Q(ended_on__isnull=True) | Q(ended_on__gte=last)
    )
    irregular = Q(staff__in=of_year.exclude(is_whole).values("staff"))
    several = of_year.values("staff").annotate(number=Count("pk")).filter(number__gt=1).values("staff")
    rows = (
        Posting.objects.overlapping(first - A_YEAR, last)
        .filter(irregular | Q(staff__in=several))
        .filter(staff__in=in_scope(year).values("pk"))
    )
    found = defaultdict(list)
    for posting in rows.select_related("staff", "department").order_by("staff__sort_key", "staff", "started_on", "-is_primary", "pk"):
        found[posting.staff_id].append(posting)
    return list(found.values())


def checks_of_person(postings: Sequence[Posting], year: int, today: datetime.date) -> list[PostingCheck]:
    """Of one person's postings (with `staff` and `department`) by start; what lies before the year only says that they were there."""
    person = postings[0].staff
    first, last = first_day(year), last_day(year)
    if person.left_on:
        last = min(last, person.left_on)
    found = [_overlap(one, other, max(first, other.started_on), last) for one, other in _overlapping(postings, first, last)]
    found += [_closed(one) for one in postings if _is_in_closed(one, first, last)]
    for stretch in stretches(postings, first, last):
        if stretch.postings:
            if not any(one.is_primary for one in stretch.postings):
                found.append(_no_primary(stretch))
            continue
        before = [one for one in postings if one.started_on < stretch.first]
        if before and any(one.started_on > stretch.last for one in postings):
            found.append(_hole(stretch, _latest(before)))
        elif before and stretch.first <= today:
            found.append(_ended(person, _latest(before)))
    return found


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days on end, both included, on which `postings` hold."""

    first: datetime.date
    last: datetime.date
    postings: tuple[Posting, ...]


def stretches(postings: Sequence[Posting], first: datetime.date, last: datetime.date) -> list[Stretch]:
    """The days from `first` to `last`, parted where what holds (nothing, something, something primary) changes."""
    ends = {one.ended_on + ONE_DAY for one in postings if one.ended_on}
    edges = sorted({first, last + ONE_DAY, *(day for day in ends | {one.started_on for one in postings} if first < day <= last)})
    found: list[Stretch] = []
    for begin, end in pairwise(edges):
        holding = tuple(one for one in postings if one.started_on <= begin and (one.ended_on is None or one.ended_on >= begin))
        if found and _sort(found[-1].postings) == _sort(holding):
            begin, holding = found[-1].first, found.pop().postings
        found.append(Stretch(begin, end - ONE_DAY, holding))
    return found


def _sort(postings: Sequence[Posting]) -> tuple[bool, bool]:
    return bool(postings), any(one.is_primary for one in postings)


def _latest(ended: Sequence[Posting]) -> Posting:
    """Of postings that have ended, the one that `years.place_of` takes."""
    return max(ended, key=lambda one: (one.ended_on, one.is_primary, one.started_on))


def _overlapping(postings: Sequence[Posting], first: datetime.date, last: datetime.date) -> list[tuple[Posting, Posting]]:
    """Pairs of primary postings that share a day from `first` to `last`, the one that began earlier first."""
    primary = [one for one in postings if one.is_primary and _holds_within(one, first, last)]
    return [(one, other) for one, other in combinations(primary, 2) if _holds_within(one, max(first, other.started_on), last)]


def _holds_within(one: Posting, first: datetime.date, last: datetime.date) -> bool:
    return one.started_on <= last and (one.ended_on is None or one.ended_on >= first)


def _is_in_closed(one: Posting, first: datetime.date, last: datetime.date) -> bool:
    closed_on = one.department.closed_on
    return closed_on is not None and closed_on <= last and _holds_within(one, max(first, closed_on), last)


def _overlap(one: Posting, other: Posting, begun: datetime.date, last: datetime.date) -> PostingCheck:
    until = min(day for day in (one.ended_on, other.ended_on, last) if day)
    if one.started_on < other.started_on:
        remedy = f"档案归后开始的那个。请把{one.department}那条的结束日期改为 {other.started_on - ONE_DAY:%Y-%m-%d}"
    else:
        remedy = "请删去登记错的那条"
    text = f"{_days(begun, until)} 同时有两个主要任职：{one.department}、{other.department}。{remedy}，或把兼任的那条改为不是主要任职。"
    return _of_posting(Need.OVERLAP, one, text)


def _closed(one: Posting) -> PostingCheck:
    closed_on = one.department.closed_on
    if one.started_on < closed_on:
        remedy = f"请把这条任职的结束日期填为 {closed_on - ONE_DAY:%Y-%m-%d}，再登记并入的科室"
    else:
        remedy = "请把这条任职改到并入的科室"
    text = f"还在{one.department}任职，而它已于 {closed_on:%Y-%m-%d} 撤销。{remedy}；在那之前档案仍归{one.department}。"
    return _of_posting(Need.CLOSED, one, text)


def _no_primary(stretch: Stretch) -> PostingCheck:
    one = max(stretch.postings, key=lambda posting: posting.started_on)
    places = "、".join(dict.fromkeys(str(posting.department) for posting in stretch.postings))
    return _of_posting(
        Need.NO_PRIMARY,
        one,
        f"{_days(stretch.first, stretch.last)} 只有兼任的任职：{places}，没有主要任职，档案暂归{one.department}。"
        "请把其中一条改为主要任职，或补登主要任职。",
    )


def _hole(stretch: Stretch, before: Posting) -> PostingCheck:
    return _of_posting(
        Need.HOLE,
        before,
        f"{_days(stretch.first, stretch.last)} 没有任职，这段时间到期的要求不计，档案归之前的{before.department}。"
        f"请改{before.department}那条的结束日期，或补登这段时间的任职。",
    )


def _ended(person: StaffMember, before: Posting) -> PostingCheck:
    return PostingCheck(
        Need.ENDED,
        person.pk,
        person.name,
        f"{person.name}：在{before.department}的任职到 {before.ended_on:%Y-%m-%d} 为止，之后没有任职，也没有登记离开。"
        "请补登新的任职；已离开的，请填离开单位日期。",
        reverse("staff:edit", args=[person.pk]),
    )


def _of_posting(need: Need, posting: Posting, text: str) -> PostingCheck:
    person = posting.staff
    return PostingCheck(need, person.pk, person.name, f"{person.name}：{text}", reverse("postings:edit", args=[posting.pk]))


def _days(first: datetime.date, last: datetime.date) -> str:
    return f"{first:%Y-%m-%d}" if first == last else f"{first:%Y-%m-%d} 至 {last:%Y-%m-%d}"


def unposted(year: int):
    """Those on the roster who have no file of `year`, though nobody said that they had left, and who do not come later: no posting."""
    first = first_day(year)
    mine = Posting.objects.filter(staff=OuterRef("pk"))
    people = StaffMember.objects.filter(Q(left_on__isnull=True) | Q(left_on__gte=first))
    is_or_will_be_there = Exists(mine.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=first)))
    return people.filter(~is_or_will_be_there).order_by("sort_key", "pk")


def _unposted(person: StaffMember, year: int) -> PostingCheck:
    return PostingCheck(
        Need.UNPOSTED,
        person.pk,
        person.name,
        f"{person.name}：名册上有此人，{year} 年没有任职，没有列入本年的五有档案。请登记任职；已离开的，请填离开单位日期。",
        reverse("staff:edit", args=[person.pk]),
    )


def _same_names(year: int, today: datetime.date) -> list[PostingCheck]:
    """One for each name of several people of whom one has no note that tells them apart. One statement."""
    people = in_scope(year).order_by()
    shared = people.values("name").annotate(number=Count("pk")).filter(number__gt=1).values("name")
    named = defaultdict(list)
    for person in with_place_then(people.filter(name__in=shared), year, today).order_by("sort_key", "name", "pk"):
        named[person.name].append(person)
    return [_same_name(mine) for mine in named.values() if not all(person.note for person in mine)]


def _same_name(people: Sequence[StaffMember]) -> PostingCheck:
    person = next(one for one in people if not one.note)
    places = "、".join(
        f"{one.department_then_name}（{f'工号 {one.employee_number}' if one.employee_number else '无工号'}）" for one in people
    )
    return PostingCheck(
        Need.SAME_NAME,
        person.pk,
        person.name,
        f"{person.name}：本年有 {len(people)} 位同名的人：{places}，各有各的档案。"
        "确是几个人的，请在各人的备注里写明区别；是一个人登记了几次的，请把多出来的填离开单位日期。",
        reverse("staff:edit", args=[person.pk]),
    )
