"""Keys beyond 64 bits: SQLite cannot even ask for them."""

import pytest
from django import forms

from cms.users.models import User
from learning.models import Placement, Topic
from tests.factories.contributions import PlacementFactory

BEYOND = [2**63, -(2**63) - 1, 10**30]
pytestmark = pytest.mark.django_db


class ChoiceForm(forms.Form):
    one = forms.ModelChoiceField(queryset=Topic.objects.all(), required=False)
    several = forms.ModelMultipleChoiceField(queryset=Topic.objects.all(), required=False)


class TestRegisterLookups:
    @pytest.mark.parametrize("key", BEYOND)
    def test_what_is_asked_for_is_not_there(self, key):
        placement = PlacementFactory()
        rows = Placement.objects
        assert not rows.filter(pk__in=[key]).exists()
        assert rows.filter(pk__in=[key, placement.pk]).get() == placement
        assert rows.exclude(pk__in=[key]).get() == placement
        assert not rows.filter(outlet=key).exists()
        assert not rows.filter(outlet__in=[key]).exists()
        assert rows.filter(outlet__in=[key, placement.outlet_id]).get() == placement
        assert rows.exclude(outlet=key).get() == placement

    def test_a_subquery_and_an_object_are_asked_for_as_before(self):
        placement = PlacementFactory()
        assert Placement.objects.filter(outlet=placement.outlet, pk__in=Placement.objects.values("pk")).get() == placement
        assert not Placement.objects.filter(outlet__in=User.objects.none().values("pk")).exists()

    @pytest.mark.parametrize("key", BEYOND)
    def test_a_form_says_that_it_is_no_choice(self, key):
        form = ChoiceForm({"one": str(key), "several": [str(key)]})
        assert set(form.errors) == {"one", "several"}


class TestFilteredRegisterMixin:
    @pytest.mark.parametrize("query", ["published_on__gte=x", "outlet__id__in=" + "9" * 30, "outlet__id__exact=" + "9" * 30, "p=x&o=x"])
    def test_filters_that_say_nothing_break_nothing(self, admin_client, query):
        placement = PlacementFactory()
        for register, mine in (("placement", True), ("attendance", False)):
            answer = admin_client.get(f"/admin/{register}-register/?{query}", follow=True)
            assert answer.status_code == 200
            assert not mine or "published_on__gte" not in query or placement.title in answer.content.decode()
