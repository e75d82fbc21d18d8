import datetime

import pytest

from learning.programme.people import People, UnknownNameError
from tests.factories.organisation import DepartmentFactory, StaffMemberFactory

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 25)


@pytest.fixture
def office():
    return DepartmentFactory(name="办公室")


def hire(name, department, **facts):
    return StaffMemberFactory(name=name, posted_to=department, **facts)


class TestPeople:
    def test_stand_in_the_order_of_their_names_with_their_departments(self, office):
        hire("赵一鸣", office)
        hire("陈晓", office)
        assert [label for _pk, label in People(TODAY).choices] == ["陈晓（办公室）", "赵一鸣（办公室）"]

    def test_are_those_employed_today_and_those_named_already(self, office, django_assert_num_queries):
        gone = hire("陈晓", office, left_on=datetime.date(2026, 1, 1))
        hire("赵一鸣", office)
        assert len(People(TODAY).choices) == 1
        with django_assert_num_queries(1):
            assert gone.pk in People(TODAY, frozenset([gone.pk])).labels

    def test_are_told_apart_by_their_number_where_they_share_name_and_department(self, office):
        one, other = hire("张伟", office, employee_number="0101"), hire("张伟", office)
        assert set(People(TODAY).labels.values()) == {"张伟（办公室）[0101]", f"张伟（办公室）[{other.pk}]"}
        assert People(TODAY).named("张伟（办公室）[0101]") == one

    def test_are_found_by_a_name_that_only_one_has(self, office):
        person = hire("陈晓", office)
        people = People(TODAY)
        assert people.named(" 陈晓 ") == people.named("陈晓（办公室）") == person
        assert people.named("没有这个人") is None

    def test_are_asked_for_by_department_where_several_share_a_name(self, office):
        hire("张伟", office)
        other = hire("张伟", DepartmentFactory(name="人事科"))
        with pytest.raises(UnknownNameError, match="本单位有 2 位“张伟”"):
            People(TODAY).named("张伟")
        assert People(TODAY).named("张伟（人事科）") == other

    def test_are_read_from_a_list_each_once(self, office):
        one, other = hire("陈晓", office), hire("赵一鸣", office)
        assert People(TODAY).all_named("陈晓、赵一鸣（办公室）\r\n陈晓；， ") == [one, other]
        with pytest.raises(UnknownNameError, match="本单位没有“王五”"):
            People(TODAY).all_named("陈晓、王五")
