import datetime

import pytest
from django.utils import timezone
from wagtail.models import Page

from learning.models import ReadingReviewPage
from learning.reading.services.consent import set_consent
from tests.factories.organisation import StaffMemberFactory
from tests.factories.pages import make_article, make_column, make_site, make_user
from tests.factories.programme import at
from tests.factories.reading import BookFactory, ListedBookFactory, MonthlyListFactory, accepted_reflection
from tests.factories.reviews import make_room

NOW = at(2026, 11, 25, 9)


class TestHomePage:
    def test_leads_with_what_is_pinned_and_shows_every_column(self, client, db):
        home = make_site()
        one, two = make_column(home), make_column(home, "学习资料", "xuexiziliao")
        make_article(one, "置顶的通知", days_ago=9, pinned_until=timezone.localdate())
        for number in range(7):
            make_article(two, f"资料{number}", days_ago=number, area="professional")
        answer = client.get(home.url)
        front = answer.context["front"]
        assert front.lead.title == "置顶的通知"
        assert [len(column.articles) for column in front.columns] == [1, 5]
        assert "业务知识<span>7 篇</span>" in answer.content.decode()

    def test_costs_the_same_with_more_columns(self, client, db, django_assert_max_num_queries):
        home, month = make_site(), MonthlyListFactory(month=timezone.localdate().replace(day=1))
        for number in range(6):
            make_article(make_column(home, f"栏目{number}", f"c{number}"), f"文章{number}")
        client.get(home.url)
        for _ in range(3):
            ListedBookFactory(monthly_list=month)
        with django_assert_max_num_queries(9):  # one of them this month's books
            client.get(home.url)

    def test_says_so_when_there_is_nothing_yet(self, client, db):
        assert "网站刚刚建好" in client.get(make_site().url).content.decode()


class TestReading:
    @pytest.fixture
    def home(self, db, time_machine):
        time_machine.move_to(NOW)
        home = make_site()
        make_room(home)
        return Page.objects.get(pk=home.pk)

    def test_shows_everybody_this_months_books(self, client, home):
        ListedBookFactory(book=BookFactory(title="本月的书"), reason="读得进去。")
        ListedBookFactory(book=BookFactory(title="上月的书"), monthly_list=MonthlyListFactory(month=datetime.date(2026, 10, 1)))
        html = client.get(home.url).content.decode()
        assert "本月好书" in html
        assert "本月的书" in html
        assert "读得进去。" in html
        assert "上月的书" not in html
        assert "books.css" in html

    def test_is_as_before_while_there_is_no_list(self, client, home):
        ListedBookFactory(monthly_list=MonthlyListFactory(published_at=None))
        html = client.get(home.url).content.decode()
        assert "本月好书" not in html
        assert "books.css" not in html

    def test_shows_a_piece_to_whoever_is_signed_in(self, client, home):
        accepted_reflection(title="公开的心得", consent="public", at_time=at(2026, 11, 20))
        accepted_reflection(title="局内的心得", consent="internal", at_time=at(2026, 11, 21), html="<h2>一</h2><p>想到一点。</p>")
        accepted_reflection(title="不公开的心得", consent="none", at_time=at(2026, 11, 22))
        client.force_login(make_user("zhigong"))
        html = client.get(home.url).content.decode()
        assert "局内的心得" in html
        assert "想到一点。" in html
        assert "公开的心得" not in html

    def test_shows_the_anonymous_no_reflection_that_a_front_server_could_keep(self, client, home):
        make_article(make_column(home), "一份材料", days_ago=3)
        accepted_reflection(title="公开的心得", consent="public", at_time=NOW, area="professional")
        answer = client.get(home.url)
        assert answer["Cache-Control"] == "public, max-age=0, s-maxage=60"
        assert "公开的心得" not in answer.content.decode()
        assert answer.context["front"].lead.title == "一份材料"
        assert "业务知识<span>1 篇</span>" in answer.content.decode()  # as the search behind the number finds it

    def test_leads_with_no_reflection_for_whoever_is_signed_in_either(self, client, home):
        accepted_reflection(title="公开的心得", consent="public", at_time=NOW)
        ReadingReviewPage.objects.update(pinned_until=NOW.date())
        client.force_login(make_user("zhigong"))
        assert client.get(home.url).context["front"].lead is None

    def test_forgets_a_piece_that_was_taken_back_at_once(self, client, home):
        author = StaffMemberFactory(user=make_user("zuozhe"))
        reflection = accepted_reflection(title="公开的心得", consent="public", author=author)
        client.force_login(make_user("zhigong"))
        assert "公开的心得" in client.get(home.url).content.decode()
        set_consent(reflection=reflection, consent="none", by=author.user, now=NOW)
        assert "公开的心得" not in client.get(home.url).content.decode()
