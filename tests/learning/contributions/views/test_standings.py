import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learning.contributions.services.recalculation import carry_on, start_recalculation
from learning.models import RuleSet
from tests.learning.contributions.counted import NOW, day, make_watched, more_placements
from tests.standing import standing

URL = "/contributions/standings/"
NONSENSE = [
    "period=x",
    "period=2026%00",
    "from=2026-02-30&to=x",
    "use=%00",
    "by=%00",
    "page=x",
    "page=-1",
    "page=" + "9" * 400,
    "from=0001-01-01&to=9999-12-31",
]


@standing(now=NOW)
def watched():
    return make_watched(audience=["section"])


def text_of(answer):
    return answer.content.decode()


class TestStandings:
    @pytest.mark.parametrize(
        ("who", "status"), [("officer", 200), ("clerk", 200), ("leader", 200), ("head", 200), ("author", 403), ("stranger", 403)]
    )
    def test_are_for_those_who_oversee_or_head_something(self, client, watched, who, status):
        client.force_login(getattr(watched, who))
        assert client.get(URL).status_code == status

    def test_ask_everybody_else_to_sign_in(self, client, watched):
        assert client.get(URL).headers["Location"].startswith("/login/")

    def test_list_departments_with_their_ledgers(self, client, watched):
        client.force_login(watched.officer)
        page = text_of(client.get(URL))
        assert "2026年新闻宣传科室排名" in page
        assert f'/contributions/ledgers/departments/{watched.counted.basic.pk}/?period=2026"' in page
        assert "人数少，人均仅供参考" in page
        assert "不参加排名" in page
        assert "财务科" in page

    def test_open_for_a_head_only_what_is_theirs(self, client, watched):
        client.force_login(watched.head)
        page = text_of(client.get(URL))
        assert f"/ledgers/departments/{watched.counted.basic.pk}/" in page
        assert f"/ledgers/departments/{watched.counted.office.pk}/" not in page
        assert "办公室" in page

    def test_show_a_head_the_own_people_only(self, client, watched):
        client.force_login(watched.head)
        page = text_of(client.get(f"{URL}?by=people"))
        assert watched.counted.writer.name in page
        assert watched.counted.other.name not in page
        assert "只列您负责的科室的人" in page
        client.force_login(watched.leader)
        assert watched.counted.other.name in text_of(client.get(f"{URL}?by=people"))

    def test_say_that_rules_are_a_sample(self, client, watched):
        client.force_login(watched.officer)
        assert "不是本单位的规定" not in text_of(client.get(URL))
        RuleSet.objects.update(is_sample=True)
        assert "分值是示例，不是本单位的规定" in text_of(client.get(URL))

    def test_say_that_scores_are_on_their_way(self, client, watched):
        client.force_login(watched.officer)
        pages = [URL, "/contributions/matrix/", f"/contributions/ledgers/departments/{watched.counted.basic.pk}/"]
        assert not [page for page in pages if "正在重算" in text_of(client.get(page))]
        made = start_recalculation(reason="口径", from_on=day("07-01"), by=watched.officer, now=NOW)
        assert [page for page in pages if "正在重算" in text_of(client.get(page))] == pages
        assert "正在重算" not in text_of(client.get(f"{URL}?period=2026-H1"))
        carry_on(made, now=NOW)
        assert "正在重算" not in text_of(client.get(URL))

    def test_say_that_there_are_no_rules(self, client, watched):
        client.force_login(watched.officer)
        assert "没有启用的计分规则" in text_of(client.get(f"{URL}?period=2025"))

    def test_take_nonsense_for_the_default(self, client, watched):
        client.force_login(watched.officer)
        for query in NONSENSE:
            answer = client.get(f"{URL}?{query}")
            assert answer.status_code == 200
            assert answer.context["chosen"].label == "2026年"

    def test_draw_without_inline_style(self, client, watched):
        client.force_login(watched.officer)
        page = text_of(client.get(URL))
        assert page.count("<svg") >= 5
        assert "style=" not in page

    def test_take_the_same_statements_however_much_there_is(self, client, watched):
        client.force_login(watched.officer)

        def statements(query=""):
            client.get(f"{URL}?{query}")
            with CaptureQueriesContext(connection) as captured:
                client.get(f"{URL}?{query}")
            return len(captured)

        few = statements(), statements("by=people")
        more_placements(watched.counted, 10)
        assert (statements(), statements("by=people")) == few

    def test_change_nothing(self, client, watched):
        client.force_login(watched.officer)
        assert client.post(URL).status_code == 405
