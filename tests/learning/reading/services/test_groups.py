import datetime

import pytest
from django.core.exceptions import ValidationError
from wagtail.models import ModelLogEntry

from learning.models import GroupMembership, InterestGroup
from learning.reading.services.groups import GroupError, join_group, leave_group, save_group
from tests.factories.organisation import StaffMemberFactory
from tests.factories.reading import BookFactory, InterestGroupFactory

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 25)
YESTERDAY = datetime.date(2026, 11, 24)


@pytest.fixture
def group():
    return InterestGroupFactory(name="诵读小组")


class TestJoinGroup:
    def test_is_noted_once(self, group):
        person = StaffMemberFactory()
        for day in (TODAY, datetime.date(2026, 12, 1)):
            join_group(group=group, staff=person, by=None, today=day)
        assert GroupMembership.objects.get().joined_on == TODAY
        assert ModelLogEntry.objects.filter(action="reading.group").count() == 1

    @pytest.mark.parametrize("left_on", [None, YESTERDAY])
    def test_is_not_for_strangers_nor_for_those_who_left(self, group, left_on):
        person = StaffMemberFactory(left_on=left_on) if left_on else None
        with pytest.raises(GroupError, match="不能加入小组"):
            join_group(group=group, staff=person, by=None, today=TODAY)

    def test_is_over_once_the_group_is_closed(self, group):
        group.closed_on = TODAY
        with pytest.raises(GroupError, match="停止活动"):
            join_group(group=group, staff=StaffMemberFactory(), by=None, today=TODAY)


class TestLeaveGroup:
    def test_says_whether_there_was_anything_to_leave(self, group):
        person = StaffMemberFactory()
        join_group(group=group, staff=person, by=None, today=TODAY)
        assert [leave_group(group=group, staff=one, by=None) for one in (person, person, None)] == [True, False, False]

    def test_is_not_for_the_leader(self, group):
        group.leader = StaffMemberFactory()
        save_group(group=group, by=None, today=TODAY)
        with pytest.raises(GroupError, match="您是组长"):
            leave_group(group=group, staff=group.leader, by=None)


class TestSaveGroup:
    def test_makes_the_leader_a_member_and_keeps_the_shelf(self):
        leader, book = StaffMemberFactory(), BookFactory()
        group = save_group(group=InterestGroup(name=" 新小组 ", leader=leader), shelf=[book], by=None, today=TODAY)
        assert (group.name, group.memberships.get().staff, list(group.shelf.all())) == ("新小组", leader, [book])
        group.purpose = "读诗"
        save_group(group=group, by=None, today=TODAY)
        assert list(group.shelf.all()) == [book]
        assert list(ModelLogEntry.objects.order_by("pk").values_list("action", flat=True)) == ["wagtail.create", "reading.group"]

    def test_refuses_people_who_left_unless_they_were_there(self, group):
        gone = StaffMemberFactory(left_on=YESTERDAY)
        group.leader = gone
        with pytest.raises(GroupError, match="离开本单位。请另选一位"):
            save_group(group=group, by=None, today=TODAY)
        InterestGroup.objects.update(leader=gone)
        save_group(group=group, by=None, today=TODAY)

    def test_refuses_a_name_twice(self, group):
        with pytest.raises(ValidationError, match="已有同名的小组"):
            save_group(group=InterestGroup(name="诵读小组"), by=None, today=TODAY)
