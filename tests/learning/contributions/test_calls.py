import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learning.contributions.calls import AnswerState, call_page, calls_seen_by, lines_of, may_see_call, state_of
from learning.contributions.rights import ContributionRights
from learning.models import StaffMember
from tests.factories.bureau import make_bureau, rights_of
from tests.factories.contributions import CommissionFactory, MediaArticleFactory
from tests.factories.organisation import DepartmentFactory
from tests.factories.programme import at
from tests.standing import standing

TODAY = datetime.date(2026, 3, 25)
DUE = datetime.date(2026, 3, 20)
IN_TIME, TOO_LATE = datetime.date(2026, 3, 20), datetime.date(2026, 3, 21)


@standing()
def bureau():
    return make_bureau()


def rights(person: StaffMember) -> ContributionRights:
    return ContributionRights(rights_of(person, TODAY))


class TestStateOf:
    @pytest.mark.parametrize(
        ("answered_on", "is_open", "today", "expected"),
        [
            (IN_TIME, True, TODAY, AnswerState.IN_TIME),
            (TOO_LATE, False, TODAY, AnswerState.LATE),
            (None, True, DUE, AnswerState.NOT_YET),
            (None, True, TOO_LATE, AnswerState.OVERDUE),
            (None, False, TODAY, AnswerState.NOT_YET),
        ],
    )
    def test_goes_by_the_day_the_office_had_it(self, answered_on, is_open, today, expected):
        assert state_of(answered_on, DUE, is_open=is_open, today=today) is expected


class TestCallsSeenBy:
    def test_are_those_of_the_own_departments(self, bureau):
        own, others = CommissionFactory(to=[bureau.office]), CommissionFactory(to=[bureau.other])
        below = CommissionFactory(to=[DepartmentFactory(parent=bureau.office)])
        assert set(calls_seen_by(rights(bureau.member))) == {own}
        assert set(calls_seen_by(rights(bureau.head))) == {own, below}
        for person in (bureau.clerk, bureau.leader):
            assert set(calls_seen_by(rights(person))) == {own, others, below}
        assert may_see_call(own, rights(bureau.member))
        assert not may_see_call(others, rights(bureau.member))
        assert may_see_call(others, rights(bureau.leader))

    def test_are_open_ones_first_by_the_day_they_are_due(self, bureau):
        closed = CommissionFactory(to=[bureau.office], closed_at=at(2026, 3, 2))
        late, soon = (CommissionFactory(to=[bureau.office], due_on=datetime.date(2026, 3, day)) for day in (30, 26))
        assert list(calls_seen_by(rights(bureau.member))) == [soon, late, closed]


class TestLinesOf:
    def test_say_how_many_answered_and_how_the_own_stands(self, bureau):
        call = CommissionFactory(to=[bureau.office, bureau.other])
        MediaArticleFactory(commission=call, by_departments=[bureau.other], state="office", submitted_on=IN_TIME)
        MediaArticleFactory(commission=call, by_departments=[bureau.office], state="section")
        (line,) = lines_of([call], rights(bureau.member))
        assert (line.asked, line.answered, line.own, line.may_write) == (2, 1, (("办公室", AnswerState.OVERDUE),), True)
        call.closed_at = at(2026, 3, 24)
        (line,) = lines_of([call], rights(bureau.leader))
        assert (line.own, line.may_write, line.is_open) == ((), False, False)

    def test_cost_the_same_however_many_there_are(self, bureau):
        calls, asker = [CommissionFactory(to=[bureau.office])], rights(bureau.member)
        assert lines_of(calls, asker)  # who the reader is, is known from here on
        calls += [CommissionFactory(to=[bureau.office, bureau.other]) for _ in range(6)]
        with CaptureQueriesContext(connection) as asked:
            assert len(lines_of(calls, asker)) == 7
        assert len(asked) == 2


class TestCallPage:
    def test_shows_the_departments_with_their_pieces(self, bureau):
        call = CommissionFactory(to=[bureau.office, bureau.other])
        third = DepartmentFactory(name="财务科")
        both = MediaArticleFactory(
            commission=call, by_departments=[bureau.office, third], state="sent", submitted_on=TOO_LATE, title="合写"
        )
        MediaArticleFactory(commission=call, by_departments=[bureau.other], state="returned", title="退回的")
        MediaArticleFactory(commission=call, by_departments=[bureau.other], title="草稿")
        found = call_page(call, rights(bureau.clerk))
        assert {(one.department, one.state, one.is_asked) for one in found.answers} == {
            ("人事科", AnswerState.OVERDUE, True),
            ("办公室", AnswerState.LATE, True),
            ("财务科", AnswerState.LATE, False),
        }
        by_name = {one.department: one for one in found.answers}
        assert [(piece.title, piece.pk, piece.day) for piece in by_name["办公室"].pieces] == [("合写", both.pk, TOO_LATE)]
        assert [(piece.title, piece.state, piece.day) for piece in by_name["人事科"].pieces] == [("退回的", "退回", None)]
        assert (found.asked, found.answered) == (2, 1)

    def test_shows_others_their_own_department_and_no_title_they_may_not_read(self, bureau):
        call = CommissionFactory(to=[bureau.office, bureau.other])
        MediaArticleFactory(
            commission=call, by_departments=[bureau.office], by_people=[bureau.colleague], state="office", submitted_on=IN_TIME
        )
        MediaArticleFactory(commission=call, by_departments=[bureau.other], state="office", submitted_on=IN_TIME)
        (answer,) = call_page(call, rights(bureau.member)).answers
        assert (answer.department, answer.state) == ("办公室", AnswerState.IN_TIME)
        assert [(piece.title, piece.pk) for piece in answer.pieces] == [("", None)]
        for person in (bureau.colleague, bureau.head):
            ((piece,),) = (one.pieces for one in call_page(call, rights(person)).answers)
            assert piece.pk

    def test_costs_the_same_however_many_pieces_there_are(self, bureau):
        def cost(number):
            call = CommissionFactory(to=[bureau.office, bureau.other])
            for _ in range(number):
                MediaArticleFactory(commission=call, by_departments=[bureau.office], by_people=[bureau.member], state="office")
            asker = rights(bureau.clerk)
            assert asker.sees_everything
            with CaptureQueriesContext(connection) as asked:
                assert call_page(call, asker).answers
            return len(asked)

        assert cost(1) == cost(8)
