"""Thousands of visits: every address asked for by everybody, at the least cost that still shows who is let in and what is written.

What is left out (`visiting`, `unmade_pages`) is work that decides nothing: looking up the same account and its rights again, keeping
copies of contexts for nobody, log lines of refusals, and the filling of templates that nobody reads.
"""

import contextlib
import copy
import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from http.cookies import SimpleCookie
from unittest import mock

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.db import connection, transaction
from django.template import Template, backends
from django.template.response import SimpleTemplateResponse
from django.test import Client, override_settings
from wagtail.documents.permissions import permission_policy as document_policy
from wagtail.permission_policies.pages import PagePermissionPolicy

from cms.users.models import User

# Of the middleware what tells who is asking; the rest decides nothing about it, and `Client`s of nobody pass through it all.
WHO_ASKS = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
WRITE = re.compile(r'\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+"?(\w+)', re.IGNORECASE)


@dataclass
class Visit:
    status: int
    location: str
    text: str
    written: set[str]  # tables
    ended_session: bool

    @property
    def is_let_in(self) -> bool:
        """Neither sent to sign in, nor told no, nor told that there is nothing."""
        sent_away = self.status == 302 and (self.location.startswith("/login/") or self.location == "/admin/")
        return not sent_away and self.status not in (401, 403, 404)


def client_of(user: User | None) -> Client:
    """Signed in as `user`, or as nobody."""
    client = Client(raise_request_exception=False)
    if user:
        client.force_login(user)
        with override_settings(MIDDLEWARE=WHO_ASKS):
            client.handler.load_middleware()
    return client


def visit(client: Client, address: str, method: str = "get", **headers) -> Visit:
    """Ask, and undo what it did: in the database, and in the cookies (a session that ended, messages that wait to be shown)."""
    written = set()

    def watch(execute, sql, params, many, context):
        if match := WRITE.match(sql):
            written.add(match[1])
        return execute(sql, params, many, context)

    kept = client.cookies
    client.cookies = SimpleCookie({name: cookie.value for name, cookie in kept.items()})
    with transaction.atomic():
        with connection.execute_wrapper(watch):
            answer = getattr(client, method)(address, **headers)
        location = answer.headers.get("Location", "")
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    name = settings.SESSION_COOKIE_NAME
    ended_session = name in kept and client.cookies[name].value != kept[name].value
    client.cookies = kept
    return Visit(answer.status_code, location, content.decode(errors="replace"), written, ended_session)


def _with_rights(user: User) -> User:
    """`user` afresh, with all that groups and pages allow looked up."""
    user = User.objects.get(pk=user.pk)
    user.get_all_permissions()
    PagePermissionPolicy().get_cached_permissions_for_user(user)
    document_policy.get_cached_permissions_for_user(user)
    return user


@contextlib.contextmanager
def visiting(users: Iterable[User | None]):
    """While visits are made by `users`, whose groups and rights stay as they are: each visit gets a copy of the account looked up here."""
    known = {user.pk: _with_rights(user) for user in users if user}
    plain = mock.patch.object(Template, "_render", lambda template, context: template.nodelist.render(context))
    accounts = mock.patch.object(ModelBackend, "get_user", lambda backend, pk: copy.copy(known[pk]))
    logging.disable(logging.WARNING)  # a refusal is no news here; what breaks still is
    try:
        with plain, accounts:
            yield
    finally:
        logging.disable(logging.NOTSET)


@contextlib.contextmanager
def unmade_pages():
    """A view's answer without its page: whoever is let in or refused is decided before a template is filled."""

    def answer(response):
        response.content = b""
        return response

    with (
        mock.patch.object(SimpleTemplateResponse, "render", answer),
        mock.patch.object(backends.django.Template, "render", return_value=""),
    ):
        yield
