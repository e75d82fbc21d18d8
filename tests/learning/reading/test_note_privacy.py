"""A study note is its owner's alone: no table, no page, no log line and no index beside it holds a word of it."""

import logging
import re

import pytest
from django.db import connection
from django.test import Client
from wagtail.models import ReferenceIndex
from wagtail.search.index import get_indexed_models
from wagtail.snippets.models import get_snippet_models

from cms.search.sources import the_source
from learning.models import StudyNote
from tests.architecture.addresses import patterns
from tests.factories.organisation import StaffMemberFactory
from tests.factories.pages import make_article, make_column, make_site, make_user
from tests.factories.reading import BookFactory

MARKER = "bukanjian7q3z"
WORD = "lingyige4x"  # asked for: what was asked for is shown again, the note is not
# What needs an object, what shows no content of the site, and what ends the visit.
LEFT_OUT = re.compile(
    r"[<(]|add|new|choose|results|sprite|jsi18n|filters|import|create|logout|failwhale|test404|account/|mfa|sitemap|feeds|/api/"
)
TABLE = StudyNote._meta.db_table

pytestmark = pytest.mark.django_db


@pytest.fixture
def note(client, caplog) -> StudyNote:
    """Written beside an article, changed, looked for and looked at on the site."""
    caplog.set_level(logging.DEBUG)
    article = make_article(make_column(make_site()), "一份材料", public=True)
    reader = StaffMemberFactory(user=make_user("zhigong"))
    client.force_login(reader.user)
    client.post(f"/my/notes/new/?page={article.pk}", {"about": f"关于{MARKER}", "quote": f"摘抄{MARKER}", "text": f"只有我知道{MARKER}"})
    note = StudyNote.objects.get()
    note.book = BookFactory()
    note.save()
    address = f"/my/notes/{note.pk}/"
    assert MARKER in client.get(address).content.decode()
    client.post(address, {"about": note.about, "quote": note.quote, "text": f"改过{MARKER} {WORD}"})
    client.post(address, {"about": note.about, "quote": note.quote, "text": MARKER * 2_000})  # refused
    assert MARKER in client.get("/my/notes/").content.decode()
    return StudyNote.objects.get()


@pytest.fixture
def superuser() -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(make_user("root", is_superuser=True, is_staff=True))
    return client


class TestANote:
    def test_is_in_no_other_table(self, note):
        with connection.cursor() as cursor:
            found = []
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 (a name of the database's own)
                found += [table for row in cursor.fetchall() if MARKER in repr(row)]
        assert found == [TABLE]

    @pytest.mark.once
    def test_is_in_no_log_line(self, note, caplog):
        records = caplog.get_records("setup")
        assert [record for record in records if "request_finished" in record.getMessage()]
        assert not [record for record in records if MARKER in record.getMessage() or MARKER in repr(record.__dict__)]

    @pytest.mark.once
    def test_is_at_no_address_for_a_superuser(self, note, superuser):
        routes = [pattern.route.replace("^", "").removesuffix("$") for pattern in patterns()]
        addresses = [f"/{route}" for route in routes if not LEFT_OUT.search(route)]
        owner, page, book = note.owner_id, note.page_id, note.book_id
        addresses += [
            f"/my/notes/{note.pk}/",
            f"/admin/users/edit/{owner}/",
            f"/admin/users/delete/{owner}/",
            f"/admin/users/history/{owner}/",
            f"/admin/users/usage/{owner}/",
            f"/admin/pages/{page}/edit/",
            f"/admin/pages/{page}/history/",
            f"/admin/pages/{page}/delete/",
            f"/admin/pages/usage/{page}/",
            f"/reading/books/{book}/",
            f"/search/?q={WORD}",
            f"/admin/pages/search/?q={WORD}",
            f"/my/notes/?q={WORD}",
        ]
        assert len(addresses) > 60
        shown, gone = [], []
        for address in addresses:
            answer = superuser.get(address)
            text = b"".join(answer.streaming_content) if answer.streaming else answer.content
            if MARKER.encode() in text:
                shown.append(address)
            if "_auth_user_id" not in superuser.session:
                gone.append(address)
        assert (shown, gone) == ([], [])

    @pytest.mark.once
    def test_is_known_to_no_register(self):
        assert not ReferenceIndex.model_is_indexable(StudyNote)
        assert StudyNote not in get_indexed_models()
        assert StudyNote not in get_snippet_models()
        assert StudyNote._meta.default_permissions == ()
        assert not StudyNote._meta.permissions
        assert the_source().rows(make_user("root", is_superuser=True)).model is not StudyNote
