import datetime

import pytest

from learning.contributions.research_judgings import blind_report, results_of
from learning.contributions.research_rights import ResearchRights
from learning.contributions.rights import ContributionRights
from learning.models import FieldVisit, ResearchEntry
from tests.factories.bureau import make_bureau, rights_of
from tests.factories.research import ResearchJudgingFactory, written_report
from tests.standing import standing

DAY = datetime.date(2026, 6, 1)


@standing()
def bureau():
    return make_bureau()


class TestBlindReport:
    def test_names_nobody_and_no_department(self, bureau, django_assert_num_queries):
        bureau.office.short_name = "局办"
        bureau.office.save()
        report = written_report(
            department=bureau.office,
            declared_by=bureau.head,
            team=[bureau.member, bureau.colleague],
            title="办公室的题目",
            method="陶思远走访",
            abstract="局办与办公室（赵一鸣）",
            body="梁静宜说：钱多也在。",
            interviewees=5,
        )
        for first, last in ((1, 3), (3, 4)):
            FieldVisit.objects.create(report=report, began_on=DAY.replace(day=first), ended_on=DAY.replace(day=last), place="办公室")
        with django_assert_num_queries(2):
            found = blind_report(report)
        assert found.field_days == 4
        assert found.method == "□□□走访"
        assert found.parts[0] == ("摘要", ["□□与□□□（□□□）"])
        assert found.parts[-1] == ("报告正文", ["□□□说：钱多也在。"])
        assert "题目" not in str(found)


class TestResultsOf:
    @pytest.fixture
    def judging(self, bureau):
        judging = ResearchJudgingFactory(state="closed", places=2)
        facts = [("handed_in", 2), ("handed_in", 1), ("handed_in", 3), ("handed_in", None), ("withdrawn", None)]
        for number, (state, rank) in enumerate(facts, start=1):
            own = {"department": bureau.office, "declared_by": bureau.member} if number == 3 else {}
            report = written_report(state=state, **own)
            ResearchEntry.objects.create(judging=judging, report=report, number=number, rank=rank, is_best=rank in (1, 2))
        return judging

    def results(self, bureau, judging, who):
        return results_of(judging, ResearchRights(ContributionRights(rights_of(getattr(bureau, who), DAY))))

    def test_are_the_best_in_order_for_everybody(self, bureau, judging):
        found = self.results(bureau, judging, "secretary")
        assert [entry.number for entry in found.best] == [2, 1]
        assert (found.entries, found.own, found.withdrawn, found.with_points, found.entered) == ([], [], [], False, 4)

    @pytest.mark.parametrize("who", ["member", "head"])
    def test_are_the_own_ones_for_the_team_and_its_head(self, bureau, judging, who):
        assert [entry.number for entry in self.results(bureau, judging, who).own] == [3]

    @pytest.mark.parametrize("who", ["clerk", "leader"])
    def test_are_all_for_who_runs_or_oversees_it(self, bureau, judging, who):
        found = self.results(bureau, judging, who)
        assert [entry.number for entry in found.entries] == [2, 1, 3, 4]
        assert (found.withdrawn, found.with_points) == ([5], True)
