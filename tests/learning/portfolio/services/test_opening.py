import datetime

import pytest

from cms.jobs.registry import all_jobs
from learning.models import FileLook, FiveHavesFile
from learning.portfolio.choices import LookRole
from learning.portfolio.looking import looks_at, may_open
from learning.portfolio.rights import FileRights
from learning.portfolio.services.opening import LookRefusedError, look, open_files, open_files_of_today
from tests.factories.bureau import make_bureau, rights_of
from tests.factories.organisation import PostingFactory, StaffMemberFactory
from tests.factories.programme import at
from tests.standing import standing

pytestmark = pytest.mark.django_db
TODAY, NOW = datetime.date(2026, 11, 30), at(2026, 11, 30)


@standing()
def bureau():
    return make_bureau()


def file_rights(person, day=TODAY):
    return FileRights(rights_of(person, day))


def looked(bureau, person, **facts):
    return look(
        **{"staff": bureau.member, "year": 2026, "department_id": bureau.office.pk, "rights": file_rights(person), "now": NOW, **facts}
    )


class TestLook:
    @pytest.mark.parametrize(("who", "role"), [("head", LookRole.HEAD), ("clerk", LookRole.CLERK), ("leader", LookRole.LEADER)])
    def test_writes_down_who_looked_and_as_what(self, bureau, who, role):
        found = looked(bureau, getattr(bureau, who))
        assert (found.role, found.by_name, found.looked_on) == (role, getattr(bureau, who).name, TODAY)

    def test_is_one_row_a_day(self, bureau):
        assert looked(bureau, bureau.head) == looked(bureau, bureau.head)
        looked(bureau, bureau.head, rights=file_rights(bureau.head, datetime.date(2026, 12, 1)))
        looked(bureau, bureau.head, year=2025)
        assert FileLook.objects.count() == 3

    def test_writes_nothing_about_the_own_file(self, bureau):
        assert looked(bureau, bureau.member) is None
        assert not FileLook.objects.exists()

    @pytest.mark.parametrize("who", ["colleague", "other_head", "secretary"])
    def test_refuses_everybody_else(self, bureau, who):
        with pytest.raises(LookRefusedError, match="您不能查看这份档案"):
            looked(bureau, getattr(bureau, who))
        assert not FileLook.objects.exists()


class TestMayOpen:
    def may(self, bureau, person, day=TODAY):
        return may_open(file_rights(person, day), bureau.member.pk, bureau.office.pk, 2026)

    def test_lets_the_owner_in(self, bureau):
        assert self.may(bureau, bureau.member)

    def test_lets_others_in_once_they_have_said_so_today(self, bureau):
        assert not self.may(bureau, bureau.head)
        looked(bureau, bureau.head)
        assert self.may(bureau, bureau.head)
        assert not self.may(bureau, bureau.head, datetime.date(2026, 12, 1))
        assert not self.may(bureau, bureau.clerk)

    def test_lets_nobody_in_who_may_not_look_any_more(self, bureau):
        looked(bureau, bureau.head)
        assert not may_open(file_rights(bureau.head), bureau.member.pk, bureau.other.pk, 2026)

    def test_takes_one_statement(self, bureau, django_assert_num_queries):
        rights = file_rights(bureau.head)
        assert rights.look_role(bureau.member.pk, bureau.office.pk)
        with django_assert_num_queries(1):
            may_open(rights, bureau.member.pk, bureau.office.pk, 2026)


class TestLooksAt:
    def test_names_the_latest_first(self, bureau):
        looked(bureau, bureau.head)
        looked(bureau, bureau.clerk, now=at(2026, 11, 30, 15))
        looked(bureau, bureau.clerk, year=2025)
        assert [one.by_name for one in looks_at(bureau.member.pk, 2026)] == [bureau.clerk.name, bureau.head.name]


class TestOpenFiles:
    def test_makes_the_rows_of_everybody_in_scope_once(self, bureau):
        StaffMemberFactory(name="没有任职的人")
        gone = StaffMemberFactory(left_on=datetime.date(2025, 6, 30))
        PostingFactory(staff=gone)
        people = FiveHavesFile.objects.values_list("staff", flat=True)
        assert open_files(year=2026) == 7
        assert bureau.member.pk in people
        assert gone.pk not in people
        assert open_files(year=2026) == 0
        assert people.count() == 7

    def test_makes_one_for_who_came_meanwhile(self, bureau):
        open_files(year=2026)
        PostingFactory(started_on=datetime.date(2026, 9, 1))
        assert open_files(year=2026) == 1

    def test_costs_the_same_whatever_the_number_of_people(self, bureau, django_assert_num_queries):
        with django_assert_num_queries(4):
            open_files(year=2026)


class TestOpenFilesOfToday:
    def test_is_a_job_of_every_day_that_says_what_it_did(self, bureau):
        (job,) = [job for job in all_jobs() if job.name == "portfolio.open_files"]
        assert job.run(NOW) == "2026年补上 7 份档案"
        assert job.run is open_files_of_today
        assert job.run(NOW) == "2026年补上 0 份档案"
