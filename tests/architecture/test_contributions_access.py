"""Who gets in where among the contributions, the research and the questions: every address × who somebody is to the article, the placement,
the report × own, other departments' and what is not there for them.

`access.py` asks by group; here the same people are authors, heads of departments, judges and leaders, because that is what the rooms go by.
"""

import datetime
import functools

import pytest
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.urls import reverse

from learning.contributions.urls import urlpatterns as contribution_patterns
from learning.models import (
    ArticleFile,
    ContributionBulletin,
    CreditableEvent,
    PlacementProof,
    Question,
    Recalculation,
    ResearchEntry,
    ResearchFile,
    ResearchJudge,
    ResearchJudging,
    ResearchOutcome,
    ResearchRubricLine,
)
from learning.questions.links import About, ask_url
from learning.questions.urls import urlpatterns as question_patterns
from tests.factories.contributions import (
    CommissionFactory,
    MediaArticleFactory,
    OutletFactory,
    PlacementFactory,
    ResearchReportFactory,
    RuleSetFactory,
)
from tests.factories.organisation import DepartmentFactory, LeadingGroupOfficeFactory, PostingFactory, StaffMemberFactory
from tests.factories.pages import make_site, make_user
from tests.factories.programme import at

from .rules import NOBODY, Rule, against_the_rules, ask
from .visits import visiting

pytestmark = [pytest.mark.django_db, pytest.mark.once]

ANONYMOUS, OUTSIDER, AUTHOR, COLLEAGUE, HEAD = "anonymous", "account without a person", "author", "colleague", "head"
FOREIGN, FOREIGN_HEAD, OFFICE, JUDGE, LEADER = "foreign staff", "foreign head", "propaganda office", "judge", "leader"
CLERK, SUPERUSER = "clerk", "superuser"
PEOPLE = (ANONYMOUS, OUTSIDER, AUTHOR, COLLEAGUE, HEAD, FOREIGN, FOREIGN_HEAD, OFFICE, JUDGE, LEADER, CLERK, SUPERUSER)

EVERYBODY = frozenset(PEOPLE)
SIGNED_IN = EVERYBODY - {ANONYMOUS}
STAFF = SIGNED_IN - {OUTSIDER, SUPERUSER}  # who stands on the roster
OFFICERS = frozenset({OFFICE, SUPERUSER})
CLERKS = frozenset({CLERK, SUPERUSER})
OVERSEERS = OFFICERS | CLERKS | {LEADER}
HEADS = frozenset({HEAD, FOREIGN_HEAD})
OWN = frozenset({AUTHOR})
OF_DEPARTMENT = OVERSEERS | {HEAD}  # who may see what the department has handed in
COMING_FROM_IT = OF_DEPARTMENT | OWN
TEAM = frozenset({AUTHOR, HEAD})  # who writes a report: its team and the head of its department


def each(name, *rows) -> tuple[Rule, ...]:
    return tuple(Rule(name, *row) for row in rows)


RULES = (
    # drafting and its review
    Rule("contributions", get=SIGNED_IN),
    Rule("contribution_queue", get=OFFICERS),
    Rule("article_list", get=SIGNED_IN),
    Rule("articles_xlsx", get=SIGNED_IN),
    Rule("new_article", get=STAFF | OFFICERS, post=STAFF | OFFICERS),
    *each(
        "media_article",
        ("draft", OWN),
        ("section", COMING_FROM_IT),
        ("returned", COMING_FROM_IT),
        ("office", COMING_FROM_IT),
        ("adopted", COMING_FROM_IT),
    ),
    *each("edit_article", ("draft", OWN, OWN), ("returned", OWN, OWN)),
    *each("hand_in_article", ("draft", OWN, OWN), ("returned", OWN, OWN)),
    *each("take_back_article", ("section", OWN, OWN)),
    *each("discard_article", ("draft", OWN, OWN)),
    # Whoever may see the article but has nothing to decide is led to it.
    *each(
        "review_article",
        ("draft", OWN),
        ("section", COMING_FROM_IT, OFFICERS | {HEAD}),
        ("office", COMING_FROM_IT, OFFICERS | {HEAD}),  # the head is told that it has been passed on
    ),
    *each("article_files", ("draft", OWN, OWN)),
    *each("article_file", ("draft_file", OWN), ("adopted_file", COMING_FROM_IT)),
    *each("remove_article_file", ("draft_file", OWN, OWN)),
    # adoption
    Rule("adopt", get=OFFICERS, post=OFFICERS),
    *each("adopt_article", ("office", OFFICERS | OWN | {HEAD}, OFFICERS | OWN | {HEAD})),
    Rule("placement_list", get=SIGNED_IN),
    Rule("placements_xlsx", get=SIGNED_IN),
    *each("placement", ("placement", COMING_FROM_IT), ("unconfirmed", COMING_FROM_IT)),
    *each("edit_placement", ("placement", OFFICERS, OFFICERS)),
    *each("confirm_placement", ("unconfirmed", OFFICERS, OFFICERS)),
    *each("remove_placement", ("placement", OFFICERS, OFFICERS)),
    *each("add_proof", ("placement", OFFICERS, OFFICERS)),
    *each("proof", ("proof", COMING_FROM_IT)),
    *each("new_event", ("adopted", OFFICERS, OFFICERS)),
    *each("remove_event", ("event", OFFICERS, OFFICERS)),
    # standings
    Rule("contribution_standings", get=OVERSEERS | HEADS),
    Rule("standings_xlsx", get=OVERSEERS | HEADS),
    Rule("contribution_matrix", get=OVERSEERS | HEADS),
    Rule("matrix_xlsx", get=OVERSEERS | HEADS),
    *each("department_ledger", ("department", OF_DEPARTMENT)),
    *each("department_ledger_xlsx", ("department", OF_DEPARTMENT)),
    *each("person_ledger", ("person", COMING_FROM_IT)),
    *each("person_ledger_xlsx", ("person", COMING_FROM_IT)),
    Rule("contribution_bulletins", get=OVERSEERS),
    Rule("new_contribution_bulletin", get=OFFICERS | CLERKS, post=OFFICERS | CLERKS),
    *each("contribution_bulletin", ("bulletin", OVERSEERS)),
    # rules
    Rule("rule_sets", get=SIGNED_IN),
    Rule("load_sample_rules", get=OFFICERS, post=OFFICERS),
    *each("rule_set", ("rules", SIGNED_IN), ("draft_rules", OFFICERS)),
    *each("new_rule_version", ("rules", OFFICERS, OFFICERS)),
    *each("preview_rules", ("draft_rules", OFFICERS)),
    *each("activate_rules", ("draft_rules", OFFICERS, OFFICERS)),
    Rule("recalculations", get=OVERSEERS),
    Rule("new_recalculation", get=OFFICERS, post=OFFICERS),
    *each("recalculation", ("recalculation", OVERSEERS)),
    # calls for pieces
    Rule("commissions", get=SIGNED_IN),
    Rule("new_commission", get=OFFICERS, post=OFFICERS),
    *each("commission", ("commission", OVERSEERS | {AUTHOR, COLLEAGUE, HEAD})),
    *each("close_commission", ("commission", OFFICERS, OFFICERS)),
    Rule("monthly_focus", get=SIGNED_IN, post=OFFICERS),
    # research
    Rule("research", get=SIGNED_IN),
    Rule("research_xlsx", get=SIGNED_IN),
    Rule("declare_research", get=STAFF, post=STAFF),
    *each(
        "research_report",
        ("declared", COMING_FROM_IT),
        ("approved", COMING_FROM_IT),
        ("handed_in", COMING_FROM_IT),
        ("best", SIGNED_IN),
    ),
    *each("edit_research_topic", ("declared", TEAM, TEAM)),
    *each("decide_research", ("declared", CLERKS, CLERKS)),
    *each("withdraw_research", ("declared", TEAM | CLERKS, TEAM | CLERKS)),
    *each("write_research", ("approved", TEAM, TEAM)),
    *each("research_visits", ("approved", TEAM, TEAM)),
    *each("research_files", ("approved", TEAM, TEAM)),
    *each("research_file", ("report_file", COMING_FROM_IT), ("best_file", SIGNED_IN)),
    *each("remove_research_file", ("report_file", TEAM, TEAM)),
    *each("hand_in_research", ("approved", TEAM, TEAM)),
    *each("research_outcomes", ("handed_in", TEAM | CLERKS, TEAM | CLERKS)),
    *each("remove_research_outcome", ("outcome", CLERKS, CLERKS)),
    *each("prepare_research_judging", ("bare_year", CLERKS, CLERKS)),
    *each("research_judging", ("preparing", CLERKS | {LEADER}), ("open", CLERKS | {LEADER, JUDGE})),
    *each("open_research_judging", ("preparing", CLERKS, CLERKS)),
    *each("close_research_judging", ("open", CLERKS, CLERKS)),
    *each("judge_research", ("open_entry", frozenset({JUDGE}), frozenset({JUDGE}))),
    *each("research_results", ("open", NOBODY), ("closed", SIGNED_IN, CLERKS)),  # a clerk has the commendation drafted there
    *each("research_entry_result", ("closed_entry", CLERKS | {LEADER} | TEAM)),
    # questions
    Rule("questions", get=SIGNED_IN),
    Rule("ask_question", get=SIGNED_IN, post=SIGNED_IN),  # told that the link is damaged: without a signed one nothing is asked, see below
    *each("question", ("question", OFFICERS | OWN, OFFICERS)),
)
# What an address wants to be told before it says yes.
POSTED: dict[str, dict] = {}


def _people(department, foreign_department) -> dict:
    since = datetime.date(2024, 1, 1)

    def person(name, place=foreign_department, *rights, **posting):
        user = make_user(name.replace(" ", "-"))
        PostingFactory(staff=StaffMemberFactory(user=user), department=place, started_on=since, **posting)
        user.user_permissions.add(*Permission.objects.filter(content_type__app_label="learning", codename__in=rights))
        return user

    people = {
        ANONYMOUS: None,
        OUTSIDER: make_user("outsider"),
        AUTHOR: person(AUTHOR, department),
        COLLEAGUE: person(COLLEAGUE, department),
        HEAD: person(HEAD, department, is_head=True),
        FOREIGN: person(FOREIGN),
        FOREIGN_HEAD: person(FOREIGN_HEAD, foreign_department, is_head=True),
        OFFICE: person(OFFICE, foreign_department, "run_contributions"),
        JUDGE: person(JUDGE),
        LEADER: person(LEADER, DepartmentFactory(kind="bureau")),
        CLERK: person(CLERK, foreign_department, "run_programme"),
        SUPERUSER: make_user("root", is_superuser=True),
    }
    LeadingGroupOfficeFactory(staff=people[LEADER].staff_member, role="deputy")
    return people


def _articles(people, department) -> dict:
    author = people[AUTHOR]
    facts = {"by_departments": [department], "by_people": [author.staff_member], "created_by": author}
    articles = {
        state: MediaArticleFactory(state=state, title=f"稿件 {state}", **facts)
        for state in ("draft", "section", "returned", "office", "adopted")
    }
    placement = PlacementFactory(article=articles["adopted"])
    unconfirmed = PlacementFactory(article=articles["adopted"], confirmed_at=None, published_on=datetime.date(2026, 4, 1))
    files = {f"{name}_file": {"pk": _file(ArticleFile, article=articles[name], kind="document")} for name in ("draft", "adopted")}
    event = CreditableEvent.objects.create(
        article=articles["adopted"], kind="commission", happened_on=datetime.date(2026, 3, 9), entered_at=at(2026, 3, 9)
    )
    return {
        **{state: {"pk": article.pk} for state, article in articles.items()},
        **files,
        "placement": {"pk": placement.pk},
        "unconfirmed": {"pk": unconfirmed.pk},
        "proof": {"pk": _file(PlacementProof, placement=placement, kind="pdf", taken_on=datetime.date(2026, 3, 6))},
        "event": {"pk": event.pk},
    }


def _file(model, **facts) -> int:
    file = model(original_name="a.pdf", sha256="0" * 64, added_at=at(2026, 3, 6), **facts)
    file.file.save("a.pdf", ContentFile(b"%PDF-1.4 sample"))
    return file.pk


def _research(people, department) -> dict:
    author = people[AUTHOR].staff_member
    facts = {"department": department, "declared_by": author}
    reports = {
        "declared": ResearchReportFactory(state="declared", **facts),
        "approved": ResearchReportFactory(state="approved", **facts),
        "handed_in": ResearchReportFactory(state="handed_in", **facts),
        "best": ResearchReportFactory(state="handed_in", year=2024, **facts),
    }
    found = {name: {"pk": report.pk} for name, report in reports.items()}
    found |= {"report_file": {"pk": _file(ResearchFile, report=reports["approved"], is_report=True)}}
    found |= {"best_file": {"pk": _file(ResearchFile, report=reports["best"], is_report=True)}}
    outcome = ResearchOutcome.objects.create(
        report=reports["handed_in"], kind="sent_up", happened_on=datetime.date(2026, 10, 1), receiver="某某办", entered_at=at(2026, 10, 2)
    )
    found |= {"outcome": {"pk": outcome.pk}}
    for year, state, report in ((2023, "preparing", None), (2026, "open", reports["handed_in"]), (2024, "closed", reports["best"])):
        judging = ResearchJudging.objects.create(
            year=year,
            state=state,
            due_on=datetime.date(2027, 12, 1),
            opened_at=at(2026, 11, 1) if state != "preparing" else None,
            closed_at=at(2026, 11, 9) if state == "closed" else None,
        )
        ResearchRubricLine.objects.create(judging=judging, name="内容", max_points=100)
        ResearchJudge.objects.create(judging=judging, staff=people[JUDGE].staff_member)
        found |= {state: {"year": year}}
        if report:
            is_closed = state == "closed"
            ResearchEntry.objects.create(judging=judging, report=report, number=1, rank=1 if is_closed else None, is_best=is_closed)
            found |= {f"{state}_entry": {"year": year, "number": 1}}
    return found | {"bare_year": {"year": 2022}}


def _build():
    make_site()
    department, foreign_department = DepartmentFactory(), DepartmentFactory()
    people = _people(department, foreign_department)
    OutletFactory()
    rules = RuleSetFactory()
    draft = RuleSetFactory(state="draft", effective_from=datetime.date(2027, 1, 1), activated_at=None)
    recalculation = Recalculation.objects.create(
        reason="核对", from_on=datetime.date(2026, 1, 1), started_at=at(2026, 3, 1), finished_at=at(2026, 3, 1)
    )
    bulletin = ContributionBulletin.objects.create(kind="half_year", period_first=datetime.date(2026, 1, 1), made_at=at(2026, 7, 2))
    question = Question.objects.create(
        desk="contributions",
        about_key="contributions.share:1",
        about="一行",
        about_url="/contributions/",
        text="为什么？",
        asked_by=people[AUTHOR],
        asked_at=at(2026, 3, 9),
    )
    objects = {
        "": {},
        **_articles(people, department),
        **_research(people, department),
        "department": {"pk": department.pk},
        "person": {"pk": people[AUTHOR].staff_member.pk},
        "rules": {"pk": rules.pk},
        "draft_rules": {"pk": draft.pk},
        "recalculation": {"pk": recalculation.pk},
        "bulletin": {"pk": bulletin.pk},
        "commission": {"pk": CommissionFactory(to=[department]).pk},
        "question": {"pk": question.pk},
    }
    return people, objects


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


class TestContributionsAccess:
    def test_names_every_address_of_the_rooms(self):
        assert {rule.name for rule in RULES} == {pattern.name for pattern in (*contribution_patterns, *question_patterns)}

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

    def test_asks_about_what_was_shown_and_nothing_else(self, places, client):
        people, _objects = places
        client.force_login(people[FOREIGN])
        shown = ask_url(About("contributions", "contributions.share:1", "一行", "/contributions/"))
        assert client.get(shown).status_code == 200
        assert client.get(shown + "x").status_code == 400
