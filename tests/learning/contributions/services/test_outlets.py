import datetime

import pytest
from django.core.exceptions import ValidationError

from learning.contributions.services.outlets import OutletError, normal_alias, save_outlet, why_kept
from learning.models import Outlet, OutletGrade, OutletName
from tests.factories.contributions import OutletFactory, PlacementFactory, make_officer
from tests.standing import standing

SINCE = datetime.date(2026, 1, 1)


@standing()
def officer():
    return make_officer()


def outlet(name="样报", *, names=(), grades=(("city", SINCE),), **facts):
    made = Outlet(name=name, medium="newspaper", **facts)
    made.names = [OutletName(text=text) for text in names]
    made.grades = [OutletGrade(level=level, since=since) for level, since in grades]
    return made


class TestNormalAlias:
    @pytest.mark.parametrize(
        ("text", "kept"),
        [
            (" 样  报 ", "样 报"),
            ("样报（教育版）", "样报(教育版)"),
            ("ＡＢＣ", "ABC"),
            ("https://www.Sample.example/a/b?c", "sample.example"),
            ("news.sample.example", "news.sample.example"),
            ("www.sample.example", "sample.example"),
            ("http://[", "http://["),
        ],
    )
    def test_is_as_it_is_compared(self, text, kept):
        assert normal_alias(text) == kept


class TestSaveOutlet:
    def test_keeps_names_and_grades(self, officer):
        made = save_outlet(outlet=outlet(names=["样报网", "样报", "样　报", "https://www.sample.example/"]), by=officer)
        assert set(made.names.values_list("text", flat=True)) == {"样报网", "sample.example"}
        assert Outlet.objects.graded_on(SINCE).get().level == "city"

    def test_needs_a_grade_and_one_a_day(self, officer):
        with pytest.raises(OutletError, match="至少填一个级别"):
            save_outlet(outlet=outlet(grades=()), by=officer)
        with pytest.raises(OutletError, match="同一天有两个级别"):
            save_outlet(outlet=outlet(grades=[("city", SINCE), ("county", SINCE)]), by=officer)
        assert not Outlet.objects.exists()

    @pytest.mark.parametrize(
        ("name", "names"), [("另一报", ["样报"]), ("另一报", ["样 报 网"]), ("样报网", []), ("另一报", ["Sample.example"])]
    )
    def test_gives_a_name_to_one_outlet_only(self, officer, name, names):
        OutletFactory(name="样报", other_names=["样报网", "sample.example"])
        with pytest.raises(OutletError, match="样报"):
            save_outlet(outlet=outlet(name, names=names), by=officer)

    @pytest.mark.parametrize("names", [["报"], ["长" * 81]])
    def test_refuses_names_that_recognise_everything_or_nothing(self, officer, names):
        with pytest.raises(OutletError, match="别名"):
            save_outlet(outlet=outlet(names=names), by=officer)

    def test_refuses_what_no_field_takes(self, officer):
        with pytest.raises(ValidationError):
            save_outlet(outlet=outlet(name="字" * 61), by=officer)

    def test_of_another_grade_leaves_placements_as_they_are(self, officer):
        known = save_outlet(outlet=outlet(), by=officer)
        placement = PlacementFactory(outlet=known)
        known.grades = [*known.grades.all(), OutletGrade(level="national", since=datetime.date(2026, 2, 1))]
        save_outlet(outlet=known, by=officer)
        placement.refresh_from_db()
        assert placement.level == "city"
        assert Outlet.objects.graded_on(placement.published_on).get().level == "national"


class TestWhyKept:
    def test_says_what_names_it(self, officer):
        known = OutletFactory(name="样报")
        assert why_kept(known) == ""
        PlacementFactory(outlet=known)
        assert "已有采用，不能删除" in why_kept(known)
