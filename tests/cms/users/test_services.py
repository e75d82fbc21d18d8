"""The first account of a site, and the way back in for whoever is shut out."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry

from cms.users.models import User
from cms.users.services import DEFAULT_NAMES, AccountRefusedError, make_administrator, one_time_password, reset_account
from tests.factories.pages import PASSWORD, make_site, make_user

NEW = "Qiutian-2032-luoye"


@pytest.fixture(autouse=True)
def site(db):
    return make_site()


def sign_in(client, username, password):
    return client.post("/login/", {"login": username, "password": password})


def printed_password(capsys) -> str:
    return re.search("一次性密码：(\\S+)", capsys.readouterr().out)[1]


class TestOneTimePassword:
    def test_is_long_random_and_easy_to_copy(self):
        passwords = {one_time_password() for _time in range(50)}
        assert len(passwords) == 50
        assert all(re.fullmatch(r"(?:[a-hjkmnp-zA-HJ-NP-Z2-9]{4}-){3}[a-hjkmnp-zA-HJ-NP-Z2-9]{4}", password) for password in passwords)


class TestMakeAdministrator:
    def test_makes_a_superuser_who_must_change_the_password(self):
        user, password = make_administrator(username="wangfang01", display_name="王某")
        user = User.objects.get(pk=user.pk)
        assert user.is_superuser
        assert user.must_change_password
        assert user.check_password(password)
        assert ModelLogEntry.objects.for_instance(user).filter(action="wagtail.create").exists()

    @pytest.mark.parametrize("username", [*sorted(DEFAULT_NAMES), "Admin", " ROOT "])
    def test_refuses_default_names(self, username):
        with pytest.raises(AccountRefusedError, match="默认账号名"):
            make_administrator(username=username, display_name="王某")

    def test_refuses_an_account_that_belongs_to_nobody(self):
        with pytest.raises(AccountRefusedError, match="姓名"):
            make_administrator(username="wangfang01", display_name=" ")

    def test_refuses_a_name_that_is_taken_however_it_is_written(self):
        make_user("wangfang01")
        with pytest.raises(AccountRefusedError, match="reset_account"):
            make_administrator(username="WangFang01", display_name="王某")

    def test_refuses_a_name_that_is_none(self):
        with pytest.raises(AccountRefusedError):
            make_administrator(username="a b/c", display_name="王某")
        assert not User.objects.exists()

    def test_leads_from_the_printed_password_to_the_admin(self, client, capsys, settings):
        settings.MFA_REQUIRED_GROUPS = ["系统管理员"]
        call_command("make_administrator", "wangfang01", name="王某")
        password = printed_password(capsys)
        assert sign_in(client, "wangfang01", password).status_code == 302
        assert client.get("/admin/").url == reverse("account_change_password")
        client.post(reverse("account_change_password"), {"oldpassword": password, "password1": NEW, "password2": NEW})
        assert client.get("/admin/").url == reverse("mfa_activate_totp")
        assert sign_in(Client(), "wangfang01", password).status_code == 200  # the printed one is worth nothing any more
        TOTP.activate(User.objects.get(), "JBSWY3DPEHPK3PXP")
        assert client.get("/admin/").status_code == 200

    def test_is_a_command_that_says_why_not(self):
        with pytest.raises(CommandError, match="默认账号名"):
            call_command("make_administrator", "admin", name="王某")


class TestResetAccount:
    @pytest.fixture
    def person(self):
        user = make_user("zhigong")
        TOTP.activate(user, "JBSWY3DPEHPK3PXP")
        return user

    def test_gives_a_password_to_be_changed_and_takes_the_second_factor(self, client, person, capsys):
        call_command("reset_account", "zhigong")
        assert not Authenticator.objects.filter(user=person).exists()
        assert sign_in(client, "zhigong", printed_password(capsys)).status_code == 302
        assert client.get("/").url == reverse("account_change_password")
        assert sign_in(Client(), "zhigong", PASSWORD).status_code == 200

    def test_lifts_the_lock(self, client, person):
        for _attempt in range(5):
            answer = sign_in(client, "Zhigong", "falsch")
        assert answer.status_code == 429
        _user, password = reset_account(username="zhigong")
        assert sign_in(client, "zhigong", password).status_code == 302

    def test_ends_what_was_open(self, client):
        make_user("zhigong")
        sign_in(client, "zhigong", PASSWORD)
        assert client.get("/account/").status_code == 200
        reset_account(username="zhigong")
        assert client.get("/account/").status_code == 302

    def test_opens_no_account_that_is_switched_off(self):
        make_user("gone", is_active=False)
        with pytest.raises(AccountRefusedError, match="已停用"):
            reset_account(username="gone")

    def test_says_when_there_is_no_such_account(self):
        with pytest.raises(CommandError, match="没有账号"):
            call_command("reset_account", "nobody")
