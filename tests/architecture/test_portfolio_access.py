"""Who gets in where among the five-haves files: every address × who somebody is to the person of the file × own, others' and foreign ones.

`access.py` asks by group; here the same people are owners, colleagues, heads and leaders, because that is what the room goes by. A file that
is open to somebody still says first that looking is written down: that nothing of it is shown before is asked at the end.
"""

import datetime
import functools
from unittest import mock

import pytest
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from learning.models import (
    ArchivePart,
    DepartmentStatement,
    FileLock,
    FileLook,
    Finding,
    InspectedFile,
    Inspection,
    InspectionLine,
    RestoredFile,
    ReviewRubricLine,
    YearArchive,
)
from learning.portal.urls import urlpatterns as portal_patterns
from learning.portfolio.packaging import pdf
from learning.portfolio.snapshots import content_of, sha256, to_text
from learning.portfolio.urls import urlpatterns as portfolio_patterns
from tests.factories.organisation import DepartmentFactory, LeadingGroupOfficeFactory, PostingFactory, StaffMemberFactory
from tests.factories.pages import make_site, make_user
from tests.factories.portfolio import (
    AchievementFactory,
    ApplicationFactory,
    FiveHavesFileFactory,
    ReviewYearFactory,
    StudyPlanFactory,
    StudyReviewFactory,
    StudyStatementFactory,
    rule_of_people,
)
from tests.factories.programme import at

from .rules import Rule, against_the_rules, ask
from .visits import visiting

pytestmark = [pytest.mark.django_db, pytest.mark.once]

ANONYMOUS, OUTSIDER, OWNER, COLLEAGUE, HEAD = "anonymous", "account without a person", "owner", "colleague", "head"
FOREIGN, FOREIGN_HEAD, OFFICE, LEADER = "foreign staff", "foreign head", "propaganda office", "leader"
CLERK, SUPERUSER = "clerk", "superuser"
PEOPLE = (ANONYMOUS, OUTSIDER, OWNER, COLLEAGUE, HEAD, FOREIGN, FOREIGN_HEAD, OFFICE, LEADER, CLERK, SUPERUSER)

EVERYBODY = frozenset(PEOPLE)
SIGNED_IN = EVERYBODY - {ANONYMOUS}
STAFF = SIGNED_IN - {OUTSIDER, SUPERUSER}  # who stands on the roster
CLERKS = frozenset({CLERK, SUPERUSER})
OWN = frozenset({OWNER})
HEADS = frozenset({HEAD, FOREIGN_HEAD})
LOOKERS = CLERKS | {HEAD, LEADER}  # who may look, having said so
READERS = OWN | LOOKERS
CONFIRMERS = CLERKS | {HEAD}
TODAY = timezone.localdate()
YEAR = TODAY.year  # what may still be written goes by the clock
SECRET = "只有本人和看过的人才读得到的一句话"


def each(name, *rows) -> tuple[Rule, ...]:
    return tuple(Rule(name, *row) for row in rows)


RULES = (
    # the own file
    Rule("my_five_haves", get=SIGNED_IN),
    *each("five_haves_file", ("file", READERS), ("locked", READERS)),
    *each("paper_notes", ("year", STAFF, STAFF)),
    # plan
    *each("study_plan", ("file", READERS)),
    *each("write_study_plan", ("waiting", OWN, OWN)),
    *each("decide_study_plan", ("waiting", LOOKERS, LOOKERS)),  # a leader is asked whether to look, and decides nothing
    *each("study_plan_page", ("plan", READERS)),
    # statement
    *each("study_statement", ("file", READERS, READERS)),  # taken back by its writer; others are asked whether to look
    *each("write_study_statement", ("waiting", OWN, OWN)),
    *each("study_statement_page", ("statement", READERS)),
    *each("department_statement", ("department", CLERKS | {HEAD, LEADER}, frozenset({HEAD}))),
    *each("write_department_statement", ("department", frozenset({HEAD}), frozenset({HEAD}))),
    # entries
    Rule("new_study_application", get=STAFF, post=STAFF),
    *each("study_application", ("application", READERS)),
    *each("edit_study_application", ("application", OWN, OWN)),
    *each("remove_study_application", ("application", OWN, OWN)),
    Rule("new_study_achievement", get=STAFF, post=STAFF),
    *each("study_achievement", ("achievement", READERS)),
    *each("edit_study_achievement", ("achievement", OWN, OWN)),
    *each("remove_study_achievement", ("achievement", OWN, OWN)),
    # keeping
    Rule("five_haves", get=SIGNED_IN),
    *each("five_haves_year", ("year", CLERKS | HEADS | {LEADER})),
    *each("lock_five_haves_year", ("year", CLERKS, CLERKS)),
    *each("look_at_file", ("file", READERS, READERS)),  # with GET led to the page that asks, owners to their own
    *each("confirm_file", ("file", CONFIRMERS, CONFIRMERS)),
    *each("lock_file", ("file", CLERKS, CLERKS)),
    *each("file_changes", ("locked", READERS)),
    *each("reopen_file", ("locked", CLERKS, CLERKS)),
    # reviews
    Rule("study_reviews", get=SIGNED_IN),
    *each("study_review_year", ("open_round", SIGNED_IN)),
    *each("prepare_study_reviews", ("preparing_round", CLERKS, CLERKS)),
    *each("open_study_reviews", ("preparing_round", CLERKS, CLERKS)),
    *each("close_study_reviews", ("open_round", CLERKS, CLERKS)),
    *each("study_review", ("form", frozenset({COLLEAGUE}), frozenset({COLLEAGUE}))),
    # inspections
    Rule("inspections", get=SIGNED_IN),
    Rule("new_inspection", get=CLERKS, post=CLERKS),
    *each("inspection", ("inspection", CLERKS | {LEADER})),
    *each("inspection_findings_xlsx", ("inspection", CLERKS)),
    *each("close_inspection", ("inspection", CLERKS, CLERKS)),
    *each("inspected_file", ("inspected", CLERKS, CLERKS)),
    *each("finding", ("finding", OWN | CLERKS | {HEAD})),
    # Led to the finding with GET; whoever may see it is told whose it is to do.
    *each("rectify_finding", ("finding", OWN | CLERKS | {HEAD}, OWN | CLERKS | {HEAD})),
    *each("close_finding", ("rectified", OWN | CLERKS | {HEAD}, OWN | CLERKS | {HEAD})),
    # boards
    *each("department_board", ("department", CLERKS | {HEAD, LEADER})),
    Rule("leader_page", get=CLERKS | {LEADER}),
    # archives
    *each("file_package", ("file", READERS)),
    *each("department_package", ("department", CONFIRMERS, CONFIRMERS)),
    Rule("restore_files", get=CLERKS, post=CLERKS),
    *each("restored_file", ("restored", READERS)),
    Rule("year_archives", get=CLERKS, post=CLERKS),
    *each("year_archive", ("archive", CLERKS, CLERKS)),
    *each("year_archive_file", ("archive", CLERKS, CLERKS)),
)
# What an address wants to be told before it says yes.
POSTED: dict[str, dict] = {}


def _people(department, foreign_department) -> dict:
    since = datetime.date(YEAR - 2, 1, 1)

    def person(name, place=foreign_department, *rights, **posting):
        user = make_user(name.replace(" ", "-"))
        PostingFactory(staff=StaffMemberFactory(user=user, name=f"{name} 某"), department=place, started_on=since, **posting)
        user.user_permissions.add(*Permission.objects.filter(content_type__app_label="learning", codename__in=rights))
        return user

    people = {
        ANONYMOUS: None,
        OUTSIDER: make_user("outsider"),
        OWNER: person(OWNER, department),
        COLLEAGUE: person(COLLEAGUE, department),
        HEAD: person(HEAD, department, is_head=True),
        FOREIGN: person(FOREIGN),
        FOREIGN_HEAD: person(FOREIGN_HEAD, foreign_department, is_head=True),
        OFFICE: person(OFFICE, foreign_department, "run_contributions"),
        LEADER: person(LEADER, DepartmentFactory(kind="bureau")),
        CLERK: person(CLERK, foreign_department, "run_programme"),
        SUPERUSER: make_user("root", is_superuser=True),
    }
    LeadingGroupOfficeFactory(staff=people[LEADER].staff_member, role="deputy")
    return people


def _files(people) -> dict:
    """Three years of the owner's: open, with a waiting plan and no statement, locked."""
    owner = people[OWNER].staff_member
    file = FiveHavesFileFactory(staff=owner, year=YEAR)
    plan = StudyPlanFactory(file=file, goals=SECRET)
    statement = StudyStatementFactory(file=file, text=SECRET)
    StudyPlanFactory(file__staff=owner, file__year=YEAR - 1, waiting=True, handed_in_at=at(YEAR - 1, 2, 3))
    locked = FiveHavesFileFactory(staff=owner, year=YEAR - 2)
    text = to_text(content_of(owner, YEAR - 2, datetime.date(YEAR - 1, 1, 5)))
    lock = FileLock.objects.create(file=locked, locked_at=at(YEAR - 1, 1, 5), snapshot=text, sha256=sha256(text))
    restored = RestoredFile(lock=lock, path="附件/a.pdf", name="a.pdf", sha256="0" * 64)
    restored.file.save("a.pdf", ContentFile(b"%PDF-1.4 sample"))
    facts = {"staff": owner}
    return {
        "file": {"year": YEAR, "staff_pk": owner.pk},
        "waiting": {"year": YEAR - 1, "staff_pk": owner.pk},
        "locked": {"year": YEAR - 2, "staff_pk": owner.pk},
        "plan": {"pk": plan.pk},
        "statement": {"pk": statement.pk},
        "application": {"pk": ApplicationFactory(**facts, change=SECRET, happened_on=TODAY).pk},
        "achievement": {"pk": AchievementFactory(**facts, title=SECRET, started_on=TODAY).pk},
        "restored": {"pk": restored.pk},
    }


def _reviews(people) -> dict:
    round_ = ReviewYearFactory(year=YEAR - 1, opened_at=at(YEAR - 1, 12, 1))
    ReviewRubricLine.objects.create(round=round_, name="学习态度", max_points=100)
    preparing = ReviewYearFactory(year=YEAR, due_on=TODAY + datetime.timedelta(days=20))
    ReviewRubricLine.objects.create(round=preparing, name="学习态度", max_points=100)
    form = StudyReviewFactory(round=round_, staff=people[OWNER].staff_member, rater=people[COLLEAGUE].staff_member)
    return {"open_round": {"year": YEAR - 1}, "preparing_round": {"year": YEAR}, "form": {"pk": form.pk}}


def _inspections(people, department) -> dict:
    inspection = Inspection.objects.create(
        year=YEAR, title="第四季度学习检查", held_on=datetime.date(2026, 11, 20), created_at=at(2026, 11, 20), created_by=people[CLERK]
    )
    line = InspectionLine.objects.create(inspection=inspection, name="有规划")
    inspected = InspectedFile.objects.create(inspection=inspection, staff=people[OWNER].staff_member, department=department)
    facts = {
        "inspected": inspected,
        "line": line,
        "due_on": datetime.date(2026, 12, 20),
        "found_at": at(2026, 11, 20),
        "found_by": people[CLERK],
    }
    finding = Finding.objects.create(text="没有规划", **facts)
    rectified = Finding.objects.create(text="没有述学", state="rectified", rectification="补好了", rectified_at=at(2026, 11, 25), **facts)
    return {
        "inspection": {"pk": inspection.pk},
        "inspected": {"pk": inspected.pk},
        "finding": {"pk": finding.pk},
        "rectified": {"pk": rectified.pk},
    }


def _build():
    make_site()
    department, foreign_department = DepartmentFactory(), DepartmentFactory()
    people = _people(department, foreign_department)
    rule_of_people("portfolio.plan")
    DepartmentStatement.objects.create(
        year=YEAR, department=department, text="科室一年来……", state="handed_in", handed_in_at=at(2026, 12, 9), saved_at=at(2026, 12, 9)
    )
    archive = YearArchive.objects.create(year=YEAR, state="done", total=1, done=1, asked_at=at(2026, 12, 9), finished_at=at(2026, 12, 9))
    archive.file.save("a.zip", ContentFile(b"PK sample"))
    ArchivePart.objects.create(archive=archive, staff=people[OWNER].staff_member, position=1, folder="某")
    objects = {
        "": {},
        **_files(people),
        **_reviews(people),
        **_inspections(people, department),
        "year": {"year": YEAR},
        "department": {"year": YEAR, "department_pk": department.pk},
        "archive": {"pk": archive.pk},
    }
    return people, objects


@pytest.fixture(scope="module")
def places(module_db):
    """(people, name of an object → parts of an address)."""
    people, objects = _build()
    # A package without its PDF: setting one takes a second, and says nothing of who may have it.
    with visiting(people.values()), mock.patch.object(pdf, "weasyprint", None):
        yield people, objects


@pytest.fixture(scope="module")
def visits(places):
    """`visits(person)`: what a GET and a POST of every rule's address answered; asked once for both tests."""
    people, objects = places

    def address(rule):
        return reverse(rule.name, kwargs=objects[rule.objects])

    return functools.cache(lambda person: ask(RULES, person=person, user=people[person], address=address, data=POSTED))


# Pages that show what somebody wrote; none shows it to another who has not said that they look.
OPENED = (
    "five_haves_file",
    "study_plan",
    "study_plan_page",
    "study_statement",
    "study_statement_page",
    "study_application",
    "study_achievement",
)


class TestPortfolioAccess:
    def test_names_every_address_of_the_room(self):
        known = {pattern.name for pattern in (*portfolio_patterns, *portal_patterns)} - {"my_study"}
        assert {rule.name for rule in RULES} == known

    @pytest.mark.parametrize("person", PEOPLE)
    def test_lets_in_whom_it_names_and_nobody_else(self, visits, person):
        wrong = against_the_rules(person, visits(person))
        assert not wrong, "\n".join(map(str, wrong))

    @pytest.mark.parametrize("person", PEOPLE)
    def test_changes_nothing_when_it_is_only_looked_at(self, visits, person):
        changed = [
            (answer.rule.name, answer.rule.objects, written)
            for answer in visits(person)
            if (written := answer.seen.written - {"django_session"})
        ]
        assert changed == []

    @pytest.mark.parametrize("person", [HEAD, LEADER, CLERK])
    @pytest.mark.parametrize(
        "rule", [rule for rule in RULES if rule.name in OPENED and rule.objects != "locked"], ids=lambda rule: rule.name
    )
    def test_shows_nothing_before_the_look_is_written_down(self, places, client, rule, person):
        people, objects = places
        client.force_login(people[person])
        address = reverse(rule.name, kwargs=objects[rule.objects])
        assert SECRET not in client.get(address, follow=True).content.decode()
        owner = people[OWNER].staff_member
        assert not FileLook.objects.filter(staff=owner, by=people[person]).exists()
        assert client.post(reverse("look_at_file", kwargs=objects["file"])).status_code == 302
        assert client.post(reverse("look_at_file", kwargs=objects["file"])).status_code == 302
        look = FileLook.objects.get(staff=owner, year=YEAR, by=people[person])
        assert (look.looked_on, look.role) == (timezone.localdate(), person)
        assert SECRET in client.get(address, follow=True).content.decode()

    def test_shows_the_owner_who_looked(self, places, client):
        people, objects = places
        client.force_login(people[LEADER])
        client.post(reverse("look_at_file", kwargs=objects["file"]))
        client.force_login(people[OWNER])
        answer = client.get(reverse("five_haves_file", kwargs=objects["file"]), follow=True).content.decode()
        assert "局领导" in answer
