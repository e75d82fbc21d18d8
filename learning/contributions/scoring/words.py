"""Points as a reader sees them."""

from decimal import Decimal


def plain(points: Decimal) -> str:
    """Without an exponent and trailing zeros: 10, 2.5, -3."""
    return f"{points.normalize():f}" if points else "0"
