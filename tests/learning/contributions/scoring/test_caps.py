import datetime
from collections import defaultdict
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from learning.contributions.choices import Holder
from learning.contributions.scoring.caps import Capped, Held, cap_period, cap_shares
from tests.learning.contributions.scoring.strategies import cap_pers, days, decimals, signed_points, thorough

held = st.lists(st.tuples(days, signed_points), max_size=8).map(
    lambda rows: [Held(number, day, points, (f"稿{number}",)) for number, (day, points) in enumerate(rows)]
)
caps = decimals(0, 100, places=2)


def share(key, month, points, day=1):
    return Held(key, datetime.date(2026, month, day), Decimal(points), (key,))


class TestCapShares:
    def test_credits_as_far_as_there_is_room_and_says_so(self):
        found = cap_shares([share("c", 3, 4, 9), share("a", 1, 8), share("b", 2, 6)], cap=Decimal(10), per="quarter")
        assert found == {
            "a": Capped(Decimal(8)),
            "b": Capped(Decimal(2), "个人每季度最高 10 分，只计到上限"),
            "c": Capped(Decimal(0), "个人每季度最高 10 分，已满"),
        }

    def test_begins_anew_with_every_period(self):
        found = cap_shares([share("a", 3, 8), share("b", 4, 8)], cap=Decimal(10), per="quarter")
        assert [one.points for one in found.values()] == [8, 8]

    def test_has_room_again_after_points_were_taken_away(self):
        found = cap_shares([share("a", 1, 10), share("b", 2, -4), share("c", 3, 6)], cap=Decimal(10), per="year", holder=Holder.DEPARTMENT)
        assert [one.points for one in found.values()] == [10, -4, 4]

    def test_lets_everything_through_without_a_cap(self):
        assert cap_shares([share("a", 1, 10)], cap=None, per="year") == {"a": Capped(Decimal(10))}

    @thorough
    @given(held, caps, cap_pers)
    def test_never_exceeds_the_cap_at_any_moment(self, shares, cap, per):
        found = cap_shares(shares, cap=cap, per=per)
        totals = defaultdict(Decimal)
        for one in sorted(shares, key=lambda one: (one.counted_on, -one.points, one.facts)):
            totals[cap_period(one.counted_on, per)] += found[one.key].points
            assert totals[cap_period(one.counted_on, per)] <= cap
            assert found[one.key].points <= one.points

    @thorough
    @given(held, caps, cap_pers, st.randoms(use_true_random=False))
    def test_does_not_mind_the_order_of_entry(self, shares, cap, per, random):
        entered = list(shares)
        random.shuffle(entered)
        assert cap_shares(entered, cap=cap, per=per) == cap_shares(shares, cap=cap, per=per)

    @thorough
    @given(held, caps, cap_pers, signed_points)
    def test_a_later_share_never_changes_an_earlier_one(self, shares, cap, per, points):
        before = cap_shares(shares, cap=cap, per=per)
        after = cap_shares([*shares, Held("later", datetime.date(2027, 12, 31), points)], cap=cap, per=per)
        assert {key: after[key] for key in before} == before
