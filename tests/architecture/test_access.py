"""Who gets in where: every address × every role × own, other and foreign objects (§2.2, A1–A3, A9, A26 of the threat list)."""

import contextlib
from dataclasses import dataclass

import pytest
from django.test import Client

from . import access
from .addresses import PEOPLE, SUPERUSER, Places, build_places, patterns
from .visits import Visit, client_of, unmade_pages, visit, visiting

pytestmark = [
    pytest.mark.once,
    pytest.mark.django_db,  # pytest-django makes no test database unless some test says that it wants one
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),  # Wagtail leaves the file of a new thumbnail open
]

# What Wagtail and the session note down when a page is opened; none of it is content, and nothing a forged link could do harm with.
BOOKKEEPING = {
    "django_session": "when somebody was last seen, once a minute",
    "wagtailadmin_editingsession": "who has this page open",
    "wagtailcore_pagesubscription": "who is told of comments",
    "wagtailusers_userprofile": "made empty when somebody first opens the own account",
    "files_customrendition": "a thumbnail that was not there yet",
    "learning_calendartoken": "when a calendar last read its feed, once an hour",
}
POSTED = {"record_reading": {"HTTP_X_REQUESTED_WITH": "readership", "HTTP_USER_AGENT": "Mozilla/5.0"}}
# Titles that only some may ever meet, at whatever address.
SECRETS = {
    "编辑自己的草稿": access.PAGES,
    "别人的草稿": access.PAGES,
    "正在审核的": access.PAGES,
    "没发布的栏目": access.PAGES,
    "只给机关党委看的": access.PAGES,
    "内部栏目": access.SIGNED_IN,
    "clerks_document": access.EDITORS | access.PAGES,
}
# Tells the signed-in account keepers and auditors what happened to which page: that is their office.
LOGS = (
    "wagtailadmin_reports:site_history",
    "wagtailadmin_reports:site_history_results",
    "wagtailadmin_home",
    "audit_log",
    "audit_log_results",
)


@pytest.fixture(scope="module")
def places(module_db) -> Places:
    """One sample site for the whole module."""
    places = build_places()
    with visiting(places.people.values()):
        yield places


def hidden_from(person) -> list[str]:
    return [secret for secret, people in SECRETS.items() if person not in people]


@dataclass
class Visitor:
    person: str
    client: Client
    seen: dict[str, Visit]  # what a GET of every address answered


@pytest.fixture(scope="module")
def visitors(places) -> dict[str, Visitor]:
    """Everybody, signed in and sent to every address once; what came of it serves several tests.

    Whoever something is hidden from gets whole pages, to look for it. The others would only be shown what was shown before: of what they
    ask for, a page is made when nobody has seen it yet, to know that it can be made.
    """
    table, visitors, made = access.allowed(), {}, set()
    for person, user in places.people.items():
        visitors[person] = visitor = Visitor(person, client_of(user), {})
        for pattern in patterns():
            if pattern.name in access.BROKEN_ON_PURPOSE or pattern.name in access.ELSEWHERE:
                continue
            is_new = pattern.name not in made and person in table.get(pattern.name, ())
            with contextlib.nullcontext() if is_new or hidden_from(person) else unmade_pages():
                visitor.seen[pattern.name] = seen = visit(visitor.client, places.address(pattern))
            if is_new and seen.status == 200:
                made.add(pattern.name)
    return visitors


@pytest.fixture
def visitor(visitors, request):
    return visitors[request.param]


everybody = pytest.mark.parametrize("visitor", PEOPLE, indirect=True, ids=str)


class TestAccessTable:
    def test_names_every_address_of_the_resolver_and_no_other(self):
        listed = set(access.allowed()) | set(access.BROKEN_ON_PURPOSE) | set(access.NO_DOOR) | set(access.ELSEWHERE)
        existing = {pattern.name for pattern in patterns()}
        assert existing - listed == set(), "a new address: decide in access.py who gets in"
        assert listed - existing == set(), "access.py names an address that is gone"

    @everybody
    def test_lets_in_whom_it_names_and_nobody_else(self, places, visitor):
        table, wrong = access.allowed(), []
        for pattern in patterns():
            if pattern.name not in table:
                continue
            address, seen = places.address(pattern), visitor.seen[pattern.name]
            if headers := POSTED.get(pattern.name):
                seen = visit(visitor.client, address, "post", **headers)
            if visitor.person in table[pattern.name]:
                if not (seen.is_let_in or seen.status == 405):  # 405: only to be posted to
                    wrong.append((pattern.name, address, "get", seen.status, seen.location))
                continue
            with unmade_pages():
                posted = visit(visitor.client, address, "post")
            for method, answer in (("get", seen), ("post", posted)):
                if answer.status >= 500 or (answer.is_let_in and answer.status != 405):
                    wrong.append((pattern.name, address, method, answer.status, answer.location))
        assert wrong == []

    @everybody
    def test_lets_in_only_the_owners_of_objects(self, places, visitor):
        by_name, wrong = {pattern.name: pattern for pattern in patterns()}, []
        for name, parts, people in access.OBJECTS:
            address = places.address(by_name[name], {part: places.objects[key] for part, key in parts.items()})
            headers = POSTED.get(name, {})
            with unmade_pages():
                seen = visit(visitor.client, address, "post" if headers or name == "imports:commit" else "get", **headers)
            if seen.is_let_in != (visitor.person in people):
                wrong.append((name, parts, seen.status, seen.location))
        assert wrong == []


class TestReading:
    @everybody
    def test_changes_nothing_breaks_nothing_and_signs_nobody_out(self, visitor):
        changed = [(name, seen.written - set(BOOKKEEPING)) for name, seen in visitor.seen.items() if seen.written - set(BOOKKEEPING)]
        broken = [(name, seen.status) for name, seen in visitor.seen.items() if seen.status >= 500]
        signed_out = [name for name, seen in visitor.seen.items() if seen.ended_session]
        assert (changed, broken, signed_out) == ([], [], [])

    @pytest.mark.parametrize("visitor", [person for person in PEOPLE if person != SUPERUSER], indirect=True, ids=str)
    def test_tells_nobody_of_what_is_hidden_from_them(self, visitor):
        hidden = hidden_from(visitor.person)
        texts = {name: seen.text for name, seen in visitor.seen.items() if name not in LOGS or visitor.person == "职工"}
        for query in ("草稿", "机关党委", "内部", "审核", "没发布"):
            texts[f"search for {query}"] = visit(visitor.client, f"/search/?q={query}").text
        assert [(name, secret) for name, text in texts.items() for secret in hidden if secret in text] == []
