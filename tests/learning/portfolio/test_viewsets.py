"""「五有档案」 in the admin: looked at, never touched."""

import datetime

import pytest
from django.contrib.auth.models import Permission
from django.urls import NoReverseMatch, reverse

from cms.users.roles import ensure_groups
from learning.models import FiveHavesFile
from learning.portfolio.viewsets import FiveHavesFileViewSet
from tests.factories.bureau import make_bureau
from tests.factories.pages import make_user
from tests.factories.portfolio import FiveHavesFileFactory
from tests.standing import standing

from .kept import confirmed, locked

pytestmark = pytest.mark.django_db
NAMESPACE = "wagtailsnippets_learning_fivehavesfile"


@standing()
def bureau():
    return make_bureau()


@pytest.fixture
def clerk(client):
    ensure_groups()
    client.force_login(make_user("dangban", "机关党委办事员"))
    return client


class TestList:
    def test_says_how_each_file_stands(self, clerk, bureau):
        locked(bureau.member, bureau.head, bureau.clerk)
        confirmed(bureau.colleague, bureau.head)
        html = clerk.get(reverse(f"{NAMESPACE}:list")).content.decode()
        assert bureau.member.name in html
        assert html.count("2026-12-31 15:00") == 3

    def test_is_narrowed_by_year(self, clerk, bureau):
        FiveHavesFileFactory(staff=bureau.member, year=2025)
        FiveHavesFileFactory(staff=bureau.colleague, year=2026)
        html = clerk.get(reverse(f"{NAMESPACE}:list"), {"year": 2025}).content.decode()
        assert bureau.member.name in html
        assert bureau.colleague.name not in html

    def test_finds_by_name(self, clerk, bureau):
        FiveHavesFileFactory(staff=bureau.member)
        FiveHavesFileFactory(staff=bureau.colleague)
        html = clerk.get(reverse(f"{NAMESPACE}:list"), {"q": bureau.member.name}).content.decode()
        assert bureau.colleague.name not in html


class TestInspect:
    def test_tells_nothing_of_private_notes(self, clerk, bureau):
        file = FiveHavesFileFactory(staff=bureau.member, notes_on_paper_on=datetime.date(2026, 4, 17))
        for door in ("inspect", "history", "usage"):
            answer = clerk.get(reverse(f"{NAMESPACE}:{door}", args=[file.pk]))
            assert answer.status_code == 200
            assert "2026-04-17" not in answer.content.decode()
            assert "4月17日" not in answer.content.decode()


class TestDoors:
    @pytest.mark.parametrize("door", ["add", "edit", "delete", "copy", "revisions_revert", "unpublish"])
    def test_none_edits_or_deletes(self, door):
        with pytest.raises(NoReverseMatch):
            reverse(f"{NAMESPACE}:{door}", args=[] if door == "add" else [1])


class TestShown:
    def test_is_nothing_for_whoever_only_has_the_permission_to_view(self, bureau, client):
        file = FiveHavesFileFactory(staff=bureau.member)
        user = make_user("viewer")
        user.user_permissions.add(*Permission.objects.filter(codename__in=["access_admin", "view_fivehavesfile"]))
        assert not FiveHavesFileViewSet.shown(FiveHavesFile.objects.all(), user).exists()
        client.force_login(user)
        assert client.get(reverse(f"{NAMESPACE}:inspect", args=[file.pk])).status_code == 404
