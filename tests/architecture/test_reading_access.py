"""Who gets in where in the reading room: every address of it × who somebody is to a reflection, a judging, a group × own and foreign things.

`access.py` asks by group; here the same people are authors, reviewers, judges and leaders of groups, because that is what the room goes by.
"""

import datetime
import functools

import pytest
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.urls import reverse

from learning.models import ReadingStar, Reflection, ReflectionFile, StarSelection
from learning.reading.review_links import token_for
from learning.reading.services.judging import close_judging, open_judging
from learning.reading.services.review import assign_reviewer
from learning.reading.urls import urlpatterns
from tests.factories.organisation import DepartmentFactory, LeadingGroupOfficeFactory, PostingFactory, StaffMemberFactory
from tests.factories.pages import make_site, make_user
from tests.factories.programme import at
from tests.factories.reading import (
    BookFactory,
    InterestGroupFactory,
    JudgingFactory,
    ListedBookFactory,
    MonthlyListFactory,
    ReadingEntryFactory,
    ReflectionFactory,
    StarSelectionFactory,
    StudyNoteFactory,
    accepted_reflection,
    cast,
    hang_exhibition,
)
from tests.factories.reviews import handed_in_reflection, make_room, reviewed_reflection

from .rules import NOBODY, Rule, against_the_rules, ask
from .visits import visiting

pytestmark = [pytest.mark.django_db, pytest.mark.once]

ANONYMOUS, OUTSIDER, AUTHOR, COLLEAGUE, FOREIGN = "anonymous", "account without a person", "author", "colleague", "foreign staff"
REVIEWER, ASSIGNED, JUDGE, GROUP_LEADER = "reviewer", "assigned reviewer", "judge", "leader of a group"
STAR, LEADER, CLERK, SUPERUSER = "star", "leader", "clerk", "superuser"
PEOPLE = (ANONYMOUS, OUTSIDER, AUTHOR, COLLEAGUE, FOREIGN, REVIEWER, ASSIGNED, JUDGE, GROUP_LEADER, STAR, LEADER, CLERK, SUPERUSER)

EVERYBODY = frozenset(PEOPLE)
SIGNED_IN = EVERYBODY - {ANONYMOUS}
CLERKS = frozenset({CLERK, SUPERUSER})
OVERSEERS = CLERKS | {LEADER}
REVIEWERS = CLERKS | {REVIEWER}
OWN = frozenset({AUTHOR})


def writing(name: str) -> tuple[Rule, ...]:
    """What an author does with the text: while it is the author's, and nobody else ever."""
    return (
        Rule(name, "draft", OWN, OWN),
        Rule(name, "returned", OWN, OWN),
        Rule(name, "waiting", NOBODY, OWN),  # is told that it is handed in already
        Rule(name, "public", NOBODY, OWN),
    )


RULES = (
    Rule("reading_months", get=EVERYBODY),
    Rule("reading_month", "list", EVERYBODY),
    Rule("reading_month", "unpublished_list", CLERKS),
    Rule("reading_books", get=EVERYBODY),
    Rule("reading_book", "book", EVERYBODY),
    Rule("my_reading", get=SIGNED_IN),
    Rule("mark_reading", get=SIGNED_IN, post=SIGNED_IN),
    Rule("remove_reading", "entry", OWN, OWN),
    Rule("my_reflections", get=SIGNED_IN),
    Rule("new_reflection", get=SIGNED_IN, post=SIGNED_IN - {OUTSIDER, SUPERUSER}),
    Rule("autosave_new_reflection", get=SIGNED_IN, post=SIGNED_IN),
    *writing("write_reflection"),
    Rule("autosave_reflection", "draft", OWN, OWN),
    Rule("autosave_reflection", "waiting", OWN, OWN),
    Rule("add_reflection_files", "draft", SIGNED_IN, OWN),
    Rule("reflection_file", "draft_photo", OWN),
    Rule("reflection_file", "waiting_photo", REVIEWERS | OWN),
    Rule("reflection_file", "assigned_photo", REVIEWERS | OWN | {ASSIGNED}),
    Rule("reflection_file", "hidden_photo", REVIEWERS | OWN),
    Rule("reflection_file", "internal_photo", SIGNED_IN),
    Rule("reflection_file", "public_photo", EVERYBODY),
    Rule("reflection_file", "public_document", REVIEWERS | OWN),
    Rule("remove_reflection_file", "draft_photo", OWN, OWN),
    Rule("discard_reflection", "draft", OWN, OWN),
    Rule("discard_reflection", "waiting", NOBODY, NOBODY),
    Rule("hand_in_reflection", "draft", OWN, OWN),
    Rule("hand_in_reflection", "returned", OWN, OWN),
    *(Rule("reflection", place, OWN) for place in ("draft", "waiting", "hidden", "internal", "public")),
    Rule("reflection_consent", "public", OWN | CLERKS, OWN | CLERKS),
    Rule("reflection_consent", "hidden", OWN, OWN),  # a clerk may make it less public, and this is not public at all
    Rule("reflection_consent", "draft", OWN, OWN),
    Rule("reflection_reviews", get=REVIEWERS),
    Rule("review_reflection", "draft", NOBODY, NOBODY),
    Rule("review_reflection", "waiting", REVIEWERS, REVIEWERS),
    Rule("review_reflection", "assigned", REVIEWERS | {ASSIGNED}, REVIEWERS | {ASSIGNED}),
    Rule("claim_reflection", "waiting", REVIEWERS, REVIEWERS),
    Rule("assign_reviewer", "waiting", CLERKS, CLERKS),
    Rule("restore_reflection", "public", CLERKS, CLERKS),
    Rule("review_link", "link", frozenset({ASSIGNED})),
    Rule("interest_groups", get=SIGNED_IN),
    Rule("interest_group", "group", SIGNED_IN),
    Rule("new_group", get=CLERKS, post=CLERKS),
    Rule("edit_group", "group", CLERKS | {GROUP_LEADER}, CLERKS | {GROUP_LEADER}),
    Rule("join_group", "group", SIGNED_IN, SIGNED_IN),
    Rule("leave_group", "group", SIGNED_IN, SIGNED_IN),
    Rule("study_notes", get=SIGNED_IN),
    Rule("new_study_note", get=SIGNED_IN, post=SIGNED_IN),
    Rule("study_note", "note", OWN, OWN),
    Rule("delete_study_note", "note", OWN, OWN),
    Rule("note_to_reflection", "note", OWN, OWN),
    Rule("new_exhibition", get=CLERKS, post=CLERKS),
    Rule("edit_exhibition", "exhibition", CLERKS, CLERKS),
    Rule("new_judging", "exhibition", CLERKS, CLERKS),
    Rule("judgings", get=SIGNED_IN),
    Rule("judging", "preparing", OVERSEERS),
    Rule("judging", "open", OVERSEERS | {JUDGE}),
    Rule("open_judging", "preparing", CLERKS, CLERKS),
    Rule("close_judging", "open", CLERKS, CLERKS),
    Rule("judge_entry", "judged_entry", frozenset({JUDGE}), frozenset({JUDGE})),
    Rule("judging_results", "open", NOBODY),
    Rule("judging_results", "closed", SIGNED_IN),
    Rule("entry_result", "closed_entry", OVERSEERS | {AUTHOR}),
    Rule("reading_stars", get=EVERYBODY),
    Rule("star_selection", "published", EVERYBODY),
    Rule("star_selection", "unpublished", CLERKS),
    Rule("star_selection", "decided", EVERYBODY),
    Rule("new_star_selection", get=CLERKS, post=CLERKS),
    Rule("edit_star_selection", "unpublished", CLERKS, CLERKS),
    Rule("publish_star_criteria", "unpublished", CLERKS, CLERKS),
    Rule("star_candidates", "published", OVERSEERS),
    Rule("star_candidate", "candidate", OVERSEERS),
    Rule("decide_stars", "published", CLERKS, CLERKS),
    Rule("revoke_stars", "decided", CLERKS, CLERKS),
    Rule("draft_star_notice", "decided", CLERKS, CLERKS),
    Rule("star_certificate", "certificate", CLERKS | {STAR}),
)
# What an address wants to be told before it says yes.
POSTED: dict[str, dict] = {}


def _people(department, foreign_department) -> dict:
    since = datetime.date(2024, 1, 1)

    def person(name, place=foreign_department, *rights):
        user = make_user(name.replace(" ", "-"))
        PostingFactory(staff=StaffMemberFactory(user=user), department=place, started_on=since)
        user.user_permissions.add(*Permission.objects.filter(content_type__app_label="learning", codename__in=rights))
        return user

    people = {
        ANONYMOUS: None,
        OUTSIDER: make_user("outsider"),
        AUTHOR: person(AUTHOR, department),
        COLLEAGUE: person(COLLEAGUE, department),
        **{name: person(name) for name in (FOREIGN, ASSIGNED, JUDGE, GROUP_LEADER, STAR, LEADER)},
        REVIEWER: person(REVIEWER, foreign_department, "review_reflections"),
        CLERK: person(
            CLERK,
            foreign_department,
            "run_programme",
            "review_reflections",
            "change_monthlylist",
            "add_interestgroup",
            "change_interestgroup",
        ),
        SUPERUSER: make_user("root", is_superuser=True),
    }
    LeadingGroupOfficeFactory(staff=people[LEADER].staff_member, role="deputy")
    return people


def _file(reflection, kind="photo"):
    file = ReflectionFile(reflection=reflection, kind=kind, original_name="a.jpg", sha256=kind.ljust(64, "0"), added_at=at(2026, 11, 20, 8))
    file.file.save("a.jpg", ContentFile(b"picture"))
    return {"pk": reflection.pk, "file_pk": file.pk}


def _reflections(people, department) -> dict:
    author, reviewer = people[AUTHOR].staff_member, people[REVIEWER].staff_member
    assigned = handed_in_reflection(author=author, title="指定评阅的")
    assign_reviewer(reflection=assigned, user=people[ASSIGNED], by=people[CLERK], now=at(2026, 11, 20, 10))
    assigned = Reflection.objects.get(pk=assigned.pk)
    found = {
        "draft": ReflectionFactory(author=author, title="草稿"),
        "waiting": handed_in_reflection(author=author, title="待评阅的"),
        "returned": reviewed_reflection(author=author, by=reviewer, is_accepted=False, title="退回的"),
        "assigned": assigned,
        "hidden": accepted_reflection(author=author, consent="none", department=department, title="不公开的"),
        "internal": accepted_reflection(author=author, consent="internal", department=department, title="局内的"),
        "public": accepted_reflection(author=author, consent="public", department=department, title="公开的"),
    }
    photos = {f"{name}_photo": _file(found[name]) for name in ("draft", "waiting", "assigned", "hidden", "internal", "public")}
    link = {"link": {"token": token_for(people[ASSIGNED], assigned, 1)}}
    document = {"public_document": _file(found["public"], "document")}
    return {name: {"pk": reflection.pk} for name, reflection in found.items()} | photos | document | link


def _judgings(people) -> dict:
    judge, clerk = people[JUDGE].staff_member, people[CLERK]
    quarters = (datetime.date(2026, 10, 1), datetime.date(2026, 7, 1), datetime.date(2026, 4, 1))
    for quarter in quarters[1:]:
        accepted_reflection(author=people[AUTHOR].staff_member, at_time=at(2026, quarter.month, 20))
    pages = [hang_exhibition(quarter=quarter) for quarter in quarters]
    preparing, is_open, closed = (JudgingFactory(exhibition=page, judged_by=[judge]) for page in pages)
    open_judging(judging=is_open, by=clerk, now=at(2026, 11, 21))
    open_judging(judging=closed, by=clerk, now=at(2026, 7, 2))
    cast(closed.entries.get(), judge, 50, 30)
    close_judging(judging=closed, is_confirmed=True, by=clerk, now=at(2026, 7, 9))
    bare = hang_exhibition(quarter=datetime.date(2026, 1, 1))
    return {
        "exhibition": {"pk": bare.pk},
        "preparing": {"pk": preparing.pk},
        "open": {"pk": is_open.pk},
        "judged_entry": {"pk": is_open.pk, "number": is_open.entries.get().number},
        "closed": {"pk": closed.pk},
        "closed_entry": {"pk": closed.pk, "number": closed.entries.get().number},
    }


def _build():
    make_room(make_site())
    department, foreign_department = DepartmentFactory(), DepartmentFactory()
    people = _people(department, foreign_department)
    author = people[AUTHOR].staff_member
    ListedBookFactory(monthly_list=MonthlyListFactory())
    MonthlyListFactory(month=datetime.date(2026, 12, 1), published_at=None)
    POSTED["mark_reading"] = {"book": BookFactory().pk, "state": "reading"}
    objects = {
        "": {},
        "list": {"year": 2026, "month": 11},
        "unpublished_list": {"year": 2026, "month": 12},
        "book": {"pk": BookFactory().pk},
        "entry": {"pk": ReadingEntryFactory(staff=author).pk},
        "group": {"pk": InterestGroupFactory(leader=people[GROUP_LEADER].staff_member).pk},
        "note": {"pk": StudyNoteFactory(owner=people[AUTHOR]).pk},
        **_reflections(people, department),
        **_judgings(people),
        **_stars(people),
    }
    return people, objects


def _stars(people) -> dict:
    star = people[STAR].staff_member
    published, unpublished, decided = (
        StarSelectionFactory(quarter_first=datetime.date(2026, month, 1), published_at=moment)
        for month, moment in ((10, at(2026, 10, 8)), (7, None), (4, at(2026, 4, 8)))
    )
    StarSelection.objects.filter(pk=decided.pk).update(decided_at=at(2026, 7, 8))
    certificate = ReadingStar.objects.create(selection=decided, staff=star, reason="读得深。", certificate_number="2026Q2-001")
    return {
        "published": {"pk": published.pk},
        "unpublished": {"pk": unpublished.pk},
        "decided": {"pk": decided.pk},
        "candidate": {"pk": published.pk, "staff_pk": star.pk},
        "certificate": {"pk": certificate.pk},
    }


@pytest.fixture(scope="module")
def places(module_db):
    """(people, name of an object → parts of an address)."""
    people, objects = _build()
    with visiting(people.values()):
        yield people, objects


@pytest.fixture(scope="module")
def visits(places):
    """`visits(person)`: what a GET and a POST of every rule's address answered; asked once for both tests."""
    people, objects = places

    def address(rule):
        return reverse(rule.name, kwargs=objects[rule.objects])

    return functools.cache(lambda person: ask(RULES, person=person, user=people[person], address=address, data=POSTED))


class TestReadingAccess:
    def test_names_every_address_of_the_room(self):
        assert {rule.name for rule in RULES} == {pattern.name for pattern in urlpatterns}

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
