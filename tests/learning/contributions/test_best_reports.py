import datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from learning.contributions.best_reports import Standing, in_order
from learning.judging.scoring import Vote, tally

PLACES = 5
DAY = datetime.date(2026, 9, 1)
EARLIER = datetime.date(2026, 8, 1)


def votes(*lines) -> list[Vote]:
    """A vote for each tuple of points."""
    return [Vote(key, sum(map(Decimal, points)), Decimal(points[0]), tuple(map(Decimal, points[1:]))) for key, points in enumerate(lines)]


def standing(*lines, handed_in_on=DAY, declared_on=EARLIER, number=1) -> Standing:
    return Standing(tally(votes(*lines)), handed_in_on, declared_on, number)


# Few values, so that there are many ties at every step of the rule.
points = st.tuples(*(st.integers(0, 2) for _line in range(3)))
days = st.sampled_from([EARLIER, DAY])
judged = st.lists(st.tuples(st.lists(points, max_size=7), days, days), max_size=12)


class TestInOrder:
    def test_goes_by_the_mean(self):
        assert in_order({"a": standing((50, 10)), "b": standing((20, 60))}) == ["b", "a"]

    def test_then_by_the_lines_in_their_order(self):
        tied = {
            "a": standing((20, 20, 20), number=1),
            "b": standing((30, 10, 20), number=3),
            "c": standing((30, 20, 10), number=2),
        }
        assert in_order(tied) == ["c", "b", "a"]

    def test_then_by_the_days_and_at_last_by_the_lot(self):
        tied = {
            "late": standing((9,), handed_in_on=DAY, number=1),
            "lot": standing((9,), handed_in_on=EARLIER, declared_on=EARLIER, number=3),
            "declared late": standing((9,), handed_in_on=EARLIER, declared_on=DAY, number=2),
            "first lot": standing((9,), handed_in_on=EARLIER, declared_on=EARLIER, number=2),
        }
        assert in_order(tied) == ["first lot", "lot", "declared late", "late"]

    def test_compares_means_before_they_are_rounded(self):
        close = {"a": standing(("33.3",), ("33.3",), ("33.4",), number=1), "b": standing(("33.4",), *[("33.3",)] * 3, number=2)}
        assert in_order(close) == ["a", "b"]

    def test_has_no_place_for_what_has_no_vote(self):
        assert in_order({"a": standing(), "b": standing((1,))}) == ["b"]

    @given(judged, st.randoms())
    @settings(max_examples=1000, deadline=None)
    def test_finds_exactly_so_many_whatever_the_ties_and_in_whatever_order_ballots_came(self, entries, chance):
        def found(mix):
            keys = mix(range(len(entries)))
            return in_order(
                {
                    key: standing(*mix(entries[key][0]), handed_in_on=entries[key][1], declared_on=entries[key][2], number=key)
                    for key in keys
                }
            )

        def shuffled(things):
            return chance.sample(list(things), len(things))

        order = found(list)
        with_votes = [key for key, (cast, _in, _declared) in enumerate(entries) if cast]
        assert sorted(order) == with_votes
        assert len(order[:PLACES]) == min(PLACES, len(with_votes))
        assert found(shuffled) == order  # the ballots' keys change places, too: who voted first is nothing to the result
        means = [tally(votes(*entries[key][0])).mean for key in order]
        assert means == sorted(means, reverse=True)
