from decimal import Decimal

import pytest

from learning.judging.forms import BallotForm, ConflictForm, PreparationForm, RubricLineForm, given_by
from learning.models import ResearchEntry
from tests.factories.organisation import StaffMemberFactory
from tests.factories.pages import make_user
from tests.factories.research import ResearchJudgingFactory, cast_research, written_report


class Everybody:
    """Knows 梁静宜."""

    def all_named(self, text):
        if text != "梁静宜":
            raise ValueError(f"本单位没有“{text}”。")
        return ["梁静宜"]


def rubric(**lines) -> dict:
    empty = {f"rubric-{number}-{name}": "" for number in range(6) for name in ("name", "max_points", "guidance")}
    return {"rubric-TOTAL_FORMS": "6", "rubric-INITIAL_FORMS": "0", **empty, **lines}


class TestRubricLineForm:
    @pytest.mark.parametrize(
        ("data", "wrong"),
        [
            ({"name": "", "max_points": "5"}, "name"),
            ({"name": "内容", "max_points": ""}, "max_points"),
            ({"name": "内容", "max_points": "101"}, "max_points"),
            ({"name": "内容", "max_points": "九"}, "max_points"),
        ],
    )
    def test_wants_name_and_points_together(self, data, wrong):
        assert list(RubricLineForm(data).errors) == [wrong]

    def test_is_none_where_it_is_empty(self):
        form = RubricLineForm({"name": "", "max_points": "", "guidance": ""})
        assert form.is_valid()
        assert form.line is None


class TestPreparationForm:
    def test_gives_judges_and_lines(self):
        data = {"judges": "梁静宜", "note": "", **rubric(**{"rubric-1-name": "内容", "rubric-1-max_points": "100"})}
        form = PreparationForm(data, people=Everybody(), rubric=[])
        assert form.is_valid()
        assert form.facts["judges"] == ["梁静宜"]
        assert [(line.name, line.max_points) for line in form.facts["rubric"]] == [("内容", 100)]

    def test_says_whom_it_does_not_know(self):
        form = PreparationForm({"judges": "查无此人", **rubric()}, people=Everybody(), rubric=[])
        assert not form.is_valid()
        assert "本单位没有" in form.errors["judges"][0]


class TestBallotForm:
    @pytest.fixture
    def judging(self, db):
        return ResearchJudgingFactory(judged_by=[StaffMemberFactory(user=make_user("a"))], state="open")

    @pytest.mark.parametrize("points", ["", "61", "-1", "1.25", "x", "9" * 40, "NaN"])
    def test_refuses_what_is_no_number_of_the_line(self, judging, points):
        lines = list(judging.rubric.all())
        form = BallotForm({f"line_{lines[0].pk}": points, f"line_{lines[1].pk}": "40"}, lines=lines)
        assert list(form.errors) == [f"line_{lines[0].pk}"]

    def test_is_filled_with_what_was_given(self, judging):
        lines = list(judging.rubric.all())
        entry = ResearchEntry.objects.create(judging=judging, report=written_report(state="handed_in"), number=1)
        ballot = cast_research(entry, judging.judges.get().staff, "30.5", 10, remark="好")
        assert given_by(ballot, lines) == {"remark": "好", f"line_{lines[0].pk}": Decimal("30.5"), f"line_{lines[1].pk}": Decimal(10)}
        assert given_by(None, lines) == {}


class TestConflictForm:
    def test_wants_a_reason(self):
        assert ConflictForm({"reason": " "}).errors["reason"] == ["请写明回避的原因。"]
