import datetime

import pytest

from learning.models import ReadingEntry
from learning.reading.own_reading import is_late
from learning.reading.services.log import LogError, NotOwnEntryError, known_book, record_reading, remove_reading
from tests.factories.organisation import StaffMemberFactory
from tests.factories.pages import make_user
from tests.factories.reading import BookFactory, ReadingEntryFactory

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 25)


def day(text):
    return datetime.date.fromisoformat(text)


@pytest.fixture
def person():
    return StaffMemberFactory(name="张三", user=make_user("zhangsan"))


@pytest.fixture
def mark(person):
    def note(state="finished", **facts):
        return record_reading(staff=person, state=state, by=person.user, **{"today": TODAY, **facts})

    return note


def only_entry() -> tuple:
    entry = ReadingEntry.objects.get()
    return entry.state, entry.started_on, entry.finished_on, entry.recorded_on


class TestRecordReading:
    def test_begins_today_and_ends_today(self, mark):
        book = BookFactory()
        mark("reading", book=book, today=day("2026-11-03"))
        mark("finished", book=book)
        assert only_entry() == ("finished", day("2026-11-03"), TODAY, TODAY)

    def test_changes_nothing_the_second_time(self, mark):
        book = BookFactory()
        for state in ("reading", "finished"):
            mark(state, book=book, today=day("2026-11-03"))
            before = only_entry()
            mark(state, book=book)
            assert only_entry() == before

    def test_goes_back_to_reading(self, mark):
        book = BookFactory()
        mark(book=book, today=day("2026-11-03"))
        mark("reading", book=book)
        assert only_entry() == ("reading", day("2026-11-03"), None, TODAY)

    def test_takes_an_earlier_day_and_marks_it_late_only_after_its_month(self, mark):
        entry = mark(book=BookFactory(), finished_on=day("2026-11-01"))
        assert (entry.started_on, is_late(entry)) == (day("2026-11-01"), False)
        assert is_late(mark(book=BookFactory(), finished_on=day("2026-10-31")))

    def test_does_not_make_late_what_is_corrected_later(self, mark):
        book = BookFactory()
        mark(book=book, today=day("2026-11-12"))
        entry = mark(book=book, finished_on=day("2026-11-10"), today=day("2026-12-05"))
        assert (entry.finished_on, entry.recorded_on, is_late(entry)) == (day("2026-11-10"), day("2026-11-12"), False)

    def test_is_never_registered_before_it_was_finished(self, mark):
        book = BookFactory()
        mark(book=book, today=day("2026-11-12"))
        assert mark(book=book, finished_on=day("2026-12-01"), today=day("2026-12-05")).recorded_on == day("2026-12-05")

    @pytest.mark.parametrize(("finished_on", "words"), [("2026-11-26", "在今天以后"), ("2024-12-31", "2025 年以来")])
    def test_refuses_days_that_cannot_be(self, mark, finished_on, words):
        with pytest.raises(LogError, match=words):
            mark(title="一本书", finished_on=day(finished_on))
        assert not ReadingEntry.objects.exists()

    def test_keeps_one_entry_a_free_title(self, mark):
        mark("reading", title="《乡间笔记》", author="某人")
        entry = mark(title=" 乡间笔记 ")
        assert (entry.title, entry.author, entry.book, only_entry()[0]) == ("乡间笔记", "某人", None, "finished")

    def test_knows_a_title_that_the_room_has(self, mark):
        book = BookFactory(title="样书")
        entry = mark(title="《样书》", author="写得不一样")
        assert (entry.book, entry.title, entry.author) == (book, "", "")

    def test_takes_up_what_was_noted_before_the_room_had_the_book(self, mark):
        mark("reading", title="样书", today=day("2026-10-08"))
        entry = mark(book=BookFactory(title="样书"))
        assert (entry.title, only_entry()[1]) == ("", day("2026-10-08"))

    def test_wants_a_title_and_a_state(self, mark):
        with pytest.raises(LogError, match="请写书名"):
            mark(title="《 》".replace("《 》", "  "))
        with pytest.raises(LogError, match="请选"):
            mark("thrown away", title="样书")

    def test_is_only_for_people_of_the_roster_who_are_here(self, person, mark):
        with pytest.raises(LogError, match="没有关联到人员名册"):
            record_reading(staff=None, state="reading", title="样书", by=person.user, today=TODAY)
        person.left_on = day("2026-11-24")
        with pytest.raises(LogError, match="2026年11月24日离开"):
            mark(title="样书")
        person.left_on = TODAY  # the last day
        mark(title="样书")

    def test_is_only_for_oneself(self, person):
        with pytest.raises(NotOwnEntryError):
            record_reading(staff=person, state="reading", title="样书", by=make_user("lisi"), today=TODAY)


class TestKnownBook:
    def test_tells_editions_apart_by_author_only(self):
        mine = BookFactory(title="样书", author="甲")
        BookFactory(title="样书", author="乙")
        assert (known_book("样书", "甲"), known_book("样书", "丙"), known_book("样书"), known_book("没有")) == (mine, None, None, None)


class TestRemoveReading:
    def test_takes_away_an_own_entry_and_nobody_elses(self, person):
        entry = ReadingEntryFactory(staff=person)
        with pytest.raises(NotOwnEntryError):
            remove_reading(entry=entry, by=make_user("lisi"))
        remove_reading(entry=entry, by=person.user)
        remove_reading(entry=entry, by=person.user)
        assert not ReadingEntry.objects.exists()
