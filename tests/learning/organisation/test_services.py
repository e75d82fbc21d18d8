import datetime
import itertools

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wagtail.models import ModelLogEntry

from learning.models import BranchMembership, LeadingGroupOffice, Posting, StaffMember
from learning.organisation.services import (
    Newcomer,
    OrganisationError,
    add_staff_member,
    add_staff_members,
    assign_office,
    change_branch,
    correct_posting,
    end_office,
    end_posting,
    join_branch,
    leave_branch,
    move_staff_member,
    open_posting,
    record_departure,
    save_record,
    take_back,
)
from tests.factories.organisation import (
    BranchMembershipFactory,
    DepartmentFactory,
    LeadingGroupFactory,
    LeadingGroupOfficeFactory,
    PartyBranchFactory,
    PostingFactory,
    StaffMemberFactory,
)

pytestmark = pytest.mark.django_db
MARCH, APRIL = datetime.date(2024, 3, 1), datetime.date(2024, 4, 1)
ONE_DAY = datetime.timedelta(days=1)
days = st.dates(datetime.date(2020, 1, 1), datetime.date(2020, 3, 1))


@pytest.fixture
def clerk(django_user_model):
    return django_user_model.objects.create_user("clerk")


class TestAddStaffMember:
    def test_keeps_the_person_the_posting_and_who_did_it(self, clerk):
        staff = add_staff_member(name="曾 国藩", department=DepartmentFactory(), title="科员", started_on=MARCH, by=clerk)
        assert (staff.name, staff.sort_key) == ("曾国藩", "zeng guo fan 曾国藩")
        assert staff.postings.get().is_primary
        assert set(ModelLogEntry.objects.values_list("action", "user")) == {("wagtail.create", clerk.pk)}

    def test_refuses_a_number_in_use_and_a_closed_department(self, clerk):
        StaffMemberFactory(employee_number="1")
        with pytest.raises(ValidationError, match="已有人使用"):
            add_staff_member(name="张三", employee_number="1", by=clerk)
        with pytest.raises(OrganisationError, match="撤销"):
            add_staff_member(name="张三", department=DepartmentFactory(closed_on=MARCH), started_on=MARCH, by=clerk)
        assert not StaffMember.objects.named("张三").exists()


class TestAddStaffMembers:
    def test_keeps_many_with_their_logs_in_few_statements(self, clerk, django_assert_max_num_queries):
        department, branch = DepartmentFactory(), PartyBranchFactory()
        people = [Newcomer(f"张 {chr(0x4E00 + n)}", str(n), department, "", False, MARCH, branch if n % 2 else None) for n in range(100)]
        with django_assert_max_num_queries(30):
            made = add_staff_members(newcomers=people, by=clerk)
        assert (len(made), Posting.objects.count(), BranchMembership.objects.count()) == (100, 100, 50)
        assert ModelLogEntry.objects.filter(user=clerk, action="wagtail.create").count() == 250
        assert StaffMember.objects.get(employee_number="7").sort_key.startswith("zhang ")

    def test_keeps_none_where_one_is_wrong(self, clerk):
        closed = DepartmentFactory(closed_on=MARCH)
        with pytest.raises(OrganisationError, match="撤销"):
            add_staff_members(newcomers=[Newcomer("张三", "", closed, "", False, MARCH)], by=clerk)
        with pytest.raises(ValidationError):
            add_staff_members(newcomers=[Newcomer("张" * 60, "", DepartmentFactory(), "", False, MARCH)], by=clerk)
        assert not StaffMember.objects.exists()


class TestMoveStaffMember:
    def test_ends_the_posting_the_day_before(self, clerk):
        old = PostingFactory(started_on=MARCH)
        new = move_staff_member(staff=old.staff, department=DepartmentFactory(), on=APRIL, by=clerk)
        old.refresh_from_db()
        assert (old.ended_on, new.started_on, new.ended_on) == (APRIL - ONE_DAY, APRIL, None)

    def test_opens_one_where_none_was(self, clerk):
        assert move_staff_member(staff=StaffMemberFactory(), department=DepartmentFactory(), on=APRIL, by=clerk).pk

    def test_refuses_a_day_not_after_the_beginning(self, clerk):
        old = PostingFactory(started_on=MARCH)
        with pytest.raises(OrganisationError, match="须晚于"):
            move_staff_member(staff=old.staff, department=DepartmentFactory(), on=MARCH, by=clerk)

    def test_leaves_everything_as_it_was_where_the_new_posting_is_refused(self, clerk):
        old = PostingFactory(started_on=MARCH)
        with pytest.raises(OrganisationError, match="撤销"):
            move_staff_member(staff=old.staff, department=DepartmentFactory(closed_on=MARCH), on=APRIL, by=clerk)
        old.refresh_from_db()
        assert old.ended_on is None

    @given(moves=st.lists(days, max_size=6))
    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_leaves_one_posting_for_every_day_in_whatever_order_days_come(self, moves, clerk):
        staff = StaffMemberFactory()
        for on in moves:
            try:
                move_staff_member(staff=staff, department=DepartmentFactory(), on=on, by=clerk)
            except OrganisationError:
                continue
        spans = list(staff.postings.primary().order_by("started_on"))
        for earlier, later in itertools.pairwise(spans):
            assert earlier.ended_on == later.started_on - ONE_DAY
        assert all(span.ended_on is None for span in spans[-1:])


class TestPostings:
    @given(spans=st.lists(st.tuples(days, st.none() | days), max_size=6))
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_of_one_person_never_overlap(self, spans, clerk):
        staff = StaffMemberFactory()
        for started_on, ended_on in spans:
            try:
                open_posting(staff=staff, department=DepartmentFactory(), started_on=started_on, ended_on=ended_on, by=clerk)
            except ValidationError:
                continue
        kept = [(posting.started_on, posting.ended_on or datetime.date.max) for posting in staff.postings.order_by("started_on")]
        assert all(start <= end for start, end in kept)
        assert all(earlier[1] < later[0] for earlier, later in itertools.pairwise(kept))
        for day in {day for span in kept for day in span}:
            assert staff.postings.primary().on(day).count() == 1

    def test_beside_the_primary_one_may_overlap(self, clerk):
        posting = PostingFactory()
        assert open_posting(staff=posting.staff, department=DepartmentFactory(), is_primary=False, started_on=MARCH, by=clerk).pk

    def test_end_once_and_not_before_they_began(self, clerk):
        posting = PostingFactory(started_on=MARCH)
        with pytest.raises(OrganisationError, match="早于"):
            end_posting(posting=posting, on=MARCH - ONE_DAY, by=clerk)
        assert end_posting(posting=posting, on=MARCH, by=clerk).ended_on == MARCH
        with pytest.raises(OrganisationError, match="不能再次结束"):
            end_posting(posting=posting, on=APRIL, by=clerk)

    def test_can_be_set_right(self, clerk):
        posting = correct_posting(posting=PostingFactory(), title="科长", by=clerk)
        assert Posting.objects.get(pk=posting.pk).title == "科长"

    def test_need_a_day(self, clerk):
        with pytest.raises(OrganisationError, match="任职日期"):
            open_posting(staff=StaffMemberFactory(), department=DepartmentFactory(), started_on=None, by=clerk)


class TestBranches:
    def test_change_on_a_day(self, clerk):
        old = BranchMembershipFactory(started_on=MARCH)
        new = change_branch(staff=old.staff, branch=PartyBranchFactory(), role=BranchMembership.Role.SECRETARY, on=APRIL, by=clerk)
        old.refresh_from_db()
        assert (old.ended_on, new.started_on, new.role) == (APRIL - ONE_DAY, APRIL, "secretary")
        with pytest.raises(OrganisationError, match="转接日期须晚于"):
            change_branch(staff=old.staff, branch=PartyBranchFactory(), on=APRIL, by=clerk)

    def test_of_one_person_never_overlap(self, clerk):
        membership = BranchMembershipFactory(started_on=MARCH, ended_on=APRIL)
        with pytest.raises(ValidationError, match="重叠"):
            join_branch(staff=membership.staff, branch=PartyBranchFactory(), on=APRIL, by=clerk)
        assert join_branch(staff=membership.staff, branch=PartyBranchFactory(), on=APRIL + ONE_DAY, by=clerk).pk

    def test_that_are_closed_take_nobody(self, clerk):
        with pytest.raises(OrganisationError, match="撤销"):
            join_branch(staff=StaffMemberFactory(), branch=PartyBranchFactory(closed_on=MARCH), on=MARCH, by=clerk)

    def test_can_be_left(self, clerk):
        assert leave_branch(membership=BranchMembershipFactory(started_on=MARCH), on=APRIL, by=clerk).ended_on == APRIL


class TestAssignOffice:
    def test_takes_the_single_office_from_its_holder_the_day_before(self, clerk):
        held = LeadingGroupOfficeFactory(role=LeadingGroupOffice.Role.LEADER, started_on=MARCH)
        new = assign_office(group=held.group, staff=StaffMemberFactory(), role=held.role, post="局长", on=APRIL, by=clerk)
        held.refresh_from_db()
        assert (held.ended_on, new.started_on) == (APRIL - ONE_DAY, APRIL)
        with pytest.raises(OrganisationError, match="须晚于现任"):
            assign_office(group=held.group, staff=StaffMemberFactory(), role=held.role, on=APRIL, by=clerk)

    def test_leaves_other_members_alone(self, clerk):
        member = LeadingGroupOfficeFactory()
        assign_office(group=member.group, staff=StaffMemberFactory(), role=member.role, on=APRIL, by=clerk)
        assert member.group.offices.filter(ended_on__isnull=True).count() == 2

    def test_refuses_who_holds_it_already(self, clerk):
        office = LeadingGroupOfficeFactory()
        with pytest.raises(OrganisationError, match="现在就是成员"):
            assign_office(group=office.group, staff=office.staff, role=office.role, on=APRIL, by=clerk)

    def test_ends(self, clerk):
        group = LeadingGroupFactory()
        office = LeadingGroupOfficeFactory(group=group)
        assert end_office(office=office, on=APRIL, by=clerk).ended_on == APRIL


class TestRecordDeparture:
    def test_ends_all_that_was_open_and_the_person_may_come_back(self, clerk):
        staff = StaffMemberFactory(posted_to=DepartmentFactory(), member_of=PartyBranchFactory())
        LeadingGroupOfficeFactory(staff=staff)
        left = record_departure(staff=staff, on=APRIL, by=clerk)
        assert left.left_on == APRIL
        for rows in (staff.postings, staff.branch_memberships, staff.leading_offices):
            assert rows.get().ended_on == APRIL
        assert take_back(staff=staff, by=clerk).left_on is None


class TestSaveRecord:
    def test_validates(self, clerk):
        with pytest.raises(ValidationError):
            save_record(record=StaffMember(name=""), by=clerk)

    def test_logs_an_edit(self, clerk):
        staff = StaffMemberFactory(name="单雄信")
        staff.name = "解 缙"
        save_record(record=staff, by=clerk)
        assert (staff.sort_key, ModelLogEntry.objects.get().action) == ("xie jin 解缙", "wagtail.edit")
