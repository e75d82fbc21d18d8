"""The same questions on whichever database the suite runs on: the answers below are the contract of both."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from modelsearch.query import MATCH_ALL, And, Boost, Not, Or, Phrase, PlainText
from wagtail.models import Page, PageViewRestriction

from cms.core.services import add_page
from cms.core.visibility import visible_pages
from learning.models import ColumnPage, StudyMaterialPage

TEXTS = {
    "plan": ("学习型机关建设实施方案", "按照有学习规划、有学习笔记、有心得体会的要求推进。印发日期 2020-04-17 10:13,联系 a.b@c.com。"),
    "reading": ("读书心得展评通知", "图书阅览室举行心得展评,评选阅读之星。"),
    "training": ("业务知识培训", "科室负责人轮流登台讲课,课后交心得。使用 GB18030 编码的课件。"),
    "poem": ("論語選讀", "學而時習之,不亦說乎。"),
}


@pytest.fixture(scope="module")
def written(module_db):
    column = add_page(parent=Page.objects.get(depth=2), page=ColumnPage(title="栏目", slug="column"), publish=True)
    for slug, (title, text) in TEXTS.items():
        add_page(
            parent=column, page=StudyMaterialPage(title=title, slug=slug, body=[("quote", {"text": text, "source": ""})]), publish=True
        )


@pytest.fixture
def column(written, db):
    return ColumnPage.objects.get(slug="column")


@pytest.fixture
def corpus(written, db):
    return StudyMaterialPage.objects.live()


def slugs(results):
    return {page.slug for page in results}


class TestSearch:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("机关", {"plan"}),
            ("关建", {"plan"}),
            ("心得", {"plan", "reading", "training"}),
            ("得", {"plan", "reading", "training"}),
            ("星", {"reading"}),
            ("心得 展评", {"reading"}),
            ("展评 培训", set()),
            ("2020-04-17", {"plan"}),
            ("04-17 10:13", {"plan"}),
            ("10:31", set()),
            ("a.b@c.com", {"plan"}),
            ("gb18030", {"training"}),
            ("gb1803", set()),
            ("GB18030编码", {"training"}),
            ("论语", {"poem"}),
            ("学而时习", {"poem"}),
            ("學習型", {"plan"}),
            ("2020", {"plan"}),
            ("机关和心得体会的实施要求", {"plan"}),
            ("机关建设要求推进学习规划", {"plan"}),
            ("不存在的词", set()),
            ("😀", set()),
            ("\x00", set()),
            ("' OR 1=1 --", set()),
            ('机关" AND title:"x', set()),
            ("NEAR(机关 心得)", set()),
        ],
    )
    def test_finds_what_stands_in_the_text(self, corpus, query, found):
        results = corpus.search(query)
        assert slugs(results) == found
        assert corpus.search(query).count() == len(found)

    def test_puts_titles_first(self, corpus):
        assert next(page.slug for page in corpus.search("心得")) == "reading"

    def test_takes_the_or_operator(self, corpus):
        assert slugs(corpus.search("展评 培训", operator="or")) == {"reading", "training"}

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            (Phrase("心得 体会"), {"plan"}),
            (PlainText("心得") & PlainText("展评"), {"reading"}),
            (Or([PlainText("机关"), PlainText("论语")]), {"plan", "poem"}),
            (And([PlainText("心得"), Not(PlainText("机关"))]), {"reading", "training"}),
            (Not(PlainText("心得")), {"poem"}),
            (Boost(PlainText("机关"), 2), {"plan"}),
            (MATCH_ALL, set(TEXTS)),
            (Not(MATCH_ALL), set()),
        ],
    )
    def test_takes_query_objects(self, corpus, query, found):
        assert slugs(corpus.search(query)) == found

    def test_searches_the_title_alone_when_told(self, corpus):
        assert slugs(corpus.search("心得", fields=["title"])) == {"reading"}
        assert slugs(corpus.search("心得", fields=["body"])) == {"plan", "reading", "training"}

    def test_keeps_the_querysets_own_order_when_told(self, corpus):
        found = corpus.order_by("title").search("心得", order_by_relevance=False)
        assert [page.title for page in found] == sorted(page.title for page in found)

    def test_cuts_pages(self, corpus):
        whole = [page.slug for page in corpus.search("心得")]
        assert [page.slug for page in corpus.search("心得")[1:3]] == whole[1:3]
        assert corpus.search("心得")[0].slug == whole[0]

    def test_annotates_scores(self, corpus):
        assert all(page.score > 0 for page in corpus.search("机关").annotate_score("score"))

    def test_counts_facets(self, corpus):
        assert list(corpus.search("心得").facet("live").values()) == [3]

    def test_takes_any_filter_a_queryset_can_carry(self, corpus, django_user_model):
        hidden = corpus.get(slug="reading")
        PageViewRestriction.objects.create(page=hidden, restriction_type=PageViewRestriction.LOGIN)
        nobody = type("Anonymous", (), {"is_authenticated": False, "is_superuser": False})()
        assert slugs(visible_pages(nobody).search("心得")) == {"plan", "training"}
        assert slugs(visible_pages(django_user_model.objects.create_user("a")).search("心得")) == {"plan", "reading", "training"}

    def test_forgets_what_is_deleted(self, corpus):
        corpus.get(slug="plan").delete()
        assert slugs(corpus.search("机关")) == set()

    def test_follows_edits(self, corpus):
        page = corpus.get(slug="plan")
        page.title = "改名后的页面"
        page.save_revision().publish()
        assert slugs(corpus.search("改名")) == {"plan"}
        assert slugs(corpus.search("建设")) == set()

    def test_costs_two_statements(self, corpus, django_assert_num_queries):
        results = corpus.search("心得")
        list(Page.objects.all().search("心得"))  # content types are cached from here on
        with django_assert_num_queries(2):
            list(results[:10])

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(query=st.text(max_size=40))
    def test_never_fails_on_anything_typed(self, corpus, query):
        if query:
            assert corpus.search(query).count() == len(list(corpus.search(query)))


class TestAutocomplete:
    @pytest.mark.parametrize(("typed", "found"), [("机", {"plan"}), ("关建设", {"plan"}), ("论", {"poem"}), ("zz", set())])
    def test_finds_any_fragment_of_a_title(self, corpus, typed, found):
        assert slugs(corpus.autocomplete(typed)) == found

    def test_lets_the_last_word_go_on(self, column):
        add_page(parent=column, page=StudyMaterialPage(title="Wagtail handbook", slug="handbook"), publish=True)
        assert slugs(StudyMaterialPage.objects.autocomplete("wag")) == {"handbook"}
        assert slugs(StudyMaterialPage.objects.autocomplete("wag hand")) == set()
        assert slugs(StudyMaterialPage.objects.autocomplete("wagtail hand")) == {"handbook"}
