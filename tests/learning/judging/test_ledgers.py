from decimal import Decimal

import pytest

from learning.judging.ledgers import ledger_of
from learning.models import ResearchEntry
from tests.factories.organisation import StaffMemberFactory
from tests.factories.pages import make_user
from tests.factories.research import ResearchJudgingFactory, cast_research, written_report


@pytest.fixture
def entry(db):
    judges = [StaffMemberFactory(name=f"评委{name}", user=make_user(name)) for name in "abcdef"]
    judging = ResearchJudgingFactory(judged_by=judges, state="closed")
    entry = ResearchEntry.objects.create(judging=judging, report=written_report(state="handed_in"), number=1)
    for judge, first in zip(judges, (10, 50, 20, 30, 40), strict=False):
        cast_research(entry, judge, first, 5, remark=f"说{first}")
    cast_research(entry, judges[-1], is_conflict=True, conflict_reason="亲属")
    return entry


class TestLedgerOf:
    def test_adds_up_to_the_mean_without_highest_and_lowest(self, entry, django_assert_num_queries):
        with django_assert_num_queries(4):
            found = ledger_of(entry, with_names=True)
        assert len(found.rows) == 6
        counted = [row for row in found.rows if row.total is not None and not row.dropped]
        assert sum(row.total for row in counted) == found.tally.sum == 105
        assert found.tally.mean == 35
        assert {row.judge: row.dropped for row in found.rows if row.dropped} == {"评委a": "去掉最低", "评委b": "去掉最高"}
        assert all(sum(row.points) == row.total for row in counted)
        assert [row.conflict for row in found.rows if row.total is None] == ["亲属"]

    def test_tells_no_judge_by_name_or_order(self, entry):
        found = ledger_of(entry, with_names=False)
        assert [row.judge for row in found.rows] == [f"评委 {number}" for number in range(1, 6)]
        assert [row.total for row in found.rows] == [Decimal(one) for one in (55, 45, 35, 25, 15)]
