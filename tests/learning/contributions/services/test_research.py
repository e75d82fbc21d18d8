import datetime
import uuid

import pytest
from wagtail.models import ModelLogEntry

from cms.inbox.models import Message
from learning.contributions.choices import ResearchState
from learning.contributions.services.research import change_topic, decide_topic, declare_topic, withdraw_research
from learning.contributions.services.research_steps import ResearchConflictError, ResearchError
from learning.models import ResearchEntry, ResearchReport
from tests.factories.bureau import make_bureau
from tests.factories.contributions import ResearchReportFactory
from tests.factories.programme import at
from tests.factories.research import ResearchJudgingFactory, written_report
from tests.standing import standing

NOW = at(2026, 5, 12, 9)


@standing()
def bureau():
    return make_bureau()


def declare(bureau, by=None, **facts):
    given = {
        "token": uuid.uuid4(),
        "year": 2026,
        "department": bureau.office,
        "title": "样题",
        "purpose": "弄清情况。",
        "linked_work": "",
        "team": [bureau.member, bureau.colleague],
        "by": (by or bureau.member).user,
        "now": NOW,
    }
    return declare_topic(**given | facts)


def topic(report, **facts):
    given = {
        "version": report.version,
        "title": "新题",
        "purpose": "换个问法。",
        "linked_work": "",
        "team": [report.declared_by],
        "now": NOW,
    }
    return {"report": report, **given, **facts}


@pytest.fixture
def declared(bureau):
    return ResearchReportFactory(department=bureau.office, declared_by=bureau.member, created_by=bureau.member.user)


class TestDeclareTopic:
    @pytest.mark.parametrize("who", ["member", "head"])
    def test_is_of_a_member_or_the_head_of_the_department(self, bureau, who):
        person = getattr(bureau, who)
        report = declare(bureau, by=person)
        assert (report.state, report.declared_by, report.declared_on) == (ResearchState.DECLARED, person, datetime.date(2026, 5, 12))
        assert [(one.staff, one.department) for one in report.members.all()] == [
            (bureau.member, bureau.office),
            (bureau.colleague, bureau.office),
        ]
        assert {message.recipient for message in Message.objects.all()} == {bureau.clerk.user}
        assert ModelLogEntry.objects.get(action="contributions.research").data["step"] == "申报选题"

    @pytest.mark.parametrize("who", ["other_head", "leader", "secretary"])
    def test_is_nobody_elses(self, bureau, who):
        with pytest.raises(ResearchError, match="自己所在或负责"):
            declare(bureau, by=getattr(bureau, who))

    def test_sent_twice_is_one(self, bureau):
        token = uuid.uuid4()
        assert declare(bureau, token=token) == declare(bureau, token=token, title="别的")
        assert ResearchReport.objects.count() == 1
        with pytest.raises(ResearchError, match="已经用过"):
            declare(bureau, by=bureau.head, token=token)

    @pytest.mark.parametrize(
        ("facts", "field", "message"),
        [
            ({"title": " \x00 "}, "title", "请写选题"),
            ({"title": "长" * 121}, "title", "最多 120 个字"),
            ({"purpose": ""}, "purpose", "为什么调研"),
            ({"purpose": "长" * 1001}, "purpose", "最多 1000"),
            ({"linked_work": "长" * 201}, "linked_work", "最多 200"),
            ({"year": 1999}, "year", ""),
        ],
    )
    def test_says_what_is_wrong(self, bureau, facts, field, message):
        with pytest.raises(ResearchError) as refused:
            declare(bureau, **facts)
        assert message in refused.value.message_dict[field][0]

    def test_is_one_of_its_title_a_year(self, bureau):
        declare(bureau)
        with pytest.raises(ResearchError, match="同名的选题"):
            declare(bureau)
        assert declare(bureau, year=2027).year == 2027

    def test_without_a_team_is_of_whoever_declares(self, bureau):
        assert [one.staff for one in declare(bureau, team=[]).members.all()] == [bureau.member]


class TestChangeTopic:
    def test_takes_the_new_words_before_it_is_approved(self, bureau, declared):
        changed = change_topic(**topic(declared), by=bureau.head.user)
        assert (changed.title, changed.state, changed.version) == ("新题", ResearchState.DECLARED, declared.version + 1)

    def test_declares_a_returned_one_again_on_its_first_day(self, bureau, declared):
        returned = decide_topic(report=declared, version=1, is_approved=False, note="太大", by=bureau.clerk.user, now=NOW)
        again = change_topic(**topic(returned), by=bureau.member.user)
        assert (again.state, again.decided_on, again.declared_on) == (ResearchState.DECLARED, None, declared.declared_on)
        assert again.decision_note == "太大"

    def test_begins_a_withdrawn_one_anew(self, bureau, declared):
        gone = withdraw_research(report=declared, reason="撞题", by=bureau.member.user, now=NOW)
        again = change_topic(**topic(gone), by=bureau.member.user)
        assert (again.state, again.declared_on) == (ResearchState.DECLARED, datetime.date(2026, 5, 12))

    def test_is_the_clerks_once_it_is_approved(self, bureau):
        approved = ResearchReportFactory(state="approved", department=bureau.office, declared_by=bureau.member)
        with pytest.raises(ResearchError, match="不能由您修改"):
            change_topic(**topic(approved), by=bureau.member.user)
        assert change_topic(**topic(approved), by=bureau.clerk.user).state == ResearchState.APPROVED

    def test_stores_nothing_over_what_somebody_else_has_written(self, bureau, declared):
        change_topic(**topic(declared, title="先到"), by=bureau.head.user)
        with pytest.raises(ResearchConflictError) as refused:
            change_topic(**topic(declared, title="后到"), by=bureau.member.user)
        assert refused.value.stored.title == "先到"

    def test_keeps_the_department_that_somebody_joined_from(self, bureau, declared):
        declared.members.update(department=bureau.other)
        change_topic(**topic(declared), by=bureau.member.user)
        assert declared.members.get().department == bureau.other


class TestDecideTopic:
    def decide(self, report, by, **facts):
        return decide_topic(
            report=report, **{"version": report.version, "is_approved": True, "note": "", "by": by.user, "now": NOW} | facts
        )

    def test_approves_and_tells_the_team(self, bureau, declared):
        found = self.decide(declared, bureau.clerk, note="抓紧")
        assert (found.state, found.decided_on, found.decided_by) == (ResearchState.APPROVED, datetime.date(2026, 5, 12), bureau.clerk.user)
        [message] = Message.objects.all()
        assert (message.recipient, message.text) == (bureau.member.user, "抓紧")

    def test_returns_with_a_reason(self, bureau, declared):
        with pytest.raises(ResearchError, match="为什么、怎么改"):
            self.decide(declared, bureau.clerk, is_approved=False)
        assert self.decide(declared, bureau.clerk, is_approved=False, note="太大").state == ResearchState.RETURNED

    @pytest.mark.parametrize("who", ["head", "leader", "member"])
    def test_is_nobody_elses(self, bureau, declared, who):
        with pytest.raises(ResearchError, match="机关党委批准"):
            self.decide(declared, getattr(bureau, who))

    def test_is_not_of_whoever_declared_it(self, bureau):
        own = declare(bureau, by=bureau.clerk, department=bureau.other)
        with pytest.raises(ResearchError, match="申报人不能批准自己的选题"):
            self.decide(own, bureau.clerk)

    def test_is_of_what_the_clerk_has_seen(self, bureau, declared):
        change_topic(**topic(declared), by=bureau.member.user)
        with pytest.raises(ResearchError, match="刚改过选题"):
            self.decide(declared, bureau.clerk)
        assert ResearchReport.objects.get().state == ResearchState.DECLARED

    def test_is_done_once(self, bureau, declared):
        self.decide(declared, bureau.clerk)
        with pytest.raises(ResearchError, match="不用再批"):
            self.decide(declared, bureau.clerk)

    def test_says_what_is_too_long(self, bureau, declared):
        with pytest.raises(ResearchError, match="最多 300"):
            self.decide(declared, bureau.clerk, note="长" * 301)


class TestWithdrawResearch:
    def test_says_why_to_everybody_it_concerns(self, bureau, declared):
        found = withdraw_research(report=declared, reason="与上级课题重复", by=bureau.head.user, now=NOW)
        assert found.state == ResearchState.WITHDRAWN
        assert {message.recipient for message in Message.objects.all()} == {bureau.member.user, bureau.clerk.user}
        assert ModelLogEntry.objects.get().data["note"] == "与上级课题重复"

    @pytest.mark.parametrize(("reason", "message"), [(" ", "撤回的原因"), ("长" * 301, "最多 300")])
    def test_wants_a_reason(self, bureau, declared, reason, message):
        with pytest.raises(ResearchError, match=message):
            withdraw_research(report=declared, reason=reason, by=bureau.member.user, now=NOW)

    def test_is_nobody_elses(self, bureau, declared):
        for who in ("colleague", "leader", "other_head"):
            with pytest.raises(ResearchError, match="不由您撤回"):
                withdraw_research(report=declared, reason="不做了", by=getattr(bureau, who).user, now=NOW)

    def test_leaves_what_a_closed_judging_found(self, bureau):
        report = written_report(state="handed_in", department=bureau.office, declared_by=bureau.member)
        judging = ResearchJudgingFactory(state="closed", closed_at=NOW)
        ResearchEntry.objects.create(judging=judging, report=report, number=1, rank=1, is_best=True)
        with pytest.raises(ResearchError, match="结果已定"):
            withdraw_research(report=report, reason="不做了", by=bureau.member.user, now=NOW)

    def test_out_of_a_judging_is_not_declared_again(self, bureau):
        report = written_report(state="handed_in", department=bureau.office, declared_by=bureau.member)
        ResearchEntry.objects.create(judging=ResearchJudgingFactory(state="open"), report=report, number=1)
        gone = withdraw_research(report=report, reason="不做了", by=bureau.member.user, now=NOW)
        with pytest.raises(ResearchError, match="参加过评审"):
            change_topic(**topic(gone), by=bureau.member.user)
