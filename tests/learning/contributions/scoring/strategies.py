"""Records, rules and bylines for property-based tests."""

import datetime
from dataclasses import replace
from decimal import Decimal
from itertools import product

from hypothesis import settings
from hypothesis import strategies as st

from learning.contributions.choices import CapPer, Dedupe, Effect, Level, Medium, Share
from learning.contributions.scoring.facts import Line, Record, Rules, Sharer

thorough = settings(max_examples=1000, derandomize=True, deadline=None)

FIRST = datetime.date(2026, 1, 1)
LEVELS = Level.values[:4]
MEDIA = Medium.values[:3]

days = st.integers(0, 400).map(lambda number: FIRST + datetime.timedelta(number))


def decimals(least: int, most: int, places: int):
    """Like `st.decimals`, several times as fast."""
    return st.integers(least * 10**places, most * 10**places).map(lambda number: Decimal(number).scaleb(-places))


points = decimals(0, 50, places=2)
signed_points = decimals(-50, 50, places=6)
KINDS = list(product(LEVELS, MEDIA, (False, True), (False, True)))


def _placement(day, kind):
    level, medium, is_reprint, has_picture = kind
    return Record(key=0, counted_on=day, level=level, medium=medium, is_reprint=is_reprint, has_picture=has_picture, facts=("样报",))


def placements():
    return st.builds(_placement, days, st.sampled_from(KINDS))


def _event(day, level):
    return Record(key=0, counted_on=day, is_event=True, event="endorsement", level=level, facts=("批示",))


def events():
    return st.builds(_event, days, st.sampled_from(LEVELS))


def numbered(records: list[Record]) -> list[Record]:
    return [replace(one, key=number, facts=(*one.facts[:1], f"{number:03}")) for number, one in enumerate(records)]


def histories(most=6, with_events=True):
    """The records of an article."""
    kinds = placements() | events() if with_events else placements()
    return st.lists(kinds, min_size=1, max_size=most).map(numbered)


@st.composite
def rule_sets(draw, key=1, dedupe=None, is_capped=None, values=points):
    """Points by level, perhaps a bonus for pictures, a multiplier for reprints, points for events."""
    lines = [Line(key=number, name=level, effect=Effect.POINTS, value=draw(values), level=level) for number, level in enumerate(LEVELS)]
    if draw(st.booleans()):
        lines.append(Line(key=10, name="有图", effect=Effect.BONUS, value=draw(points), picture="with"))
    if draw(st.booleans()):
        lines.append(Line(key=11, name="转载", effect=Effect.MULTIPLIER, value=draw(decimals(0, 3, places=3)), originality="reprint"))
    if draw(st.booleans()):
        lines.append(Line(key=12, name="批示", effect=Effect.POINTS, value=draw(decimals(-20, 20, places=1)), event="endorsement"))
    capped = draw(st.booleans()) if is_capped is None else is_capped
    return Rules(
        key=key,
        lines=tuple(lines),
        dedupe=draw(st.sampled_from(Dedupe.values)) if dedupe is None else dedupe,
        nth=draw(decimals(0, 100, places=2)),
        article_cap=draw(decimals(0, 80, places=2)) if capped else None,
    )


def bylines(most=5):
    return st.lists(st.none() | decimals(0, 100, places=2), min_size=1, max_size=most).map(
        lambda stated: [Sharer(number, share) for number, share in enumerate(stated)]
    )


ways_that_add_up = st.sampled_from([Share.EQUAL, Share.BY_ORDER, Share.STATED])
order_weights = st.lists(decimals(0, 100, places=1), max_size=4).map(tuple)
cap_pers = st.sampled_from(CapPer.values)


def total(scored) -> Decimal:
    return sum((one.credited for one in scored), Decimal(0))


def always(rules):
    return lambda day: rules
