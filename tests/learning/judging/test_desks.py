from decimal import Decimal

import pytest
from django.db.models import Q

from learning.judging.desks import desk_of, progress_of
from learning.models import ResearchEntry
from tests.factories.organisation import StaffMemberFactory
from tests.factories.pages import make_user
from tests.factories.research import ResearchJudgingFactory, cast_research, written_report


@pytest.fixture
def judging(db):
    judges = [StaffMemberFactory(user=make_user(name)) for name in ("a", "b")]
    judging = ResearchJudgingFactory(judged_by=judges, state="open")
    for number in range(1, 6):
        ResearchEntry.objects.create(judging=judging, report=written_report(state="handed_in"), number=number)
    first = judges[0]
    cast_research(judging.entries.get(number=1), first, "30.5", 10)
    cast_research(judging.entries.get(number=3), first, is_conflict=True, conflict_reason="本人")
    cast_research(judging.entries.get(number=4), first, is_conflict=True, conflict_reason="亲属")
    return judging


class TestDeskOf:
    def test_shows_every_paper_as_it_stands_with_its_judge(self, judging, django_assert_num_queries):
        judge = judging.judges.get(staff__user__username="a")
        with django_assert_num_queries(1):
            desk = desk_of(judge, judging.entries.all(), own="本人")
        assert [(paper.number, paper.total, paper.conflict, paper.is_own) for paper in desk.papers] == [
            (1, Decimal("40.5"), "", False),
            (2, None, "", False),
            (3, None, "本人", True),
            (4, None, "亲属", False),
            (5, None, "", False),
        ]
        assert (desk.scored, desk.declared, desk.waiting, desk.done) == (1, 2, 2, 3)
        assert (desk.next_after(2), desk.next_after(5), desk.before(3), desk.after(5)) == (5, 2, 2, None)


class TestProgressOf:
    def test_counts_for_every_judge(self, judging, django_assert_num_queries):
        with django_assert_num_queries(2):
            found = progress_of(judging, judging.entries.all(), Q(ballots__entry__number__gte=1))
        assert sorted((one.scored, one.declared, one.waiting) for one in found) == [(0, 0, 5), (1, 2, 2)]
