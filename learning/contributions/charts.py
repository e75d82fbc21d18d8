"""Charts as numbers that a template draws: widths in percent, points on a plain of fixed size. No words are drawn, they stand as text."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from .rounding import points_text
from .standing import MonthCount, Standing

WIDTH, HEIGHT = 340, 170  # of the trend; a phone shows it as large as that
LEFT, RIGHT, TOP, BOTTOM = 28, 10, 14, 24
STEPS = (1, 2, 5)
LINES = 4  # across the trend, at most


@dataclass(frozen=True, slots=True)
class Bar:
    """`width` in percent of the longest; `is_below` for what is less than nothing."""

    name: str
    value: str
    width: str
    is_below: bool


@dataclass(frozen=True, slots=True)
class Dot:
    x: str
    y: str
    label: str


@dataclass(frozen=True, slots=True)
class Series:
    """`points` is for a polyline."""

    name: str
    points: str
    dots: list[Dot]


@dataclass(frozen=True, slots=True)
class Mark:
    """A label on an axis, where it stands."""

    at: str
    text: str


@dataclass(frozen=True, slots=True)
class Trend:
    """`sentence` says in words what is drawn."""

    submitted: Series
    adopted: Series
    months: list[Mark]
    levels: list[Mark]
    counts: list[MonthCount]
    sentence: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    base: int = HEIGHT - BOTTOM


def bars_of(standings: Sequence[Standing]) -> list[Bar]:
    """The largest first; what has nothing is in the table and not here."""
    rows = sorted((one for one in standings if one.points), key=lambda one: -one.points)
    longest = max((abs(one.points) for one in rows), default=Decimal(1))
    return [Bar(one.name, points_text(one.points), f"{abs(one.points) / longest * 100:.2f}", one.points < 0) for one in rows]


def trend_of(counts: Sequence[MonthCount]) -> Trend:
    begun = [one for one in counts if one.submitted is not None]
    step = step_for(max((max(one.submitted, one.adopted) for one in begun), default=0))
    top = step * LINES
    return Trend(
        submitted=_series("报送", [one.submitted for one in counts], top, counts),
        adopted=_series("采用", [one.adopted for one in counts], top, counts),
        months=[Mark(_x(at, len(counts)), str(one.period.first.month)) for at, one in enumerate(counts)],
        levels=[Mark(_y(step * number, top), str(step * number)) for number in range(LINES + 1)],
        counts=list(counts),
        sentence=_sentence(counts, begun),
    )


def step_for(highest: int) -> int:
    """A round number of which `LINES` hold `highest`."""
    scale = 1
    while True:
        for step in STEPS:
            if step * scale * LINES >= highest:
                return step * scale
        scale *= 10


def _series(name: str, numbers: Sequence[int | None], top: int, counts) -> Series:
    dots = [
        Dot(_x(at, len(numbers)), _y(number, top), f"{counts[at].period.label}{name} {number} 篇")
        for at, number in enumerate(numbers)
        if number is not None
    ]
    return Series(name, " ".join(f"{dot.x},{dot.y}" for dot in dots), dots)


def _x(at: int, number: int) -> str:
    room = (WIDTH - LEFT - RIGHT) / number
    return f"{LEFT + room * (at + 0.5):.1f}"


def _y(value: int, top: int) -> str:
    return f"{HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top:.1f}"


def _sentence(counts: Sequence[MonthCount], begun: Sequence[MonthCount]) -> str:
    if not begun:
        return "这一段时间还没有开始。"
    submitted, adopted = sum(one.submitted for one in begun), sum(one.adopted for one in begun)
    words = f"{begun[0].period.label}至{begun[-1].period.label}，报送 {submitted} 篇，按月计采用 {adopted} 篇"
    most = max(begun, key=lambda one: one.adopted)
    return f"{words}；采用最多的是{most.period.label}，{most.adopted} 篇。" if most.adopted else f"{words}。"
