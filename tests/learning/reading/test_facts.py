"""What the reading room tells the rest of the house."""

import datetime

import pytest

from learning.evidence import Have, find_evidence
from tests.factories.organisation import StaffMemberFactory
from tests.factories.pages import make_user
from tests.factories.programme import at
from tests.factories.reading import (
    MonthlyListFactory,
    ReadingEntryFactory,
    ReflectionFactory,
    StudyNoteFactory,
    accepted_reflection,
)

pytestmark = pytest.mark.django_db


def rows(key):
    return list(find_evidence(key).rows().values("subject_id", "counted_on", "happened_on", "quantity"))


def day(text):
    return datetime.date.fromisoformat(text)


class TestMonthlyLists:
    def test_count_for_their_month_and_come_about_when_published(self):
        MonthlyListFactory(month=day("2026-11-01"), published_at=at(2026, 12, 1, 0))
        MonthlyListFactory(month=day("2026-12-01"), published_at=None)
        expected = {"subject_id": None, "counted_on": day("2026-11-01"), "happened_on": day("2026-12-01"), "quantity": 1}
        assert rows("reading.monthly_list") == [expected]


class TestBooksRead:
    def test_count_in_the_month_of_the_last_page(self):
        entry = ReadingEntryFactory(finished_on=day("2026-10-31"), recorded_on=day("2026-11-03"))
        ReadingEntryFactory(staff=entry.staff)
        expected = {"subject_id": entry.staff_id, "counted_on": day("2026-10-31"), "happened_on": day("2026-11-03"), "quantity": 1}
        assert rows("reading.log") == [expected]


class TestReflections:
    def test_count_by_their_first_hand_in_in_shanghai(self):
        reflection = accepted_reflection(at_time=at(2026, 10, 1, 0))
        expected = {"subject_id": reflection.author_id, "counted_on": day("2026-10-01"), "happened_on": day("2026-10-01"), "quantity": 1}
        assert rows("reading.reflection") == [expected]
        assert find_evidence("reading.reflection").have == Have.REFLECTION

    def test_do_not_count_while_they_are_their_authors(self):
        ReflectionFactory()
        moment = at(2026, 10, 9)
        ReflectionFactory(state="returned", first_handed_in_at=moment, handed_in_at=moment)
        assert rows("reading.reflection") == []

    def test_are_applications_where_they_say_what_changed(self):
        accepted_reflection()
        applied = accepted_reflection(application="收文登记加了一栏。")
        assert [row["subject_id"] for row in rows("reading.application")] == [applied.author_id]


class TestNotes:
    def test_tell_how_many_and_nothing_else(self):
        person = StaffMemberFactory(user=make_user("reader"))
        StudyNoteFactory(owner=person.user, text="只有我知道", created_at=at(2026, 11, 20, 23))
        StudyNoteFactory(owner=make_user("nobody"))
        expected = {"subject_id": person.pk, "counted_on": day("2026-11-20"), "happened_on": day("2026-11-20"), "quantity": 1}
        assert rows("reading.note") == [expected]
