from decimal import Decimal

import pytest
from hypothesis import given

from learning.contributions.choices import Share
from learning.contributions.points import PLACES
from learning.contributions.scoring.engine import score_article
from learning.contributions.scoring.facts import Sharer
from learning.contributions.scoring.shares import divide, parsed_weights
from tests.learning.contributions.scoring.strategies import (
    always,
    bylines,
    histories,
    order_weights,
    rule_sets,
    signed_points,
    thorough,
    total,
    ways_that_add_up,
)

THREE = [Sharer("a"), Sharer("b"), Sharer("c")]


def given_to(shared):
    return [one.points for one in shared.shares]


def summed(shared):
    return sum(given_to(shared), Decimal(0))


class TestDivide:
    def test_gives_what_does_not_divide_to_the_first_in_the_byline(self):
        assert given_to(divide(Decimal(10), THREE, how=Share.EQUAL)) == [Decimal("3.333334"), Decimal("3.333333"), Decimal("3.333333")]

    def test_goes_by_the_order_of_the_byline_the_rest_like_the_last(self):
        weights = parsed_weights("50,25")
        assert given_to(divide(Decimal(10), THREE, how=Share.BY_ORDER, order_weights=weights)) == [5, Decimal("2.5"), Decimal("2.5")]

    def test_goes_by_stated_shares(self):
        shared = divide(Decimal(10), [Sharer("a", Decimal(60)), Sharer("b", Decimal(40))], how=Share.STATED)
        assert (given_to(shared), shared.why) == ([6, 4], "")

    def test_shares_alike_and_says_so_where_one_is_not_stated(self):
        shared = divide(Decimal(10), [Sharer("a", Decimal(60)), Sharer("b")], how=Share.STATED)
        assert (given_to(shared), shared.why) == ([5, 5], "没有写明比例，平均分")

    def test_normalises_stated_shares(self):
        shared = divide(Decimal(10), [Sharer("a", Decimal(30)), Sharer("b", Decimal(20))], how=Share.STATED)
        assert (given_to(shared), shared.why) == ([6, 4], "写明的比例合计 50%，按 100% 折算")

    def test_gives_each_all_of_it(self):
        assert given_to(divide(Decimal(10), THREE, how=Share.FULL)) == [10, 10, 10]

    def test_takes_away_like_it_gives(self):
        assert given_to(divide(Decimal(-3), THREE[:2], how=Share.EQUAL)) == [Decimal("-1.5")] * 2

    def test_gives_nobody_nothing(self):
        assert divide(Decimal(10), [], how=Share.EQUAL).shares == ()

    @thorough
    @given(signed_points, bylines(), ways_that_add_up, order_weights)
    def test_adds_up_exactly(self, points, byline, how, weights):
        shared = divide(points, byline, how=how, order_weights=weights)
        assert summed(shared) == points
        assert all(share.as_tuple().exponent >= -PLACES for share in given_to(shared))
        assert [one.key for one in shared.shares] == [one.key for one in byline]

    @thorough
    @given(signed_points, bylines(), ways_that_add_up, order_weights)
    def test_gives_nobody_more_than_there_is(self, points, byline, how, weights):
        for share in given_to(divide(points, byline, how=how, order_weights=weights)):
            assert abs(share) <= abs(points)
            assert share * points >= 0

    @thorough
    @given(signed_points, bylines(), ways_that_add_up, order_weights)
    def test_takes_from_each_what_it_would_give(self, points, byline, how, weights):
        facts = {"how": how, "order_weights": weights}
        assert [-share for share in given_to(divide(points, byline, **facts))] == given_to(divide(-points, byline, **facts))


class TestSharesOfAnArticle:
    @thorough
    @given(histories(), rule_sets(), bylines(), ways_that_add_up, order_weights)
    def test_of_people_sum_to_the_score_of_the_article(self, records, version, byline, how, weights):
        scored = score_article(records, always(version))
        people = [summed(divide(one.credited, byline, how=how, order_weights=weights)) for one in scored]
        assert sum(people, Decimal(0)) == total(scored)

    @thorough
    @given(histories(with_events=False), rule_sets(), bylines(), ways_that_add_up, order_weights)
    def test_of_a_department_never_exceed_the_score_of_the_article(self, records, version, byline, how, weights):
        scored = score_article(records, always(version))
        for chosen in (how, Share.FULL):
            shared = [divide(one.credited, byline, how=chosen, order_weights=weights) for one in scored]
            for place in range(len(byline)):
                assert sum((one.shares[place].points for one in shared), Decimal(0)) <= total(scored)


class TestParsedWeights:
    def test_reads_numbers(self):
        assert parsed_weights(" 50, 30，20、0.5 ") == (50, 30, 20, Decimal("0.5"))
        assert parsed_weights("") == ()

    @pytest.mark.parametrize("text", ["a", "1,b", "-1,2", "0,0", "NaN", "Infinity"])
    def test_refuses_anything_else(self, text):
        with pytest.raises(ValueError, match="not a"):
            parsed_weights(text)
