import pytest

from learning.judging.errors import JudgingError
from learning.judging.preparing import Line, check_judges, check_preparing, check_rubric, write_preparation
from tests.factories.organisation import StaffMemberFactory
from tests.factories.pages import make_user
from tests.factories.research import ResearchJudgingFactory


@pytest.fixture
def judges(db):
    return [StaffMemberFactory(user=make_user(name)) for name in ("a", "b", "c")]


class TestCheckPreparing:
    @pytest.mark.parametrize(("state", "word"), [("open", "评分中"), ("closed", "已结束")])
    def test_refuses_what_has_been_opened(self, db, state, word):
        with pytest.raises(JudgingError, match=word):
            check_preparing(ResearchJudgingFactory(state=state))
        check_preparing(ResearchJudgingFactory(year=2025))


class TestCheckJudges:
    def test_wants_somebody_who_can_sign_in(self, judges):
        check_judges(judges)
        with pytest.raises(JudgingError, match="至少写一位"):
            check_judges([])
        with pytest.raises(JudgingError, match="白梦没有可用的账号"):
            check_judges([*judges, StaffMemberFactory(name="白梦")])


class TestCheckRubric:
    @pytest.mark.parametrize(("rubric", "message"), [([], "至少写一个评分项"), ([Line("甲", 1), Line("甲", 2)], "同名")])
    def test_wants_lines_of_different_names(self, rubric, message):
        with pytest.raises(JudgingError, match=message):
            check_rubric(rubric)


class TestWritePreparation:
    def test_takes_the_place_of_what_stood_there_and_keeps_the_rows_of_judges(self, judges):
        judging = ResearchJudgingFactory(judged_by=judges[:2])
        kept = judging.judges.get(staff=judges[1]).pk
        write_preparation(judging, judges=judges[1:], rubric=[Line("新", 10, "说明"), Line("旧", 5)])
        assert {judge.staff for judge in judging.judges.all()} == set(judges[1:])
        assert judging.judges.get(staff=judges[1]).pk == kept
        assert [(line.name, line.max_points, line.guidance) for line in judging.rubric.all()] == [("新", 10, "说明"), ("旧", 5, "")]
