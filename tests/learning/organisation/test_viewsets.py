import datetime

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from wagtail.models import ModelLogEntry

from learning.models import BranchMembership, Department, LeadingGroupOffice, Posting, StaffMember
from tests.factories.organisation import (
    BranchMembershipFactory,
    DepartmentFactory,
    LeadingGroupOfficeFactory,
    PartyBranchFactory,
    PostingFactory,
    StaffMemberFactory,
)

pytestmark = pytest.mark.django_db
NAMES = ["departments", "party_branches", "staff", "postings", "branch_memberships", "leading_groups", "leading_group_offices"]


@pytest.fixture
def root(client, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("root"))
    return client


def messages_of(answer):
    return "".join(answer.context["form"].non_field_errors())


class TestLists:
    @pytest.mark.parametrize("name", NAMES)
    def test_open_search_and_filter(self, root, name):
        LeadingGroupOfficeFactory(staff=StaffMemberFactory(posted_to=DepartmentFactory(), member_of=PartyBranchFactory()))
        assert root.get(reverse(f"{name}:index")).status_code == 200
        assert root.get(reverse(f"{name}:index"), {"q": "职"}).status_code == 200
        assert root.get(reverse(f"{name}:add")).status_code == 200

    def test_of_people_find_by_pinyin_and_show_the_department(self, root):
        StaffMemberFactory(name="曾国藩", posted_to=DepartmentFactory(name="基础教育科"))
        StaffMemberFactory(name="李四")
        html = root.get(reverse("staff:index"), {"q": "zeng"}).content.decode()
        assert "曾国藩" in html
        assert "李四" not in html
        assert "基础教育科" in html

    def test_stand_in_one_menu(self, root):
        html = root.get(reverse("wagtailadmin_home")).content.decode()
        assert all(reverse(f"{name}:index") in html for name in NAMES)

    @pytest.mark.parametrize("name", NAMES)
    def test_are_closed_to_editors_without_the_permission(self, client, django_user_model, name):
        user = django_user_model.objects.create_user("editor")
        user.user_permissions.add(Permission.objects.get(codename="access_admin"))
        client.force_login(user)
        assert client.get(reverse(f"{name}:index")).url == reverse("wagtailadmin_home")


class TestPeople:
    def test_are_added_with_their_first_posting(self, root):
        department = DepartmentFactory()
        root.post(
            reverse("staff:add"),
            {"name": "单 雄信", "department": department.pk, "title": "科员", "started_on": "2026-01-05"},
        )
        staff = StaffMember.objects.get()
        assert (staff.sort_key, staff.postings.get().department) == ("shan xiong xin 单雄信", department)
        assert ModelLogEntry.objects.filter(action="wagtail.create").count() == 2

    def test_need_department_and_day_together(self, root):
        answer = root.post(reverse("staff:add"), {"name": "张三", "started_on": "2026-01-05"})
        assert "须同时填写" in messages_of(answer)

    def test_leave_all_their_posts_with_the_bureau(self, root):
        staff = StaffMemberFactory(posted_to=DepartmentFactory())
        url = reverse("staff:edit", args=[staff.pk])
        assert "started_on" not in root.get(url).context["form"].fields
        root.post(url, {"name": staff.name, "left_on": "2026-01-05"})
        assert staff.postings.get().ended_on == datetime.date(2026, 1, 5)

    def test_keep_what_the_service_refuses_on_the_form(self, root):
        staff = StaffMemberFactory(posted_to=DepartmentFactory())
        answer = root.post(reverse("staff:edit", args=[staff.pk]), {"name": staff.name, "left_on": "2020-01-05"})
        assert "结束日期不能早于" in messages_of(answer)
        staff.refresh_from_db()
        assert staff.left_on is None


class TestPostings:
    def test_end_the_present_one(self, root):
        old, department = PostingFactory(), DepartmentFactory()
        data = {"staff": old.staff_id, "department": department.pk, "is_primary": "on", "started_on": "2026-01-05"}
        assert "重叠" in messages_of(root.post(reverse("postings:add"), data))
        root.post(reverse("postings:add"), {**data, "end_current": "on"})
        old.refresh_from_db()
        assert old.ended_on == datetime.date(2026, 1, 4)
        assert Posting.objects.get(ended_on=None).department == department

    def test_say_what_is_missing(self, root):
        assert root.post(reverse("postings:add"), {}).context["form"].errors.keys() >= {"staff", "department", "started_on"}

    def test_can_be_edited(self, root):
        posting = PostingFactory()
        data = {
            "staff": posting.staff_id,
            "department": posting.department_id,
            "title": "科长",
            "started_on": "2024-03-01",
            "is_primary": "on",
        }
        root.post(reverse("postings:edit", args=[posting.pk]), data)
        posting.refresh_from_db()
        assert posting.title == "科长"


class TestMembershipsAndOffices:
    def test_a_membership_ends_the_present_one(self, root):
        old, branch = BranchMembershipFactory(), PartyBranchFactory()
        data = {"staff": old.staff_id, "branch": branch.pk, "role": "member", "started_on": "2026-01-05", "end_current": "on"}
        root.post(reverse("branch_memberships:add"), data)
        assert BranchMembership.objects.get(ended_on=None).branch == branch

    def test_an_office_passes_to_the_next_holder(self, root):
        held, staff = LeadingGroupOfficeFactory(role="leader"), StaffMemberFactory()
        data = {"group": held.group_id, "staff": staff.pk, "role": "leader", "started_on": "2026-01-05", "end_current": "on"}
        root.post(reverse("leading_group_offices:add"), data)
        assert LeadingGroupOffice.objects.get(ended_on=None).staff == staff

    def test_an_ended_one_is_kept_as_it_is(self, root):
        held, staff = LeadingGroupOfficeFactory(role="leader"), StaffMemberFactory()
        data = {"group": held.group_id, "staff": staff.pk, "role": "leader", "started_on": "2020-01-05", "ended_on": "2021-01-05"}
        root.post(reverse("leading_group_offices:add"), data)
        assert staff.leading_offices.get().ended_on == datetime.date(2021, 1, 5)


class TestDepartments:
    def test_are_added_and_edited_with_a_log(self, root):
        root.post(reverse("departments:add"), {"name": "基础教育科", "kind": "section", "position": 0})
        department = Department.objects.get()
        root.post(reverse("departments:edit", args=[department.pk]), {"name": "基教科", "kind": "section", "position": 0})
        assert Department.objects.get().name == "基教科"
        assert list(ModelLogEntry.objects.order_by("id").values_list("action", flat=True)) == ["wagtail.create", "wagtail.edit"]

    def test_in_use_are_not_deleted(self, root):
        department = PostingFactory().department
        answer = root.post(reverse("departments:delete", args=[department.pk]), follow=True)
        assert "已被任职使用，不能删除" in answer.content.decode()
        root.post(reverse("departments:delete", args=[DepartmentFactory().pk]))
        assert Department.objects.get() == department
