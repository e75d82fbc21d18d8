import datetime

import pytest
from django.core.exceptions import ValidationError
from wagtail.models import ModelLogEntry

from learning.models import Book, MonthlyList
from learning.reading.services.books import BookError, publish_list, save_book, save_list, tidy_title
from tests.factories.pages import make_user
from tests.factories.programme import at
from tests.factories.reading import BookFactory, ListedBookFactory, MonthlyListFactory

pytestmark = pytest.mark.django_db
NOW = at(2026, 11, 2, 9)


class TestTidyTitle:
    @pytest.mark.parametrize(
        ("written", "kept"),
        [
            ("《样书》", "样书"),
            ("  样　书 ", "样 书"),
            ("读《样书》有感", "读《样书》有感"),
            ("《甲》与《乙》", "《甲》与《乙》"),
            ("《》", "《》"),
        ],
    )
    def test_takes_off_what_stands_around(self, written, kept):
        assert tidy_title(written) == kept


class TestSaveBook:
    def test_keeps_the_isbn_as_thirteen_digits(self):
        user = make_user("clerk")
        book = save_book(book=Book(title="《样书》", isbn="7-02-000220-X"), by=user)
        assert (book.title, book.isbn) == ("样书", "9787020002207")
        assert ModelLogEntry.objects.get(action="wagtail.create").user == user

    def test_refuses_a_double(self):
        save_book(book=Book(title="样书", author="某人"), by=None)
        with pytest.raises(ValidationError, match="已有同名同作者的书"):
            save_book(book=Book(title="《样书》", author="某人"), by=None)
        save_book(book=Book(title="样书", author="某人", isbn="9787020002207"), by=None)
        with pytest.raises(ValidationError, match="这个 ISBN 已有一本书"):
            save_book(book=Book(title="另一本", isbn="978-7-02-000220-7"), by=None)

    def test_notes_a_change(self):
        book = BookFactory()
        book.copies = 5
        save_book(book=book, by=None)
        assert ModelLogEntry.objects.get().action == "wagtail.edit"


class TestSaveList:
    def test_keeps_without_publishing(self):
        kept = save_list(monthly_list=MonthlyList(month=datetime.date(2026, 11, 1)), publish=False, by=None, now=NOW)
        assert kept.published_at is None

    def test_refuses_a_second_list_of_the_month(self):
        MonthlyListFactory()
        with pytest.raises(ValidationError, match="已有一份书目"):
            save_list(monthly_list=MonthlyList(month=datetime.date(2026, 11, 1)), publish=False, by=None, now=NOW)


class TestPublishList:
    def test_sets_the_time_once(self):
        monthly_list = ListedBookFactory(monthly_list__published_at=None).monthly_list
        publish_list(monthly_list=monthly_list, by=None, now=NOW)
        publish_list(monthly_list=MonthlyList.objects.get(), by=None, now=at(2026, 12, 1))
        assert MonthlyList.objects.get().published_at == NOW
        assert ModelLogEntry.objects.filter(action="reading.publish_list").count() == 1

    def test_refuses_an_empty_list(self):
        with pytest.raises(BookError, match="还没有书，不能公布"):
            publish_list(monthly_list=MonthlyListFactory(published_at=None), by=None, now=NOW)
