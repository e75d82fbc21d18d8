import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learning.contributions.research_board import HIDDEN_TITLE, Stage, board_of, chosen_year, owing_kinds
from learning.contributions.research_rights import ResearchRights
from learning.contributions.rights import ContributionRights
from learning.models import Department, ResearchEntry
from tests.factories.bureau import make_bureau, rights_of
from tests.factories.contributions import ResearchReportFactory
from tests.factories.organisation import DepartmentFactory
from tests.factories.programme import RequirementFactory, at
from tests.factories.research import ResearchJudgingFactory, written_report
from tests.standing import standing

MARCH, MAY = datetime.date(2026, 3, 2), datetime.date(2026, 5, 12)


@standing()
def bureau():
    return make_bureau()


def board(bureau, who="member", *, year=2026, today=MAY):
    return board_of(year, rights=ResearchRights(ContributionRights(rights_of(getattr(bureau, who), today))), today=today)


class TestChosenYear:
    @pytest.mark.parametrize("said", [None, "", "x", "99999999999", "１９９９", "1999", "-2025", "2026.0"])
    def test_is_this_year_where_nothing_can_be_read(self, said):
        assert chosen_year(said, MAY) == 2026

    def test_is_what_the_address_says(self):
        assert chosen_year("2024", MAY) == 2024


class TestOwingKinds:
    def test_are_sections_where_no_rule_says_otherwise(self, db):
        assert owing_kinds(2026) == (["section"], "")

    def test_are_what_the_rule_of_the_year_ticks(self, db):
        facts = {"evidence": "contributions.research_report", "owed_by": "department", "per": "year"}
        RequirementFactory(**facts, department_kinds=["section"], in_force_until=datetime.date(2025, 12, 31))
        RequirementFactory(**facts, department_kinds=["unit", "section"], basis="第八条", in_force_from=datetime.date(2026, 1, 1))
        assert owing_kinds(2026) == (["section", "unit"], "第八条")
        assert owing_kinds(2025)[0] == ["section"]


class TestBoardOf:
    def test_has_a_row_for_every_department_that_owes_one(self, bureau):
        DepartmentFactory(name="直属中心", kind="unit")
        DepartmentFactory(name="已撤科", closed_on=datetime.date(2026, 2, 1))
        found = board(bureau)
        assert [row.department for row in found.rows] == [bureau.other, bureau.office]
        assert found.counts == {"owing": 2, "nothing": 2, "under_way": 0, "handed_in": 0}

    def test_puts_who_has_nothing_first_from_april_on(self, bureau):
        Department.objects.filter(pk=bureau.office.pk).update(position=0)
        Department.objects.filter(pk=bureau.other.pk).update(position=5)
        ResearchReportFactory(department=bureau.office)
        assert [row.department for row in board(bureau, today=MARCH).rows] == [bureau.office, bureau.other]
        assert [row.department for row in board(bureau, today=MAY).rows] == [bureau.other, bureau.office]
        assert board(bureau, year=2025).is_hurrying

    @pytest.mark.parametrize(
        ("state", "stage", "word"),
        [
            ("declared", Stage.DECLARED, "已申报"),
            ("returned", Stage.RETURNED, "选题退回"),
            ("approved", Stage.APPROVED, "已批准"),
            ("handed_in", Stage.HANDED_IN, "已提交"),
        ],
    )
    def test_says_how_far_a_department_is_and_what_is_next(self, bureau, state, stage, word):
        ResearchReportFactory(department=bureau.office, state=state)
        row = next(row for row in board(bureau).rows if row.department == bureau.office)
        assert (row.stage, row.stage.word) == (stage, word)
        assert row.reports[0].next

    def test_knows_the_best_only_once_the_judging_is_closed(self, bureau):
        report = written_report(state="handed_in", department=bureau.office)
        judging = ResearchJudgingFactory(state="open")
        ResearchEntry.objects.create(judging=judging, report=report, number=1, rank=2, is_best=True)
        stages = [row.stage for row in board(bureau).rows]
        judging.closed_at = at(2026, 11, 9)
        judging.save()
        assert (max(stages), max(row.stage for row in board(bureau).rows)) == (Stage.HANDED_IN, Stage.BEST)
        assert board(bureau).rows[-1].reports[0].rank == 2

    def test_says_no_next_thing_of_a_year_that_is_over(self, bureau):
        assert {row.next for row in board(bureau, year=2025).rows} == {""}
        report = written_report(state="handed_in", year=2025, department=bureau.office)
        judging = ResearchJudgingFactory(year=2025, state="closed", closed_at=at(2025, 11, 9))
        ResearchEntry.objects.create(judging=judging, report=report, number=1, rank=9)
        assert board(bureau, year=2025).rows[-1].reports[0].next == "评审已结束；有成果的登记去向"

    def test_leaves_withdrawn_ones_out_and_puts_others_below(self, bureau):
        unit = DepartmentFactory(name="直属中心", kind="unit")
        ResearchReportFactory(department=unit, title="中心的")
        ResearchReportFactory(department=bureau.office, state="withdrawn")
        found = board(bureau)
        assert [report.title for report in found.others] == ["中心的"]
        assert found.counts["nothing"] == 2

    def test_opens_reports_to_those_who_may_read_them(self, bureau):
        ResearchReportFactory(department=bureau.office, declared_by=bureau.member)

        def is_open(who):
            return next(row for row in board(bureau, who).rows if row.reports).reports[0].is_open

        assert {who: is_open(who) for who in ("member", "head", "clerk", "leader", "colleague", "other_head")} == {
            **dict.fromkeys(("member", "head", "clerk", "leader"), True),
            **dict.fromkeys(("colleague", "other_head"), False),
        }

    def test_offers_the_years_that_have_reports(self, bureau):
        ResearchReportFactory(year=2024)
        assert board(bureau, year=2023).years == [2026, 2024, 2023]

    def test_costs_the_same_however_many_there_are(self, bureau):
        def cost():
            with CaptureQueriesContext(connection) as asked:
                board(bureau, "leader")
            return len(asked)

        written_report(state="handed_in", department=bureau.office)
        before = cost()
        for _one in range(8):
            ResearchReportFactory(state="handed_in")
            written_report(state="handed_in", department=bureau.office)
        assert cost() == before


class TestWhatAJudgeFinds:
    """Under its number a judge reads a text and how long it is: the board must not tell whose it is by either."""

    @pytest.fixture
    def judged(self, bureau):
        report = written_report(state="handed_in", department=bureau.office, declared_by=bureau.member, title="窗口排队怎么办")
        ResearchEntry.objects.create(judging=ResearchJudgingFactory(state="open", judged_by=[bureau.leader]), report=report, number=1)
        return report

    def shown(self, bureau, who):
        return next(row for row in board(bureau, who).rows if row.reports).reports[0]

    def test_is_no_title_of_what_is_being_judged(self, bureau, judged):
        assert (self.shown(bureau, "leader").title, self.shown(bureau, "leader").characters) == (HIDDEN_TITLE, None)
        assert (self.shown(bureau, "clerk").title, self.shown(bureau, "clerk").characters) == (judged.title, judged.characters)

    def test_is_no_length_even_for_whoever_tells_the_judge(self, bureau, judged):
        assert (self.shown(bureau, "colleague").title, self.shown(bureau, "colleague").characters) == (judged.title, None)
        assert self.shown(bureau, "member").characters == judged.characters
