"""Who somebody was on a day, in one statement."""

import datetime

from learning.models import Absence
from learning.programme.standings import Standings
from tests.factories.bureau import make_bureau, rights_of
from tests.factories.organisation import BranchMembershipFactory, DepartmentFactory, PostingFactory, StaffMemberFactory
from tests.standing import standing

DAY = datetime.date(2026, 11, 25)
ONE = datetime.timedelta(days=1)


@standing()
def bureau():
    return make_bureau()


class TestStandings:
    def test_takes_one_statement_for_every_table_and_any_number_of_people(self, bureau, django_assert_num_queries):
        people = [bureau.member, bureau.head, bureau.leader, bureau.secretary]
        standings = Standings(people)
        with django_assert_num_queries(1):
            found = [
                (standings.postings(one.pk, DAY), standings.memberships(one.pk, DAY), standings.offices(one.pk, DAY)) for one in people
            ]
        assert [len(postings) for postings, _memberships, _offices in found] == [1, 1, 1, 1]
        assert [fact.role for fact in found[3][1]] == ["secretary"]
        assert [fact.role for fact in found[2][2]] == ["leader"]
        assert found[1][0][0].is_head is True
        assert found[1][0][0].place_id == bureau.office.pk

    def test_holds_from_the_first_day_to_the_last(self, bureau):
        person = StaffMemberFactory()
        PostingFactory(staff=person, started_on=DAY, ended_on=DAY + ONE)
        Absence.objects.create(staff=person, kind="sick", started_on=DAY + ONE, ended_on=DAY + ONE)
        standings = Standings([person])
        assert [len(standings.postings(person.pk, DAY + n * ONE)) for n in (-1, 0, 1, 2)] == [0, 1, 1, 0]
        assert [len(standings.absences(person.pk, DAY + n * ONE)) for n in (0, 1, 2)] == [0, 1, 0]

    def test_asks_nothing_about_nobody(self, db, django_assert_num_queries):
        with django_assert_num_queries(0):
            assert Standings([]).postings(1, DAY) == []
            assert Standings([]).below([]) == frozenset()

    def test_knows_what_is_below_a_department(self, bureau, django_assert_num_queries):
        section = DepartmentFactory(parent=bureau.office)
        group = DepartmentFactory(parent=section)
        standings = Standings([bureau.member])
        with django_assert_num_queries(1):
            assert standings.below({bureau.office.pk}) == {bureau.office.pk, section.pk, group.pk}
            assert standings.is_within(group.pk, section.pk)
        assert not standings.is_within(section.pk, group.pk)


class TestRights:
    def test_takes_two_statements_beside_the_permissions(self, bureau, django_assert_num_queries):
        rights = rights_of(bureau.head, DAY)
        with django_assert_num_queries(2):
            assert rights.department_ids == {bureau.office.pk}
            assert rights.branch_ids == frozenset()
            assert not rights.is_leader
            assert not rights.is_first_leader

    def test_ends_with_the_office(self, bureau):
        former = StaffMemberFactory(user=bureau.colleague.user.__class__.objects.create_user("qian"))
        PostingFactory(staff=former, department=bureau.office, is_head=True, ended_on=DAY - ONE)
        BranchMembershipFactory(staff=former, branch=bureau.branch, role="committee", ended_on=DAY)
        rights = rights_of(former, DAY)
        assert rights.department_ids == frozenset()
        assert rights.branch_ids == {bureau.branch.pk}
        assert rights_of(former, DAY + ONE).branch_ids == frozenset()
