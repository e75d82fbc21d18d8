from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learning.portfolio.lots import SEEDS
from learning.portfolio.review_draw import draw_peers

unhurried = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine, too

SEED = st.integers(0, SEEDS - 1)
PEERS = st.integers(0, 20)


@st.composite
def departments(draw, most=25):
    """Any department: a superior may be a colleague, somebody from elsewhere, or nobody."""
    people = draw(st.lists(st.integers(1, 10_000), unique=True, max_size=most))
    superiors = {one: draw(st.sampled_from([None, 99_999, *(other for other in people if other != one)])) for one in people}
    return people, superiors


@st.composite
def plain_departments(draw, most=25):
    """As nearly all are: one head, whom somebody from elsewhere reviews."""
    people = draw(st.lists(st.integers(1, 10_000), unique=True, min_size=1, max_size=most))
    head = draw(st.sampled_from(people))
    return people, {one: 99_999 if one == head else head for one in people}, head


class TestDrawPeers:
    @unhurried
    @given(departments(), PEERS, SEED)
    def test_gives_everybody_as_many_as_asked_for_or_as_there_are(self, department, peers, seed):
        people, superiors = department
        drawn = draw_peers(people, superiors, peers=peers, seed=seed)
        assert len(set(drawn)) == len(drawn)
        received = Counter(staff for staff, _rater in drawn)
        for one in people:
            eligible = [other for other in people if other != one and superiors[one] != other]
            assert received[one] == min(peers, len(eligible))

    @unhurried
    @given(departments(), PEERS, SEED)
    def test_lets_nobody_review_oneself_or_as_a_colleague_whom_they_review_as_superior(self, department, peers, seed):
        people, superiors = department
        for staff, rater in draw_peers(people, superiors, peers=peers, seed=seed):
            assert staff != rater
            assert superiors[staff] != rater
            assert {staff, rater} <= set(people)

    @unhurried
    @given(departments(), PEERS, SEED, st.randoms())
    def test_draws_the_same_from_the_same_seed(self, department, peers, seed, chance):
        people, superiors = department
        shuffled = people.copy()
        chance.shuffle(shuffled)
        again = draw_peers(shuffled, dict(reversed(superiors.items())), peers=peers, seed=seed)
        assert again == draw_peers(people, superiors, peers=peers, seed=seed)

    @unhurried
    @given(plain_departments(), PEERS, SEED)
    def test_lets_everybody_but_the_head_give_as_many_as_the_others_give_or_take_one(self, department, peers, seed):
        people, superiors, head = department
        given_by = Counter(rater for _staff, rater in draw_peers(people, superiors, peers=peers, seed=seed))
        assert given_by[head] == 0  # reviews them all as superior
        counts = [given_by[one] for one in people if one != head]
        assert max(counts, default=0) - min(counts, default=0) <= 1

    @unhurried
    @given(st.lists(st.integers(1, 10_000), unique=True, max_size=25), PEERS, SEED)
    def test_lets_everybody_give_exactly_as_many_as_they_receive_or_one_off_where_nobody_is_in_the_way(self, people, peers, seed):
        drawn = draw_peers(people, dict.fromkeys(people), peers=peers, seed=seed)
        given_by, received = Counter(rater for _staff, rater in drawn), Counter(staff for staff, _rater in drawn)
        assert all(abs(given_by[one] - received[one]) <= 1 for one in people)
        counts = [given_by[one] for one in people]
        assert max(counts, default=0) - min(counts, default=0) <= 1

    @unhurried
    @given(departments(most=8), st.integers(0, 6), SEED)
    def test_leaves_no_exchange_that_would_make_it_more_even(self, department, peers, seed):
        people, superiors = department
        drawn = set(draw_peers(people, superiors, peers=peers, seed=seed))
        load = Counter(rater for _staff, rater in drawn)
        for start in people:
            reached, row = {start}, [start]
            while row:
                giver = row.pop()
                for staff, rater in drawn:
                    if rater != giver:
                        continue
                    takers = {one for one in people if one not in (staff, superiors[staff]) and (staff, one) not in drawn} - reached
                    reached |= takers
                    row += takers
            assert all(load[one] > load[start] - 2 for one in reached)

    def test_draws_another_time_otherwise(self):
        people = range(1, 11)
        draws = {tuple(draw_peers(people, dict.fromkeys(people), peers=3, seed=seed)) for seed in range(20)}
        assert len(draws) == 20

    def test_takes_whoever_is_there(self):
        assert draw_peers([1], {1: 9}, peers=5, seed=1) == []
        assert draw_peers([1, 2], {1: 9, 2: 1}, peers=5, seed=1) == [(1, 2)]
        assert draw_peers([1, 2, 3], {1: 9, 2: 1, 3: 1}, peers=5, seed=1) == [(1, 2), (1, 3), (2, 3), (3, 2)]
        assert draw_peers([], {}, peers=5, seed=1) == []
