from decimal import Decimal

import pytest

from learning.contributions.rounding import is_rounded, points_text


class TestPointsText:
    @pytest.mark.parametrize(
        ("points", "text"),
        [
            ("5", "5"),
            ("2.500000", "2.5"),
            ("3.333333", "3.33"),
            ("0.005", "0.01"),
            ("-0.004", "0"),
            ("-0.005", "-0.01"),
            ("100.000000", "100"),
            ("0", "0"),
        ],
    )
    def test_has_two_places_at_most(self, points, text):
        assert points_text(Decimal(points)) == text

    def test_is_a_dash_for_none(self):
        assert points_text(None) == "—"


class TestIsRounded:
    def test_tells_what_is_not_shown_whole(self):
        assert is_rounded(Decimal("1.666667"))
        assert not is_rounded(Decimal("1.660000"))
        assert not is_rounded(None)
