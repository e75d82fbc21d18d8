"""Drawing by lot so that anybody with the seed draws the same again, whatever order the people come in and whatever runs it. Pure."""

import hashlib
from collections.abc import Iterable

SEEDS = 2**63  # what the tables hold
DRAWN_FOR = "抽取"  # shown to whoever wants to draw a sample again by hand


def in_lot_order(seed: int, keys: Iterable[int], purpose: str = "") -> list[int]:
    """`keys` in the order of the SHA-256 over "seed:purpose:key": each order equally likely, to whoever does not know the seed."""
    return sorted(keys, key=lambda key: (hashlib.sha256(f"{seed}:{purpose}:{key}".encode()).digest(), key))


def sample_size(number: int, percent: int) -> int:
    """`percent` of `number` people, rounded up; one at least, where there is anybody."""
    return min(number, max(1, -(-number * percent // 100)))


def draw_sample(seed: int, keys: Iterable[int], percent: int) -> list[int]:
    """Who is inspected, in the order of the lot."""
    order = in_lot_order(seed, keys, DRAWN_FOR)
    return order[: sample_size(len(order), percent)]
