"""What the list of an exhibition costs as more reflections hang in it, for a visitor and for somebody signed in.

Two quarters of one room: one with a hundred reflections, one with ten thousand. Every third is for staff only, the rest is public.
"""

import datetime
import random
import time

from django.db import transaction
from django.test import Client
from wagtail.models import Locale, Page, PageViewRestriction

from cms.core.services import add_page
from cms.users.models import User
from learning.models import ArticlePage, Book, Department, ExhibitionPage, ReadingReviewPage, ReadingRoomPage, Reflection, StaffMember
from learning.periods import SHANGHAI, PeriodKind, period_of
from learning.reading.choices import Consent, ReflectionState
from learning.reading.text import body_of
from learning.topics.areas import ContentArea

from . import corpus
from .measuring import patient_database, repetitions, statements_of, timing_of
from .site import refresh_statistics
from .table import against_budget, milliseconds, ratio, show

SMALL, LARGE = 100, 10_000
BUDGET = 3  # times the p95 of the small list
STATEMENTS = {"visitor": 8, "signed in": 15}
RUNS = 60
BATCH = 1_000
BOOKS, DEPARTMENTS, PEOPLE = 60, 40, 400
QUARTERS = (datetime.date(2026, 7, 1), datetime.date(2026, 10, 1))
TEXTS = 50  # different ones; the list reads no more than the beginning of any


def measure(home, *, size: int, vendor: str) -> None:
    """`size` reflections, at most ten thousand, hang in the larger exhibition, in a tree with everything else that the run has made so far."""
    began = time.perf_counter()
    large = max(SMALL + 1, min(size, LARGE))
    with patient_database():
        exhibitions = _build(home, (SMALL, large))
        refresh_statistics()
    print(f"{time.perf_counter() - began:6.0f} s  exhibitions written", flush=True)
    clients = {"visitor": Client(), "signed in": Client()}
    clients["signed in"].force_login(User.objects.create_user(username="bench-reader", password=None))
    rows, notes = [], []
    for reader, client in clients.items():
        for label, query in (("first page", ""), ("last page", "?page=9999"), ("one area", "?area=professional")):
            calls = {number: _asking(client, exhibition.url + query) for number, exhibition in exhibitions.items()}
            taken = _timed_in_turn(calls, repetitions(RUNS, size))
            for number, call in calls.items():
                statements, repeated = min(statements_of(call), statements_of(call))  # the cache around the page ends now and then
                figures = [milliseconds(value) for value in (taken[number].median, taken[number].p95, taken[number].cpu)]
                rows.append([reader, f"{number:,}", label, against_budget(statements, STATEMENTS[reader]), repeated, *figures])
            verdict = "" if taken[large].p95 < BUDGET * taken[SMALL].p95 else " OVER BUDGET"
            notes.append(f"{reader}, {label}: p95 of {large:,} is {ratio(taken[large].p95, taken[SMALL].p95)} that of {SMALL}{verdict}.")
    headings = ["reader", "reflections", "what", "statements", "repeated", "median ms", "p95 ms", "CPU ms"]
    show(f"The list of an exhibition on {vendor}", headings, rows, *notes)


def _timed_in_turn(calls: dict, times: int) -> dict:
    """Each of `calls` so often, in turn: what else the machine does falls on all of them alike."""
    walls, cpus = ({key: [] for key in calls} for _ in range(2))
    for _ in range(times):
        for key, call in calls.items():
            wall, cpu = time.perf_counter(), time.process_time()
            call()
            cpus[key].append(time.process_time() - cpu)
            walls[key].append(time.perf_counter() - wall)
    return {key: timing_of(walls[key], cpus[key]) for key in calls}


def _asking(client, address: str):
    def ask():
        answer = client.get(address)
        if answer.status_code != 200 or b"piece-list" not in answer.content:
            raise AssertionError(f"{address}: {answer.status_code}")

    return ask


def _build(home, sizes: tuple[int, ...]) -> dict[int, ExhibitionPage]:
    room = add_page(parent=home, page=ReadingRoomPage(title="读书园地", slug="bench-room"), publish=True)
    books = Book.objects.bulk_create(
        Book(title=f"样书第{number}种", author=f"作者{number}", area=ContentArea.values[number % 5]) for number in range(BOOKS)
    )
    departments = Department.objects.bulk_create(Department(name=f"展评第{number}科", position=number) for number in range(DEPARTMENTS))
    people = StaffMember.objects.bulk_create(StaffMember(name=f"读者{number}", sort_key=f"duzhe{number:04}") for number in range(PEOPLE))
    exhibitions, position = {}, 0
    for size, quarter in zip(sizes, QUARTERS, strict=True):
        hang(room, quarter, size, after=position, books=books, departments=departments, people=people)
        position += size
    Page.objects.filter(pk=room.pk).update(numchild=position)
    for size, quarter in zip(sizes, QUARTERS, strict=True):
        page = ExhibitionPage(title=f"{period_of(quarter, PeriodKind.QUARTER)}展评", slug=f"bench-{size}", quarter_first=quarter)
        room = ReadingRoomPage.objects.get(pk=room.pk)
        exhibitions[size] = add_page(parent=room, page=page, publish=True)
    return exhibitions


def hang(room, quarter: datetime.date, number: int, *, after: int, books, departments, people) -> None:
    """So many accepted reflections of `quarter`, consented to, below `room`; the tree holds `after` of its children already."""
    chance = random.Random(f"{corpus.SEED}:{quarter}")
    documents = [corpus.document(at) for at in range(TEXTS)]
    texts = ["".join(f"<p>{text}</p>" for _kind, text in document.blocks) for document in documents]
    locale, proto = Locale.get_default(), ReadingReviewPage(title="原型", slug="proto")
    begins = datetime.datetime.combine(quarter, datetime.time(8), tzinfo=SHANGHAI)
    with transaction.atomic():
        for start in range(0, number, BATCH):
            pages, reflections, closed = [], [], []
            for at in range(start, min(start + BATCH, number)):
                text = at % TEXTS
                book, author = chance.choice(books), chance.choice(people)
                moment = begins + datetime.timedelta(minutes=chance.randrange(80 * 24 * 60))
                facts = {"title": documents[text].title, "department": departments[author.pk % DEPARTMENTS]}
                page = ReadingReviewPage(
                    **facts,
                    path=Page._get_path(room.path, room.depth + 1, after + at + 1),
                    depth=room.depth + 1,
                    draft_title=facts["title"],
                    slug=f"x{quarter:%Y%m}-{at}",
                    url_path=f"{room.url_path}x{quarter:%Y%m}-{at}/",
                    content_type=proto.content_type,
                    locale=locale,
                    live=True,
                    shown_at=moment,
                    first_published_at=moment,
                    last_published_at=moment,
                    author_name=author.name,
                    book_name=book.title,
                    area=book.area,
                    body=body_of(texts[text]),
                )
                reflections.append(
                    Reflection(
                        **facts,
                        author=author,
                        book=book,
                        html=texts[text],
                        state=ReflectionState.ACCEPTED,
                        consent=Consent.INTERNAL if at % 3 == 0 else Consent.PUBLIC,
                        characters=1_400,
                        **dict.fromkeys(("created_at", "saved_at", "first_handed_in_at", "handed_in_at", "accepted_at"), moment),
                    )
                )
                pages.append(page)
            plain = Page.objects.bulk_create(
                Page(**{field.attname: getattr(page, field.attname) for field in Page._meta.local_concrete_fields}) for page in pages
            )
            for page, row, reflection in zip(pages, plain, reflections, strict=True):
                page.pk = page.id = page.page_ptr_id = page.articlepage_ptr_id = reflection.page_id = row.pk
                if reflection.consent == Consent.INTERNAL:
                    closed.append(PageViewRestriction(page=row, restriction_type=PageViewRestriction.LOGIN))
            for model in (ArticlePage, ReadingReviewPage):
                # What Model.save() does for each table, for all at once: bulk_create refuses models of several tables.
                model._base_manager._insert(pages, fields=model._meta.local_concrete_fields, using="default")
            PageViewRestriction.objects.bulk_create(closed)
            Reflection.objects.bulk_create(reflections)
