"""Books, lists, reading, reflections."""

import datetime
import secrets

import factory
from factory.django import DjangoModelFactory
from wagtail.models import Page

from cms.core.services import add_page
from learning.models import (
    Ballot,
    BallotLine,
    Book,
    ExhibitionPage,
    InterestGroup,
    Judge,
    Judging,
    ListedBook,
    MonthlyList,
    ReadingEntry,
    ReadingReviewPage,
    ReadingRoomPage,
    Reflection,
    RubricLine,
    StarSelection,
    StudyNote,
)
from learning.reading.likeness import index_reflection
from learning.reading.text import body_of, count_html
from tests.factories.organisation import StaffMemberFactory

from .programme import at


def reading_room() -> ReadingRoomPage:
    """The one room, made below the root the first time it is asked for."""
    room = ReadingRoomPage.objects.first()
    return room or add_page(
        parent=Page.get_first_root_node(), page=ReadingRoomPage(title="读书园地", slug="dushu"), publish=True, public=True
    )


class BookFactory(DjangoModelFactory):
    class Meta:
        model = Book

    title = factory.Sequence(lambda number: f"样书第{number}种")
    author = "某作者"
    copies = 2


class MonthlyListFactory(DjangoModelFactory):
    class Meta:
        model = MonthlyList

    month = datetime.date(2026, 11, 1)
    published_at = factory.LazyFunction(lambda: at(2026, 11, 2, 9))


class ListedBookFactory(DjangoModelFactory):
    class Meta:
        model = ListedBook

    monthly_list = factory.SubFactory(MonthlyListFactory)
    book = factory.SubFactory(BookFactory)
    reason = "值得一读。"


class ReadingEntryFactory(DjangoModelFactory):
    """`finished_on=` makes it a book that was read."""

    class Meta:
        model = ReadingEntry

    staff = factory.SubFactory(StaffMemberFactory)
    book = factory.SubFactory(BookFactory)
    started_on = factory.LazyAttribute(lambda entry: entry.finished_on or datetime.date(2026, 11, 1))
    finished_on = None
    recorded_on = factory.LazyAttribute(lambda entry: entry.finished_on or datetime.date(2026, 11, 1))
    state = factory.LazyAttribute(lambda entry: "finished" if entry.finished_on else "reading")


class ReflectionFactory(DjangoModelFactory):
    """A draft; what was handed in is made by the services."""

    class Meta:
        model = Reflection

    author = factory.SubFactory(StaffMemberFactory)
    book = factory.SubFactory(BookFactory)
    title = "读后的几点想法"
    html = "<p>这本书讲的道理很朴素，联系工作想了很多。</p>"
    created_at = factory.LazyFunction(lambda: at(2026, 11, 20, 9))
    saved_at = factory.LazyFunction(lambda: at(2026, 11, 20, 9))


def accepted_reflection(*, author=None, consent="public", at_time=None, department=None, area="", **facts) -> Reflection:
    """One as it stands after its review, without the walk there; `at_time` is when it was handed in and accepted."""
    moment = at_time or at(2026, 11, 20, 9)
    reflection = ReflectionFactory(**({"author": author} if author else {}), consent=consent, **facts)
    page = ReadingReviewPage(
        title=reflection.title,
        slug=secrets.token_hex(6),
        author_name=reflection.author.name,
        book_name=reflection.book_name,
        department=department,
        area=area,
        shown_at=moment,
        body=body_of(reflection.html),
    )
    page = add_page(parent=reading_room(), page=page, publish=consent != "none", public=consent == "public")
    for name in ("first_handed_in_at", "handed_in_at", "accepted_at", "consent_changed_at"):
        setattr(reflection, name, moment)
    reflection.page, reflection.state, reflection.department = page, "accepted", department
    reflection.characters = count_html(reflection.html)
    reflection.save()
    verdict = {"verdict": "accepted", "decided_at": moment}
    reflection.rounds.create(number=1, html=reflection.html, handed_in_at=moment, characters=reflection.characters, **verdict)
    return reflection


class InterestGroupFactory(DjangoModelFactory):
    class Meta:
        model = InterestGroup

    name = factory.Sequence(lambda number: f"兴趣小组{number}")


class StudyNoteFactory(DjangoModelFactory):
    class Meta:
        model = StudyNote

    text = "记一笔。"
    created_at = factory.LazyFunction(lambda: at(2026, 11, 20, 9))
    updated_at = factory.LazyFunction(lambda: at(2026, 11, 20, 9))


def archived_reflection(html, *, author=None, at_time=None, **facts) -> Reflection:
    """Handed in, waiting for its review, and kept to be compared with."""
    moment = at_time or at(2026, 10, 12, 9)
    facts = {"state": "waiting", "first_handed_in_at": moment, "handed_in_at": moment, **({"author": author} if author else {}), **facts}
    reflection = ReflectionFactory(html=html, **facts)
    index_reflection(reflection=reflection, html=html, now=moment)
    return reflection


def hang_exhibition(*, quarter=datetime.date(2026, 10, 1), **facts) -> ExhibitionPage:
    """The exhibition of `quarter`, open from the beginning."""
    page = ExhibitionPage(title="第四季度读书心得展评", slug=f"zhanping-{quarter:%Y%m}", quarter_first=quarter, **facts)
    return add_page(parent=reading_room(), page=page, publish=True)


class JudgingFactory(DjangoModelFactory):
    """`judged_by=[people with accounts]`; a rubric of two lines (60 and 40) unless `rubric=[(name, points), ...]`."""

    class Meta:
        model = Judging
        skip_postgeneration_save = True

    exhibition = factory.LazyFunction(hang_exhibition)
    due_on = datetime.date(2026, 12, 10)

    @factory.post_generation
    def judged_by(self, create, people, **extra):
        Judge.objects.bulk_create([Judge(judging=self, staff=person) for person in people or ()])

    @factory.post_generation
    def rubric(self, create, lines, **extra):
        for position, (name, points) in enumerate(lines or (("内容", 60), ("表达", 40))):
            RubricLine.objects.create(judging=self, name=name, max_points=points, position=position)


def cast(entry, judge, *points, now=None, **facts) -> Ballot:
    """A ballot of `judge` (a person) with `points` for the lines of the rubric, past the services."""
    ballot = Ballot.objects.create(
        entry=entry, judge=Judge.objects.get(judging=entry.judging, staff=judge), submitted_at=now or at(2026, 11, 24, 9), **facts
    )
    lines = entry.judging.rubric.all()
    BallotLine.objects.bulk_create([BallotLine(ballot=ballot, line=line, points=given) for line, given in zip(lines, points, strict=False)])
    return ballot


class StarSelectionFactory(DjangoModelFactory):
    """Of the last quarter of 2026, its criteria published in October."""

    class Meta:
        model = StarSelection

    quarter_first = datetime.date(2026, 10, 1)
    criteria = "多读书，读好书，把书里的道理用到工作中。"
    published_at = factory.LazyFunction(lambda: at(2026, 10, 8, 9))
