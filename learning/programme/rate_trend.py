"""Both rates month by month, as numbers that a template draws. The table below the lines says the same, with the counts they rest on."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..periods import Period
from .rates import Figure, GroupRates

WIDTH, HEIGHT = 340, 150
LEFT, RIGHT, TOP, BOTTOM = 32, 10, 10, 22
LEVELS = (0, 25, 50, 75, 100)  # percent


@dataclass(frozen=True, slots=True)
class Dot:
    x: str
    y: str
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """`stretches` are for polylines: a month without a percentage breaks the line."""

    name: str
    stretches: list[str]
    dots: list[Dot]


@dataclass(frozen=True, slots=True)
class Mark:
    """A label on an axis, where it stands."""

    at: str
    text: str


@dataclass(frozen=True, slots=True)
class RateTrend:
    """`months` are the groups of the table, in order; `sentence` says in words what is drawn."""

    attendance: Line
    completion: Line
    columns: list[Mark]
    levels: list[Mark]
    months: list[GroupRates]
    sentence: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT

    @property
    def last(self) -> GroupRates | None:
        """The last month that anybody was expected in."""
        return _last(self.months)

    @property
    def has_lines(self) -> bool:
        """Whether any month has a percentage: of very few people there is only the table."""
        return bool(self.attendance.dots or self.completion.dots)

    @property
    def is_empty(self) -> bool:
        return self.last is None


def rate_trend(groups: Sequence[GroupRates]) -> RateTrend:
    """Of `rates.by_month`."""
    return RateTrend(
        attendance=_line("出勤率", [one.attendance for one in groups], groups),
        completion=_line("学习完成率", [one.completion for one in groups], groups),
        columns=[Mark(_x(at, len(groups)), str(one.key)) for at, one in enumerate(groups)],
        levels=[Mark(_y(level), f"{level}%") for level in LEVELS],
        months=list(groups),
        sentence=_sentence(groups),
    )


def months_until(last: Period, number: int = 12) -> list[Period]:
    """The `number` months that end with `last`."""
    months = [last]
    while len(months) < number:
        months.insert(0, months[0].previous)
    return months


def _line(name: str, figures: Sequence[Figure], groups: Sequence[GroupRates]) -> Line:
    stretches, dots, points = [], [], []
    for at, figure in enumerate(figures):
        if not figure.bar:
            stretches, points = [*stretches, points], []
            continue
        dot = Dot(_x(at, len(figures)), _y(float(figure.bar)), f"{groups[at].name}{name} {figure.text}（{figure.counts}）")
        dots.append(dot)
        points.append(f"{dot.x},{dot.y}")
    return Line(name, [" ".join(one) for one in (*stretches, points) if len(one) > 1], dots)


def _x(at: int, number: int) -> str:
    return f"{LEFT + (WIDTH - LEFT - RIGHT) / number * (at + 0.5):.1f}"


def _y(percent: float) -> str:
    return f"{HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * percent / 100:.1f}"


def _last(groups: Sequence[GroupRates]) -> GroupRates | None:
    return next((one for one in reversed(groups) if one.rates.expected), None)


def _sentence(groups: Sequence[GroupRates]) -> str:
    last = _last(groups)
    if last is None:
        return "这一段时间还没有点过名的学习活动。"
    rated = [one for one in groups if one.attendance.bar]
    words = f"{last.name}出勤率 {last.attendance.text}，学习完成率 {last.completion.text}"
    if len(rated) < 2:
        return f"{words}。"
    low, high = (choose(rated, key=lambda one: one.rates.attendance) for choose in (min, max))
    return f"{words}。出勤率最高是{high.name} {high.attendance.text}，最低是{low.name} {low.attendance.text}。"
