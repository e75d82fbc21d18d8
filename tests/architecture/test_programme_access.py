"""Who gets in where in the programme: every address of it × what somebody is today × own, colleague's and foreign department's things.

`access.py` asks by group; here the same people have postings, branches and offices, because that is what the programme goes by.
"""

import datetime
import functools

import pytest
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from learning.evidence import Subject
from learning.models import AnnualPlan, CalendarToken, LeaveRequest, MakeUp, PlanItem, SessionFile
from learning.periods import local_day
from learning.portal.urls import urlpatterns as portal_patterns
from learning.programme.choices import AttendanceStatus, LeaveKind, MakeUpState
from learning.programme.urls import urlpatterns as programme_patterns
from tests.factories.organisation import (
    BranchMembershipFactory,
    DepartmentFactory,
    LeadingGroupOfficeFactory,
    PartyBranchFactory,
    PostingFactory,
    StaffMemberFactory,
)
from tests.factories.pages import make_article, make_column, make_site, make_user
from tests.factories.programme import AttendanceFactory, RequirementFactory, SessionFactory

from .rules import NOBODY, Rule, against_the_rules, ask
from .visits import visiting

pytestmark = [pytest.mark.django_db, pytest.mark.once]

ANONYMOUS, OUTSIDER, STAFF, COLLEAGUE, FOREIGN = "anonymous", "account without a person", "staff", "colleague", "foreign staff"
HEAD, FOREIGN_HEAD, SECRETARY, FOREIGN_SECRETARY = "head", "foreign head", "secretary", "foreign secretary"
RECORDER, LEADER, CLERK, SUPERUSER = "recorder", "leader", "clerk", "superuser"
PEOPLE = (
    ANONYMOUS,
    OUTSIDER,
    STAFF,
    COLLEAGUE,
    FOREIGN,
    HEAD,
    FOREIGN_HEAD,
    SECRETARY,
    FOREIGN_SECRETARY,
    RECORDER,
    LEADER,
    CLERK,
    SUPERUSER,
)

EVERYBODY = frozenset(PEOPLE)
SIGNED_IN = EVERYBODY - {ANONYMOUS}
BUREAU = SIGNED_IN - {OUTSIDER, SUPERUSER}  # who is a member of the staff
CLERKS = frozenset({CLERK, SUPERUSER})
OVERSEERS = CLERKS | {LEADER}
ORGANISERS = CLERKS | {HEAD, FOREIGN_HEAD, SECRETARY, FOREIGN_SECRETARY}


def running(sessions: str, people: frozenset, takers: frozenset) -> tuple[Rule, ...]:
    """The addresses by which a session is run: `people` may change it, `takers` also take its roll and keep its record."""
    return (
        *(Rule(name, sessions, people, people) for name in ("edit_session", "session_materials")),
        *(Rule(name, sessions, takers, takers) for name in ("session_points", "session_files")),
        *(Rule(name, sessions, people, people) for name in ("move_session", "cancel_session", "notify_session")),
        Rule("roll", sessions, takers, takers),
        Rule("sign_in_sheet", sessions, takers),
        Rule("sign_in_code", sessions, takers, takers),
        Rule("sign_in_code_picture", sessions, takers),
    )


RULES = (
    Rule("my_study", get=SIGNED_IN),
    Rule("sessions", get=SIGNED_IN),
    Rule("new_session", get=ORGANISERS, post=ORGANISERS),
    Rule("session", "organ", SIGNED_IN),
    Rule("session", "branch", SIGNED_IN),
    *running("organ", CLERKS, CLERKS | {RECORDER}),
    *running("branch", CLERKS | {SECRETARY}, CLERKS | {SECRETARY}),
    *running("department", CLERKS | {HEAD}, CLERKS | {HEAD}),
    *(
        Rule(name, sessions, OVERSEERS | more)
        for name in ("session_record", "session_record_docx")
        for sessions, more in (("held", {RECORDER}), ("branch", {SECRETARY}), ("department", {HEAD}))
    ),
    Rule("session_file", "file", OVERSEERS | {RECORDER}),
    Rule("remove_session_file", "file", CLERKS | {RECORDER}, CLERKS | {RECORDER}),
    Rule("correct_attendance", "attendance", CLERKS | {RECORDER}, CLERKS | {RECORDER}),
    Rule("session_sign_in", "organ", BUREAU, BUREAU),  # what the code and the roster say is the next question
    Rule("ask_leave", "organ", BUREAU, BUREAU),
    Rule("ask_leave", "department", BUREAU, BUREAU),  # whoever is not meant to come is told so
    Rule("leave_request", "leave", CLERKS | {STAFF, HEAD}, CLERKS | {HEAD}),
    Rule("withdraw_leave", "leave", frozenset({STAFF}), frozenset({STAFF})),
    Rule("make_up", "held", frozenset({STAFF, FOREIGN}), frozenset({STAFF, FOREIGN})),
    Rule("check_make_up", "make_up", CLERKS, CLERKS),
    Rule("gaps", get=OVERSEERS | {HEAD, FOREIGN_HEAD, SECRETARY, FOREIGN_SECRETARY}),
    Rule("gaps", "organ_scope", OVERSEERS),
    Rule("gaps", "branch_scope", OVERSEERS | {SECRETARY}),
    Rule("gaps", "department_scope", OVERSEERS | {HEAD}),
    Rule("gap_cell", "branch_item", OVERSEERS | {SECRETARY}),
    Rule("gap_cell", "organ_item", OVERSEERS),
    Rule("remind_gap", "branch_item", CLERKS | {SECRETARY}, CLERKS | {SECRETARY}),
    Rule("item_done", "branch_item", CLERKS | {SECRETARY}, CLERKS | {SECRETARY}),
    Rule("open_item_session", "branch_item", CLERKS | {SECRETARY}, CLERKS | {SECRETARY}),
    Rule("remind_gap", "organ_item", CLERKS, CLERKS),
    Rule("item_done", "organ_item", CLERKS, CLERKS),
    Rule("open_item_session", "organ_item", CLERKS, CLERKS),
    Rule("attendance_summary", get=SIGNED_IN),
    Rule("attendance_summary", "department_scope", OVERSEERS | {HEAD}),
    Rule("attendance_summary", "organ_scope", OVERSEERS),
    Rule("calendar_subscriptions", get=SIGNED_IN, post=SIGNED_IN),
    Rule("revoke_calendar", "subscription", frozenset({STAFF}), frozenset({STAFF})),
    Rule("calendar_feed", "feed", EVERYBODY),
    Rule("calendar_feed", "revoked_feed", NOBODY),
)


# What an address wants to be told before it says yes.
POSTED: dict[str, dict] = {}


def _people(department, foreign_department, branch, foreign_branch) -> dict:
    since = datetime.date(2024, 1, 1)

    def person(name, place, **facts):
        user = make_user(name.replace(" ", "-"))
        staff = StaffMemberFactory(user=user)
        PostingFactory(staff=staff, department=place, started_on=since, **facts)
        return user

    people = {
        ANONYMOUS: None,
        OUTSIDER: make_user("outsider"),
        STAFF: person(STAFF, department),
        COLLEAGUE: person(COLLEAGUE, department),
        FOREIGN: person(FOREIGN, foreign_department),
        HEAD: person(HEAD, department, is_head=True),
        FOREIGN_HEAD: person(FOREIGN_HEAD, foreign_department, is_head=True),
        SECRETARY: person(SECRETARY, foreign_department),
        FOREIGN_SECRETARY: person(FOREIGN_SECRETARY, foreign_department),
        RECORDER: person(RECORDER, foreign_department),
        LEADER: person(LEADER, foreign_department),
        CLERK: person(CLERK, foreign_department),
        SUPERUSER: make_user("root", is_superuser=True),
    }
    people[CLERK].user_permissions.add(Permission.objects.get(codename="run_programme"))
    BranchMembershipFactory(staff=people[SECRETARY].staff_member, branch=branch, role="secretary")
    BranchMembershipFactory(staff=people[FOREIGN_SECRETARY].staff_member, branch=foreign_branch, role="secretary")
    LeadingGroupOfficeFactory(staff=people[LEADER].staff_member, role="deputy")
    return people


@pytest.fixture(scope="module")
def places(module_db):
    """(people, name of an object → parts and query of an address)."""
    people, objects = _build()
    with visiting(people.values()):
        yield people, objects


def _build():
    material = make_article(make_column(make_site()), "材料", public=True)
    POSTED["session_materials"] = {"act": "add", "page": material.pk}
    department, foreign_department = DepartmentFactory(), DepartmentFactory()
    branch, foreign_branch = PartyBranchFactory(), PartyBranchFactory()
    people = _people(department, foreign_department, branch, foreign_branch)
    staff, recorder = people[STAFF].staff_member, people[RECORDER].staff_member
    now = timezone.now()
    today = local_day(now)
    soon = now + datetime.timedelta(minutes=30)
    ago = now - datetime.timedelta(days=1)
    organ = SessionFactory(title="全局活动", starts_at=soon, recorder=recorder)
    of_branch = SessionFactory(title="支部活动", starts_at=soon, organised_by=Subject.BRANCH, branch=branch)
    of_department = SessionFactory(title="科室活动", starts_at=soon, organised_by=Subject.DEPARTMENT, department=department)
    held = SessionFactory(title="已举行的", held=True, starts_at=ago, recorder=recorder, missed_by={staff: AttendanceStatus.ABSENT})
    absent = held.attendances.get()
    other = AttendanceFactory(session=held, staff=people[FOREIGN].staff_member, status=AttendanceStatus.DUTY)
    MakeUp.objects.create(session=held, staff=staff, due_on=today)
    make_up = MakeUp.objects.create(session=held, staff=other.staff, due_on=today, state=MakeUpState.SUBMITTED, note="已读")
    leave = LeaveRequest.objects.create(session=organ, staff=staff, kind=LeaveKind.DUTY, reason="下校", asked_at=now)
    file = SessionFile(session=held, original_name="照片.txt", sha256="0" * 64, added_at=now, added_by=people[CLERK])
    file.file.save("a.txt", ContentFile(b"picture"))
    plan = AnnualPlan.objects.create(year=today.year, laid_out_at=now, state="published")
    year = {"period_kind": "year", "period_first": today.replace(month=1, day=1), "period_last": today.replace(month=12, day=31)}

    def item(owed_by, **subject):
        requirement = RequirementFactory(owed_by=owed_by, per="year")
        key = f"branch:{branch.pk}" if subject else owed_by
        return PlanItem.objects.create(
            plan=plan,
            requirement=requirement,
            series=requirement.series,
            owed_by=owed_by,
            subject_key=key,
            title="一项",
            planned_on=today,
            due_on=today,
            **year,
            **subject,
        )

    organ_item, branch_item = item(Subject.ORGAN), item(Subject.BRANCH, branch=branch)
    token = CalendarToken.objects.create(user=people[STAFF], created_at=now)
    revoked = CalendarToken.objects.create(user=people[STAFF], created_at=now, revoked_at=now)
    objects = {
        "": ({}, ""),
        "organ": ({"pk": organ.pk}, ""),
        "branch": ({"pk": of_branch.pk}, ""),
        "department": ({"pk": of_department.pk}, ""),
        "held": ({"pk": held.pk}, ""),
        "file": ({"pk": held.pk, "file_pk": file.pk}, ""),
        "attendance": ({"pk": held.pk, "attendance_pk": absent.pk}, ""),
        "leave": ({"pk": leave.pk}, ""),
        "make_up": ({"pk": make_up.pk}, ""),
        "organ_scope": ({}, "?scope=organ"),
        "branch_scope": ({}, f"?scope=branch:{branch.pk}"),
        "department_scope": ({}, f"?scope=department:{department.pk}"),
        "branch_item": ({"item_pk": branch_item.pk}, f"?scope=branch:{branch.pk}"),
        "organ_item": ({"item_pk": organ_item.pk}, "?scope=organ"),
        "subscription": ({"pk": token.pk}, ""),
        "feed": ({"token": token.token}, ""),
        "revoked_feed": ({"token": revoked.token}, ""),
    }
    return people, objects


@pytest.fixture(scope="module")
def visits(places):
    """`visits(person)`: what a GET and a POST of every rule's address answered; asked once for both tests."""
    people, objects = places

    def address(rule):
        parts, query = objects[rule.objects]
        return reverse(rule.name, kwargs=parts) + query

    return functools.cache(lambda person: ask(RULES, person=person, user=people[person], address=address, data=POSTED))


class TestProgrammeAccess:
    def test_names_every_address_of_the_programme(self):
        existing = {pattern.name for pattern in [*portal_patterns, *programme_patterns]} - {"leader_page"}  # test_portfolio_access.py
        assert {rule.name for rule in RULES} == existing

    @pytest.mark.parametrize("person", PEOPLE)
    def test_lets_in_whom_it_names_and_nobody_else(self, visits, person):
        wrong = against_the_rules(person, visits(person))
        assert not wrong, "\n".join(map(str, wrong))

    @pytest.mark.parametrize("person", PEOPLE)
    def test_changes_nothing_when_it_is_only_looked_at(self, visits, person):
        # When a calendar was last read is the one thing a subscription writes.
        noted = {"calendar_feed": {"learning_calendartoken"}}
        changed = [
            (answer.rule.name, answer.rule.objects, written)
            for answer in visits(person)
            if (written := answer.seen.written - {"django_session"} - noted.get(answer.rule.name, set()))
        ]
        assert changed == []
