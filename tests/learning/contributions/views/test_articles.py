"""Articles on the front end."""

import pytest
import time_machine
from django.urls import reverse

from tests.factories.pages import make_site
from tests.factories.programme import at
from tests.factories.submissions import draft, given_back, handed_in, in_queue, make_newsroom

NOW = at(2026, 3, 5, 9)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room(db):
    make_site()
    return make_newsroom()


def text_of(answer) -> str:
    return answer.content.decode()


class TestSmoke:
    def test_pages(self, client, room):
        one = in_queue(room)
        for user in (room.member.user, room.head.user, room.officer):
            client.force_login(user)
            for name, args in (("contributions", []), ("article_list", []), ("media_article", [one.pk]), ("new_article", [])):
                assert client.get(reverse(name, args=args)).status_code == 200, (user, name)
        client.force_login(room.officer)
        assert client.get(reverse("contribution_queue")).status_code == 200
        assert client.get(reverse("review_article", args=[one.pk])).status_code == 200
        d = draft(room)
        client.force_login(room.member.user)
        for name in ("edit_article", "article_files", "discard_article"):
            assert client.get(reverse(name, args=[d.pk])).status_code == 200, name
