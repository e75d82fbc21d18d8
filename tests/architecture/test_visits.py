"""What the access tables rest on: a visit says what came of it and leaves nothing behind."""

import pytest
from django.urls import reverse

from cms.feedback.models import FeedbackEntry
from cms.users.models import User
from tests.factories.pages import make_site, make_user

from .visits import client_of, unmade_pages, visit, visiting

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def person(db):
    make_site()
    return make_user("zhang", "职工")


class TestVisit:
    def test_says_what_was_written_and_undoes_it(self, person):
        client = client_of(person)
        seen = visit(client, "/feedback/", "post", data={"kind": "suggestion", "subject": "灯", "text": "靠窗的一盏灯不亮了。"})
        assert "feedback_feedbackentry" in seen.written
        assert not FeedbackEntry.objects.exists()

    def test_says_that_it_ended_the_session_and_keeps_it(self, person):
        client = client_of(person)
        assert visit(client, "/account/").ended_session is False
        assert visit(client, "/logout/", "post").ended_session is True
        assert visit(client, "/account/").is_let_in

    def test_says_who_is_refused(self, person):
        assert not visit(client_of(None), "/account/").is_let_in
        assert not visit(client_of(person), reverse("audit_log")).is_let_in
        assert not visit(client_of(person), "/nowhere/").is_let_in


class TestUnmadePages:
    def test_have_the_answer_of_the_page_without_its_text(self, person):
        client = client_of(person)
        whole = visit(client, "/account/")
        with unmade_pages():
            empty = visit(client, "/account/")
        assert (whole.status, bool(whole.text)) == (200, True)
        assert (empty.status, empty.text) == (200, "")


class TestVisiting:
    def test_knows_what_each_of_its_people_may(self, person):
        superuser = make_user("root", is_superuser=True)
        with visiting([None, person, superuser]):
            assert visit(client_of(superuser), "/admin/users/").is_let_in
            assert not visit(client_of(person), "/admin/users/").is_let_in
            assert not visit(client_of(None), "/admin/users/").is_let_in
        User.objects.filter(pk=superuser.pk).update(is_superuser=False)
        assert not visit(client_of(superuser), "/admin/users/").is_let_in
