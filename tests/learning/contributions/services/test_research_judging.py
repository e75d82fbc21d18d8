import datetime
from decimal import Decimal

import pytest
from wagtail.models import ModelLogEntry

from cms.inbox.models import Message
from learning.contributions.services.research import withdraw_research
from learning.contributions.services.research_judging import (
    OWN_REPORT,
    SAMPLE_RUBRIC,
    close_judging,
    commendation_of,
    declare_conflict,
    draft_commendation,
    drafted_notice,
    entries_of,
    open_judging,
    prepare_judging,
    standings_of,
    submit_ballot,
)
from learning.judging.choices import JudgingState
from learning.judging.errors import JudgingError, UnfinishedError
from learning.judging.preparing import Line
from learning.models import ColumnPage, ResearchBallot, ResearchJudging
from tests.factories.bureau import make_bureau
from tests.factories.organisation import DepartmentFactory, PostingFactory, StaffMemberFactory
from tests.factories.pages import make_column, make_site, make_user
from tests.factories.programme import at
from tests.factories.research import ResearchJudgingFactory, cast_research, written_report
from tests.standing import standing

NOW = at(2026, 11, 25, 9)


@standing()
def bureau():
    return make_bureau()


def reports(bureau, number, **facts):
    return [
        written_report(state="handed_in", department=DepartmentFactory(), declared_by=StaffMemberFactory(), **facts)
        for _one in range(number)
    ]


def opened(bureau, *, judges, places=5):
    """Numbered in the order of the reports' keys."""
    judging = ResearchJudgingFactory(judged_by=judges, places=places)
    return open_judging(judging=judging, by=bureau.clerk.user, now=NOW, shuffle=lambda reports: None)


def points_for(judging, *points):
    return {line.pk: Decimal(str(given)) for line, given in zip(judging.rubric.all(), points, strict=False)}


class TestPrepareJudging:
    def prepare(self, bureau, **facts):
        given = {
            "year": 2026,
            "places": 5,
            "judges": [bureau.head],
            "rubric": SAMPLE_RUBRIC,
            "note": "",
            "due_on": datetime.date(2026, 12, 10),
            "by": bureau.clerk.user,
            "now": NOW,
        }
        return prepare_judging(**given | facts)

    def test_keeps_judges_places_and_lines_and_can_be_done_again(self, bureau):
        first = self.prepare(bureau)
        again = self.prepare(bureau, judges=[bureau.head, bureau.leader], places=3, rubric=[Line("表达", 100)])
        assert first == again == ResearchJudging.objects.get()
        assert ({judge.staff for judge in again.judges.all()}, again.places) == ({bureau.head, bureau.leader}, 3)
        assert [line.name for line in again.rubric.all()] == ["表达"]

    @pytest.mark.parametrize(
        ("facts", "message"),
        [
            ({"judges": []}, "至少写一位评委"),
            ({"rubric": []}, "至少写一个评分项"),
            ({"due_on": datetime.date(2026, 11, 24)}, "已经过去"),
            ({"places": 0}, "1 到 50"),
            ({"judges": [], "places": 51}, "至少写一位"),
        ],
    )
    def test_refuses_what_cannot_be_judged_by_and_leaves_nothing(self, bureau, facts, message):
        with pytest.raises(JudgingError, match=message):
            self.prepare(bureau, **facts)
        assert not ResearchJudging.objects.exists()

    def test_says_that_its_rubric_is_a_sample(self):
        assert all("示例" in line.guidance for line in SAMPLE_RUBRIC)
        assert sum(line.max_points for line in SAMPLE_RUBRIC) == 100


class TestOpenJudging:
    def test_takes_in_what_was_handed_in_that_year(self, bureau):
        taken = reports(bureau, 2)
        written_report()
        reports(bureau, 1, year=2025)
        judging = opened(bureau, judges=[bureau.leader])
        assert [entry.report for entry in judging.entries.all()] == taken
        assert (judging.state, judging.opened_at) == (JudgingState.OPEN, NOW)

    def test_numbers_them_by_a_shuffle(self, bureau):
        taken = reports(bureau, 3)
        judging = ResearchJudgingFactory(judged_by=[bureau.leader])
        open_judging(judging=judging, by=bureau.clerk.user, now=NOW, shuffle=lambda found: found.reverse())
        assert [entry.report for entry in judging.entries.order_by("number")] == taken[::-1]

    def test_closes_what_a_judge_took_part_in_or_heads(self, bureau):
        written_report(state="handed_in", department=bureau.office, declared_by=bureau.member, team=[bureau.colleague])
        reports(bureau, 1)
        judges = [bureau.member, bureau.colleague, bureau.head, bureau.other_head, bureau.leader]
        judging = opened(bureau, judges=judges)
        closed = ResearchBallot.objects.filter(is_conflict=True, conflict_reason=OWN_REPORT)
        assert {(ballot.entry.number, ballot.judge.staff) for ballot in closed} == {
            (1, bureau.member),
            (1, bureau.colleague),
            (1, bureau.head),
        }
        assert closed.count() == ResearchBallot.objects.count()
        assert judging.entries.count() == 2

    def test_tells_the_judges_once(self, bureau):
        reports(bureau, 1)
        judging = opened(bureau, judges=[bureau.leader, bureau.head])
        assert {message.recipient for message in Message.objects.all()} == {bureau.leader.user, bureau.head.user}
        with pytest.raises(JudgingError, match="不用再开始"):
            open_judging(judging=judging, by=bureau.clerk.user, now=NOW)

    def test_waits_for_something_to_judge(self, bureau):
        with pytest.raises(JudgingError, match="没有可评的"):
            opened(bureau, judges=[bureau.leader])


class TestBallots:
    @pytest.fixture
    def judging(self, bureau):
        written_report(state="handed_in", department=bureau.office, declared_by=bureau.member)
        reports(bureau, 1)
        return opened(bureau, judges=[bureau.leader, bureau.head])

    def test_are_of_judges_while_it_is_open(self, bureau, judging):
        entry = judging.entries.get(number=2)
        ballot = submit_ballot(entry=entry, points=points_for(judging, "50.5", 30), remark="好\x00", by=bureau.leader.user, now=NOW)
        assert ([line.points for line in ballot.lines.all()], ballot.remark) == ([Decimal("50.5"), Decimal(30)], "好")
        with pytest.raises(JudgingError, match="不是这次评分的评委"):
            submit_ballot(entry=entry, points=points_for(judging, 1, 1), remark="", by=bureau.clerk.user, now=NOW)
        close_judging(judging=judging, is_confirmed=True, by=bureau.clerk.user, now=NOW)
        with pytest.raises(JudgingError, match="已结束"):
            submit_ballot(entry=entry, points=points_for(judging, 1, 1), remark="", by=bureau.leader.user, now=NOW)

    def test_are_closed_for_the_own_report(self, bureau, judging):
        entry = judging.entries.get(number=1)
        for act, facts in ((submit_ballot, {"points": points_for(judging, 60, 40), "remark": ""}), (declare_conflict, {"reason": "不评"})):
            with pytest.raises(JudgingError, match="已自动回避"):
                act(entry=entry, **facts, by=bureau.head.user, now=NOW)

    def test_may_be_changed_for_a_conflict_and_back(self, bureau, judging):
        entry = judging.entries.get(number=2)
        for reason in ("亲属", OWN_REPORT):
            declare_conflict(entry=entry, reason=reason, by=bureau.leader.user, now=NOW)
        assert entry.ballots.get().conflict_reason != OWN_REPORT
        submit_ballot(entry=entry, points=points_for(judging, 1, 1), remark="", by=bureau.leader.user, now=NOW)
        assert not entry.ballots.get().is_conflict

    def test_are_none_for_what_was_withdrawn(self, bureau, judging):
        entry = judging.entries.get(number=1)
        withdraw_research(report=entry.report, reason="重做", by=bureau.member.user, now=NOW)
        with pytest.raises(JudgingError, match="已撤回"):
            submit_ballot(entry=entry, points=points_for(judging, 1, 1), remark="", by=bureau.leader.user, now=NOW)
        assert [one.number for one in entries_of(judging)] == [2]

    def test_are_not_for_whoever_came_to_head_the_department_meanwhile(self, bureau):
        reports(bureau, 1)
        judging = opened(bureau, judges=[bureau.leader])
        entry = judging.entries.get()
        PostingFactory(staff=bureau.leader, department=entry.report.department, is_head=True, is_primary=False)
        with pytest.raises(JudgingError, match="请声明回避"):
            submit_ballot(entry=entry, points=points_for(judging, 50, 30), remark="", by=bureau.leader.user, now=NOW)
        assert declare_conflict(entry=entry, reason="刚到这个科室任职", by=bureau.leader.user, now=NOW).is_conflict


class TestStandingsOf:
    def test_costs_the_same_however_many_there_are(self, bureau, django_assert_num_queries):
        judges = [StaffMemberFactory(user=make_user(f"judge{number}")) for number in range(6)]
        reports(bureau, 7)
        judging = opened(bureau, judges=judges)
        for entry in judging.entries.all():
            for number, judge in enumerate(judges):
                cast_research(entry, judge, number, entry.number)
        with django_assert_num_queries(3):
            found = standings_of(judging)
        assert {one.number: one.tally.mean for one in found.values()} == {number: Decimal("2.5") + number for number in range(1, 8)}


class TestCloseJudging:
    def test_finds_exactly_so_many_where_all_are_equal(self, bureau):
        reports(bureau, 8)
        judging = opened(bureau, judges=[bureau.leader])
        for entry in judging.entries.all():
            cast_research(entry, bureau.leader, 30, 30)
        close_judging(judging=judging, is_confirmed=False, by=bureau.clerk.user, now=NOW)
        entries = list(judging.entries.order_by("number"))
        assert [entry.rank for entry in entries] == list(range(1, 9))
        assert [entry.number for entry in entries if entry.is_best] == [1, 2, 3, 4, 5]

    def test_finds_no_more_than_have_a_vote(self, bureau):
        reports(bureau, 3)
        judging = opened(bureau, judges=[bureau.leader])
        cast_research(judging.entries.get(number=2), bureau.leader, 30, 30)
        with pytest.raises(UnfinishedError, match="还差 2 张票"):
            close_judging(judging=judging, is_confirmed=False, by=bureau.clerk.user, now=NOW)
        found = close_judging(judging=judging, is_confirmed=True, by=bureau.clerk.user, now=NOW)
        assert (found.state, found.closed_at) == (JudgingState.CLOSED, NOW)
        assert [(entry.rank, entry.mean, entry.is_best) for entry in judging.entries.order_by("number")] == [
            (None, None, False),
            (1, Decimal(60), True),
            (None, None, False),
        ]

    def test_goes_by_the_days_where_the_points_are_equal(self, bureau):
        first = datetime.date(2026, 8, 1)
        late, early = reports(bureau, 1)[0], reports(bureau, 1, handed_in_on=first)[0]
        judging = opened(bureau, judges=[bureau.leader], places=1)
        for entry in judging.entries.all():
            cast_research(entry, bureau.leader, 30, 30)
        close_judging(judging=judging, is_confirmed=False, by=bureau.clerk.user, now=NOW)
        assert (judging.entries.get(is_best=True).report, judging.entries.get(report=late).rank) == (early, 2)

    def test_leaves_out_highest_and_lowest_from_five_on(self, bureau):
        judges = [StaffMemberFactory(user=make_user(f"judge{number}")) for number in range(5)]
        reports(bureau, 1)
        judging = opened(bureau, judges=judges)
        entry = judging.entries.get()
        for judge, points in zip(judges, (0, 30, 31, 32, 60), strict=True):
            cast_research(entry, judge, points, 10)
        close_judging(judging=judging, is_confirmed=False, by=bureau.clerk.user, now=NOW)
        entry.refresh_from_db()
        assert (entry.mean, entry.ballots_counted) == (Decimal(41), 3)

    def test_leaves_out_what_was_withdrawn(self, bureau):
        reports(bureau, 2)
        judging = opened(bureau, judges=[bureau.leader])
        for entry in judging.entries.all():
            cast_research(entry, bureau.leader, 30 + entry.number, 30)
        best = judging.entries.get(number=2).report
        withdraw_research(report=best, reason="重做", by=best.declared_by.user or bureau.clerk.user, now=NOW)
        close_judging(judging=judging, is_confirmed=False, by=bureau.clerk.user, now=NOW)
        assert [(entry.number, entry.rank) for entry in judging.entries.all()] == [(1, 1), (2, None)]

    def test_wants_a_vote_and_is_done_once(self, bureau):
        reports(bureau, 1)
        judging = opened(bureau, judges=[bureau.leader])
        with pytest.raises(JudgingError, match="还没有一张评分票"):
            close_judging(judging=judging, is_confirmed=True, by=bureau.clerk.user, now=NOW)
        cast_research(judging.entries.get(), bureau.leader, 1, 1)
        close_judging(judging=judging, is_confirmed=True, by=bureau.clerk.user, now=NOW)
        with pytest.raises(JudgingError, match="不用再结束"):
            close_judging(judging=judging, is_confirmed=True, by=bureau.clerk.user, now=NOW)
        assert [entry.data["step"] for entry in ModelLogEntry.objects.filter(action="contributions.research_judging").order_by("pk")] == [
            "开始评审",
            "结束评审",
        ]


class TestDraftCommendation:
    @pytest.fixture
    def closed(self, bureau):
        written_report(state="handed_in", department=bureau.office, declared_by=bureau.member, title="甲题")
        judging = opened(bureau, judges=[bureau.leader])
        cast_research(judging.entries.get(), bureau.leader, 30, 30)
        return close_judging(judging=judging, is_confirmed=True, by=bureau.clerk.user, now=NOW)

    def test_names_the_best_in_order(self, closed):
        text = commendation_of(closed, today=NOW.date())
        assert "1. 《甲题》（办公室：陶思远）" in text.paragraphs
        assert (text.title, text.signed_by) == ("关于表彰2026年度优质调研报告的通报", "机关党委")

    def test_is_made_once_as_a_draft(self, bureau, closed):
        make_column(make_site(), title="通知公告", slug="notices")
        assert ColumnPage.objects.exists()
        assert drafted_notice(closed) is None
        page, is_new = draft_commendation(judging=closed, by=bureau.clerk.user, today=NOW.date())
        assert (is_new, page.live) == (True, False)
        again, is_new = draft_commendation(judging=closed, by=bureau.clerk.user, today=NOW.date())
        assert (again.pk, is_new) == (page.pk, False)
        assert drafted_notice(closed).pk == page.pk

    def test_waits_for_the_result(self, bureau):
        with pytest.raises(JudgingError, match="还没有结束"):
            draft_commendation(judging=ResearchJudgingFactory(), by=bureau.clerk.user, today=NOW.date())
