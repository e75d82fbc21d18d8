import datetime

import pytest

from learning.contributions.research_rights import ResearchRights, is_best
from learning.contributions.rights import ContributionRights
from learning.models import ResearchEntry, ResearchJudge
from tests.factories.bureau import make_bureau, rights_of
from tests.factories.contributions import ResearchReportFactory
from tests.factories.research import ResearchJudgingFactory, written_report
from tests.standing import standing

MAY = datetime.date(2026, 5, 12)
EVERYBODY = ("member", "colleague", "head", "other_head", "secretary", "leader", "clerk")


@standing()
def bureau():
    return make_bureau()


def rights(bureau, who) -> ResearchRights:
    return ResearchRights(ContributionRights(rights_of(getattr(bureau, who), MAY)))


def allowed(bureau, act, report) -> set[str]:
    return {who for who in EVERYBODY if getattr(rights(bureau, who), act)(report)}


class TestResearchRights:
    @pytest.mark.parametrize(
        ("act", "state", "who"),
        [
            ("may_read", "declared", {"member", "head", "leader", "clerk"}),
            ("may_read", "handed_in", {"member", "head", "leader", "clerk"}),
            ("may_change_topic", "declared", {"member", "head"}),
            ("may_change_topic", "returned", {"member", "head"}),
            ("may_change_topic", "approved", {"clerk"}),
            ("may_change_topic", "handed_in", set()),
            ("may_decide", "declared", {"clerk"}),
            ("may_decide", "approved", set()),
            ("may_write", "declared", set()),
            ("may_write", "approved", {"member", "head"}),
            ("may_write", "handed_in", {"member", "head"}),
            ("may_hand_in", "approved", {"member", "head"}),
            ("may_hand_in", "handed_in", set()),
            ("may_withdraw", "declared", {"member", "head", "clerk"}),
            ("may_withdraw", "withdrawn", set()),
            ("may_record_outcomes", "handed_in", {"member", "head", "clerk"}),
            ("may_record_outcomes", "approved", set()),
        ],
    )
    def test_are_of_who_somebody_is_to_the_report(self, bureau, act, state, who):
        assert allowed(bureau, act, ResearchReportFactory(state=state, department=bureau.office, declared_by=bureau.member)) == who

    def test_open_the_best_to_everybody(self, bureau):
        report = written_report(state="handed_in", department=bureau.office, declared_by=bureau.member)
        judging = ResearchJudgingFactory(state="closed", closed_at="2026-11-09T09:00+08:00")
        entry = ResearchEntry.objects.create(judging=judging, report=report, number=1, rank=1, is_best=True)
        assert allowed(bureau, "may_read", report) == set(EVERYBODY)
        entry.is_best = False
        entry.save()
        assert not is_best(report)

    def test_blind_a_judge_until_the_judging_is_over(self, bureau):
        report = written_report(state="handed_in", department=bureau.office, declared_by=bureau.member)
        judging = ResearchJudgingFactory(state="open")
        for who in ("leader", "clerk", "head"):
            ResearchJudge.objects.create(judging=judging, staff=getattr(bureau, who))
        assert allowed(bureau, "is_blinded", report) == {"leader", "clerk"}
        judging.state = "closed"
        judging.save()
        assert allowed(bureau, "is_blinded", report) == set()

    def test_declare_for_the_own_department_and_those_headed(self, bureau):
        assert {who: rights(bureau, who).declarable_ids for who in ("member", "other_head")} == {
            "member": {bureau.office.pk},
            "other_head": {bureau.other.pk},
        }
