"""Whose turn it is: before and after the day, then weekly; never twice."""

import datetime

from cms.inbox.models import Message
from learning.models import Reflection, StaffMember
from learning.reading.services.reminders import MOST_REWRITES, remind_turns
from learning.reading.services.review import claim_reflection
from tests.factories.pages import make_site
from tests.factories.programme import at
from tests.factories.reviews import handed_in_reflection, make_review_bureau, reviewed_reflection
from tests.standing import standing

HANDED_IN = at(2026, 11, 20, 9)  # due on the 27th, a Friday
DAY = datetime.timedelta(days=1)


@standing()
def bureau():
    make_site()
    return make_review_bureau()


def told(days) -> list[tuple[int, str]]:
    """(day after the hand-in, subject) of the messages of a job that runs every morning, twice."""
    Message.objects.all().delete()
    found, known = [], set()
    for day in days:
        for _again in range(2):
            remind_turns(HANDED_IN + day * DAY)
        found += [(day, message.subject) for message in Message.objects.exclude(pk__in=known).order_by("recipient__username")]
        known = set(Message.objects.values_list("pk", flat=True))
    return found


class TestRemindTurns:
    def test_tells_the_reviewer_before_after_and_then_weekly(self, bureau):
        reflection = handed_in_reflection(author=bureau.member, now=HANDED_IN)
        claim_reflection(reflection=reflection, by=bureau.other_head.user, now=HANDED_IN)
        soon, late = "心得评阅将到期：陶思远《读后的几点想法》", "心得评阅已逾期：陶思远《读后的几点想法》"
        assert told([0, 4, 5, 6, 7, 8, 9, 14, 15, 21, 22, 23]) == [(5, soon), (8, late), (15, late), (22, late)]
        assert {message.recipient for message in Message.objects.all()} == {bureau.other_head.user}
        assert all(message.url.startswith("/reading/reviews/link/") for message in Message.objects.all())

    def test_tells_all_reviewers_once_a_week_of_what_nobody_has_claimed(self, bureau):
        handed_in_reflection(author=bureau.member, now=HANDED_IN)
        handed_in_reflection(author=bureau.other_head, now=HANDED_IN)
        found = told([4, 5, 6, 9, 10, 11])
        assert [day for day, _subject in found] == [5, 5, 10, 10]
        assert {subject for day, subject in found if day == 5} == {"有 1 篇心得待认领评阅", "有 2 篇心得待认领评阅"}
        assert {subject for day, subject in found if day == 10} == {
            "有 1 篇心得待认领评阅，其中 1 篇已逾期",
            "有 2 篇心得待认领评阅，其中 2 篇已逾期",
        }

    def test_asks_all_where_the_reviewers_account_is_off(self, bureau):
        reflection = handed_in_reflection(author=bureau.member, now=HANDED_IN)
        claim_reflection(reflection=reflection, by=bureau.other_head.user, now=HANDED_IN)
        bureau.other_head.user.is_active = False
        bureau.other_head.user.save()
        told([8])
        assert [message.recipient for message in Message.objects.all()] == [bureau.clerk.user]

    def test_tells_the_author_of_what_was_given_back_and_stops_some_day(self, bureau):
        reviewed_reflection(author=bureau.member, by=bureau.other_head, is_accepted=False, now=HANDED_IN)
        found = told(sorted({7 * week + day for week in range(1, MOST_REWRITES + 3) for day in (-1, 0)}))
        assert [day for day, _subject in found] == [7 * week for week in range(1, MOST_REWRITES + 1)]
        assert found[0][1] == "退回的心得还没有再交：读后的几点想法"

    def test_leaves_alone_whoever_has_left(self, bureau):
        reviewed_reflection(author=bureau.member, by=bureau.other_head, is_accepted=False, now=HANDED_IN)
        StaffMember.objects.filter(pk=bureau.member.pk).update(left_on=(HANDED_IN + 3 * DAY).date())
        assert told([7, 14]) == []

    def test_says_nothing_of_what_is_done_or_not_begun(self, bureau):
        reviewed_reflection(author=bureau.member, by=bureau.other_head, now=HANDED_IN)
        assert told([7, 8, 14]) == []

    def test_says_what_it_did(self, bureau):
        handed_in_reflection(author=bureau.member, now=HANDED_IN)
        assert remind_turns(HANDED_IN + 8 * DAY) == "提醒 2 人次"
        assert remind_turns(HANDED_IN + 8 * DAY) == "提醒 0 人次"

    def test_costs_the_same_for_what_is_not_due(self, bureau, django_assert_num_queries):
        for _one in range(3):
            handed_in_reflection(author=bureau.member, now=HANDED_IN)
        assert Reflection.objects.waiting().count() == 3
        with django_assert_num_queries(3):
            remind_turns(HANDED_IN + DAY)
