import datetime
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from learning.models import RuleSet, ScoringQuota
from tests.factories.contributions import RuleSetFactory
from tests.factories.pages import make_site, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site():
    make_site()


@pytest.fixture
def office(client):
    user = make_user("xuanchuan", is_staff=True)
    names = ["access_admin", "run_contributions", *(f"{act}_ruleset" for act in ("add", "change", "delete", "view"))]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)
    return user


def filled(**changes):
    return {
        "name": "新办法",
        "effective_from": "2026-07-01",
        "effective_until": "",
        "basis": "某文件第三条",
        "use": "bulletin",
        "audience": ["section", "unit"],
        "note": "",
        "dedupe": "highest",
        "nth_percent": "50",
        "department_share": "equal",
        "person_share": "equal",
        "order_weights": "",
        "article_cap": "",
        "person_cap": "",
        "person_cap_per": "year",
        "department_cap": "",
        "department_cap_per": "year",
        "rules-TOTAL_FORMS": "1",
        "rules-INITIAL_FORMS": "0",
        "rules-MIN_NUM_FORMS": "0",
        "rules-MAX_NUM_FORMS": "1000",
        "rules-0-name": "市级媒体",
        "rules-0-effect": "points",
        "rules-0-value": "5",
        "rules-0-level": "city",
        "rules-0-ORDER": "1",
        "quotas-TOTAL_FORMS": "1",
        "quotas-INITIAL_FORMS": "0",
        "quotas-MIN_NUM_FORMS": "0",
        "quotas-MAX_NUM_FORMS": "1000",
        "quotas-0-name": "每月报送",
        "quotas-0-per": "month",
        "quotas-0-counts": "submitted",
        "quotas-0-pieces": "1",
        "quotas-0-base": "2",
        "quotas-0-deduction": "1",
        "quotas-0-department_kinds": ["section"],
        **changes,
    }


class TestAdd:
    def test_keeps_a_draft_and_leads_to_its_page(self, client, office):
        assert client.get(reverse("scoring_rules:add")).status_code == 200

        response = client.post(reverse("scoring_rules:add"), filled())

        made = RuleSet.objects.get()
        assert response["Location"] == reverse("rule_set", args=[made.pk])
        assert (made.state, made.audience, made.created_by) == ("draft", ["section", "unit"], office)
        assert list(made.rules.values_list("name", "value")) == [("市级媒体", Decimal(5))]
        assert ScoringQuota.objects.get().department_kinds == ["section"]

    def test_shows_what_the_service_refuses(self, client, office):
        response = client.post(reverse("scoring_rules:add"), filled(**{"rules-0-value": "-5", "person_share": "by_order"}))
        page = response.content.decode()
        assert "采用不能计负分" in page
        assert "请写比重" in page
        assert not RuleSet.objects.exists()


class TestEdit:
    def test_changes_a_draft_and_shows_the_kinds_ticked(self, client, office):
        draft = RuleSetFactory(state="draft", lines=[], audience=["unit"])
        page = client.get(reverse("scoring_rules:edit", args=[draft.pk])).content.decode()
        assert page.count("checked") >= 1

        client.post(reverse("scoring_rules:edit", args=[draft.pk]), filled(name="改过的", audience=[]))

        draft.refresh_from_db()
        assert (draft.name, draft.audience, draft.effective_from) == ("改过的", [], datetime.date(2026, 7, 1))

    def test_leads_on_to_who_moves_where(self, client, office):
        draft = RuleSetFactory(state="draft", lines=[])
        answer = client.post(reverse("scoring_rules:edit", args=[draft.pk]), filled())
        assert answer["Location"] == reverse("preview_rules", args=[draft.pk])
        empty = {"rules-TOTAL_FORMS": "0", "quotas-TOTAL_FORMS": "0"}
        assert client.post(reverse("scoring_rules:edit", args=[draft.pk]), filled(**empty), follow=True).status_code == 200

    @pytest.mark.parametrize("door", ["edit", "delete"])
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_no_door_leads_to_what_was_switched_on(self, client, office, door, method):
        active = RuleSetFactory()
        getattr(client, method)(reverse(f"scoring_rules:{door}", args=[active.pk]), filled(name="改过的"))
        assert RuleSet.objects.get().name == "计分规则"
        assert RuleSet.objects.get().rules.count() == 4

    @pytest.mark.parametrize("door", ["edit", "delete"])
    def test_not_for_a_superuser_either(self, client, door):
        client.force_login(make_user("guanli", is_superuser=True, is_staff=True))
        client.post(reverse(f"scoring_rules:{door}", args=[RuleSetFactory().pk]), filled(name="改过的"))
        assert RuleSet.objects.get().name == "计分规则"


class TestDelete:
    def test_takes_a_draft_away(self, client, office):
        client.post(reverse("scoring_rules:delete", args=[RuleSetFactory(state="draft").pk]))
        assert not RuleSet.objects.exists()


class TestIndex:
    def test_lists_versions(self, client, office):
        RuleSetFactory()
        assert "计分规则" in client.get(reverse("scoring_rules:index")).content.decode()
