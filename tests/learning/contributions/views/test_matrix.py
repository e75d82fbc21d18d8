import pytest

from tests.learning.contributions.counted import NOW, make_watched
from tests.learning.contributions.views.test_standings import NONSENSE, text_of
from tests.standing import standing

URL = "/contributions/matrix/"


@standing(now=NOW)
def watched():
    return make_watched()


class TestMatrix:
    @pytest.mark.parametrize(("who", "status"), [("officer", 200), ("clerk", 200), ("leader", 200), ("head", 200), ("stranger", 403)])
    def test_is_for_those_who_oversee_or_head_something(self, client, watched, who, status):
        client.force_login(getattr(watched, who))
        assert client.get(URL).status_code == status

    def test_leads_from_each_cell_to_its_pieces(self, client, watched):
        client.force_login(watched.officer)
        page = text_of(client.get(f"{URL}?period=2026-H1&use=bulletin"))
        outlet, department = watched.counted.city.pk, watched.counted.basic.pk
        assert f'/contributions/placements/?outlet={outlet}&amp;department={department}&amp;period=2026-H1"' in page
        assert "5 分" in page

    def test_shows_points_instead(self, client, watched):
        client.force_login(watched.officer)
        page = text_of(client.get(f"{URL}?show=points"))
        assert "7.5" in page
        assert "合写的稿件在各科室各计一次" not in page

    def test_says_why_it_is_empty(self, client, watched):
        client.force_login(watched.officer)
        assert "2025年没有采用" in text_of(client.get(f"{URL}?period=2025"))

    def test_takes_nonsense_for_the_default(self, client, watched):
        client.force_login(watched.officer)
        for query in NONSENSE:
            assert client.get(f"{URL}?{query}").status_code == 200
