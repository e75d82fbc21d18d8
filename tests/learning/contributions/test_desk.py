"""我的稿件, and the office's desk and queue."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learning.contributions.desk import desk_of, queue_of, waiting_for_section
from learning.contributions.rights import ContributionRights
from learning.contributions.services.articles import hand_in_article
from learning.models import MonthlyFocus, Question
from tests.factories.bureau import rights_of
from tests.factories.contributions import (
    CommissionFactory,
    PlacementFactory,
)
from tests.factories.programme import at
from tests.factories.submissions import draft, handed_in, in_queue, make_newsroom
from tests.standing import standing

TODAY = datetime.date(2026, 3, 5)
NOW = at(2026, 3, 5, 9)
pytestmark = pytest.mark.django_db


@standing()
def room():
    return make_newsroom()


def rights(person, day=TODAY) -> ContributionRights:
    return ContributionRights(rights_of(person, day))


def titles(rows) -> list[str]:
    return [row.title for row in rows]


def statements(act) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        act()
    return len(caught)


class TestWaitingForSection:
    def test_is_the_heads_of_the_first_department(self, room):
        handed_in(room, title="本科室的")
        handed_in(room, title="别人牵头的", departments=[room.other, room.office])
        draft(room)
        assert titles(waiting_for_section(rights(room.head))) == ["本科室的"]
        assert titles(waiting_for_section(rights(room.other_head))) == ["别人牵头的"]


class TestDeskOf:
    def test_shows_the_own_pieces_what_is_wanted_and_who_asks(self, room):
        MonthlyFocus.objects.create(month=datetime.date(2026, 3, 1), text="写读书", published_at=NOW)
        answered = CommissionFactory(topic="答过的", to=[room.office])
        CommissionFactory(topic="没有答的", due_on=datetime.date(2026, 3, 4), to=[room.office, room.other])
        CommissionFactory(topic="问别人的", to=[room.other])
        CommissionFactory(topic="结束了的", closed_at=NOW, to=[room.office])
        in_queue(room, title="报了的", commission=answered)
        draft(room, title="草稿", now=at(2026, 3, 2, 8))
        desk = desk_of(rights(room.member))
        assert titles(desk.own) == ["草稿", "报了的"]
        assert (desk.numbers.reported, desk.numbers.adopted, desk.numbers.total) == (1, 0, 2)
        assert desk.focus.text == "写读书"
        assert [(one.topic, one.is_answered, one.is_overdue) for one in desk.calls] == [("没有答的", False, True), ("答过的", True, False)]
        assert (desk.waiting, desk.office) == ([], None)

    def test_shows_the_office_what_is_open(self, room):
        in_queue(room)
        PlacementFactory(confirmed_at=None)
        Question.objects.create(desk="contributions", about_key="x", about="x", about_url="/", text="为什么", asked_at=NOW)
        Question.objects.create(desk="别的", about_key="x", about="x", about_url="/", text="为什么", asked_at=NOW)
        office = desk_of(rights(room.secretary)).office
        assert (office.queue, office.unconfirmed, office.unanswered, office.questions) == (1, 1, 0, 1)

    def test_asks_the_same_number_of_statements_however_much_there_is(self, room):
        def asked(person):
            return statements(lambda: desk_of(rights(person)))

        in_queue(room)
        handed_in(room)
        few = [asked(person) for person in (room.member, room.head, room.secretary)]
        for number in range(6):
            in_queue(room, title=f"收{number}")
            handed_in(room, title=f"审{number}")
            CommissionFactory(to=[room.office])
        assert [asked(person) for person in (room.member, room.head, room.secretary)] == few


class TestQueueOf:
    def test_has_the_oldest_first(self, room):
        in_queue(room, title="后到的", now=at(2026, 3, 5))
        first = handed_in(room, title="科室里的")
        older = draft(room, title="先到的", author=room.head)
        hand_in_article(article=older, by=room.head.user, now=at(2026, 3, 2, 10))
        queue = queue_of()
        assert (titles(queue.rows), queue.total, queue.in_section) == (["先到的", "后到的"], 2, 1)
        assert first.state == "section"

    def test_asks_the_same_number_of_statements_however_long_it_is(self, room):
        in_queue(room)
        few = statements(queue_of)
        for number in range(6):
            in_queue(room, title=f"题目{number}")
        assert statements(queue_of) == few
