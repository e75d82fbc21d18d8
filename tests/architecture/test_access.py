"""Who gets in where: every address × every role × own, other and foreign objects (§2.2, A1–A3, A9, A26 of the threat list)."""

import contextlib
import re
from dataclasses import dataclass
from unittest import mock

import pytest
from django.db import connection, transaction
from django.template import Template
from django.template.response import SimpleTemplateResponse
from django.test import Client

from . import access
from .addresses import PEOPLE, SUPERUSER, Places, build_places, patterns

pytestmark = [
    pytest.mark.once,
    pytest.mark.django_db,  # pytest-django makes no test database unless some test says that it wants one
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),  # Wagtail leaves the file of a new thumbnail open
]

WRITE = re.compile(r'\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+"?(\w+)', re.IGNORECASE)
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
def places(django_db_setup, django_db_blocker) -> Places:
    """One sample site for the whole module, undone at its end."""
    with django_db_blocker.unblock():
        undo = transaction.atomic()
        undo.__enter__()
        try:
            yield build_places()
        finally:
            transaction.set_rollback(True)
            undo.__exit__(None, None, None)


@dataclass
class Visit:
    status: int
    location: str
    text: str
    written: set[str]

    @property
    def is_let_in(self) -> bool:
        """Neither sent to sign in, nor told no, nor told that there is nothing."""
        sent_away = self.status == 302 and (self.location.startswith("/login/") or self.location == "/admin/")
        return not sent_away and self.status not in (401, 403, 404)


def visit(client: Client, address: str, method: str = "get", **headers) -> Visit:
    """Ask, and undo what it did."""
    written = set()

    def watch(execute, sql, params, many, context):
        if match := WRITE.match(sql):
            written.add(match[1])
        return execute(sql, params, many, context)

    with transaction.atomic():
        with connection.execute_wrapper(watch):
            answer = getattr(client, method)(address, **headers)
        location = answer.headers.get("Location", "")
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    return Visit(answer.status_code, location, content.decode(errors="replace"), written)


@dataclass
class Visitor:
    person: str
    client: Client
    seen: dict[str, Visit]  # what a GET of every address answered
    ended_by: list[str]  # the addresses after which the visitor was no longer signed in


# Groups that see the same pages as 编辑, made by the same templates: of what they ask for only the answer is looked at, not the page made.
# Nothing is hidden from them that an editor sees (SECRETS), so there is nothing to find in their pages that is not in an editor's.
LIKE_EDITORS = ("初审员", "复审员", "终审员", "宣传科")


@contextlib.contextmanager
def unmade_pages():
    """A view's answer without its page: whoever is let in or refused is decided before a template is filled."""

    def answer(response):
        response.content = b""
        return response

    with mock.patch.object(SimpleTemplateResponse, "render", answer):
        yield


def _visit_everything(visitor, user, places):
    if user:
        visitor.client.force_login(user)
    for pattern in patterns():
        if pattern.name not in access.BROKEN_ON_PURPOSE and pattern.name not in access.ELSEWHERE:
            visitor.seen[pattern.name] = visit(visitor.client, places.address(pattern))
            if user and "_auth_user_id" not in visitor.client.session:
                visitor.ended_by.append(pattern.name)
                visitor.client.force_login(user)


@pytest.fixture(scope="module")
def visitors(places) -> dict[str, Visitor]:
    """Everybody, signed in and sent to every address once; what came of it serves several tests."""
    visitors = {person: Visitor(person, Client(raise_request_exception=False), {}, []) for person in PEOPLE}
    plain = mock.patch.object(Template, "_render", lambda template, context: template.nodelist.render(context))
    with plain:  # the test client's own way keeps a copy of every context, which nobody here looks at
        for person, visitor in visitors.items():
            with unmade_pages() if person in LIKE_EDITORS else contextlib.nullcontext():
                _visit_everything(visitor, places.people[person], places)
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
            seen = visit(visitor.client, address, "post" if headers or name == "imports:commit" else "get", **headers)
            if seen.is_let_in != (visitor.person in people):
                wrong.append((name, parts, seen.status, seen.location))
        assert wrong == []


class TestReading:
    @everybody
    def test_changes_nothing_breaks_nothing_and_signs_nobody_out(self, visitor):
        changed = [(name, seen.written - set(BOOKKEEPING)) for name, seen in visitor.seen.items() if seen.written - set(BOOKKEEPING)]
        broken = [(name, seen.status) for name, seen in visitor.seen.items() if seen.status >= 500]
        assert (changed, broken, visitor.ended_by) == ([], [], [])

    @pytest.mark.parametrize("visitor", [person for person in PEOPLE if person != SUPERUSER], indirect=True, ids=str)
    def test_tells_nobody_of_what_is_hidden_from_them(self, visitor):
        hidden = [secret for secret, people in SECRETS.items() if visitor.person not in people]
        texts = {name: seen.text for name, seen in visitor.seen.items() if name not in LOGS or visitor.person == "职工"}
        for query in ("草稿", "机关党委", "内部", "审核", "没发布"):
            texts[f"search for {query}"] = visit(visitor.client, f"/search/?q={query}").text
        assert [(name, secret) for name, text in texts.items() for secret in hidden if secret in text] == []
