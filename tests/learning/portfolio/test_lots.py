from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learning.portfolio.lots import SEEDS, draw_sample, in_lot_order, sample_size

unhurried = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine, too

KEYS = st.sets(st.integers(1, 10**9), max_size=60)
SEED = st.integers(0, SEEDS - 1)


class TestInLotOrder:
    @unhurried
    @given(KEYS, SEED, st.randoms())
    def test_does_not_depend_on_the_order_the_keys_come_in(self, keys, seed, chance):
        shuffled = list(keys)
        chance.shuffle(shuffled)
        assert in_lot_order(seed, shuffled) == in_lot_order(seed, keys)
        assert set(in_lot_order(seed, keys)) == keys

    @unhurried
    @given(KEYS, SEED, st.integers(1, 10**9))
    def test_keeps_the_others_in_their_order_when_somebody_joins(self, keys, seed, joining):
        assert [key for key in in_lot_order(seed, keys | {joining}) if key in keys - {joining}] == in_lot_order(seed, keys - {joining})

    def test_is_one_that_can_be_drawn_again_in_years(self):
        assert in_lot_order(7, range(1, 9), "sample") == [2, 1, 4, 7, 8, 6, 3, 5]  # as by sha256sum
        assert in_lot_order(8, range(1, 9), "sample") != in_lot_order(7, range(1, 9), "sample")
        assert in_lot_order(7, range(1, 9), "rater") != in_lot_order(7, range(1, 9), "sample")

    def test_prefers_nobody(self):
        firsts = Counter(in_lot_order(seed, range(10))[0] for seed in range(5000))
        assert all(400 < firsts[key] < 600 for key in range(10))


class TestDrawSample:
    @unhurried
    @given(KEYS, SEED, st.integers(1, 100))
    def test_is_the_same_people_from_the_same_seed(self, keys, seed, percent):
        sample = draw_sample(seed, keys, percent)
        assert sample == draw_sample(seed, sorted(keys, reverse=True), percent)
        assert len(set(sample)) == len(sample) == sample_size(len(keys), percent)
        assert set(sample) <= keys

    def test_is_rounded_up_and_one_at_least(self):
        assert [sample_size(*one) for one in ((0, 10), (1, 10), (10, 10), (11, 10), (200, 1), (3, 100))] == [0, 1, 1, 2, 2, 3]
