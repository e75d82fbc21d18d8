import datetime

import pytest
from wagtail.models import Revision

from learning.contributions.choices import ResearchState
from learning.contributions.services.research_steps import ResearchConflictError, ResearchError
from learning.contributions.services.research_work import (
    VisitLine,
    Written,
    add_outcome,
    cautions_for,
    hand_in_report,
    missing_for_hand_in,
    put_text,
    remove_outcome,
    save_report,
    save_visits,
)
from learning.models import ResearchEntry, ResearchReport
from tests.factories.bureau import make_bureau
from tests.factories.contributions import MediaArticleFactory, PlacementFactory, ResearchReportFactory
from tests.factories.programme import at
from tests.factories.research import ResearchJudgingFactory, written_report
from tests.standing import standing

NOW = at(2026, 9, 12, 9)
DAY = datetime.date(2026, 9, 12)


@standing()
def bureau():
    return make_bureau()


@pytest.fixture
def report(bureau):
    return written_report(department=bureau.office, declared_by=bureau.member)


def save(report, by, *, version=None, **texts):
    return save_report(report=report, version=version or report.version, written=Written(**texts), by=by.user, now=NOW)


def hand_in(report, by, **facts):
    given = {"version": report.version, "secrecy_checked_by": "梁静宜", "secrecy_checked_on": DAY, "by": by.user, "now": NOW}
    return hand_in_report(report=report, **given | facts)


def outcome(report, by, **facts):
    given = {"kind": "sent_up", "happened_on": DAY, "level": "", "receiver": "某某办", "change": "", "placement": None}
    return add_outcome(report=report, **given | facts, by=by.user, now=NOW)


class TestSaveReport:
    def test_keeps_what_is_typed_and_counts_it(self, bureau, report):
        found = save(report, bureau.head, method=" 走访\n座谈 ", interviewees=12, body="甲乙丙 Word 2026\r\n丁\x00")
        assert (found.method, found.interviewees, found.body) == ("走访 座谈", 12, "甲乙丙 Word 2026\n丁")
        assert (found.characters, found.version) == (6, report.version + 1)

    def test_is_the_teams_and_the_heads(self, bureau, report):
        for who in ("colleague", "clerk", "leader", "other_head"):
            with pytest.raises(ResearchError, match="调研组成员和科室"):
                save(report, getattr(bureau, who), body="改")

    def test_waits_for_the_topic_to_be_approved(self, bureau):
        declared = ResearchReportFactory(department=bureau.office, declared_by=bureau.member)
        with pytest.raises(ResearchError, match="批准以后才能写"):
            save(declared, bureau.member, body="早")

    def test_loses_nothing_when_two_write_at_once(self, bureau, report):
        save(report, bureau.head, body="先到的")
        with pytest.raises(ResearchConflictError, match="没有丢") as refused:
            save(report, bureau.member, body="后到的")
        assert (refused.value.stored.body, ResearchReport.objects.get().body) == ("先到的", "先到的")
        assert save(report, bureau.member, body="先到的").version == report.version + 1  # the same text is no conflict

    @pytest.mark.parametrize(
        ("texts", "field"),
        [
            ({"body": "长" * 60_001}, "body"),
            ({"abstract": "长" * 1001}, "abstract"),
            ({"method": "长" * 201}, "method"),
            ({"interviewees": 99_999}, "interviewees"),
        ],
    )
    def test_says_what_is_too_long(self, bureau, report, texts, field):
        with pytest.raises(ResearchError) as refused:
            save(report, bureau.member, **texts)
        assert list(refused.value.message_dict) == [field]

    def test_takes_back_what_was_handed_in_until_it_is_handed_in_again(self, bureau, report):
        handed_in = hand_in(report, bureau.member)
        changed = save(handed_in, bureau.member, body="改过的")
        assert changed.state == ResearchState.APPROVED

    def test_leaves_what_is_being_judged(self, bureau):
        report = written_report(state="handed_in", department=bureau.office, declared_by=bureau.member)
        ResearchEntry.objects.create(judging=ResearchJudgingFactory(state="open"), report=report, number=1)
        with pytest.raises(ResearchError, match="已进入评审"):
            save(report, bureau.member, body="改")


class TestPutText:
    def test_follows_what_is_written(self, bureau, report):
        found = put_text(report=report, text="读入的", is_replacing=False, by=bureau.member.user, now=NOW)
        assert found.body == f"{report.body}\n\n读入的"

    def test_keeps_what_it_replaces_as_a_revision(self, bureau, report):
        found = put_text(report=report, text="读入的", is_replacing=True, by=bureau.member.user, now=NOW)
        assert (found.body, found.abstract) == ("读入的", report.abstract)
        assert Revision.objects.for_instance(report).get().content["body"] == report.body


class TestSaveVisits:
    def visits(self, report, by, *lines, version=None):
        return save_visits(report=report, version=version or report.version, visits=lines, by=by.user, now=NOW)

    def test_writes_all_of_them_anew(self, bureau, report):
        first = VisitLine(datetime.date(2026, 6, 1), datetime.date(2026, 6, 3), "东乡", "座谈")
        report = self.visits(report, bureau.member, first)
        self.visits(report, bureau.member, VisitLine(DAY, DAY, "西乡"), first)
        assert [visit.place for visit in report.visits.all()] == ["东乡", "西乡"]

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            (VisitLine(DAY, datetime.date(2026, 9, 1), "东乡"), "早于开始"),
            (VisitLine(DAY, datetime.date(2026, 9, 13), "东乡"), "今天以后"),
            (VisitLine(datetime.date(1990, 1, 1), DAY, "东乡"), "太早"),
        ],
    )
    def test_takes_no_day_that_cannot_be(self, bureau, report, line, message):
        with pytest.raises(ResearchError, match=message):
            self.visits(report, bureau.member, line)

    def test_are_of_the_version_that_was_seen(self, bureau, report):
        save(report, bureau.head, body="新")
        with pytest.raises(ResearchConflictError):
            self.visits(report, bureau.member)


class TestHandInReport:
    def test_keeps_a_revision_each_time(self, bureau, report):
        found = hand_in(report, bureau.member)
        assert (found.state, found.handed_in_on, found.secrecy_checked_by) == (ResearchState.HANDED_IN, DAY, "梁静宜")
        again = hand_in(
            save(found, bureau.head, **dict.fromkeys(("abstract", "problem", "cause", "proposal", "body"), "改过")), bureau.head
        )
        revisions = Revision.objects.for_instance(again).order_by("pk")
        assert [one.content["body"] for one in revisions] == [report.body, "改过"]
        assert [one.user for one in revisions] == [bureau.member.user, bureau.head.user]
        assert again.latest_revision == revisions[1]

    def test_says_what_is_missing(self, bureau):
        bare = ResearchReportFactory(state="approved", department=bureau.office, declared_by=bureau.member)
        with pytest.raises(ResearchError) as refused:
            hand_in(bare, bureau.member)
        assert len(refused.value.messages) == 5

    @pytest.mark.parametrize(
        ("facts", "field"),
        [
            ({"secrecy_checked_by": " "}, "secrecy_checked_by"),
            ({"secrecy_checked_by": "长" * 51}, "secrecy_checked_by"),
            ({"secrecy_checked_on": datetime.date(2026, 9, 13)}, "secrecy_checked_on"),
            ({"secrecy_checked_on": datetime.date(2026, 1, 1)}, "secrecy_checked_on"),
        ],
    )
    def test_wants_the_secrecy_check(self, bureau, report, facts, field):
        with pytest.raises(ResearchError) as refused:
            hand_in(report, bureau.member, **facts)
        assert list(refused.value.message_dict) == [field]

    def test_hands_in_what_was_seen(self, bureau, report):
        save(report, bureau.head, body="新")
        with pytest.raises(ResearchError, match="没有提交"):
            hand_in(report, bureau.member)

    def test_is_nobody_elses(self, bureau, report):
        with pytest.raises(ResearchError, match="不由您提交"):
            hand_in(report, bureau.clerk)


class TestCautionsFor:
    def test_warn_and_never_refuse(self, bureau, settings):
        long = written_report(body="长" * 8001, interviewees=3, department=bureau.office, declared_by=bureau.member)
        long.visits.create(began_on=DAY, ended_on=DAY, place="东乡")
        assert ["8,001 字，一般不超过 8,000 字" in one for one in cautions_for(long)] == [True]
        assert missing_for_hand_in(long) == []
        assert hand_in(long, bureau.member).state == ResearchState.HANDED_IN
        settings.RESEARCH_MOST_CHARACTERS = 0
        assert cautions_for(long) == []

    def test_ask_for_the_field(self, bureau, report):
        assert [one[:6] for one in cautions_for(report)] == ["正文 10 ", "还没有记实地", "没有填访谈人"]


class TestAddOutcome:
    @pytest.fixture
    def handed_in(self, bureau):
        return written_report(state="handed_in", department=bureau.office, declared_by=bureau.member)

    def test_is_of_the_team_the_head_and_the_clerk(self, bureau, handed_in):
        for who in ("member", "head", "clerk"):
            outcome(handed_in, getattr(bureau, who))
        assert handed_in.outcomes.count() == 3
        for who in ("colleague", "leader", "other_head"):
            with pytest.raises(ResearchError, match="由调研组"):
                outcome(handed_in, getattr(bureau, who))

    def test_waits_for_the_report(self, bureau, report):
        with pytest.raises(ResearchError, match="报告提交以后"):
            outcome(report, bureau.member)

    @pytest.mark.parametrize(
        ("facts", "field"),
        [
            ({"kind": "converted"}, "change"),
            ({"kind": "endorsed"}, "level"),
            ({"kind": "x"}, "kind"),
            ({"level": "x"}, "level"),
            ({"receiver": " "}, "receiver"),
            ({"receiver": "长" * 121}, "receiver"),
            ({"change": "长" * 1001}, "change"),
            ({"happened_on": datetime.date(2026, 9, 13)}, "happened_on"),
            ({"happened_on": datetime.date(2026, 1, 1)}, "happened_on"),
        ],
    )
    def test_says_what_is_wrong(self, bureau, handed_in, facts, field):
        with pytest.raises(ResearchError) as refused:
            outcome(handed_in, bureau.member, **facts)
        assert list(refused.value.message_dict) == [field]

    def test_links_to_what_was_published(self, bureau, handed_in):
        placement = PlacementFactory(article=MediaArticleFactory(state="adopted", by_departments=[bureau.office]))
        assert outcome(handed_in, bureau.member, kind="published", placement=placement).placement == placement
        assert outcome(handed_in, bureau.member, kind="sent_up", placement=placement).placement is None


class TestRemoveOutcome:
    def test_is_a_clerks(self, bureau):
        report = written_report(state="handed_in", department=bureau.office, declared_by=bureau.member)
        made = outcome(report, bureau.member)
        with pytest.raises(ResearchError, match="机关党委删去"):
            remove_outcome(outcome=made, by=bureau.member.user, now=NOW)
        remove_outcome(outcome=made, by=bureau.clerk.user, now=NOW)
        assert not report.outcomes.exists()
        with pytest.raises(ResearchError, match="已经删去"):
            remove_outcome(outcome=made, by=bureau.clerk.user, now=NOW)
