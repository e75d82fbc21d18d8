import pytest
from django.urls import reverse
from wagtail.models import Page, PageViewRestriction

from cms.readership.models import ReadingCount

HEADERS = {"X-Requested-With": "readership", "User-Agent": "Mozilla/5.0 Firefox/140"}


@pytest.fixture
def page(db):
    return Page.objects.get(depth=2)


@pytest.fixture
def url(page):
    return reverse("record_reading", args=[page.pk])


def open_page(client, url, **headers):
    """What static/js/readership.js does on one load."""
    answer = client.post(url, headers=HEADERS | headers)
    if answer.status_code == 200 and answer.json().get("again"):
        answer = client.post(url + "?again=1", headers=HEADERS | headers)
    return answer


class TestRecordReading:
    def test_counts_three_loads_of_one_reader_once(self, client, url):
        assert [open_page(client, url).json() for _load in range(3)] == [{"total": 1}] * 3

    def test_counts_readers_behind_one_address_each(self, client, url):
        open_page(client, url)
        client.cookies.clear()
        assert open_page(client, url).json() == {"total": 2}

    def test_counts_a_reader_without_cookies_once(self, client, url):
        for _load in range(3):
            answer = open_page(client, url)
            client.cookies.clear()
            client.post(url + "?again=1", headers=HEADERS)
            client.cookies.clear()
        client.post(url + "?again=1", headers=HEADERS)
        totals = {client.post(url + "?again=1", headers=HEADERS).json()["total"] for _load in range(3)}
        assert len(totals) == 1, answer

    def test_counts_somebody_signed_in_once_over_two_browsers(self, client, url, django_user_model):
        user = django_user_model.objects.create_user("reader")
        client.force_login(user)
        open_page(client, url)
        client.logout()
        client.force_login(user)
        assert open_page(client, url).json() == {"total": 1}

    @pytest.mark.parametrize("name", ["Baiduspider/2.0", "Mozilla/5.0 (compatible; bingbot/2.0)", "curl/8.5", "python-requests/2.32"])
    def test_does_not_count_robots(self, client, url, name):
        assert open_page(client, url, **{"User-Agent": name}).json() == {"total": 0}
        assert not ReadingCount.objects.exists()

    @pytest.mark.parametrize("method", ["get", "head", "put"])
    def test_refuses_every_other_method(self, client, url, method):
        assert getattr(client, method)(url, headers=HEADERS).status_code == 405
        assert not ReadingCount.objects.exists()

    def test_refuses_a_post_from_elsewhere(self, client, url):
        assert client.post(url, headers={"User-Agent": "Mozilla/5.0"}).status_code == 403

    def test_knows_nothing_of_a_page_the_reader_may_not_see(self, client, page, url):
        PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
        assert client.post(url, headers=HEADERS).status_code == 404
        assert client.post(reverse("record_reading", args=[999_999]), headers=HEADERS).status_code == 404
