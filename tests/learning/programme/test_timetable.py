import datetime

import pytest
from django.db import transaction

from learning.models import Absence, Session
from learning.periods import SHANGHAI
from learning.programme.choices import AttendanceStatus, SessionState
from learning.programme.timetable import MyPart, ShownState, View, day_from, organiser_key, shown_state, timetable
from tests.factories.bureau import make_bureau, rights_of
from tests.factories.programme import AttendanceFactory, SessionFactory, at

pytestmark = pytest.mark.django_db
NOW = at(2026, 11, 25, 9)
TODAY = NOW.date()


@pytest.fixture(scope="module")
def bureau(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        undo = transaction.atomic()
        undo.__enter__()
        yield make_bureau()
        transaction.set_rollback(True)
        undo.__exit__(None, None, None)


def table_of(person, view=View.MONTH, on=TODAY, **filters):
    return timetable(view=view, on=on, rights=rights_of(person, TODAY), now=NOW, **filters)


def entries(table):
    return [entry for day in table.days for entry in day.entries]


def my_part(person, **filters):
    [entry] = entries(table_of(person, **filters))
    return entry.my_part


class TestTimetable:
    def test_shows_a_month_in_whole_weeks(self, bureau):
        days = table_of(bureau.member).days
        assert (days[0].day, days[-1].day) == (datetime.date(2026, 10, 26), datetime.date(2026, 12, 6))
        assert [day.day.day for day in days if day.is_in_period] == list(range(1, 31))
        assert [day.day for day in days if day.is_today] == [TODAY]

    def test_puts_a_session_on_its_day_in_shanghai(self, bureau):
        SessionFactory(starts_at=datetime.datetime(2026, 11, 30, 23, 30, tzinfo=SHANGHAI))
        table = table_of(bureau.member)
        assert [day.day for day in table.days if day.entries] == [datetime.date(2026, 11, 30)]

    def test_counts_and_offers_what_lies_in_the_period_only(self, bureau):
        SessionFactory(starts_at=at(2026, 12, 1), kind="training")
        SessionFactory(organised_by="branch", branch=bureau.branch)
        table = table_of(bureau.member)
        assert (table.total, table.shown, len(entries(table))) == (1, 1, 2)
        assert [(choice.value, choice.label) for choice in table.kinds] == [("collective", "集中学习")]
        assert [(choice.value, choice.label) for choice in table.organisers] == [(f"branch:{bureau.branch.pk}", "第一支部")]

    def test_filters_by_kind_organiser_and_the_own_part(self, bureau):
        of_organ = SessionFactory(kind="training")
        of_branch = SessionFactory(organised_by="branch", branch=bureau.branch)
        for filters, found in (
            ({"kind": "training"}, [of_organ]),
            ({"organiser": f"branch:{bureau.branch.pk}"}, [of_branch]),
            ({"organiser": "organ"}, [of_organ]),
            ({"is_mine": True}, [of_organ]),
            ({"kind": "胡写"}, []),
        ):
            table = table_of(bureau.head, **filters)
            assert [entry.session for entry in entries(table)] == found
            assert (table.total, table.shown) == (2, len(found))

    def test_asks_the_rule_before_the_roster_is_frozen(self, bureau):
        SessionFactory(starts_at=at(2026, 11, 26), organised_by="department", department=bureau.office)
        assert my_part(bureau.member) is MyPart.EXPECTED
        assert my_part(bureau.secretary) is None
        Absence.objects.create(staff=bureau.member, kind="village", started_on=TODAY)
        assert my_part(bureau.member) is None

    @pytest.mark.parametrize(
        ("status", "is_made_up", "part"),
        [
            (AttendanceStatus.PRESENT, False, MyPart.ATTENDED),
            (AttendanceStatus.LEFT_EARLY, False, MyPart.ATTENDED),
            (AttendanceStatus.SICK, False, MyPart.ON_LEAVE),
            (AttendanceStatus.ABSENT, False, MyPart.ABSENT),
            (AttendanceStatus.ABSENT, True, MyPart.MADE_UP),
            (AttendanceStatus.UNRECORDED, False, MyPart.UNRECORDED),
        ],
    )
    def test_asks_the_roster_afterwards(self, bureau, status, is_made_up, part):
        session = SessionFactory(held=True)
        AttendanceFactory(session=session, staff=bureau.member, status=status, is_made_up=is_made_up)
        assert my_part(bureau.member) is part
        assert my_part(bureau.colleague) is None

    def test_expects_whoever_is_on_a_roster_that_nobody_has_called_yet(self, bureau):
        session = SessionFactory(starts_at=at(2026, 11, 25, 10), roster_frozen_at=NOW)
        AttendanceFactory(session=session, staff=bureau.member)
        AttendanceFactory(session=session, staff=bureau.colleague, is_expected=False)
        assert my_part(bureau.member) is MyPart.EXPECTED
        assert my_part(bureau.colleague) is None

    def test_expects_nobody_at_a_cancelled_one(self, bureau):
        SessionFactory(state=SessionState.CANCELLED, reason="防汛")
        assert my_part(bureau.member) is None


class TestShownState:
    def test_waits_for_the_roll_once_it_is_over(self):
        session = Session(starts_at=at(2026, 11, 24), ends_at=at(2026, 11, 24, 17), state=SessionState.NOTIFIED)
        assert shown_state(session, at(2026, 11, 24, 16)) is ShownState.NOTIFIED
        assert shown_state(session, at(2026, 11, 24, 17)) is ShownState.TO_BE_ROLLED

    def test_has_a_word_and_a_mark_for_every_state(self):
        for state in SessionState:
            shown = shown_state(Session(starts_at=at(2026, 12, 1), ends_at=at(2026, 12, 1, 17), state=state), NOW)
            assert shown.label == state.label
            assert shown.mark


class TestDayFrom:
    @pytest.mark.parametrize("text", ["", "昨天", "2026-02-30", "1999-12-31", "2101-01-01"])
    def test_is_today_for_anything_that_is_no_day_of_this_calendar(self, text):
        assert day_from(text, otherwise=TODAY) == TODAY

    def test_is_the_day_that_is_named(self):
        assert day_from("2026-12-01", otherwise=TODAY) == datetime.date(2026, 12, 1)


class TestOrganiserKey:
    def test_names_level_and_key(self, bureau):
        assert organiser_key(SessionFactory()) == "organ"
        assert organiser_key(SessionFactory(organised_by="branch", branch=bureau.branch)) == f"branch:{bureau.branch.pk}"
        assert organiser_key(SessionFactory(organised_by="department", department=bureau.office)) == f"department:{bureau.office.pk}"
