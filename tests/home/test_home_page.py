from django.utils import timezone

from tests.factories.pages import make_article, make_column, make_site


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
        home = make_site()
        for number in range(6):
            make_article(make_column(home, f"栏目{number}", f"c{number}"), f"文章{number}")
        client.get(home.url)
        with django_assert_max_num_queries(8):
            client.get(home.url)

    def test_says_so_when_there_is_nothing_yet(self, client, db):
        assert "网站刚刚建好" in client.get(make_site().url).content.decode()
