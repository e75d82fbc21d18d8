import datetime
import threading

import pytest
from django.db import connection
from wagtail.models import Page

from cms.readership.models import ReaderMark, ReadingCount
from cms.readership.services import count_reading, forget_readers, reader_key

MONDAY = datetime.date(2026, 3, 2)
TUESDAY = datetime.date(2026, 3, 3)


@pytest.fixture
def page_id(db):
    return Page.objects.get(depth=2).pk


class TestCountReading:
    def test_counts_a_reader_once_a_day(self, page_id):
        totals = [count_reading(page_id=page_id, day=MONDAY, identity="cookie:a") for _load in range(3)]
        assert totals == [1, 1, 1]

    def test_counts_the_same_reader_again_the_next_day(self, page_id):
        count_reading(page_id=page_id, day=MONDAY, identity="cookie:a")
        assert count_reading(page_id=page_id, day=TUESDAY, identity="cookie:a") == 2

    def test_counts_two_readers_as_two(self, page_id):
        count_reading(page_id=page_id, day=MONDAY, identity="cookie:a")
        assert count_reading(page_id=page_id, day=MONDAY, identity="cookie:b") == 2

    @pytest.mark.django_db(transaction=True)
    def test_counts_one_reader_once_from_many_nodes_at_once(self):
        page_id = Page.objects.get(depth=2).pk

        def read():
            count_reading(page_id=page_id, day=MONDAY, identity="cookie:a")
            connection.close()

        threads = [threading.Thread(target=read) for _node in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert ReadingCount.objects.get(page_id=page_id).total == 1


class TestReaderKey:
    def test_of_one_reader_differs_from_day_to_day(self):
        assert reader_key(day=MONDAY, identity="user:1") != reader_key(day=TUESDAY, identity="user:1")

    def test_does_not_show_the_identity(self):
        assert "user:1" not in reader_key(day=MONDAY, identity="user:1")


class TestForgetReaders:
    def test_drops_old_marks_and_keeps_the_totals(self, page_id):
        count_reading(page_id=page_id, day=MONDAY, identity="cookie:a")
        count_reading(page_id=page_id, day=TUESDAY, identity="cookie:a")
        assert forget_readers(before=TUESDAY) == 1
        assert list(ReaderMark.objects.values_list("day", flat=True)) == [TUESDAY]
        assert ReadingCount.objects.get(page_id=page_id).total == 2
