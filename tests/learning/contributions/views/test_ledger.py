import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learning.contributions.ledgers import PER_PAGE
from learning.models import Question, ScoreShare
from learning.questions.links import read_about
from tests.factories.contributions import MediaArticleFactory, PlacementFactory
from tests.factories.programme import at
from tests.learning.contributions.counted import NOW, day, make_watched, more_placements
from tests.learning.contributions.views.test_standings import NONSENSE, text_of
from tests.standing import standing


@standing(now=NOW)
def watched():
    return make_watched()


def department_url(watched):
    return f"/contributions/ledgers/departments/{watched.counted.basic.pk}/"


def person_url(watched):
    return f"/contributions/ledgers/people/{watched.counted.writer.pk}/"


class TestDepartmentLedger:
    @pytest.mark.parametrize(
        ("who", "status"), [("officer", 200), ("clerk", 200), ("leader", 200), ("head", 200), ("author", 404), ("stranger", 404)]
    )
    def test_is_for_those_who_oversee_or_head_it(self, client, watched, who, status):
        client.force_login(getattr(watched, who))
        assert client.get(department_url(watched)).status_code == status

    @pytest.mark.parametrize(("who", "where"), [("author", "我的稿件"), ("officer", "排名")])
    def test_says_where_one_is(self, client, watched, who, where):
        """The own ledger is among the own things, everybody else's among the standings."""
        client.force_login(getattr(watched, who))
        page = text_of(client.get(person_url(watched)))
        assert f'aria-current="page">{where}</a>' in page

    def test_adds_up_on_the_page(self, client, watched):
        client.force_login(watched.head)
        page = text_of(client.get(department_url(watched)))
        assert "合计（3 条）" in page
        assert page.count(">17.5<") == 2
        assert "规则分 5，计入 5，分得 2.5（几个科室合写）" in page
        assert "有 6 人，人均 2.92 分" in page

    def test_carries_over_from_page_to_page(self, client, watched):
        more_placements(watched.counted, 3 * PER_PAGE)
        client.force_login(watched.officer)
        second = client.get(f"{department_url(watched)}?page=2")
        assert (second.context["before"], second.context["on_page"], second.context["totals"].points_text) == ("250", "17.5", "267.5")

    def test_asks_about_a_line(self, client, watched):
        client.force_login(watched.head)
        answer = client.get(department_url(watched))
        line = answer.context["lines"][0]
        about = read_about(line.ask_url.partition("about=")[2])
        share = ScoreShare.objects.of_departments().order_by("counted_on").first()
        assert (about.desk, about.key) == ("contributions", f"contributions.share:{share.pk}")
        assert about.url == f"{department_url(watched)}?period=2026&page=1#share-{share.pk}"
        assert "某日报 计 5 分" in about.about

    def test_shows_what_was_asked_to_who_asked_and_who_answers(self, client, watched):
        share = ScoreShare.objects.of_departments().order_by("counted_on").first()
        facts = {"desk": "contributions", "about_key": f"contributions.share:{share.pk}", "about": "一行", "asked_at": NOW}
        Question.objects.create(**facts, text="为什么是 5 分？", asked_by=watched.head)
        Question.objects.create(**facts, text="别人的疑问", asked_by=watched.stranger, answer="答", answered_at=at(2026, 8, 20, 10))
        client.force_login(watched.head)
        page = text_of(client.get(department_url(watched)))
        assert "为什么是 5 分？" in page
        assert "等待答复" in page
        assert "别人的疑问" not in page
        client.force_login(watched.officer)
        assert "别人的疑问" in text_of(client.get(department_url(watched)))

    def test_is_no_place_for_a_department_that_is_not_there(self, client, watched):
        client.force_login(watched.officer)
        assert client.get("/contributions/ledgers/departments/999999/").status_code == 404
        assert client.get(f"/contributions/ledgers/departments/{'9' * 30}/").status_code == 404

    def test_takes_nonsense_for_the_default(self, client, watched):
        client.force_login(watched.officer)
        for query in NONSENSE:
            assert client.get(f"{department_url(watched)}?{query}").status_code == 200

    def test_lists_what_was_not_scored(self, client, watched):
        PlacementFactory(
            article=watched.counted.alone, outlet=watched.counted.city, published_on=day("06-01"), is_scored=False, unscored_reason="主办"
        )
        client.force_login(watched.officer)
        assert "某日报：不计分，主办" in text_of(client.get(department_url(watched)))

    def test_takes_the_same_statements_however_many_rows(self, client, watched):
        client.force_login(watched.officer)

        def statements():
            client.get(department_url(watched))
            with CaptureQueriesContext(connection) as captured:
                client.get(department_url(watched))
            return len(captured)

        few = statements()
        more_placements(watched.counted, 20)
        MediaArticleFactory(by_departments=[watched.counted.basic], state="sent", written_on=day("03-01"))
        assert statements() == few


class TestPersonLedger:
    @pytest.mark.parametrize(
        ("who", "status"), [("officer", 200), ("clerk", 200), ("leader", 200), ("head", 200), ("author", 200), ("stranger", 404)]
    )
    def test_is_the_persons_own_and_those_above(self, client, watched, who, status):
        client.force_login(getattr(watched, who))
        assert client.get(person_url(watched)).status_code == status

    def test_adds_up_and_says_that_it_is_rounded(self, client, watched):
        client.force_login(watched.author)
        page = text_of(client.get(person_url(watched)))
        assert ">16.67<" in page
        assert "除不尽" in page
        assert "看排名" not in page

    def test_says_why_it_is_empty(self, client, watched):
        client.force_login(watched.author)
        assert "没有启用的计分规则" in text_of(client.get(f"{person_url(watched)}?period=2025"))
