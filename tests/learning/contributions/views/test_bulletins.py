import datetime

import pytest

from learning.contributions.bulletin_forms import due, offers
from learning.models import ContributionBulletin
from tests.factories.pages import make_column
from tests.factories.programme import at
from tests.learning.contributions.counted import NOW, make_watched
from tests.learning.contributions.views.test_standings import text_of
from tests.standing import standing

LIST, NEW = "/contributions/bulletins/", "/contributions/bulletins/new/"


@standing(now=NOW)
def watched():
    watched = make_watched(audience=["section"])
    make_column(watched.home, "通知公告", "tongzhi")
    return watched


class TestBulletins:
    @pytest.mark.parametrize(("who", "status"), [("officer", 200), ("clerk", 200), ("leader", 200), ("head", 404), ("stranger", 404)])
    def test_are_for_those_who_oversee(self, client, watched, who, status):
        client.force_login(getattr(watched, who))
        assert client.get(LIST).status_code == status

    def test_say_what_to_do_where_there_are_none(self, client, watched):
        client.force_login(watched.officer)
        assert "从数据生成" in text_of(client.get(LIST))
        client.force_login(watched.leader)
        assert "从数据生成" not in text_of(client.get(LIST))

    def test_offer_the_half_year_that_is_due_at_once(self, client, watched):
        """通报 → 从数据生成 → read → 送审: no page in between."""
        client.force_login(watched.officer)
        page = client.get(LIST).content.decode()
        assert f'action="{NEW}"' in page
        assert page.count(" selected") == 1


class TestDue:
    @pytest.mark.parametrize(
        ("today", "first"),
        [
            ((2026, 6, 10), "2026-01-01"),
            ((2026, 7, 20), "2026-01-01"),
            ((2026, 11, 20), "2026-01-01"),
            ((2026, 12, 1), "2026-07-01"),
            ((2027, 1, 5), "2026-07-01"),
        ],
    )
    def test_is_the_half_year_that_ends_within_a_month_or_ended_last(self, today, first):
        day = datetime.date(*today)
        assert due(day) == f"half_year:{first}"
        assert due(day) in offers(day)


class TestNewBulletin:
    @pytest.mark.parametrize(("who", "status"), [("officer", 200), ("clerk", 200), ("leader", 404), ("head", 404), ("stranger", 404)])
    def test_is_for_the_office_and_the_clerk(self, client, watched, who, status):
        client.force_login(getattr(watched, who))
        assert client.get(NEW).status_code == status

    def test_offers_what_has_begun(self, client, watched):
        client.force_login(watched.clerk)
        page = text_of(client.get(NEW))
        for offer in ("2026年下半年：半年汇总", "2026年：年终投稿使用情况排名", "2025年上半年：半年汇总"):
            assert offer in page
        assert "2027" not in page

    def test_makes_the_draft_and_shows_it(self, client, watched):
        client.force_login(watched.officer)
        answer = client.post(NEW, {"what": "ranking:2026-01-01"}, follow=True)
        bulletin = ContributionBulletin.objects.get()
        assert answer.redirect_chain[-1][0] == f"{LIST}{bulletin.pk}/"
        page = text_of(answer)
        assert "各科室投稿使用情况" in page
        assert "给编辑：稿子不点名没有采用的 2 个科室（单位）" in page
        assert "2026年年终投稿使用情况排名" in text_of(client.get(LIST))

    @pytest.mark.parametrize("what", ["", "x", "ranking:2027-01-01", "half_year:2026-02-01", "\0", "9" * 5000])
    def test_refuses_what_is_not_offered(self, client, watched, what):
        client.force_login(watched.officer)
        answer = client.post(NEW, {"what": what})
        assert answer.status_code == 400
        assert "field-error" in text_of(answer)

    def test_says_why_there_can_be_none(self, client, watched):
        watched.counted.rules.use = "display"
        watched.counted.rules.save()
        client.force_login(watched.officer)
        answer = client.post(NEW, {"what": "ranking:2026-01-01"})
        assert answer.status_code == 400
        assert "仅展示" in text_of(answer)
        assert not ContributionBulletin.objects.exists()


class TestBulletin:
    def test_leads_who_may_edit_to_the_draft(self, client, watched):
        client.force_login(watched.officer)
        client.post(NEW, {"what": "half_year:2026-01-01"})
        bulletin = ContributionBulletin.objects.get()
        url = f"{LIST}{bulletin.pk}/"
        assert "在后台改稿、送审" not in text_of(client.get(url))  # who has no key to the admin
        watched.officer.is_superuser = True
        watched.officer.save()
        assert f"/pages/{bulletin.page_id}/edit/" in text_of(client.get(url))
        client.force_login(watched.leader)
        assert client.get(url).status_code == 200
        client.force_login(watched.head)
        assert client.get(url).status_code == 404

    def test_points_to_a_newer_one(self, client, watched):
        client.force_login(watched.officer)
        for _time in range(2):
            client.post(NEW, {"what": "half_year:2026-01-01"})
        first, second = ContributionBulletin.objects.order_by("pk")
        assert f"{LIST}{second.pk}/" in text_of(client.get(f"{LIST}{first.pk}/"))
        assert "后来又生成过" not in text_of(client.get(f"{LIST}{second.pk}/"))

    def test_bears_a_record_without_numbers_or_page(self, client, watched):
        first = NOW.date().replace(month=1, day=1)
        bulletin = ContributionBulletin.objects.create(kind="half_year", period_first=first, made_at=at(2026, 7, 2))
        client.force_login(watched.officer)
        assert "没有留下数据" in text_of(client.get(f"{LIST}{bulletin.pk}/"))
        assert "稿子已删去" in text_of(client.get(LIST))
