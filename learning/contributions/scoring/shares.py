"""How the points of a record are shared among departments, and likewise among people. In whole millionths, so that shares add up exactly."""

from collections.abc import Sequence
from decimal import Decimal

from ..choices import Share
from ..points import ONE, PLACES
from .facts import HUNDRED, Shared, ShareOf, Sharer
from .words import plain


def divide(points: Decimal, sharers: Sequence[Sharer], *, how: str, order_weights: Sequence[Decimal] = ()) -> Shared:
    """`points` (to a millionth) among `sharers`, who are in the order of the byline.

    But for `full`, where each is given all of them, the shares add up to the points: what does not divide goes in millionths to the largest
    remainders, of equal ones to the first in the byline. Points taken away are shared like points given.
    """
    if not sharers:
        return Shared()
    if how == Share.FULL:
        return Shared(tuple(ShareOf(one.key, points) for one in sharers))
    weights, why = _weights(sharers, how, order_weights)
    return Shared(tuple(ShareOf(one.key, share) for one, share in zip(sharers, _apportion(points, weights), strict=True)), why)


def parsed_weights(text: str) -> tuple[Decimal, ...]:
    """“50,30,20” as numbers. Raises ValueError for anything that is not a row of numbers not below zero, one of them above."""
    try:
        weights = tuple(Decimal(one.strip()) for one in text.replace("，", ",").replace("、", ",").split(",") if one.strip())
    except ArithmeticError as error:
        raise ValueError("not a number") from error
    if any(not one.is_finite() or one < 0 for one in weights) or (weights and not any(weights)):
        raise ValueError("not a weight")
    return weights


def _weights(sharers: Sequence[Sharer], how: str, order_weights: Sequence[Decimal]) -> tuple[list[Decimal], str]:
    equal = [Decimal(1)] * len(sharers)
    if how == Share.BY_ORDER and order_weights:
        last = len(order_weights) - 1
        found = [order_weights[min(place, last)] for place in range(len(sharers))]
        return (found, "") if any(found) else (equal, "")
    if how == Share.STATED:
        if any(one.stated is None for one in sharers):
            # Somebody alone has all of it, stated or not.
            return equal, "没有写明比例，平均分" if len(sharers) > 1 else ""
        total = sum((one.stated for one in sharers), Decimal(0))
        if total == 0:
            return equal, "写明的比例都是 0，平均分"
        why = "" if total == HUNDRED else f"写明的比例合计 {plain(total)}%，按 100% 折算"
        return [one.stated for one in sharers], why
    return equal, ""


def _apportion(points: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Largest remainder, in whole numbers throughout."""
    step = min(weight.as_tuple().exponent for weight in weights)
    parts = [int(weight.scaleb(-step)) for weight in weights]
    total = sum(parts)
    whole = int(points.scaleb(PLACES))
    sign, whole = (-1, -whole) if whole < 0 else (1, whole)
    divided = [divmod(whole * part, total) for part in parts]
    given = [quotient for quotient, _remainder in divided]
    by_remainder = sorted(range(len(parts)), key=lambda place: (-divided[place][1], place))
    for place in by_remainder[: whole - sum(given)]:
        given[place] += 1
    return [Decimal(sign * one) / ONE for one in given]
