import datetime

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse

from tests.factories.pages import PASSWORD, make_site, make_user


@pytest.fixture(autouse=True)
def site(db):
    return make_site()


def sign_in(client, username="zhigong", password=PASSWORD, **extra):
    return client.post("/login/", {"login": username, "password": password}, **extra)


class TestLogin:
    def test_takes_the_reader_back_where_they_came_from(self, client):
        make_user("zhigong")
        answer = client.post("/login/?next=/sitemap/", {"login": "zhigong", "password": PASSWORD})
        assert (answer.status_code, answer.url) == (302, "/sitemap/")

    def test_leads_to_no_other_site(self, client):
        make_user("zhigong")
        answer = client.post("/login/?next=https://evil.example/", {"login": "zhigong", "password": PASSWORD})
        assert answer.url == "/"

    def test_says_in_chinese_what_is_wrong(self, client):
        make_user("zhigong")
        html = sign_in(client, password="falsch").content.decode()
        assert "用户名" in html
        assert "不正确" in html

    def test_offers_no_sign_up(self, client):
        html = client.get("/login/").content.decode()
        assert "signup" not in html
        assert "注册" not in html

    @pytest.mark.parametrize(
        "address", ["/admin/login/", "/_util/login/", "/account/signup/", "/account/password/reset/", "/admin/password_reset/"]
    )
    def test_is_where_every_other_login_address_leads(self, client, address):
        answer = client.get(address, {"next": "/admin/pages/"})
        assert (answer.status_code, answer.url) == (302, "/login/?next=/admin/pages/")

    def test_is_where_the_admin_leads(self, client):
        assert client.get("/admin/").url == "/login/?next=/admin/"

    def test_locks_after_five_failures_even_for_the_right_password(self, client):
        make_user("zhigong")
        answers = [sign_in(client, password="falsch").status_code for _attempt in range(5)]
        assert answers[-1] == 429
        answer = sign_in(client)
        assert answer.status_code == 429
        assert "30 分钟后再试" in answer.content.decode()

    def test_lets_nobody_lock_out_a_colleague_elsewhere(self, client):
        make_user("zhigong")
        for _attempt in range(6):
            sign_in(client, password="falsch", REMOTE_ADDR="10.0.0.9")
        assert sign_in(client, REMOTE_ADDR="10.0.0.8").status_code == 302

    def test_asks_for_the_second_factor_of_who_has_one(self, client):
        user = make_user("zhigong")
        TOTP.activate(user, "JBSWY3DPEHPK3PXP")
        assert sign_in(client).url.startswith(reverse("mfa_authenticate"))
        assert (
            "动态" in client.get(reverse("mfa_authenticate")).content.decode()
            or "验证" in client.get(reverse("mfa_authenticate")).content.decode()
        )
        code = format_hotp_value(hotp_value("JBSWY3DPEHPK3PXP", next(yield_hotp_counters_from_time())))
        assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
        assert client.get("/account/").status_code == 200


class TestDuties:
    @pytest.fixture
    def admin(self, client):
        user = make_user("guanli", is_superuser=True)
        sign_in(client, "guanli")
        return user

    def test_put_a_new_password_before_everything_else(self, client, admin):
        admin.must_change_password = True
        admin.save()
        assert client.get("/admin/").url == "/account/password/"
        assert client.get("/account/password/").status_code == 200

    def test_ask_for_a_new_password_when_the_old_one_is_past_its_age(self, client, admin, settings):
        settings.PASSWORD_MAX_AGE_DAYS = 90
        type(admin).objects.update(password_changed_at=admin.date_joined - datetime.timedelta(days=91))
        assert client.get("/").url == "/account/password/"

    def test_end_with_the_change(self, client, admin):
        admin.must_change_password = True
        admin.save()
        new = "Qiutian-2032-luoye"
        answer = client.post("/account/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
        assert answer.status_code == 302
        assert client.get("/admin/").status_code == 200
        admin.refresh_from_db()
        assert not admin.must_change_password

    def test_ask_for_a_second_factor_where_the_group_needs_one(self, client, admin, settings):
        settings.MFA_REQUIRED_GROUPS = ["系统管理员"]
        assert client.get("/admin/").url == reverse("mfa_activate_totp")
        Authenticator.objects.create(user=admin, type=Authenticator.Type.TOTP, data={"secret": "x"})
        assert client.get("/admin/").status_code == 200


class TestSessions:
    def test_end_after_half_an_hour_of_silence(self, client, time_machine):
        time_machine.move_to("2026-04-14 09:00 +0800", tick=False)
        make_user("zhigong")
        sign_in(client)
        time_machine.move_to("2026-04-14 09:25 +0800", tick=False)
        assert client.get("/account/").status_code == 200
        time_machine.move_to("2026-04-14 09:56 +0800", tick=False)
        assert client.get("/account/").url.startswith("/login/")

    def test_end_after_eight_hours_however_busy(self, client, time_machine):
        time_machine.move_to("2026-04-14 08:00 +0800", tick=False)
        make_user("zhigong")
        sign_in(client)
        for minute in range(20, 8 * 60 + 40, 20):
            time_machine.move_to(datetime.datetime(2026, 4, 14, 0, tzinfo=datetime.UTC) + datetime.timedelta(minutes=minute), tick=False)
            answer = client.get("/account/")
        assert answer.url.startswith("/login/")

    def test_are_two_at_most(self):
        user = make_user("zhigong")
        browsers = [Client() for _number in range(3)]
        for browser in browsers:
            sign_in(browser)
        assert UserSession.objects.filter(user=user).count() == 2
        assert browsers[0].get("/account/").status_code == 302
        assert browsers[2].get("/account/").status_code == 200

    def test_leave_nothing_in_caches(self, client):
        make_user("zhigong")
        sign_in(client)
        assert client.get("/account/").headers["Cache-Control"] == "no-store, private"
        assert "no-store" not in Client().get("/").headers.get("Cache-Control", "")

    def test_take_the_browsers_storage_along_when_they_end(self, client):
        make_user("zhigong")
        sign_in(client)
        assert client.post("/logout/").headers["Clear-Site-Data"] == '"cache", "storage"'

    def test_end_when_the_account_is_switched_off(self, client):
        user = make_user("zhigong")
        sign_in(client)
        type(user).objects.update(is_active=False)
        assert client.get("/account/").status_code == 302


class TestClosedDoors:
    """The admin and pages for some groups answer "sign in" to whoever they do not let in; whoever is signed in is told no, not sent round."""

    def test_tell_a_member_of_staff_no(self, client):
        client.force_login(make_user("staff"))
        answer = client.get("/admin/", follow=True)
        assert answer.status_code == 403
        assert len(answer.redirect_chain) < 5

    def test_lead_an_open_address_on(self, client):
        client.force_login(make_user("staff"))
        assert client.get("/login/", {"next": "/feedback/"}, follow=True).status_code == 200

    def test_lead_nowhere_else(self, client):
        client.force_login(make_user("staff"))
        for elsewhere in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
            assert "evil" not in client.get("/login/", {"next": elsewhere}).get("Location", "")
