"""What a plan and a statement are begun with: counts and titles of what is recorded, prose around them, nothing that nobody recorded.

What only the writer knows is left open as 「（请本人填写）」; nothing is handed in while that still stands there.
"""

import datetime
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from ..evidence import Have, find_evidence
from .cells import Line, PersonYear, Record
from .choices import State
from .contents import PlanText
from .coverage import Coverage, YearCoverage
from .models import StudyPlan
from .services.plans import PlanWords
from .services.writing import TO_FILL_IN

BookTitles = Callable[[datetime.date, datetime.date], Sequence[str]]
_book_lists: list[BookTitles] = []

MOST_BOOKS, MOST_TITLES = 6, 8
ATTENDANCE, REFLECTION, LOG, ADOPTION = "programme.attendance", "reading.reflection", "reading.log", "contributions.adoption"
RESEARCH, ACHIEVEMENT, APPLICATION = "contributions.research", "portfolio.achievement", "portfolio.application"
# What the next year tries to do about a have that was lacking.
REMEDIES = {
    Have.PLAN: "年初定好学习规划，年底对照",
    Have.NOTE: "随学随记，养成记笔记的习惯",
    Have.REFLECTION: "读书、参加学习以后写出心得",
    Have.RESEARCH: "结合本职参加一次调研，形成报告",
    Have.APPLICATION: "把学到的用到工作上，并登记收获运用",
}


def register_book_list(titles: BookTitles) -> None:
    """The room of books tells the titles that are recommended from a day to a day; the portfolio does not know the room."""
    if titles not in _book_lists:
        _book_lists.append(titles)


def propose_plan(
    *,
    this_year: PersonYear,
    last_year: PersonYear | None,
    last_plan: StudyPlan | PlanText | None = None,
    coverage: YearCoverage | None = None,
) -> PlanWords:
    """What lacked last year, the books recommended this year, the topics of last year's plan that came to no research, the content areas of
    which last year (`coverage`) had the least, when what is due."""
    first, last = datetime.date(this_year.year, 1, 1), datetime.date(this_year.year, 12, 31)
    books = [title for titles in _book_lists for title in titles(first, last)]
    return PlanWords(
        goals=_fitted(_goals(last_year), "goals"),
        books=_fitted([f"《{title}》" for title in dict.fromkeys(books)][:MOST_BOOKS], "books"),
        topics=_fitted([*_topics(last_year, last_plan), *_thin_areas(coverage)], "topics"),
        schedule=_fitted(_schedule(this_year.cells, this_year.others), "schedule"),
    )


def _fitted(lines: Iterable[str], name: str) -> str:
    """As many whole lines as the field holds."""
    text = ""
    for line in lines:
        longer = f"{text}\n{line}" if text else line
        if len(longer) > StudyPlan._meta.get_field(name).max_length:
            break
        text = longer
    return text


def _goals(last_year: PersonYear | None) -> list[str]:
    goals = [f"今年要学会：{TO_FILL_IN}"]
    if last_year is None:
        return goals
    for cell in last_year.cells:
        if cell.state not in (State.LACKING, State.TO_DO):
            continue
        lacked = _periods_lacked(cell.lines)
        which = f"去年“{cell.have.label}”缺{lacked}" if lacked else f"去年“{cell.have.label}”没有做到"
        goals.append(f"{REMEDIES[cell.have]}（{which}）。")
    for name, lines in groupby(sorted(last_year.others, key=lambda line: line.name), key=lambda line: line.name):
        if lacked := _periods_lacked(lines):
            goals.append(f"{name}不再落下（去年缺{lacked}）。")
    return goals


def _periods_lacked(lines: Iterable[Line]) -> str:
    return "、".join(line.period.label_in_year for line in lines if line.state is State.LACKING)


def _topics(last_year: PersonYear | None, last_plan) -> list[str]:
    if last_plan is None or not last_plan.topics or last_year is None:
        return []
    researched = any(cell.records for cell in last_year.cells if cell.have == Have.RESEARCH)
    return [] if researched else last_plan.topics.splitlines()


def _thin_areas(coverage: YearCoverage | None) -> list[str]:
    """Where something was studied last year at all: the areas that had nothing in half of the quarters or more."""
    if coverage is None or not any(one.state is Coverage.COVERED for area in coverage.areas for one in area.quarters):
        return []
    thin = [area.label for area in coverage.areas if sum(one.state is Coverage.NOTHING for one in area.quarters) >= 2]
    return [f"补上去年学得少的方面：{'、'.join(thin)}。"] if thin else []


def _schedule(cells, others: Sequence[Line]) -> list[str]:
    """Rule by rule, by when; a rule that asks every month says so."""
    lines = [line for cell in cells for line in cell.lines if line.is_floor and line.state is not State.EXEMPT]
    lines += [line for line in others if line.is_floor and line.state is not State.EXEMPT]
    by_name: dict[str, list[datetime.date]] = {}
    for line in lines:
        by_name.setdefault(line.name, []).append(line.due_on)
    said = []
    for name, days in sorted(by_name.items(), key=lambda item: (min(item[1]), item[0])):
        when = "每月底前" if len(days) > 6 else f"{'、'.join(_short(day) for day in sorted(days))}前"
        said.append(f"{name}：{when}")
    return said


def _short(day: datetime.date) -> str:
    return f"{day.month}月{day.day}日"


def draft_statement(year: PersonYear, *, plan: StudyPlan | PlanText | None, changes: dict[int, str]) -> str:
    """`changes`: of the own applications (by key) what changed at work."""
    parts = [
        _opening(year, plan),
        _studied(year),
        _made(year),
        _applied(year, changes),
        _short_of(year),
        f"下一步，{TO_FILL_IN}",
    ]
    return "\n\n".join(filter(None, parts))


def _opening(year: PersonYear, plan) -> str:
    said = []
    if len(year.places) == 1:
        one = year.places[0]
        said.append(f"{year.year}年，本人在{one.department}工作{f'，任{one.title}' if one.title else ''}。")
    elif year.places:
        spans = "；".join(_span(one, year.year) for one in year.places)
        said.append(f"{year.year}年，本人的任职有变动：{spans}。")
    if plan is not None and plan.goals:
        goals = "；".join(line.strip().rstrip("。；;") for line in plan.goals.splitlines() if line.strip())
        said.append(f"年度学习规划定的目标是：{goals}。")
    return "".join(said)


def _span(place, year: int) -> str:
    first, last = datetime.date(year, 1, 1), datetime.date(year, 12, 31)
    began = _short(max(place.started_on, first))
    ended = "至今" if place.ended_on is None or place.ended_on > last else f"至{_short(place.ended_on)}"
    return f"{began}{ended}在{place.department}{f'任{place.title}' if place.title else ''}"


def _of(year: PersonYear, *kinds: str) -> list[Record]:
    """Each record once, though it may fill two haves."""
    return list({(one.kind, one.record_id): one for one in year.records if one.kind in kinds}.values())


def _titles(records: Sequence[Record], marks: str = "《》") -> str:
    """The first ones in full, the rest by their number."""
    titles = [one.title for one in records if one.title]
    named = "".join(f"{marks[0]}{title}{marks[1]}" for title in titles[:MOST_TITLES])
    return f"{named}等" if len(titles) > MOST_TITLES else named


def _studied(year: PersonYear) -> str:
    said = []
    if attended := _of(year, ATTENDANCE):
        said.append(f"参加学习活动 {len(attended)} 次（含补学）")
    if books := _of(year, LOG):
        said.append(f"读完 {len(books)} 本书：{_titles(books)}")
    if reflections := _of(year, REFLECTION):
        said.append(f"写读书心得 {len(reflections)} 篇：{_titles(reflections)}")
    return f"一年来，{'；'.join(said)}。" if said else ""


def _made(year: PersonYear) -> str:
    said = []
    if research := _of(year, RESEARCH):
        said.append(f"参加调研 {len(research)} 项，形成{_titles(research)}")
    if adopted := _of(year, ADOPTION):
        said.append(f"稿件被采用 {len(adopted)} 篇：{_titles(adopted)}")
    if achieved := _of(year, ACHIEVEMENT):
        said.append(f"工作之外的学习 {len(achieved)} 项：{'、'.join(one.title for one in achieved[:MOST_TITLES])}")
    known = {ATTENDANCE, LOG, REFLECTION, RESEARCH, ADOPTION, ACHIEVEMENT}
    rest = [one for one in year.records if one.kind not in known and one.have not in (Have.PLAN, Have.APPLICATION) and one.title]
    for kind, records in groupby(sorted(rest, key=lambda one: one.kind), key=lambda one: one.kind):
        records = [one for one in records if kind != "portfolio.statement"]
        label = find_evidence(kind).label if find_evidence(kind) else ""
        if records and label:
            said.append(f"{label} {len(records)} 项：{_titles(records)}")
    return f"在成果方面，{'；'.join(said)}。" if said else ""


def _applied(year: PersonYear, changes: dict[int, str]) -> str:
    own = _of(year, APPLICATION)
    said = [f"学了“{one.title.rstrip('。')}”，{_sentence(changes[one.record_id])}" for one in own if changes.get(one.record_id)]
    have = next((cell for cell in year.cells if cell.have == Have.APPLICATION), None)
    others = [one for one in (have.records if have else ()) if one.kind != APPLICATION]
    if others:
        said.append(f"另有 {len(others)} 项学习用到了工作中：{_titles(others)}。")
    return f"在学以致用方面，{''.join(said)}" if said else ""


def _sentence(text: str) -> str:
    joined = "；".join(line.strip().rstrip("。；;") for line in text.splitlines() if line.strip())
    return f"{joined}。"


def _short_of(year: PersonYear) -> str:
    lines = [line for cell in year.cells for line in cell.lines] + list(year.others)
    missing = [line for line in lines if line.state is State.LACKING]
    late = [line for line in lines if line.state is State.HAVE and line.in_time < line.owed]
    said = [f"{name}缺{periods}" for name, periods in _by_rule(missing)] + [f"{name}迟交（{periods}）" for name, periods in _by_rule(late)]
    return f"不足之处：{'；'.join(said)}。" if said else ""


def _by_rule(lines: Iterable[Line]) -> list[tuple[str, str]]:
    """(rule, its periods in order)."""
    return [
        (name, "、".join(line.period.label_in_year for line in of_rule)) for name, of_rule in groupby(lines, key=lambda line: line.name)
    ]
