"""The text of the same file on SQLite and on PostgreSQL: one digest stands here for both, whatever order a database gives rows in, sorts words
by or adds numbers up with. Where a room says more of its records, or says it otherwise, the digest is another: put the new one here once
both databases give it."""

import datetime
import re

import pytest

from learning.models import Absence, ReviewPoints, ReviewRubricLine, StudyReview
from learning.periods import PeriodKind
from learning.portfolio.snapshots import content_of, from_text, sha256, to_text
from tests.factories.contributions import MediaArticleFactory, OutletFactory, PlacementFactory, ResearchReportFactory
from tests.factories.organisation import DepartmentFactory, PostingFactory, StaffMemberFactory
from tests.factories.portfolio import (
    AchievementFactory,
    ApplicationFactory,
    FiveHavesFileFactory,
    ReviewYearFactory,
    StudyPlanFactory,
    StudyStatementFactory,
    rule_of_people,
)
from tests.factories.programme import SessionFactory, StudyFormatFactory, at
from tests.factories.reading import BookFactory, ReadingEntryFactory, accepted_reflection

RULES = {
    "规": "have.plan",
    "Zeta": "have.note",
    "alpha": "have.reflection",
    "心": "have.research",
    "é": "have.application",
    "B": "reading.reflection",
    "a": "programme.attendance",
}
DIGEST = "6bc7456896dbc8cd32f307615cc51fa6163012536bc24ff1ee6fd8049ff5194c"


@pytest.fixture
def person(db):
    """With a record of every kind, and names that one database sorts otherwise than the other."""
    office, other = DepartmentFactory(name="办公室"), DepartmentFactory(name="Êx 科")
    person = StaffMemberFactory(name="陶思远", employee_number="001")
    colleague = StaffMemberFactory(name="赵一鸣", employee_number="002")
    since = datetime.date(2026, 5, 1)
    PostingFactory(staff=person, department=other, is_primary=False, started_on=since)
    PostingFactory(staff=person, department=office, started_on=since)
    PostingFactory(staff=person, department=other, started_on=datetime.date(2020, 5, 1), ended_on=datetime.date(2026, 4, 30))
    Absence.objects.create(staff=person, kind="sick", started_on=datetime.date(2026, 7, 1), ended_on=datetime.date(2026, 9, 30))
    first, second = StudyFormatFactory(), StudyFormatFactory()
    for number, (name, evidence) in enumerate(RULES.items()):
        rule_of_people(evidence, name=name, per=[PeriodKind.YEAR, PeriodKind.QUARTER][number % 2], study_format=first, position=1)
    book = BookFactory(title="灯下集", author="某人", publisher="某社", isbn="")
    for title in ("b", "A", "中", "é"):
        accepted_reflection(author=person, title=title, book=book, at_time=at(2026, 3, 2), application="改了。\n再改。")
    ReadingEntryFactory(staff=person, book=book, finished_on=since, recorded_on=datetime.date(2026, 5, 2))
    session = SessionFactory(title="讲座", held=True, formats=[first, second], attended_by=[person], study_hours=2)
    for name in "乙甲":
        session.lecturers.create(name=name)
    written(person)
    article = MediaArticleFactory(title="春", state="adopted", by_people=[colleague, person, "外人"], by_departments=[office])
    for outlet, day in [("日报", datetime.date(2026, 4, 1)), ("Êtude", datetime.date(2026, 3, 5))]:
        PlacementFactory(article=article, outlet=OutletFactory(name=outlet), published_on=day)
    ResearchReportFactory(state="handed_in", title="研", department=office, declared_by=colleague, team=[colleague, person])
    reviewed(person)
    return person


def written(person):
    file = FiveHavesFileFactory(staff=person, notes_on_paper_on=datetime.date(2026, 3, 1))
    StudyPlanFactory(file=file)
    StudyStatementFactory(file=file)
    for learnt in "乙甲":
        ApplicationFactory(staff=person, learnt=learnt)
    AchievementFactory(staff=person)


def reviewed(person):
    """Points that are no sum of halves."""
    found = ReviewYearFactory(opened_at=at(2026, 12, 1), closed_at=at(2026, 12, 20), seed=3)
    line = ReviewRubricLine.objects.create(round=found, name="学用", max_points=50, position=0)
    for points in ("33.3", "40.1", "7.7"):
        form = StudyReview.objects.create(round=found, staff=person, rater=StaffMemberFactory(), kind="peer", submitted_at=at(2026, 12, 2))
        ReviewPoints.objects.create(review=form, line=line, points=points)


def without_keys(text: str) -> str:
    """Keys and series are of the database they were made in."""
    text = re.sub(r'"(record_id|staff_id|department_id)":\d+', r'"\1":0', text)
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "", text)


class TestTheText:
    def test_is_the_same_on_every_database(self, person):
        text = to_text(content_of(person, 2026, datetime.date(2026, 12, 31)))
        assert len({record.kind for record in from_text(text).year.records}) == 10
        assert sha256(without_keys(text)) == DIGEST
