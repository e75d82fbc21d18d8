import datetime
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from learning.contributions.services.scoring import rescore
from learning.models import Recalculation, RuleSet, ScoreLine
from tests.factories.contributions import MediaArticleFactory, OutletFactory, PlacementFactory, RuleSetFactory
from tests.factories.organisation import DepartmentFactory, StaffMemberFactory
from tests.factories.pages import make_site, make_user
from tests.factories.programme import at
from tests.factories.rights import with_right

pytestmark = pytest.mark.django_db

NOW = at(2026, 3, 20, 9)


@pytest.fixture(autouse=True)
def _today():
    make_site()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def officer(client):
    user = with_right(make_user("xuanchuan"), "run_contributions")
    client.force_login(user)
    return user


@pytest.fixture
def reader(client):
    user = make_user("renyuan")
    client.force_login(user)
    return user


def url(name, *args):
    return reverse(name, args=args)


def text(response):
    return response.content.decode()


def scored(points=10, level="province", on=datetime.date(2026, 3, 5), **facts):
    article = MediaArticleFactory(state="adopted", **facts)
    PlacementFactory(article=article, outlet=OutletFactory(grade=(level, "none")), published_on=on)
    rescore([article.pk], now=NOW)
    return article


def draft(**facts):
    return RuleSetFactory(
        **{"state": "draft", "name": "新办法", "lines": [{"level": "city", "value": Decimal(50)}, {"value": Decimal(1)}], **facts}
    )


class TestRuleSets:
    def test_shows_everybody_what_holds_and_held_but_no_drafts(self, client, reader):
        RuleSetFactory(name="现行办法")
        RuleSetFactory(name="旧办法", effective_from=datetime.date(2025, 1, 1), effective_until=datetime.date(2025, 12, 31))
        draft()
        page = text(client.get(url("rule_sets")))
        assert "现行办法" in page
        assert "旧办法" in page
        assert "新办法" not in page
        assert "装入示例规则" not in page

    def test_offers_the_sample_to_the_office(self, client, officer):
        assert "装入示例规则" in text(client.get(url("rule_sets")))

    def test_says_when_nothing_is_in_force(self, client, reader):
        RuleSetFactory(effective_from=datetime.date(2026, 7, 1))
        assert "今天没有生效的计分规则" in text(client.get(url("rule_sets")))


class TestRuleSet:
    def test_says_every_line_in_a_sentence(self, client, reader):
        lines = [
            {"level": "province", "medium": "newspaper", "position": "front_page", "value": Decimal(10)},
            {"effect": "multiplier", "originality": "reprint", "value": Decimal("0.5")},
            {"event": "endorsement", "level": "city", "value": Decimal(8)},
        ]
        rules = RuleSetFactory(lines=lines, quotas=[{"pieces": 2, "base": Decimal(5), "deduction": Decimal(1)}])
        page = " ".join(text(client.get(url("rule_set", rules.pk))).split())
        for words in (
            "省级报纸头版：</span><strong>计 10 分",
            "任何媒体，转载：</span><strong>乘以 0.5",
            "领导批示（市级）：",
            "每月报送 2 篇得 5 分，每缺 1 篇扣 1 分",
        ):
            assert words in page

    def test_is_not_there_for_others_while_it_is_a_draft(self, client, reader):
        for name in ("rule_set", "preview_rules", "activate_rules", "new_rule_version"):
            assert client.get(url(name, draft().pk)).status_code == 404

    def test_takes_a_constant_number_of_statements(self, client, officer):
        small, large = draft(), draft(lines=[{"value": Decimal(1), "outlet": OutletFactory()} for _ in range(20)])
        client.get(url("rule_set", small.pk))
        with CaptureQueriesContext(connection) as few:
            client.get(url("rule_set", small.pk))
        with CaptureQueriesContext(connection) as many:
            client.get(url("rule_set", large.pk))
        assert abs(len(few) - len(many)) <= 1 <= len(few) <= 20


class TestLoadSample:
    def test_makes_a_draft(self, client, officer):
        response = client.post(url("load_sample_rules"), follow=True)
        assert RuleSet.objects.get().is_sample
        assert "不是本单位的规定" in text(response)

    def test_changes_nothing_when_asked_with_get(self, client, officer):
        assert client.get(url("load_sample_rules")).status_code == 302
        assert not RuleSet.objects.exists()

    def test_is_the_office_s(self, client, reader):
        assert client.post(url("load_sample_rules")).status_code == 404


class TestNewVersion:
    def test_leads_to_the_draft(self, client, officer):
        rules = RuleSetFactory()
        response = client.post(url("new_rule_version", rules.pk), {"effective_from": "2026-07-01"})
        made = RuleSet.objects.get(state="draft")
        assert response["Location"] == url("scoring_rules:edit", made.pk)
        assert made.effective_from == datetime.date(2026, 7, 1)

    @pytest.mark.parametrize("given", ["", "x", "2025-01-01", "9999-99-99", "2026\x00", "1" * 500])
    def test_says_what_is_wrong_with_the_day(self, client, officer, given):
        rules = RuleSetFactory()
        response = client.post(url("new_rule_version", rules.pk), {"effective_from": given})
        assert response.status_code == 400
        assert "field-error" in text(response)


class TestPreview:
    def test_tells_who_would_move_where_and_writes_nothing(self, client, officer):
        RuleSetFactory()
        first, second = DepartmentFactory(name="甲科"), DepartmentFactory(name="乙科")
        author = StaffMemberFactory(name="张三")
        scored(by_departments=[first])
        scored(level="city", by_departments=[second], by_people=[author])
        before = list(ScoreLine.objects.values())

        response = client.get(url("preview_rules", draft().pk))

        tried = response.context["tried"]
        moves = [(one.name, one.was, one.would_be, one.rank_was, one.rank_would_be) for one in tried.departments]
        assert moves == [("乙科", 5, 50, 2, 1), ("甲科", 10, 1, 1, 2)]
        assert [(one.name, one.was, one.would_be) for one in tried.people] == [("张三", 5, 50)]
        assert "2 个科室名次有变" in text(response)
        assert before == list(ScoreLine.objects.values())

    def test_tries_what_is_yet_to_begin_on_this_year(self, client, officer):
        RuleSetFactory()
        scored(level="city")
        response = client.get(url("preview_rules", draft(effective_from=datetime.date(2027, 1, 1)).pk))
        assert response.context["tried"].departments[0].would_be == 50
        assert "假定今年 1 月 1 日起" in text(response)

    def test_keeps_to_the_caps_and_the_audience_of_the_draft(self, client, officer):
        RuleSetFactory()
        unit = DepartmentFactory(kind="unit")
        scored(level="city", by_departments=[unit])
        scored(level="city", by_departments=[unit])
        tried = client.get(url("preview_rules", draft(department_cap=Decimal(60), audience=["section"]).pk)).context["tried"]
        assert [(one.would_be, one.rank_would_be) for one in tried.departments if one.key == unit.pk] == [(60, None)]

    def test_counts_quotas(self, client, officer):
        RuleSetFactory()
        department = DepartmentFactory()
        scored(by_departments=[department])
        quota = {"pieces": 1, "base": Decimal(4), "deduction": Decimal(4), "counts": "submitted"}
        tried = client.get(url("preview_rules", draft(quotas=[quota]).pk)).context["tried"]
        # January and February have ended without a piece.
        assert [one.would_be for one in tried.departments] == [1]

    def test_says_so_where_nothing_would_change(self, client, officer):
        active = RuleSetFactory()
        scored()
        same = draft(lines=list(active.rules.values("name", "level", "value")))
        assert "谁的分和名次都不变" in text(client.get(url("preview_rules", same.pk)))

    def test_takes_a_constant_number_of_statements(self, client, officer):
        RuleSetFactory()
        rules = draft()
        numbers = []
        for _round in range(2):
            for _number in range(3):
                scored(by_people=[StaffMemberFactory()])
            client.get(url("preview_rules", rules.pk))
            with CaptureQueriesContext(connection) as statements:
                client.get(url("preview_rules", rules.pk))
            numbers.append(len(statements))
        assert numbers[0] == numbers[1] <= 50


class TestActivate:
    def test_says_first_what_will_happen(self, client, officer):
        RuleSetFactory()
        scored()
        page = text(client.get(url("activate_rules", draft(effective_from=datetime.date(2026, 3, 1)).pk)))
        assert "到 2026年2月28日 为止" in page
        assert "已有 1 篇稿件的记录" in page
        assert RuleSet.objects.active().count() == 1

    def test_switches_on_recalculates_and_shows_it(self, client, officer):
        RuleSetFactory()
        article = scored()
        rules = draft(effective_from=datetime.date(2026, 3, 1))

        response = client.post(url("activate_rules", rules.pk))

        made = Recalculation.objects.get()
        assert response["Location"] == url("recalculation", made.pk)
        page = text(client.get(response["Location"]))
        assert "重算完成：1 篇稿件，1 篇的分有变" in page
        assert article.title in page
        assert "规则由《计分规则》改为《新办法》" in page

    def test_says_why_it_cannot(self, client, officer):
        RuleSetFactory()
        response = client.post(url("activate_rules", draft().pk))
        assert response.status_code == 400
        assert "整个盖掉" in text(response)

    def test_leads_to_what_is_on_already(self, client, officer):
        rules = RuleSetFactory()
        for name in ("activate_rules", "preview_rules"):
            assert client.get(url(name, rules.pk))["Location"] == url("rule_set", rules.pk)

    def test_takes_five_actions_from_a_rule_to_switched_on(self, client, officer):
        """§2.3: rule → new version from date → preview → 启用, confirmed."""
        rules = RuleSetFactory()
        assert 'name="effective_from"' in text(client.get(url("rule_set", rules.pk)))
        client.post(url("new_rule_version", rules.pk), {"effective_from": "2026-07-01"})
        made = RuleSet.objects.get(state="draft")
        assert url("activate_rules", made.pk) in text(client.get(url("preview_rules", made.pk)))
        client.post(url("activate_rules", made.pk))
        made.refresh_from_db()
        assert made.state == "active"
