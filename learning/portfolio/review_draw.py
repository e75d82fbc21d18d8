"""Which colleagues review whom. Pure: the same people and the same seed give the same draw, in whatever order they come.

Nobody reviews oneself, nor as a colleague whom they review as superior. Everybody is reviewed by as many colleagues as asked for, or by all
there are; who reviews how many is as even as the exceptions allow: no chain of exchanges could take a form from somebody and give it to
somebody who has two fewer.
"""

from collections import deque
from collections.abc import Collection, Mapping

from .lots import in_lot_order


def draw_peers(people: Collection[int], superiors: Mapping[int, int | None], *, peers: int, seed: int) -> list[tuple[int, int]]:
    """(reviewed, reviewer) within one department: `people` are its keys, `superiors` says who reviews each as superior."""
    raters = _dealt(people, superiors, peers, seed)
    _even_out(raters, people, superiors, seed)
    return [(staff, rater) for staff in sorted(raters) for rater in sorted(raters[staff])]


def _may_review(rater: int, staff: int, superiors: Mapping[int, int | None]) -> bool:
    return rater != staff and superiors.get(staff) != rater


def _dealt(people: Collection[int], superiors: Mapping[int, int | None], peers: int, seed: int) -> dict[int, set[int]]:
    """Like cards: whoever has reviewed goes to the end of the row."""
    row = deque(in_lot_order(seed, people, "rater"))
    dealt = {}
    for staff in in_lot_order(seed, people, "staff"):
        passed, taken = [], []
        while row and len(taken) < peers:
            rater = row.popleft()
            (taken if _may_review(rater, staff, superiors) else passed).append(rater)
        row.extendleft(reversed(passed))
        row.extend(taken)
        dealt[staff] = set(taken)
    return dealt


def _even_out(raters: dict[int, set[int]], people: Collection[int], superiors: Mapping[int, int | None], seed: int) -> None:
    """Shift forms along chains of exchanges until no chain leads from somebody to somebody with two fewer."""
    order = in_lot_order(seed, people, "rater")
    given: dict[int, set[int]] = {rater: set() for rater in order}
    for staff, chosen in raters.items():
        for rater in chosen:
            given[rater].add(staff)
    settled: set[int] = set()  # whoever no chain leads from, nor will: chains that lead in do not lead out
    while (start := max((one for one in order if one not in settled), key=lambda one: len(given[one]), default=None)) is not None:
        reached, chain = _chain(start, order, given, superiors)
        if not chain:
            settled |= reached
        for giver, staff, taker in chain:
            raters[staff].remove(giver)
            raters[staff].add(taker)
            given[giver].remove(staff)
            given[taker].add(staff)


def _chain(start: int, order: list[int], given: dict[int, set[int]], superiors: Mapping[int, int | None]):
    """Everybody whom chains from `start` reach, and the chain of (giver, reviewed, taker) to somebody with two fewer; empty for none."""
    came: dict[int, tuple[int, int] | None] = {start: None}
    unseen = [one for one in order if one != start]
    row = deque([start])
    while row:
        giver = row.popleft()
        if len(given[giver]) <= len(given[start]) - 2:
            return set(came), _way_back(came, giver)
        left = []
        for taker in unseen:
            staff = _to_hand_over(giver, taker, given, superiors)
            if staff is None:
                left.append(taker)
            else:
                came[taker] = (giver, staff)
                row.append(taker)
        unseen = left
    return set(came), []


def _to_hand_over(giver: int, taker: int, given: dict[int, set[int]], superiors: Mapping[int, int | None]) -> int | None:
    """Somebody whom `giver` reviews and `taker` could review instead."""
    found = (staff for staff in given[giver] - given[taker] if _may_review(taker, staff, superiors))
    return min(found, default=None)


def _way_back(came: dict[int, tuple[int, int] | None], last: int) -> list[tuple[int, int, int]]:
    """The chain that led to `last`, from its end, so that nobody ever reviews the same person twice on the way."""
    chain = []
    while came[last] is not None:
        giver, staff = came[last]
        chain.append((giver, staff, last))
        last = giver
    return chain
