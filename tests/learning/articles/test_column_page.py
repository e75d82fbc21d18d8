import datetime

import pytest
from django.utils import timezone
from wagtail.models import PageViewRestriction

from learning.models import Department
from tests.factories.pages import make_article, make_column


@pytest.fixture
def office(db):
    return Department.objects.create(name="办公室")


def titles(answer):
    return [article.title for article in answer.context["listing"].articles]


class TestColumnPage:
    def test_lists_by_date_with_what_is_pinned_first(self, client, column):
        make_article(column, "昨天", days_ago=1)
        make_article(column, "今天")
        make_article(column, "置顶", days_ago=9, pinned_until=timezone.localdate())
        make_article(column, "过期的置顶", days_ago=5, pinned_until=timezone.localdate() - datetime.timedelta(days=1))
        assert titles(client.get(column.url)) == ["置顶", "今天", "昨天", "过期的置顶"]

    def test_filters_by_area_year_department_and_source(self, client, column, office):
        make_article(column, "合适", area="professional", department=office, source="办公室", days_ago=1)
        make_article(column, "别的", area="core_values", days_ago=800)
        year = timezone.localtime().year
        for query in ("area=professional", f"department={office.pk}", "source=办公室"):
            assert titles(client.get(f"{column.url}?{query}")) == ["合适"]
        assert "别的" not in titles(client.get(f"{column.url}?year={year}")) or timezone.localtime().timetuple().tm_yday < 3

    def test_ignores_a_filter_that_does_not_exist_and_says_so(self, client, column):
        make_article(column, "一篇", area="professional")
        answer = client.get(f"{column.url}?area=x&year=abc&department=999&page=77")
        assert titles(answer) == ["一篇"]
        assert "已忽略" in answer.content.decode()

    def test_keeps_the_filters_on_the_next_page(self, client, column):
        for number in range(21):
            make_article(column, f"第{number}篇", area="professional", days_ago=number)
        html = client.get(f"{column.url}?area=professional").content.decode()
        assert "?area=professional&amp;page=2" in html
        assert len(titles(client.get(f"{column.url}?area=professional&page=2"))) == 1

    def test_shows_staff_more_than_the_public(self, client, column, django_user_model):
        secret = make_article(column, "内部")
        PageViewRestriction.objects.create(page=secret, restriction_type="login")
        assert titles(client.get(column.url)) == []
        client.force_login(django_user_model.objects.create_user("zhigong"))
        assert titles(client.get(column.url)) == ["内部"]

    def test_says_what_to_do_when_it_is_empty(self, client, column):
        assert "本栏目还没有内容" in client.get(column.url).content.decode()

    @pytest.mark.parametrize("number", [1, 25])
    def test_takes_ten_statements_at_most(self, client, column, office, number, django_assert_max_num_queries):
        make_column(column, "下级", "xiaji")
        for position in range(number):
            make_article(column, f"第{position}篇", department=office, days_ago=position)
        client.get(column.url)
        with django_assert_max_num_queries(10):
            client.get(column.url)


class TestFeeds:
    def test_hold_what_anybody_may_read(self, client, column):
        make_article(column, "公开的", summary="一句话")
        PageViewRestriction.objects.create(page=make_article(column, "内部的"), restriction_type="login")
        for address in ("/feeds/", f"/feeds/{column.pk}/"):
            text = client.get(address).content.decode()
            assert "公开的" in text
            assert "内部的" not in text

    def test_exist_for_no_column_that_is_closed(self, client, column):
        PageViewRestriction.objects.create(page=column, restriction_type="login")
        assert client.get(f"/feeds/{column.pk}/").status_code == 404
        assert client.get(f"/feeds/{10**25}/").status_code == client.get(f"/articles/{10**25}/pdf/").status_code == 404


class TestSiteMaps:
    def test_list_public_pages_only(self, client, column):
        article = make_article(column, "公开的")
        secret = make_article(column, "内部的")
        PageViewRestriction.objects.create(page=secret, restriction_type="login")
        text = client.get("/sitemap.xml").content.decode()
        assert f"<loc>http://testserver{article.url}</loc>" in text
        assert secret.url not in text
        assert "1 篇" in client.get("/sitemap/").content.decode()
