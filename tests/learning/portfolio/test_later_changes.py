"""What the services of every room still change in a locked year is listed against the lock in a sentence; the file shows what was locked."""

import datetime

import pytest

from learning.contributions.services.placements import remove_placement
from learning.contributions.services.research import withdraw_research
from learning.models import Attendance, Posting
from learning.organisation.services import move_staff_member, save_record
from learning.portfolio.changes_page import changes_page
from learning.portfolio.files import file_of
from learning.portfolio.services.locking_files import reopen_file
from learning.portfolio.snapshots import sha256
from learning.programme.services.roll import correct_attendance
from learning.reading.services.log import remove_reading
from tests.factories.bureau import make_bureau
from tests.factories.contributions import PlacementFactory, ResearchReportFactory, make_officer
from tests.factories.portfolio import ApplicationFactory
from tests.factories.programme import SessionFactory, StudyFormatFactory, at
from tests.factories.reading import ReadingEntryFactory, ReflectionFactory
from tests.standing import standing

from .kept import YEAR, confirmed, locked, rights

pytestmark = pytest.mark.django_db
NEXT = datetime.date(2027, 3, 1)
LATER = at(2027, 3, 1)


@standing()
def bureau():
    return make_bureau()


@pytest.fixture
def lock(bureau):
    return lambda: locked(bureau.member, bureau.head, bureau.clerk)


def listed(person):
    page = changes_page(person, YEAR)
    assert page.is_whole
    return [str(change) for _topic, found in page.groups for change in found]


def still_shown(person):
    return [one.title for one in file_of(person, YEAR, NEXT).person_year.records]


class TestListed:
    def test_a_reflection_that_was_given_back(self, bureau, lock):
        moment = at(2026, 12, 20)
        times = {"first_handed_in_at": moment, "handed_in_at": moment}
        reflection = ReflectionFactory(author=bureau.member, title="灯下", state="waiting", **times)
        lock()
        type(reflection).objects.filter(pk=reflection.pk).update(state="returned")
        assert listed(bureau.member) == [
            "撤回或删去：读书心得《灯下》（2026-12-20）。锁定的档案里仍有这一条",
            "五格：有心得体会由“有”变为“不计”",
        ]

    def test_a_person_taken_off_the_roll_of_a_session(self, bureau, lock):
        SessionFactory(title="专题讲座", held=True, formats=[StudyFormatFactory()], attended_by=[bureau.member])
        lock()
        row = Attendance.objects.get(staff=bureau.member)
        correct_attendance(attendance=row, status="absent", reason="同名的人签错了", by=bureau.clerk.user, now=LATER)
        assert listed(bureau.member) == ["撤回或删去：参加学习活动《专题讲座》（2026-11-24）。锁定的档案里仍有这一条"]
        assert still_shown(bureau.member) == ["专题讲座"]

    def test_a_use_of_an_article_that_was_none(self, bureau, lock):
        use = PlacementFactory(article__by_people=[bureau.member], article__title="校园里的春天")
        lock()
        remove_placement(placement=use, reason="核实后没有刊发", by=make_officer(), now=LATER)
        assert listed(bureau.member) == ["撤回或删去：稿件被采用《校园里的春天》（2026-03-05）。锁定的档案里仍有这一条"]
        assert still_shown(bureau.member) == ["校园里的春天"]

    def test_a_report_that_was_withdrawn(self, bureau, lock):
        report = ResearchReportFactory(state="handed_in", title="双减之后", department=bureau.office, declared_by=bureau.member)
        lock()
        withdraw_research(report=report, reason="数据有误", by=bureau.clerk.user, now=LATER)
        assert listed(bureau.member) == [
            "撤回或删去：参加调研形成报告《双减之后》（2026-09-01）。锁定的档案里仍有这一条",
            "五格：有调研成果由“有”变为“不计”",
        ]

    def test_a_book_that_was_struck_from_the_log(self, bureau, lock):
        entry = ReadingEntryFactory(staff=bureau.member, finished_on=datetime.date(2026, 5, 1), recorded_on=datetime.date(2026, 5, 2))
        lock()
        title = still_shown(bureau.member)[0]
        remove_reading(entry=entry, by=bureau.member.user)
        assert listed(bureau.member) == [f"撤回或删去：读完一本书《{title}》（2026-05-01）。锁定的档案里仍有这一条"]

    def test_another_name_of_the_person(self, bureau, lock):
        kept = lock()
        bureau.member.name = "陶远"
        save_record(record=bureau.member, by=bureau.clerk.user)
        assert listed(bureau.member) == ["人员：姓名由陶思远改为陶远"]
        assert file_of(bureau.member, YEAR, NEXT).person_year.name == "陶思远"
        kept.refresh_from_db()
        assert sha256(kept.snapshot) == kept.sha256

    def test_a_department_that_is_called_otherwise(self, bureau, lock):
        lock()
        bureau.office.name = "综合办公室"
        save_record(record=bureau.office, by=bureau.clerk.user)
        assert listed(bureau.member) == ["任职：办公室现在名为综合办公室"]

    def test_a_posting_that_ended_before_the_year_did_after_all(self, bureau, lock):
        lock()
        Posting.objects.filter(staff=bureau.member).update(ended_on=datetime.date(2026, 11, 30))
        since = Posting.objects.get(staff=bureau.member).started_on
        assert listed(bureau.member) == [
            f"任职：现在有：办公室，{since:%Y-%m-%d} 至 2026-11-30",
            f"任职：锁定时有、现在没有：办公室，{since:%Y-%m-%d} 至今",
        ]


class TestNotListed:
    def test_a_move_of_the_year_after(self, bureau, lock):
        lock()
        move_staff_member(staff=bureau.member, department=bureau.other, on=datetime.date(2027, 2, 1), by=bureau.clerk.user)
        assert listed(bureau.member) == []

    def test_a_department_merged_in_the_year_after(self, bureau, lock):
        lock()
        move_staff_member(staff=bureau.member, department=bureau.other, on=datetime.date(2027, 2, 1), by=bureau.clerk.user)
        bureau.office.closed_on = datetime.date(2027, 2, 1)
        save_record(record=bureau.office, by=bureau.clerk.user)
        assert listed(bureau.member) == []
        assert file_of(bureau.member, YEAR, NEXT).place.department == "办公室"

    def test_anything_once_it_was_reopened_and_locked_again(self, bureau, lock):
        ApplicationFactory(staff=bureau.member)
        first = lock()
        ApplicationFactory(staff=bureau.member, learnt="漏登的一件")
        assert len(listed(bureau.member)) == 1
        reopen_file(staff=bureau.member, year=YEAR, reason="漏登", rights=rights(bureau.clerk), now=at(2027, 1, 8))
        second = lock()
        assert listed(bureau.member) == []
        assert second.sha256 != first.sha256


class TestIsChanged:
    def test_is_false_after_a_move_of_the_year_after(self, bureau):
        confirmed(bureau.member, bureau.head)
        move_staff_member(staff=bureau.member, department=bureau.other, on=datetime.date(2027, 2, 1), by=bureau.clerk.user)
        assert not file_of(bureau.member, YEAR, NEXT).is_changed
