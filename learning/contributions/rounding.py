"""Scores as they are shown: the only place where they are rounded."""

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def points_text(points: Decimal | None) -> str:
    """Two places at most, trailing zeros cut, a half away from nought: 5, 3.33, -0.5; “—” for none."""
    if points is None:
        return "—"
    rounded = points.quantize(CENT, rounding=ROUND_HALF_UP)
    return f"{rounded.normalize():f}" if rounded else "0"


def is_rounded(points: Decimal | None) -> bool:
    """Whether what is shown is not the whole value."""
    return points is not None and points != points.quantize(CENT, rounding=ROUND_HALF_UP)
