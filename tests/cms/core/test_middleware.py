"""Headers that decide who keeps an answer, and whose address a request comes from."""

import pytest
from axes.helpers import get_client_ip_address
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse
from wagtail.models import PageViewRestriction

from cms.core.middleware import ClientAddressMiddleware, plain_address
from learning.models import LectureRecordPage
from tests.factories.pages import PASSWORD, make_article, make_column, make_notice, make_site, make_user
from tests.standing import standing

KEPT = "public, max-age=0, s-maxage=60"


def cache_control(client, address, **how):
    return client.get(address, **how).headers.get("Cache-Control", "")


def may_be_kept(header: str) -> bool:
    """Whether nginx's proxy_cache would store an answer with this Cache-Control, going by it alone."""
    return "max-age" in header and not any(word in header for word in ("private", "no-store", "no-cache"))


@standing()
def column():
    return make_column(make_site())


@pytest.fixture
def notice(column):
    return make_notice(column, "关于读书的通知")


class TestResponseHeaders:
    def test_let_the_front_server_keep_public_pages_for_a_minute(self, client, column, notice):
        for address in ("/", column.url, notice.url, f"{column.url}?page=2&year=2026"):
            assert cache_control(client, address) == KEPT
        assert client.head(notice.url).headers["Cache-Control"] == KEPT

    def test_let_no_browser_show_a_page_again_unasked(self, client, column):
        assert "max-age=0" in cache_control(client, "/")
        assert "Cookie" in client.get("/").headers["Vary"]

    def test_keep_nothing_where_the_bureau_switches_it_off(self, client, column, settings):
        settings.ANONYMOUS_PAGE_SECONDS = 0
        assert cache_control(client, "/") == ""

    def test_keep_nothing_of_somebody_signed_in(self, client, notice):
        client.force_login(make_user("zhigong"))
        for address in ("/", notice.url, "/search/?q=读书", "/account/"):
            assert cache_control(client, address) == "no-store, private"

    def test_keep_nothing_for_a_session_cookie_that_is_no_longer_any_good(self, client, notice, settings):
        client.cookies[settings.SESSION_COOKIE_NAME] = "x" * 32
        assert cache_control(client, notice.url) == "no-store, private"

    def test_keep_nothing_that_a_form_is_on(self, client, column):
        for address in (reverse("account_login"), reverse("feedback"), reverse("feedback_status")):
            answer = client.get(address)
            assert answer.cookies, address
            assert not may_be_kept(answer.headers["Cache-Control"])

    @pytest.mark.parametrize("address", ["/admin/", "/account/", "/login/", "/feedback/", "/healthz", "/readyz", "/admin/login/"])
    def test_keep_nothing_of_internal_addresses(self, client, column, address):
        assert not may_be_kept(cache_control(client, address))

    def test_keep_no_document(self, client, column, notice):
        assert not may_be_kept(cache_control(client, "/documents/1/a.pdf"))

    def test_keep_no_reading(self, client, notice):
        answer = client.post(
            reverse("record_reading", args=[notice.pk]), headers={"X-Requested-With": "readership", "User-Agent": "Firefox"}
        )
        assert not may_be_kept(answer.headers["Cache-Control"])

    def test_keep_no_page_that_is_closed_to_some(self, client, column):
        inside = make_article(column, "内部讲座", model=LectureRecordPage)
        answer = client.get(inside.url)
        assert answer.status_code == 302
        assert not may_be_kept(answer.headers["Cache-Control"])

    def test_keep_no_page_below_something_that_has_been_closed(self, client, column, notice):
        PageViewRestriction.objects.create(page=column, restriction_type=PageViewRestriction.LOGIN)
        assert not may_be_kept(cache_control(client, notice.url))

    def test_keep_no_error_and_no_redirect(self, client, column):
        assert not may_be_kept(cache_control(client, "/nothing/"))
        assert not may_be_kept(cache_control(client, column.url.rstrip("/")))

    def test_keep_no_page_with_a_message_for_one_reader(self, client, column):
        client.post(reverse("account_login"), {"login": make_user("zhigong").username, "password": PASSWORD})
        client.post(reverse("account_logout"))
        answer = client.get("/")
        assert "messages" in answer.cookies
        assert not may_be_kept(answer.headers.get("Cache-Control", ""))

    def test_keep_the_answer_to_no_other_method(self, client, column):
        for answer in (client.post("/"), client.options("/")):
            assert not may_be_kept(answer.headers.get("Cache-Control", ""))

    @pytest.mark.parametrize("address", ["/admin/", "/account/", "/login/"])
    def test_keep_internal_addresses_out_of_search_engines(self, client, column, address):
        assert client.get(address).headers["X-Robots-Tag"] == "noindex, nofollow"

    def test_leave_public_pages_to_search_engines(self, client, notice):
        assert "X-Robots-Tag" not in client.get(notice.url).headers


class TestKnownHost:
    @pytest.mark.parametrize("address", ["/", "/nothing/", "/admin/", "/healthz"])
    def test_answers_for_no_other_host(self, client, db, address):
        answer = client.get(address, headers={"Host": "evil.example"})
        assert answer.status_code == 400
        assert "不属于本站" in answer.content.decode()
        assert "evil" not in answer.content.decode()

    def test_believes_no_forwarded_host(self, client, column):
        answer = client.get("/", headers={"X-Forwarded-Host": "evil.example"})
        assert answer.status_code == 200
        assert b"evil.example" not in answer.content


class TestPolicyByPath:
    def test_is_strict_for_readers_and_wider_in_the_admin(self, client, column):
        strict = client.get("/").headers["Content-Security-Policy"]
        assert "default-src 'none'" in strict
        assert "unsafe-inline" not in strict
        client.force_login(make_user("boss", is_superuser=True))
        assert "'unsafe-inline'" in client.get("/admin/").headers["Content-Security-Policy"]
        assert "unsafe-inline" not in client.get("/").headers["Content-Security-Policy"]


class TestClientAddress:
    @pytest.fixture
    def address(self, settings):
        def of(proxies, **headers):
            settings.PROXY_COUNT = proxies
            request = RequestFactory().get("/", **headers)
            ClientAddressMiddleware(lambda request: HttpResponse())(request)
            return request.META["REMOTE_ADDR"], get_client_ip_address(request)

        return of

    def test_is_what_the_front_server_says(self, address):
        assert address(1, REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="61.0.0.9") == ("61.0.0.9", "61.0.0.9")

    def test_is_what_the_front_server_says_over_a_socket_that_has_no_address(self, address):
        assert address(1, REMOTE_ADDR="", HTTP_X_FORWARDED_FOR="2001:db8::1")[0] == "2001:db8::1"

    def test_is_never_what_the_client_claims(self, address):
        claims = {"HTTP_X_FORWARDED_FOR": "8.8.8.8", "HTTP_X_REAL_IP": "8.8.4.4", "HTTP_CLIENT_IP": "8.8.4.5"}
        assert address(0, REMOTE_ADDR="10.0.0.7", **claims) == ("10.0.0.7", "10.0.0.7")
        assert address(1, REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="8.8.8.8, 61.0.0.9")[0] == "61.0.0.9"

    def test_stays_when_nothing_usable_was_said(self, address):
        assert address(1, REMOTE_ADDR="127.0.0.1")[0] == "127.0.0.1"
        assert address(1, REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="<script>")[0] == "127.0.0.1"
        assert address(3, REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="61.0.0.9")[0] == "127.0.0.1"

    def test_has_one_form(self):
        assert plain_address("::ffff:61.0.0.9") == "61.0.0.9"
        assert plain_address("2001:0DB8:0:0::1") == "2001:db8::1"
        assert plain_address("unknown") == ""

    def test_keeps_lockouts_apart_behind_a_front_server(self, client, column, settings):
        settings.PROXY_COUNT = 1
        make_user("zhigong")
        from_one_desk, from_another = {"HTTP_X_FORWARDED_FOR": "10.0.0.9"}, {"HTTP_X_FORWARDED_FOR": "10.0.0.8"}
        for _attempt in range(5):
            answer = client.post("/login/", {"login": "zhigong", "password": "falsch"}, REMOTE_ADDR="", **from_one_desk)
        assert answer.status_code == 429
        assert client.post("/login/", {"login": "zhigong", "password": PASSWORD}, REMOTE_ADDR="", **from_another).status_code == 302
