import datetime

import pytest
from django.contrib.auth.models import Permission

from cms.inbox.models import Message
from learning.periods import PeriodKind
from learning.programme.gaps import cell_details
from learning.programme.services.reminders import ReminderError, remind, told_of, whom_to_remind
from tests.factories.organisation import BranchMembershipFactory, DepartmentFactory, PartyBranchFactory, PostingFactory, StaffMemberFactory
from tests.factories.pages import make_user
from tests.factories.programme import PlanItemFactory, RequirementFactory, SessionFactory, at

pytestmark = pytest.mark.django_db
TODAY, NOW = datetime.date(2026, 11, 25), at(2026, 11, 25, 9)


@pytest.fixture
def clerk():
    user = make_user("clerk")
    user.user_permissions.add(Permission.objects.get(codename="run_programme"))
    return user


def person(name, **facts):
    return StaffMemberFactory(user=make_user(name), posted_to=DepartmentFactory(), **facts)


@pytest.fixture
def of_people():
    rule = RequirementFactory(owed_by="staff", evidence="programme.attendance", basis="方案第四部分（六）。")
    return PlanItemFactory(requirement=rule, owed_by="staff")


def of_branches(*branches):
    rule = RequirementFactory(owed_by="branch", evidence="programme.collective", per="month")
    return [
        PlanItemFactory(
            requirement=rule,
            owed_by="branch",
            branch=branch,
            subject_key=f"branch:{branch.pk}",
            period_kind=PeriodKind.MONTH,
            planned_on=datetime.date(2026, 10, 20),
        )
        for branch in branches
    ]


def details_of(item, **facts):
    return cell_details(item=item, today=TODAY, **facts)


class TestWhomToRemind:
    def test_is_the_people_who_have_not_done_it(self, of_people):
        lacking, done = person("lacking"), person("done")
        StaffMemberFactory(posted_to=DepartmentFactory())  # no account: nobody to tell
        SessionFactory(formats=[of_people.requirement.study_format], held=True, attended_by=[done])
        assert list(whom_to_remind(details_of(of_people), today=TODAY)) == [lacking.user]

    def test_is_the_officers_of_the_branches_that_lack_it(self):
        one, other = PartyBranchFactory.create_batch(2)
        items = of_branches(one, other)
        officer, idle, member = person("officer"), person("idle"), person("member")
        BranchMembershipFactory(staff=officer, branch=one, role="secretary")
        BranchMembershipFactory(staff=member, branch=one)
        BranchMembershipFactory(staff=idle, branch=other, role="secretary")
        SessionFactory(
            planned_on=datetime.date(2026, 10, 13),
            formats=[items[0].requirement.study_format],
            held=True,
            organised_by="branch",
            branch=other,
        )
        assert list(whom_to_remind(details_of(items[0]), today=TODAY)) == [officer.user]

    def test_is_the_heads_of_the_departments_that_lack_it(self):
        department = DepartmentFactory()
        head = StaffMemberFactory(user=make_user("head"))
        PostingFactory(staff=head, department=department, is_head=True)
        PostingFactory(staff=person("other"), department=department, is_primary=False)
        item = PlanItemFactory(
            requirement=RequirementFactory(owed_by="department", evidence="programme.item"),
            owed_by="department",
            department=department,
            subject_key=f"department:{department.pk}",
        )
        assert list(whom_to_remind(details_of(item), today=TODAY)) == [head.user]

    def test_is_for_the_organ_whoever_leads_the_item_else_the_clerks(self, clerk):
        item, lead = PlanItemFactory(), DepartmentFactory()
        assert list(whom_to_remind(details_of(item), today=TODAY)) == [clerk]
        item.leads.add(lead)
        head = StaffMemberFactory(user=make_user("head"))
        PostingFactory(staff=head, department=lead, is_head=True)
        assert list(whom_to_remind(details_of(item), today=TODAY)) == [head.user]


class TestRemind:
    def test_tells_each_once_however_often_it_is_sent(self, clerk, of_people):
        lacking = person("lacking")
        assert remind(details=details_of(of_people), by=clerk, now=NOW, today=TODAY) == 1
        assert remind(details=details_of(of_people), by=clerk, now=NOW, today=TODAY) == 0
        newcomer = person("newcomer")
        assert remind(details=details_of(of_people), by=clerk, now=NOW, today=TODAY) == 1
        assert [message.recipient for message in Message.objects.order_by("recipient")] == [lacking.user, newcomer.user]

    def test_names_the_thing_its_ground_and_its_day_and_nobody(self, clerk, of_people):
        person("lacking")
        remind(details=details_of(of_people), by=clerk, now=NOW, today=TODAY)
        message = Message.objects.get()
        assert message.subject == f"提醒：{of_people.requirement.name}（2026年第四季度）"
        assert message.text == "依据：方案第四部分（六）。期限 2026-12-31。"
        assert message.url == "/my/"

    def test_sends_an_officer_to_what_the_branch_lacks(self, clerk):
        branch = PartyBranchFactory()
        (item,) = of_branches(branch)
        BranchMembershipFactory(staff=person("officer"), branch=branch, role="secretary")
        remind(details=details_of(item), by=clerk, now=NOW, today=TODAY)
        assert Message.objects.get().url == f"/gaps/{item.pk}/"

    def test_refuses_what_is_done_or_has_not_begun(self, clerk):
        done = PlanItemFactory(requirement=RequirementFactory(evidence="programme.item"), done_on=TODAY, done_note="已办")
        later = PlanItemFactory(planned_on=datetime.date(2026, 12, 8), period_kind=PeriodKind.MONTH)
        for item in (done, later):
            with pytest.raises(ReminderError, match="不用提醒"):
                remind(details=details_of(item), by=clerk, now=NOW, today=TODAY)

    def test_refuses_a_missed_tuesday_which_is_no_gap(self, clerk):
        item = PlanItemFactory(
            requirement=RequirementFactory(is_floor=False, per="week"),
            period_kind=PeriodKind.WEEK,
            planned_on=datetime.date(2026, 10, 13),
        )
        with pytest.raises(ReminderError, match="不计"):
            remind(details=details_of(item), by=clerk, now=NOW, today=TODAY)


class TestToldOf:
    def test_counts_those_behind_who_were_told_and_says_when(self, clerk, of_people):
        person("lacking")
        remind(details=details_of(of_people), by=clerk, now=NOW, today=TODAY)
        person("newcomer")
        told = told_of(details_of(of_people), by=clerk, today=TODAY)
        assert (told.people, told.told, told.to_tell, told.last_told_at) == (2, 1, 1, NOW)
