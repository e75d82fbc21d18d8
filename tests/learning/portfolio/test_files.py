import datetime

import pytest
from django.db import transaction

from learning.models import FileLock, FiveHavesFile
from learning.portfolio.files import LockedFileError, ensure_file, file_of, refuse_if_locked
from learning.portfolio.snapshots import content_of, sha256, to_text
from learning.programme.standings import Standings
from tests.factories.organisation import DepartmentFactory, PostingFactory, StaffMemberFactory
from tests.factories.portfolio import ApplicationFactory, FiveHavesFileFactory, StudyPlanFactory, StudyStatementFactory, rule_of_people
from tests.factories.programme import at

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 12, 31)


@pytest.fixture
def person():
    found = StaffMemberFactory(name="陶思远")
    PostingFactory(staff=found, department=DepartmentFactory(name="办公室"), started_on=datetime.date(2020, 1, 1))
    return found


def locked(person, **facts):
    file = ensure_file(person, 2026)
    text = to_text(content_of(person, 2026, TODAY))
    return FileLock.objects.create(file=file, locked_at=at(2026, 12, 31), snapshot=text, sha256=sha256(text), **facts)


class TestFileOf:
    def test_needs_no_row(self, person):
        found = file_of(person, 2026, TODAY)
        assert (found.file, found.plan, found.statement, found.lock, found.is_frozen) == (None, None, None, None, False)
        assert found.place.department == "办公室"

    def test_takes_three_statements_with_standings(self, person, django_assert_num_queries):
        StudyPlanFactory(file=FiveHavesFileFactory(staff=person))
        rule_of_people("have.application")
        ApplicationFactory.create_batch(3, staff=person)
        standings = Standings([person])
        standings.postings(person.pk, TODAY)
        with django_assert_num_queries(3):
            found = file_of(person, 2026, TODAY, standings=standings)
            assert found.plan.goals
            assert not found.is_changed

    def test_takes_two_statements_where_it_is_locked(self, person, django_assert_num_queries):
        ApplicationFactory(staff=person)
        locked(person)
        with django_assert_num_queries(2):
            assert file_of(person, 2026, TODAY).is_frozen

    def test_brings_what_the_person_wrote(self, person):
        file = FiveHavesFileFactory(staff=person)
        plan, statement = StudyPlanFactory(file=file), StudyStatementFactory(file=file)
        found = file_of(person, 2026, TODAY)
        assert (found.file, found.plan, found.statement) == (file, plan, statement)

    def test_shows_what_was_locked_whatever_becomes_of_the_records(self, person):
        record = ApplicationFactory(staff=person)
        locked(person)
        record.delete()
        found = file_of(person, 2026, TODAY)
        assert [one.title for one in found.person_year.records] == ["公文格式国家标准"]

    def test_is_computed_again_once_it_is_reopened(self, person):
        locked(person, reopened_at=at(2027, 1, 5), reopen_reason="补登一项")
        assert not file_of(person, 2026, TODAY).is_frozen

    def test_asks_the_postings_who_may_look_and_not_the_snapshot(self, person):
        locked(person)
        posting = person.postings.get()
        posting.department = DepartmentFactory(name="人事科")
        posting.save()
        assert file_of(person, 2026, TODAY).place.department == "人事科"

    def test_leads_nowhere_from_the_records_of_a_file_that_was_read_back(self, person):
        ApplicationFactory(staff=person)
        lock = locked(person)
        assert [one.url for one in file_of(person, 2026, TODAY).person_year.records] != [""]
        lock.origin = "restored"
        lock.save()
        found = file_of(person, 2026, TODAY).person_year
        assert [one.url for one in found.records] == [""]
        assert [one.url for cell in found.cells for one in cell.records] == [""]


class TestIsChanged:
    @pytest.fixture
    def confirmed(self, person):
        ApplicationFactory(staff=person)
        digest = file_of(person, 2026, TODAY).to_confirm
        return FiveHavesFileFactory(staff=person, confirmed_at=at(2026, 12, 20), confirmed_sha256=digest)

    def test_is_false_while_days_pass(self, person, confirmed):
        assert not file_of(person, 2026, datetime.date(2027, 2, 1)).is_changed

    def test_is_true_once_a_record_has_come(self, person, confirmed):
        ApplicationFactory(staff=person, learnt="另一件")
        assert file_of(person, 2026, TODAY).is_changed

    def test_is_true_once_the_statement_is_handed_in(self, person, confirmed):
        StudyStatementFactory(file=confirmed)
        assert file_of(person, 2026, TODAY).is_changed


class TestEnsureFile:
    def test_finds_the_one_there_is(self, person):
        assert ensure_file(person, 2026) == ensure_file(person, 2026)
        assert FiveHavesFile.objects.count() == 1


class TestRefuseIfLocked:
    def test_lets_an_open_file_be_changed(self, person):
        with transaction.atomic():
            refuse_if_locked(ensure_file(person, 2026))

    def test_refuses_a_locked_one(self, person):
        lock = locked(person)
        with transaction.atomic(), pytest.raises(LockedFileError, match="2026年的档案已经锁定，不能再改"):
            refuse_if_locked(lock.file)

    def test_lets_a_reopened_one_be_changed(self, person):
        lock = locked(person, reopened_at=at(2027, 1, 5), reopen_reason="补登一项")
        with transaction.atomic():
            refuse_if_locked(lock.file)
