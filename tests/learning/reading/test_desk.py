"""What of the reading room lies on one person's desk."""

import datetime

import pytest

from learning.models import Entry
from learning.reading.choices import Consent
from learning.reading.desk import reading_desk
from tests.factories.pages import make_site
from tests.factories.programme import at
from tests.factories.reading import JudgingFactory, ReflectionFactory, accepted_reflection, cast
from tests.factories.reviews import handed_in_reflection, make_review_bureau, reviewed_reflection
from tests.standing import standing

QUARTER = datetime.date(2026, 7, 1)

pytestmark = pytest.mark.django_db


@standing()
def bureau():
    make_site()
    return make_review_bureau()


def desk(person):
    return reading_desk(person.user, person, since=QUARTER)


class TestOwn:
    def test_are_drafts_and_what_was_given_back(self, bureau):
        ReflectionFactory(author=bureau.member, title="草稿", meant_for=datetime.date(2026, 1, 1))
        reviewed_reflection(author=bureau.member, by=bureau.clerk, is_accepted=False, note="写写怎么用。", title="退回的")
        handed_in_reflection(author=bureau.member, title="在评的")
        reviewed_reflection(author=bureau.member, by=bureau.clerk, title="通过的")
        ReflectionFactory(author=bureau.colleague, title="别人的")
        draft, returned = sorted(desk(bureau.member).own, key=lambda one: one.state)
        assert (draft.title, draft.is_draft, draft.note, draft.moved_at) == ("草稿", True, "", at(2026, 11, 20, 9))
        assert (returned.title, returned.is_returned, returned.note, returned.moved_at) == (
            "退回的",
            True,
            "写写怎么用。",
            at(2026, 11, 21, 9),
        )
        assert returned.first_handed_in_at == at(2026, 11, 20, 9)

    def test_are_also_those_meant_for_a_quarter_not_long_ago(self, bureau):
        handed_in_reflection(author=bureau.member, title="补上季度的", meant_for=QUARTER)
        handed_in_reflection(author=bureau.member, title="更早的", meant_for=datetime.date(2026, 4, 1))
        (one,) = desk(bureau.member).own
        assert (one.title, one.is_draft, one.is_returned) == ("补上季度的", False, False)


class TestReviews:
    def test_are_the_claimed_and_those_nobody_has(self, bureau):
        for title, reviewer in (("我的", bureau.clerk.user), ("没人的", None), ("别人的", bureau.other_head.user)):
            reflection = handed_in_reflection(author=bureau.member, title=title)
            reflection.reviewer, reflection.claimed_at = reviewer, reviewer and at(2026, 11, 20, 10)
            reflection.save()
        handed_in_reflection(author=bureau.clerk, title="自己写的")
        found = {one.title: one for one in desk(bureau.clerk).reviews}
        assert {title: one.is_mine for title, one in found.items()} == {"我的": True, "没人的": False}
        assert (found["我的"].author, found["我的"].due_on) == ("陶思远", datetime.date(2026, 11, 27))

    def test_are_for_somebody_without_the_right_only_what_a_clerk_asked_for(self, bureau):
        asked = handed_in_reflection(author=bureau.member, title="请来评的")
        handed_in_reflection(author=bureau.member, title="没人的")
        assert desk(bureau.head).reviews == []
        asked.reviewer, asked.claimed_at = bureau.head.user, at(2026, 11, 20, 10)
        asked.save()
        assert [one.title for one in desk(bureau.head).reviews] == ["请来评的"]


class TestJudgings:
    @pytest.fixture
    def judging(self, bureau):
        pieces = [accepted_reflection(author=author) for author in (bureau.member, bureau.colleague, bureau.head)]
        judging = JudgingFactory(state="open", opened_at=at(2026, 11, 22), judged_by=[bureau.other_head, bureau.leader])
        Entry.objects.bulk_create(Entry(judging=judging, reflection=piece, number=number) for number, piece in enumerate(pieces, start=1))
        return judging

    def test_count_what_is_neither_scored_nor_declared(self, bureau, judging):
        (one,) = desk(bureau.other_head).judgings
        assert (one.pk, one.waiting, one.title) == (judging.pk, 3, judging.exhibition.title)
        first, second, third = judging.entries.order_by("number")
        cast(first, bureau.other_head, 10)
        cast(second, bureau.other_head, is_conflict=True)
        cast(third, bureau.leader, 10)
        assert [one.waiting for one in desk(bureau.other_head).judgings] == [1]
        cast(third, bureau.other_head, 10)
        assert desk(bureau.other_head).judgings == []

    def test_leave_out_what_its_author_has_taken_back(self, bureau, judging):
        entry = judging.entries.first()
        entry.reflection.consent = Consent.NONE
        entry.reflection.save()
        assert [one.waiting for one in desk(bureau.other_head).judgings] == [2]

    @pytest.mark.parametrize("state", ["preparing", "closed"])
    def test_are_open_ones(self, bureau, judging, state):
        judging.state = state
        judging.save()
        assert desk(bureau.other_head).judgings == []

    def test_are_their_judges(self, bureau, judging):
        assert desk(bureau.clerk).judgings == []


class TestReadingDesk:
    def test_takes_one_statement(self, bureau, django_assert_num_queries):
        for _ in range(3):
            handed_in_reflection(author=bureau.member)
            ReflectionFactory(author=bureau.clerk)
            assert bureau.clerk.user.has_perm("learning.review_reflections")
            with django_assert_num_queries(1):
                desk(bureau.clerk)
