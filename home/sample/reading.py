"""The reading room of the sample site: a quarter that is over, judged and honoured, and one that is under way.

Like the programme's year, through the services that people use.
"""

import datetime
import uuid
from dataclasses import replace
from decimal import Decimal

from cms.inbox.services import mark_all_read
from cms.users.models import User
from learning.models import Book, Entry, InterestGroup, ListedBook, MonthlyList, ReadingRoomPage, Reflection, StaffMember, StudyMaterialPage
from learning.periods import SHANGHAI, PeriodKind, local_day, period_of
from learning.reading.choices import Consent, ReadingState
from learning.reading.likeness import index_missing
from learning.reading.services.books import save_book, save_list
from learning.reading.services.drafts import open_draft
from learning.reading.services.exhibitions import open_exhibition
from learning.reading.services.groups import join_group, save_group
from learning.reading.services.handing_in import hand_in
from learning.reading.services.judging import Line, close_judging, declare_conflict, open_judging, prepare_judging, submit_ballot
from learning.reading.services.log import record_reading
from learning.reading.services.notes import Material, write_note
from learning.reading.services.review import current_round, decide_reflection
from learning.reading.services.stars import Choice, Terms, begin_selection, decide_stars, draft_star_notice, publish_criteria
from learning.reading.text import html_of_text

from . import reading_texts as texts
from .accounts import give_accounts
from .programme import _pick

# Author's number, text, days after the quarter's first day (or before today), consent
LAST_QUARTER = (
    ("0012", 0, 38, Consent.PUBLIC),
    ("0052", 1, 45, Consent.PUBLIC),
    ("0013", 2, 52, Consent.INTERNAL),
    ("0042", 3, 57, Consent.PUBLIC),
    ("0112", 4, 63, Consent.INTERNAL),
    ("0032", 5, 70, Consent.PUBLIC),
    ("0071", 6, 77, Consent.NONE),
)
THIS_QUARTER = (
    ("0121", 7, 16, Consent.PUBLIC),
    ("0061", 8, 12, Consent.INTERNAL),
    ("0102", 9, 3, Consent.INTERNAL),
    ("0131", 10, 2, Consent.PUBLIC),
)
RETURNED = ("0013", 11, 4, Consent.INTERNAL)
JUDGES = ("0002", "0003", "0011", "0031", "0111")
RUBRIC = (
    Line(name="主题与理解", max_points=30, guidance="读懂了书，抓得住要点"),
    Line(name="联系实际", max_points=40, guidance="联系本职工作，做法具体"),
    Line(name="表达", max_points=30, guidance="有条理，说人话"),
)
DRAFT = "新书才读了一半。书里讲到“先把电话接起来，再把电话打出去”，想结合值班室的事写一写。"


def _at(day: datetime.date, hour: int = 10, *, now: datetime.datetime) -> datetime.datetime:
    """That hour of that day, or now, if that is still to come."""
    return min(datetime.datetime.combine(day, datetime.time(hour), tzinfo=SHANGHAI), now)


def _books(today, clerk) -> list[Book]:
    books = []
    for title, author, publisher, area, copies, arrived, shelf, intro in texts.BOOKS:
        book = Book(
            title=title,
            author=author,
            publisher=publisher,
            area=area,
            copies=copies,
            arrived_on=today - datetime.timedelta(days=arrived) if arrived is not None else None,
            shelf_mark=shelf,
            intro=intro,
        )
        books.append(save_book(book=book, by=clerk))
    return books


def _lists(books, today, clerk, now) -> list[MonthlyList]:
    """Newest first."""
    lists, month = [], period_of(today, PeriodKind.MONTH)
    for rows in texts.LISTS:
        monthly_list = MonthlyList(month=month.first)
        monthly_list.listed_books = [
            ListedBook(book=books[number], reason=reason, audience=audience, sort_order=order)
            for order, (number, reason, audience) in enumerate(rows)
        ]
        lists.append(save_list(monthly_list=monthly_list, publish=True, by=clerk, now=_at(month.first, 9, now=now)))
        month = month.previous
    return lists


def _log(lists, staff, today) -> None:
    """Most people have read one of the month's books; a few are at it still."""
    for monthly_list in lists:
        month = period_of(monthly_list.month, PeriodKind.MONTH)
        listed = [row.book for row in monthly_list.listed_books.all()]
        is_running = today in month
        for person in staff.values():
            chance = _pick(person.pk, month.first.month)
            if chance < 20 or person.left_on:
                continue
            book = listed[chance % len(listed)]
            began = min(month.first + datetime.timedelta(days=1 + chance % 6), today)
            ended = min(month.first + datetime.timedelta(days=12 + chance % 15), today)
            record_reading(staff=person, book=book, state=ReadingState.READING, by=person.user, today=began)
            if not is_running or chance < 60:
                record_reading(staff=person, book=book, state=ReadingState.FINISHED, by=person.user, today=ended)


def _html(paragraphs) -> str:
    parts = []
    for line in paragraphs:
        if line.startswith("## "):
            parts.append(f"<h2>{line[3:]}</h2>")
        elif line.startswith("> "):
            parts.append(f"<blockquote><p>{line[2:]}</p></blockquote>")
        else:
            parts.append(html_of_text(line))
    return "".join(parts)


def _hand_in(number, text, consent, *, books, staff, at, quarter) -> Reflection:
    book, title, paragraphs, application = texts.TEXTS[text]
    author = staff[number]
    reflection = open_draft(
        author=author,
        token=uuid.uuid4(),
        book=books[book],
        title=title,
        html=_html(paragraphs),
        application=application,
        meant_for=quarter.first,
        by=author.user,
        now=at,
    )
    return hand_in(reflection=reflection, version=reflection.version, consent=consent, by=author.user, now=at)


def _decide(reflection, *, is_accepted, clerk, at) -> None:
    decide_reflection(
        reflection=reflection,
        round_number=current_round(reflection).number,
        is_accepted=is_accepted,
        note=texts.ACCEPT_NOTE if is_accepted else texts.RETURN_NOTE,
        comments={} if is_accepted else {1: texts.COMMENT},
        by=clerk,
        now=at,
    )


def _last_quarter(quarter, *, books, staff, clerk, now) -> None:
    for number, text, days, consent in LAST_QUARTER:
        day = quarter.first + datetime.timedelta(days=days)
        reflection = _hand_in(number, text, consent, books=books, staff=staff, at=_at(day, now=now), quarter=quarter)
        _decide(reflection, is_accepted=True, clerk=clerk, at=_at(day + datetime.timedelta(days=3), now=now))


def _this_quarter(quarter, *, books, staff, clerk, now) -> None:
    today = local_day(now)
    for row in (*THIS_QUARTER, RETURNED):
        number, text, days, consent = row
        day = max(today - datetime.timedelta(days=days), quarter.first)
        reflection = _hand_in(number, text, consent, books=books, staff=staff, at=_at(day, now=now), quarter=quarter)
        if row is RETURNED or days > 10:
            _decide(reflection, is_accepted=row is not RETURNED, clerk=clerk, at=_at(day + datetime.timedelta(days=2), now=now))
    writer = staff["0012"]
    open_draft(
        author=writer,
        token=uuid.uuid4(),
        book=books[2],
        title="电话这一头",
        html=html_of_text(DRAFT),
        meant_for=quarter.first,
        by=writer.user,
        now=now,
    )


def _judge(quarter, *, staff, clerk, now) -> None:
    start = quarter.next.first
    page = open_exhibition(
        quarter=quarter,
        intro="每季度的读书心得在这里展出。作者同意展示的才在这里，随时可以收回。",
        shown_from=min(start, local_day(now)),
        shown_until=None,
        by=clerk,
    )
    judging = prepare_judging(
        exhibition=page,
        judges=[staff[number] for number in JUDGES],
        rubric=RUBRIC,
        note="只看编号和文字。与作者有亲属关系或者认得出作者、觉得不便评分的，请点“回避”。",
        due_on=start + datetime.timedelta(days=6),
        by=clerk,
        now=_at(start, 8, now=now),
    )
    judging = open_judging(judging=judging, by=clerk, now=_at(start, 9, now=now))
    lines = list(judging.rubric.all())
    for entry in judging.entries.order_by("number"):
        for position, number in enumerate(JUDGES):
            at = _at(start + datetime.timedelta(days=2), 9 + position, now=now)
            if position == 4 and entry.number == 1:
                declare_conflict(entry=entry, reason="认出了作者，同一个科室工作过。", by=staff[number].user, now=at)
                continue
            points = {
                line.pk: Decimal(line.max_points) - Decimal(_pick(entry.reflection.author_id, position, line.max_points) % 7)
                for line in lines
            }
            submit_ballot(entry=entry, points=points, remark="", by=staff[number].user, now=at)
    close_judging(judging=judging, is_confirmed=True, by=clerk, now=_at(start + datetime.timedelta(days=7), now=now))


def _stars(quarter, *, clerk, now) -> None:
    """Last quarter's are decided and their notice drafted; this quarter's criteria are published."""
    lenient = Terms(criteria=texts.CRITERIA, places=3, min_books=1, min_reflections=1, min_exchanges=0, min_mean=None)
    selection = begin_selection(quarter=quarter, terms=lenient)
    publish_criteria(selection=selection, by=clerk, now=_at(quarter.first, 9, now=now))
    ranked = Entry.objects.filter(judging__exhibition__quarter_first=quarter.first, rank__isnull=False).order_by("rank", "number")
    decided_at = _at(quarter.next.first + datetime.timedelta(days=9), now=now)
    decide_stars(
        selection=selection,
        choices=[
            Choice(staff=key, reason=reason, is_exception=True)
            for key, reason in zip(ranked.values_list("reflection__author", flat=True), texts.STAR_REASONS, strict=False)
        ],
        note="机关党委会议评定，参考展评平均分，重在学用结合。",
        by=clerk,
        now=decided_at,
    )
    draft_star_notice(selection=selection, days=5, contact="机关党委，0000-0000000", by=clerk, today=local_day(decided_at))
    current = begin_selection(quarter=quarter.next, terms=replace(lenient, min_books=3, min_exchanges=1))
    publish_criteria(selection=current, by=clerk, now=_at(quarter.next.first, 9, now=now))


def _groups(books, staff, today, clerk, now) -> None:
    for number, (name, purpose, patron, leader, shelf, place, topic) in enumerate(texts.GROUPS):
        meets = datetime.datetime.combine(today + datetime.timedelta(days=6 + 3 * number), datetime.time(16, 30), tzinfo=SHANGHAI)
        group = InterestGroup(
            name=name,
            purpose=purpose,
            patron=staff[patron],
            leader=staff[leader],
            next_meeting_at=meets,
            next_place=place,
            next_topic=topic,
        )
        group = save_group(group=group, shelf=[books[book] for book in shelf], by=clerk, today=today)
        for person in staff.values():
            if _pick(person.pk, number, 5) < 28:
                join_group(group=group, staff=person, by=person.user, today=today)


def _note(now) -> None:
    material = StudyMaterialPage.objects.live().order_by("path").first()
    owner = User.objects.get(username="zhigong")
    text = "“带着问题读”这一条可以用在收文上：先想好要找什么，再读。回头和科长说说三栏表的办法。"
    write_note(material=Material(page=material), about="", quote="", text=text, by=owner, now=now)


def load_reading(*, now: datetime.datetime) -> ReadingRoomPage:
    """Books, lists and reading of five months; last quarter's reflections, exhibition and stars; this quarter's, some on their way."""
    today = local_day(now)
    clerk = User.objects.get(username="dangwei")
    room = ReadingRoomPage.objects.get()
    staff = {person.employee_number: person for person in StaffMember.objects.exclude(employee_number="").order_by("pk")}
    give_accounts(staff)
    index_missing(now)  # the materials, as the job of every hour does
    books = _books(today, clerk)
    lists = _lists(books, today, clerk, now)
    _log(lists, staff, today)
    quarter = period_of(today, PeriodKind.QUARTER)
    everything = {"books": books, "staff": staff, "clerk": clerk, "now": now}
    _last_quarter(quarter.previous, **everything)
    _judge(quarter.previous, staff=staff, clerk=clerk, now=now)
    _stars(quarter.previous, clerk=clerk, now=now)
    mark_all_read(by=clerk, now=now)
    _this_quarter(quarter, **everything)
    _groups(books, staff, today, clerk, now)
    _note(now)
    return room
