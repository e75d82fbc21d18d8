"""The site's search page: what a reader finds, counts, narrows and never learns."""

import pytest
from django.urls import reverse
from wagtail.models import PageViewRestriction

from cms.users.roles import ensure_groups
from learning.models import ArticlePage, ColumnPage, LectureRecordPage
from tests.factories.pages import make_article, make_column, make_notice, make_site, make_user


@pytest.fixture(scope="module")
def written(module_db):
    """The articles' keys by the names that the tests give them."""
    ensure_groups()
    column = make_column(make_site(), "学习资料", "xuexiziliao")

    def text(words):
        return [("quote", {"text": words, "source": ""})]

    articles = {
        "plan": make_notice(column, "学习型机关建设方案", body=text("要求有心得体会。"), area="political_theory", days_ago=400),
        "reading": make_article(column, "读书心得展评", body=text("图书阅览室。"), area="science_and_culture"),
        "lecture": make_article(column, "内部讲座", model=LectureRecordPage, body=text("心得体会，绝不外传的一段。"), area="professional"),
        "draft": make_article(column, "心得草稿", publish=False),
    }
    return {name: page.pk for name, page in articles.items()}


@pytest.fixture
def articles(written, db):
    return {name: ArticlePage.objects.get(pk=pk).specific for name, pk in written.items()}


@pytest.fixture
def column(written, db):
    return ColumnPage.objects.get(slug="xuexiziliao")


def titles(answer):
    return [result.page.title for result in answer.context["results"]]


def ask(client, **parameters):
    answer = client.get(reverse("search"), parameters)
    assert answer.status_code == 200
    return answer


class TestSearchPage:
    def test_puts_titles_first_and_marks_the_passage(self, client, articles):
        answer = ask(client, q="心得")
        assert titles(answer) == ["读书心得展评", "学习型机关建设方案"]
        text = answer.content.decode()
        assert "读书<mark>心得</mark>展评" in text
        assert "要求有<mark>心得</mark>体会。" in text
        assert "共 2 条" in text

    def test_tells_an_anonymous_reader_nothing_of_what_is_for_staff(self, client, articles):
        text = ask(client, q="心得体会").content.decode()
        assert "内部讲座" not in text
        assert "绝不外传" not in text
        assert "共 1 条" in text
        assert "业务知识" not in text, "not even a facet"
        assert "讲座记录" not in text

    def test_shows_staff_what_is_for_staff_and_nobody_a_draft(self, client, articles):
        client.force_login(make_user("staff", "职工"))
        answer = ask(client, q="心得体会")
        assert set(titles(answer)) == {"学习型机关建设方案", "内部讲座"}
        assert "心得草稿" not in ask(client, q="心得").content.decode()

    def test_follows_a_page_that_is_closed_afterwards(self, client, articles):
        PageViewRestriction.objects.create(page=articles["plan"].page_ptr, restriction_type="login")
        assert titles(ask(client, q="心得体会")) == []

    @pytest.mark.parametrize(
        ("narrowed", "found"),
        [
            ({"area": "political_theory"}, ["学习型机关建设方案"]),
            ({"kind": "studymaterialpage"}, ["读书心得展评"]),
            ({"kind": "noticepage", "area": "political_theory"}, ["学习型机关建设方案"]),
            ({"area": "professional"}, []),
            ({"area": "astrology"}, []),
            ({"kind": "user"}, []),
            ({"year": "20x6"}, []),
            ({"year": "0000"}, []),
            ({"year": "99999"}, []),
        ],
    )
    def test_narrows_by_area_kind_and_year(self, client, articles, narrowed, found):
        assert titles(ask(client, q="心得", **narrowed)) == found

    def test_lists_an_area_without_a_word(self, client, articles):
        assert titles(ask(client, area="science_and_culture")) == ["读书心得展评"]

    def test_says_what_to_do_when_nothing_is_found(self, client, articles):
        text = ask(client, q="星际航行").content.decode()
        assert "没有找到" in text
        assert "/login/?next=" in text
        assert "去掉筛选条件再找" in ask(client, q="心得", area="professional").content.decode()

    @pytest.mark.parametrize(
        "query", ["", " ", "\x00", "😀", "'", '"', "%_", "学" * 5_000, "AND OR NOT NEAR(", "<script>alert(1)</script>"]
    )
    def test_survives_whatever_is_typed(self, client, articles, query):
        text = ask(client, q=query).content.decode()
        assert "<script>alert" not in text

    def test_says_that_a_long_query_was_cut(self, client, articles):
        assert "只用了前 100 个字" in ask(client, q="学" * 101).content.decode()

    @pytest.mark.parametrize("page", ["0", "-1", "99", "x", "1e9"])
    def test_takes_any_page_number(self, client, articles, page):
        assert titles(ask(client, q="心得", page=page))

    def test_asks_no_more_for_more_results(self, client, articles, column, django_assert_max_num_queries):
        ask(client, q="心得")
        for number in range(20):
            make_article(column, f"心得{number}", area="professional")
        with django_assert_max_num_queries(11):  # one of them for each page type among the results
            assert len(titles(ask(client, q="心得"))) == 15


class TestAdminSearch:
    """The admin's own boxes stand on the same backend."""

    @pytest.fixture
    def editor(self, client, articles):
        client.force_login(make_user("editor", "编辑"))
        return client

    @pytest.mark.parametrize("query", ["机关建设", "建设方", "方案"])
    def test_finds_a_page_by_any_fragment_of_its_title(self, editor, query):
        assert "学习型机关建设方案" in editor.get(reverse("wagtailadmin_pages:search"), {"q": query}).content.decode()

    def test_finds_it_in_the_chooser(self, editor):
        answer = editor.get(reverse("wagtailadmin_choose_page_search"), {"q": "机关建设"})
        assert "学习型机关建设方案" in answer.content.decode()

    def test_finds_documents_and_pictures_by_fragments(self, editor):
        for name in ("wagtaildocs:index", "wagtailimages:index"):
            assert editor.get(reverse(name), {"q": "方案"}).status_code == 200
