"""Books of the room and the lists that recommend them (R34, R39)."""

import datetime
import re

from django.core.exceptions import ValidationError
from django.db import transaction
from wagtail.log_actions import log

from ..isbn import normal_isbn
from ..models import Book, MonthlyList

BLANKS = re.compile(r"\s+")
QUOTED_TITLE = re.compile(r"《([^《》]+)》")


class BookError(ValidationError):
    """The book or the list cannot be kept like that; the message is Chinese and says what to do."""


def tidy_title(text: str) -> str:
    """A title as it is kept: without blanks around it, without the 《》 that every page writes about it."""
    title = BLANKS.sub(" ", text).strip()
    quoted = QUOTED_TITLE.fullmatch(title)
    return quoted[1].strip() if quoted else title


@transaction.atomic
def save_book(*, book: Book, by) -> Book:
    """Validate and keep a book that was made or changed. Raises ValidationError."""
    is_new = book._state.adding
    book.title, book.isbn = tidy_title(book.title), normal_isbn(book.isbn)
    book.full_clean()
    book.save()
    log(instance=book, action="wagtail.create" if is_new else "wagtail.edit", user=by, content_changed=True)
    return book


@transaction.atomic
def save_list(*, monthly_list: MonthlyList, publish: bool, by, now: datetime.datetime) -> MonthlyList:
    """Keep a month's list with its books; `publish` makes it public, once: published again, it keeps its first time.

    Raises ValidationError.
    """
    is_new = monthly_list._state.adding
    monthly_list.full_clean()
    monthly_list.save()
    log(instance=monthly_list, action="wagtail.create" if is_new else "wagtail.edit", user=by, content_changed=True)
    return publish_list(monthly_list=monthly_list, by=by, now=now) if publish else monthly_list


@transaction.atomic
def publish_list(*, monthly_list: MonthlyList, by, now: datetime.datetime) -> MonthlyList:
    """From now on everybody sees it, and it stands as done in the year's plan. A second time changes nothing. Raises BookError."""
    if not monthly_list.listed_books.exists():
        raise BookError("书目里还没有书，不能公布。请先在“推荐的书”里添加。")
    if MonthlyList.objects.filter(pk=monthly_list.pk, published_at__isnull=True).update(published_at=now):
        monthly_list.published_at = now
        log(instance=monthly_list, action="reading.publish_list", user=by)
    return monthly_list
