"""「媒体」 and the register of placements in the admin."""

import pytest
from django.test import RequestFactory
from django.urls import reverse

from cms.users.roles import ensure_groups
from learning.contributions.modeladmins import placement_register
from learning.models import Outlet
from tests.factories.contributions import OutletFactory, PlacementFactory, make_officer
from tests.factories.pages import make_user

pytestmark = pytest.mark.django_db
LIST = "outlets:index"


@pytest.fixture
def office(client):
    ensure_groups()
    client.force_login(make_officer())
    return client


def data(*, names=(), grades=(("city", "none", "2020-01-01"),), **facts):
    given = {"name": "样报", "medium": "newspaper", "closed_on": "", "note": ""} | facts
    for name, rows, fields in (("names", [(one,) for one in names], ("text",)), ("grades", grades, ("level", "weight_class", "since"))):
        given |= {f"{name}-TOTAL_FORMS": len(rows), f"{name}-INITIAL_FORMS": 0, f"{name}-MIN_NUM_FORMS": 0, f"{name}-MAX_NUM_FORMS": 1000}
        for number, row in enumerate(rows):
            given |= {f"{name}-{number}-{field}": value for field, value in zip(fields, row, strict=True)} | {f"{name}-{number}-id": ""}
    return given


def said_by(answer) -> str:
    return "".join(str(message) for message in answer.context["messages"])


class TestOutlets:
    def test_are_kept_with_names_and_grades(self, office):
        answer = office.post(reverse("outlets:add"), data(names=["样报网", "https://www.sample.example/"]))
        assert answer.status_code == 302
        outlet = Outlet.objects.get()
        assert {name.text for name in outlet.names.all()} == {"样报网", "sample.example"}
        html = office.get(reverse(LIST)).content.decode()
        assert "样报" in html
        assert office.get(reverse("outlets:edit", args=[outlet.pk])).status_code == 200

    def test_show_what_the_service_refuses(self, office):
        OutletFactory(name="另一报", other_names=["样报网"])
        answer = office.post(reverse("outlets:add"), data(names=["样 报 网"]))
        assert answer.status_code == 200
        assert "已是“另一报”的名称或别名" in answer.content.decode()
        assert office.post(reverse("outlets:add"), data(grades=())).status_code == 200
        assert Outlet.objects.count() == 1

    def test_that_are_used_stay(self, office):
        used, free = PlacementFactory().outlet, OutletFactory()
        answer = office.post(reverse("outlets:delete", args=[used.pk]), follow=True)
        assert "不能删除" in said_by(answer)
        office.post(reverse("outlets:delete", args=[free.pk]))
        assert list(Outlet.objects.all()) == [used]

    def test_are_the_offices(self, client):
        ensure_groups()
        client.force_login(make_user("bianji", "编辑"))
        assert client.get(reverse(LIST)).status_code == 302


class TestPlacementRegister:
    def test_shows_the_state_in_words(self):
        waiting, free = PlacementFactory(confirmed_at=None), PlacementFactory(is_scored=False, unscored_reason="付费刊登")
        assert placement_register.state(waiting) == "待确认"
        assert placement_register.state(free) == "不计分（付费刊登）"
        assert placement_register.state(PlacementFactory()) == "计分"

    def test_is_the_offices_and_changes_nothing(self):
        ensure_groups()
        helper, placement = placement_register.permission_helper, PlacementFactory()
        officer, other = make_officer(), make_user("bianji", "编辑")
        assert helper.user_can_list(officer)
        assert not helper.user_can_list(other)
        for allowed in (helper.user_can_create(officer), helper.user_can_edit_obj(officer, placement)):
            assert not allowed
        assert not helper.user_can_delete_obj(officer, placement)

    def test_asks_the_same_number_of_statements_for_any_number_of_rows(self, django_assert_num_queries):
        for _ in range(3):
            PlacementFactory()
        with django_assert_num_queries(3):
            rows = placement_register.get_queryset(RequestFactory().get("/")).select_related("outlet", "article")
            assert all(placement_register.sent_by(row) for row in rows)
