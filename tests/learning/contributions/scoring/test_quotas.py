from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from learning.contributions.scoring.quotas import Quota, quota_points
from tests.learning.contributions.scoring.strategies import points, thorough

QUOTA = Quota(pieces=3, base=Decimal(10), deduction=Decimal(4))


class TestQuotaPoints:
    def test_gives_the_base_for_enough_pieces(self):
        assert quota_points(QUOTA, 3) == quota_points(QUOTA, 9) == 10

    def test_takes_away_for_each_missing_piece_never_below_zero(self):
        assert [quota_points(QUOTA, pieces) for pieces in (2, 1, 0)] == [6, 2, 0]

    @thorough
    @given(st.integers(1, 30), points, points, st.integers(0, 40))
    def test_lies_between_nothing_and_the_base_and_never_falls_with_more(self, wanted, base, deduction, pieces):
        quota = Quota(wanted, base, deduction)
        assert 0 <= quota_points(quota, pieces) <= quota_points(quota, pieces + 1) <= base
