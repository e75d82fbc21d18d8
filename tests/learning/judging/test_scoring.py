from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learning.judging.scoring import Vote, ranks, rounded, tally

points = st.integers(0, 1000).map(lambda tenths: Decimal(tenths) / 10)
votes = st.lists(st.tuples(points, points), max_size=9).map(
    lambda pairs: [Vote(number, max(pair), min(pair)) for number, pair in enumerate(pairs)]
)


def of(*totals, first=0) -> list[Vote]:
    return [Vote(number, Decimal(str(total)), Decimal(str(first))) for number, total in enumerate(totals)]


class TestTally:
    def test_is_the_plain_mean_of_a_few(self):
        found = tally(of(70, 80, 90, 100))
        assert (found.mean, found.highest, found.lowest) == (85, None, None)

    def test_leaves_out_one_highest_and_one_lowest_of_five(self):
        found = tally(of(60, 100, 80, 90, 85))
        assert found.mean == 85
        assert (found.highest.total, found.lowest.total) == (100, 60)

    def test_leaves_out_one_of_equal_ones(self):
        assert tally(of(90, 90, 90, 60, 60)).mean == 80

    def test_has_no_mean_without_a_vote(self):
        assert tally([]).mean is None

    def test_has_the_mean_of_every_line_over_the_votes_that_count(self):
        cast = [Vote(key, Decimal(total), Decimal(first), (Decimal(total - first),)) for key, (total, first) in enumerate([(9, 4), (6, 1)])]
        found = tally(cast)
        assert found.line_means == (Fraction(5, 2), Fraction(5))
        assert found.first_mean == found.line_means[0]
        assert tally([]).line_means == ()

    def test_leaves_out_of_equal_ones_what_is_worse_in_later_lines_whoever_voted_first(self):
        points = [(5, 3, 2), (5, 2, 3), (5, 2, 3), (0, 5, 5), (10, 0, 0)]
        for order in (points, points[::-1]):
            cast = [Vote(key, Decimal(sum(one)), Decimal(one[0]), tuple(map(Decimal, one[1:]))) for key, one in enumerate(order)]
            assert (tally(cast).lowest.lines, tally(cast).highest.lines) == ((0, 5, 5), (10, 0, 0))

    @given(votes, st.randoms())
    @settings(max_examples=40)
    def test_does_not_depend_on_the_order(self, cast, chance):
        mixed = cast.copy()
        chance.shuffle(mixed)
        assert tally(mixed) == tally(cast)

    @given(votes)
    @settings(max_examples=40)
    def test_stays_between_the_votes_and_drops_two_from_five_on(self, cast):
        found = tally(cast)
        assert len(found.counted) == len(cast) - (2 if len(cast) >= 5 else 0)
        if found.counted:
            assert min(vote.total for vote in found.counted) <= found.mean <= max(vote.total for vote in found.counted)

    @given(votes.filter(lambda cast: len(cast) not in (0, 4)))
    @settings(max_examples=40)
    def test_is_not_moved_by_one_more_vote_equal_to_it(self, cast):
        """Except by the fifth: with it the rule begins."""
        mean = tally(cast).mean
        if (mean * 10).denominator == 1:
            one_more = Vote(99, Decimal(mean.numerator) / Decimal(mean.denominator), Decimal(0))
            assert tally([*cast, one_more]).mean == mean


class TestRanks:
    def test_goes_by_the_mean_then_by_the_first_line_then_shares(self):
        tallies = {
            "a": tally(of(90, 80, first=20)),
            "b": tally(of(85, first=25)),
            "c": tally(of(85, 85, first=20)),
            "d": tally(of(70)),
            "e": tally([]),
        }
        assert ranks(tallies) == {"b": 1, "a": 2, "c": 2, "d": 4, "e": None}

    def test_compares_before_it_rounds(self):
        close = {"a": tally(of("33.3", "33.3", "33.4")), "b": tally(of("33.4", "33.3", "33.3", "33.3", "33.3", "33.3"))}
        assert rounded(close["a"].mean) == Decimal("33.3333")
        assert ranks(close) == {"a": 1, "b": 2}

    @given(st.dictionaries(st.integers(0, 50), votes, max_size=8), st.randoms())
    @settings(max_examples=40)
    def test_does_not_depend_on_the_order_of_entries_or_votes(self, cast, chance):
        def standing(keys, mix):
            return ranks({key: tally(mix(cast[key])) for key in keys})

        keys = list(cast)
        chance.shuffle(keys)
        assert standing(keys, lambda found: found[::-1]) == standing(cast, lambda found: found)

    @given(st.dictionaries(st.integers(0, 50), votes, max_size=8))
    @settings(max_examples=40)
    def test_counts_whoever_is_better(self, cast):
        tallies = {key: tally(found) for key, found in cast.items()}
        standing = {key: (found.mean, found.first_mean) for key, found in tallies.items() if found.counted}
        for key, rank in ranks(tallies).items():
            assert rank == (1 + sum(other > standing[key] for other in standing.values()) if key in standing else None)


class TestRounded:
    @pytest.mark.parametrize(("mean", "kept"), [(Fraction(250, 3), "83.3333"), (Fraction(1, 20_000), "0.0001"), (Fraction(85), "85.0000")])
    def test_keeps_four_decimals_halves_up(self, mean, kept):
        assert rounded(mean) == Decimal(kept)

    def test_of_no_mean_is_none(self):
        assert rounded(None) is None
