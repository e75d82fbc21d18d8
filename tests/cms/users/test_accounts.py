"""Managing accounts without the take-over that stock Wagtail's `change_user` means."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from cms.review.services import ensure_workflow
from cms.users.models import User
from cms.users.roles import PRIVILEGED, ROLES, ensure_groups
from tests.factories.pages import PASSWORD, make_site, make_user


@pytest.fixture(autouse=True)
def groups(db):
    make_site()
    ensure_groups()


@pytest.fixture
def keeper(client):
    user = make_user("keeper", "系统管理员")
    client.force_login(user)
    return user


def edit_url(user):
    return reverse("wagtailusers_users:edit", args=[user.pk])


class TestUserViews:
    def test_make_an_account_that_must_change_its_password(self, client, keeper):
        new = "Qiutian-2032-luoye"
        data = {"username": "xinren", "display_name": "新人", "email": "", "password1": new, "password2": new, "groups": []}
        answer = client.post(reverse("wagtailusers_users:add"), data)
        assert answer.status_code == 302, answer.context["form"].errors
        assert User.objects.get(username="xinren").must_change_password

    def test_refuse_to_touch_a_superuser(self, client, keeper):
        boss = make_user("boss", is_superuser=True)
        answer = client.post(edit_url(boss), {"username": "boss", "display_name": "x", "password1": PASSWORD, "password2": PASSWORD})
        assert answer.status_code in (302, 403)
        boss.refresh_from_db()
        assert boss.display_name == "boss"

    def test_refuse_to_touch_another_keeper_of_accounts(self, client, keeper):
        other = make_user("other", "审计管理员")
        assert client.get(edit_url(other)).status_code in (302, 403)

    def test_grant_no_group_that_manages_accounts(self, client, keeper):
        form = client.get(edit_url(make_user("zhigong"))).context["form"]
        assert not set(form.fields["groups"].queryset.values_list("name", flat=True)) & set(PRIVILEGED)
        assert "is_superuser" not in form.fields

    def test_make_nobody_a_superuser_by_a_crafted_form(self, client, keeper):
        person = make_user("zhigong")
        group = Group.objects.get(name="系统管理员")
        data = {"username": "zhigong", "display_name": "职工", "email": "", "is_active": "on", "is_superuser": "on", "groups": [group.pk]}
        client.post(edit_url(person), data)
        person.refresh_from_db()
        assert not person.is_superuser
        assert not person.groups.exists()

    def test_give_nobody_rights_to_the_own_account_nor_take_them_away(self, client, keeper):
        wanted = Group.objects.get(name="终审员")
        data = {"username": "keeper", "display_name": "新名字", "email": "", "is_active": "on", "groups": [wanted.pk]}
        assert client.get(edit_url(keeper)).status_code == 200
        assert client.post(edit_url(keeper), data).status_code == 302
        keeper.refresh_from_db()
        assert keeper.display_name == "新名字"
        assert [group.name for group in keeper.groups.all()] == ["系统管理员"]


class TestEnsureGroups:
    def test_puts_back_what_was_changed_and_leaves_members(self):
        editors = Group.objects.get(name="编辑")
        member = make_user("bianji", "编辑")
        editors.permissions.clear()
        ensure_groups()
        assert editors.permissions.filter(codename="access_admin").exists()
        assert member.groups.get() == editors

    def test_makes_every_role_once(self):
        ensure_groups()
        ensure_workflow()
        ensure_workflow()
        assert Group.objects.filter(name__in=[role.name for role in ROLES]).count() == len(ROLES)


class TestAdminAccount:
    def test_leaves_the_name_to_the_administrator_and_takes_no_picture(self, client, db):
        ensure_groups()
        client.force_login(make_user("editor", "编辑"))
        text = client.get("/admin/account/").content.decode()
        assert "主题偏好" in text
        assert 'type="file"' not in text
        assert "first_name" not in text

    def test_asks_for_sign_in(self, client, db):
        assert client.get("/admin/account/")["Location"].startswith("/login/")
