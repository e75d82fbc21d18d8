from decimal import Decimal

import pytest

from learning.judging.ballots import check_points, field_name, put_ballot, put_conflict, votes_in, voting_judge
from learning.judging.errors import JudgingError
from learning.judging.scoring import Vote
from learning.models import ResearchBallot, ResearchEntry
from tests.factories.organisation import StaffMemberFactory
from tests.factories.pages import make_user
from tests.factories.programme import at
from tests.factories.research import ResearchJudgingFactory, cast_research, written_report

NOW = at(2026, 11, 25, 9)


@pytest.fixture
def judging(db):
    judges = [StaffMemberFactory(user=make_user(name)) for name in ("a", "b")]
    judging = ResearchJudgingFactory(judged_by=judges, state="open")
    for number in (1, 2):
        ResearchEntry.objects.create(judging=judging, report=written_report(state="handed_in"), number=number)
    return judging


@pytest.fixture
def lines(judging):
    return list(judging.rubric.all())


class TestVotingJudge:
    def test_is_whoever_judges_while_it_is_open(self, judging):
        judge = judging.judges.first()
        assert voting_judge(judging, judge.staff.user) == judge
        with pytest.raises(JudgingError, match="不是这次评分的评委"):
            voting_judge(judging, make_user("c"))
        judging.state = "closed"
        with pytest.raises(JudgingError, match="已结束"):
            voting_judge(judging, judge.staff.user)


class TestCheckPoints:
    @pytest.mark.parametrize(
        ("given", "message"),
        [((60,), "请打"), ((61, 0), "0 到 60"), ((-1, 0), "0 到 60"), (("1.25", 0), "一位小数"), (("60.1", 0), "0 到 60")],
    )
    def test_names_the_lines_that_are_wrong(self, lines, given, message):
        points = {line.pk: Decimal(str(one)) for line, one in zip(lines, given, strict=False)}
        with pytest.raises(JudgingError, match=message) as refused:
            check_points(lines, points)
        assert set(refused.value.message_dict) <= {field_name(line) for line in lines}

    def test_takes_one_decimal(self, lines):
        check_points(lines, {lines[0].pk: Decimal("59.5"), lines[1].pk: Decimal(0)})


class TestPutBallot:
    def test_takes_the_place_of_the_one_before_and_of_a_conflict(self, judging, lines):
        entry, judge = judging.entries.first(), judging.judges.first()
        put_conflict(entry=entry, judge=judge, reason=" 同科室 ", now=NOW)
        assert entry.ballots.get().conflict_reason == "同科室"
        for first in (10, 20):
            points = {lines[0].pk: Decimal(first), lines[1].pk: Decimal("5.5")}
            put_ballot(judging=judging, entry=entry, judge=judge, points=points, remark=" 好 ", now=NOW)
        ballot = entry.ballots.get()
        assert (ballot.is_conflict, ballot.conflict_reason, ballot.remark) == (False, "", "好")
        assert [line.points for line in ballot.lines.all()] == [Decimal(20), Decimal("5.5")]
        put_conflict(entry=entry, judge=judge, reason="看出来了", now=NOW)
        assert not entry.ballots.get().lines.exists()

    def test_wants_a_reason_to_stand_back(self, judging):
        with pytest.raises(JudgingError, match="回避的原因"):
            put_conflict(entry=judging.entries.first(), judge=judging.judges.first(), reason=" ", now=NOW)


class TestVotesIn:
    def test_are_those_that_score_line_by_line(self, judging, django_assert_num_queries):
        entry, (one, other) = judging.entries.first(), [judge.staff for judge in judging.judges.all()]
        ballot = cast_research(entry, one, "30.5", "10.1")
        cast_research(entry, other, is_conflict=True, conflict_reason="同科室")
        with django_assert_num_queries(2):
            found = list(votes_in(judging, ResearchBallot.objects.all()))
        assert found == [(entry.pk, Vote(ballot.pk, Decimal("40.6"), Decimal("30.5"), (Decimal("10.1"),)))]
