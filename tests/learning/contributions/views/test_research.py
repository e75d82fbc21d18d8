import pytest
from django.urls import reverse

from learning.models import ResearchEntry, ResearchMember, ResearchReport
from tests.factories.bureau import make_bureau
from tests.factories.contributions import ResearchReportFactory
from tests.factories.organisation import StaffMemberFactory
from tests.factories.pages import make_site
from tests.factories.programme import RequirementFactory, at
from tests.factories.research import ResearchJudgingFactory, written_report
from tests.standing import standing

NOW = at(2026, 5, 12, 9)
HUGE = 10**25
TOPIC = {
    "title": "样题",
    "purpose": "弄清情况。",
    "linked_work": "",
    "team": "陶思远、赵一鸣",
    "year": "2026",
    "token": "7a1f0a52-8a0b-4f5d-9a6e-0f2f5d1c2b3a",
}


@standing(now=NOW)
def bureau():
    make_site()
    return make_bureau()


@pytest.fixture
def as_(client):
    def sign_in(person):
        client.force_login(person.user)
        return client

    return sign_in


@pytest.fixture
def declared(bureau):
    return ResearchReportFactory(department=bureau.office, declared_by=bureau.member, title="密切联系的题目", purpose="只给组里看的话")


class TestResearchYear:
    def test_shows_everybody_how_far_each_is(self, as_, bureau, declared):
        html = as_(bureau.other_head).get("/research/").content.decode()
        assert "密切联系的题目" in html
        assert "已申报" in html
        assert "未申报" in html
        assert reverse("research_report", args=[declared.pk]) not in html
        assert "只给组里看的话" not in html
        assert reverse("research_report", args=[declared.pk]) in as_(bureau.head).get("/research/").content.decode()

    @pytest.mark.parametrize("query", ["?year=x", "?year=9999999999", "?year=%00", "?year=2024", "?year=1", "?year=２０２４"])
    def test_takes_any_address(self, as_, bureau, query):
        assert as_(bureau.member).get(f"/research/{query}").status_code == 200
        assert as_(bureau.member).get(f"/research.xlsx{query}").status_code == 200

    def test_is_for_who_is_signed_in_and_only_looked_at(self, client, as_, bureau):
        assert client.get("/research/").status_code == 302
        assert as_(bureau.member).post("/research/").status_code == 405

    def test_offers_the_clerk_to_prepare_the_judging(self, as_, bureau):
        assert "筹备评审" in as_(bureau.clerk).get("/research/").content.decode()
        assert "筹备评审" not in as_(bureau.member).get("/research/").content.decode()

    def test_costs_the_same_however_many_there_are(self, as_, bureau, django_assert_num_queries):
        client = as_(bureau.leader)
        written_report(state="handed_in", department=bureau.office)
        client.get("/research/")
        with django_assert_num_queries(15):
            client.get("/research/")
        for _one in range(6):
            written_report(state="handed_in")
            ResearchReportFactory(department=bureau.office)
        with django_assert_num_queries(15):
            client.get("/research/")


class TestDeclare:
    def test_keeps_the_topic(self, as_, bureau):
        client = as_(bureau.member)
        assert "陶思远（办公室）" in client.get("/research/new/").content.decode()
        answer = client.post("/research/new/", {**TOPIC, "department": bureau.office.pk})
        report = ResearchReport.objects.get()
        assert answer["Location"] == f"/research/{report.pk}/"
        assert [one.staff for one in report.members.all()] == [bureau.member, bureau.colleague]
        assert client.post("/research/new/", {**TOPIC, "department": bureau.office.pk})["Location"] == answer["Location"]

    @pytest.mark.parametrize(
        ("facts", "message"),
        [
            ({"title": ""}, "请写选题"),
            ({"title": "长" * 121}, "最多 120"),
            ({"title": "\x00"}, "请写选题"),
            ({"team": "查无此人"}, "本单位没有"),
            ({"team": "长" * 1001}, ""),
            ({"year": "1999"}, "这个年度现在不能申报"),
            ({"year": "x"}, "这个年度现在不能申报"),
            ({"department": "99999999999999999999"}, "只能为自己"),
            ({"purpose": ""}, "为什么调研"),
        ],
    )
    def test_says_what_is_wrong_and_keeps_what_was_typed(self, as_, bureau, facts, message):
        answer = as_(bureau.member).post("/research/new/", {**TOPIC, "department": bureau.office.pk, **facts})
        assert answer.status_code == 400
        html = answer.content.decode()
        assert message in html
        assert facts.get("purpose", "弄清情况。") in html

    def test_takes_a_broken_token_for_a_new_form(self, as_, bureau):
        answer = as_(bureau.member).post("/research/new/", {**TOPIC, "department": bureau.office.pk, "token": "x"})
        assert answer.status_code == 302

    def test_begins_with_the_department_of_the_link(self, as_, bureau):
        for asked in (bureau.office.pk, "x", HUGE, bureau.other.pk):
            html = as_(bureau.member).get(f"/research/new/?department={asked}").content.decode()
            assert f'value="{bureau.office.pk}" selected' in html


class TestReport:
    def test_says_where_it_counts_or_why_not_yet(self, as_, bureau, declared):
        client, address = as_(bureau.head), reverse("research_report", args=[declared.pk])
        assert "选题还没有批准" in client.get(address).content.decode()
        RequirementFactory(
            owed_by="department", department_kinds=["section"], evidence="contributions.research_report", per="year", name="每科一篇"
        )
        report = written_report(state="handed_in", handed_in_on=NOW.date(), department=bureau.office, declared_by=bureau.member)
        ResearchMember.objects.get_or_create(report=report, staff=bureau.member)
        html = client.get(reverse("research_report", args=[report.pk])).content.decode()
        assert "每科一篇" in html
        assert "有调研成果" in html
        assert f"/boards/2026/departments/{bureau.office.pk}/" in html

    @pytest.mark.parametrize("number", [1, 8])
    def test_costs_the_same_however_large_the_team(self, as_, bureau, number, django_assert_num_queries):
        report = written_report(state="handed_in", handed_in_on=NOW.date(), department=bureau.office)
        for person in StaffMemberFactory.create_batch(number):
            ResearchMember.objects.create(report=report, staff=person)
        client, address = as_(bureau.clerk), reverse("research_report", args=[report.pk])
        client.get(address)
        with django_assert_num_queries(21):
            client.get(address)

    def test_is_not_there_for_others(self, as_, bureau, declared):
        for who in ("colleague", "other_head", "secretary"):
            assert as_(getattr(bureau, who)).get(f"/research/{declared.pk}/").status_code == 404
        for who in ("member", "head", "leader", "clerk"):
            assert "只给组里看的话" in as_(getattr(bureau, who)).get(f"/research/{declared.pk}/").content.decode()

    def test_is_everybodys_once_it_is_among_the_best(self, as_, bureau):
        report = written_report(state="handed_in", department=bureau.office, declared_by=bureau.member, body="值得一读。")
        judging = ResearchJudgingFactory(state="closed", closed_at=NOW)
        ResearchEntry.objects.create(judging=judging, report=report, number=1, rank=1, is_best=True)
        assert "值得一读。" in as_(bureau.secretary).get(f"/research/{report.pk}/").content.decode()

    def test_is_closed_for_its_judge(self, as_, bureau):
        report = written_report(state="handed_in", department=bureau.office, declared_by=bureau.member)
        judging = ResearchJudgingFactory(state="open", judged_by=[bureau.leader])
        ResearchEntry.objects.create(judging=judging, report=report, number=1)
        client = as_(bureau.leader)
        answer = client.get(f"/research/{report.pk}/")
        assert answer.status_code == 403
        assert report.title not in answer.content.decode()
        assert f"/research/{report.pk}/" not in client.get("/research/").content.decode()

    def test_shows_what_happened_to_it(self, as_, bureau, declared):
        client = as_(bureau.clerk)
        client.post(f"/research/{declared.pk}/decide/", {"version": declared.version, "decision": "approve", "note": "抓紧办"})
        html = client.get(f"/research/{declared.pk}/").content.decode()
        assert "选题已批准" in html
        assert "抓紧办" in html

    @pytest.mark.parametrize(
        "name",
        [
            "research_report",
            "edit_research_topic",
            "decide_research",
            "withdraw_research",
            "write_research",
            "research_visits",
            "hand_in_research",
            "research_outcomes",
            "research_file",
            "remove_research_file",
            "remove_research_outcome",
        ],
    )
    def test_is_at_no_number_too_long_for_the_database(self, as_, bureau, name):
        assert as_(bureau.clerk).get(reverse(name, args=[HUGE])).status_code == 404


class TestEditTopic:
    def test_changes_it(self, as_, bureau, declared):
        client = as_(bureau.head)
        assert "密切联系的题目" in client.get(f"/research/{declared.pk}/topic/").content.decode()
        answer = client.post(f"/research/{declared.pk}/topic/", {**TOPIC, "version": declared.version})
        assert answer.status_code == 302
        declared.refresh_from_db()
        assert declared.title == "样题"

    @pytest.mark.parametrize("version", ["", "x", "0", "99999999999999999999"])
    def test_shows_both_where_somebody_was_faster(self, as_, bureau, declared, version):
        answer = as_(bureau.member).post(f"/research/{declared.pk}/topic/", {**TOPIC, "version": version})
        html = answer.content.decode()
        assert answer.status_code == 409
        assert "样题" in html
        assert "密切联系的题目" in html
        assert f'name="version" value="{declared.version}"' in html

    def test_is_nobody_elses(self, as_, bureau, declared):
        for who in ("clerk", "leader", "colleague"):
            client = as_(getattr(bureau, who))
            assert client.get(f"/research/{declared.pk}/topic/").status_code == 404
            assert client.post(f"/research/{declared.pk}/topic/", TOPIC).status_code == 404


class TestDecide:
    def decide(self, client, report, **facts):
        return client.post(f"/research/{report.pk}/decide/", {"version": report.version, "decision": "approve", "note": "", **facts})

    def test_approves_or_returns(self, as_, bureau, declared):
        client = as_(bureau.clerk)
        assert self.decide(client, declared, decision="return").status_code == 400
        assert self.decide(client, declared, decision="return", note="题目太大").status_code == 302
        assert "题目太大" in as_(bureau.member).get(f"/research/{declared.pk}/").content.decode()

    @pytest.mark.parametrize("facts", [{"decision": ""}, {"decision": "x"}, {"version": "7"}, {"decision": "return", "note": "长" * 301}])
    def test_says_what_is_wrong(self, as_, bureau, declared, facts):
        assert self.decide(as_(bureau.clerk), declared, **facts).status_code == 400
        declared.refresh_from_db()
        assert declared.state == "declared"

    def test_leads_on_where_it_is_decided(self, as_, bureau):
        approved = ResearchReportFactory(state="approved", department=bureau.office)
        assert as_(bureau.clerk).get(f"/research/{approved.pk}/decide/")["Location"] == f"/research/{approved.pk}/"

    def test_is_a_clerks_who_has_not_declared_it(self, as_, bureau, declared):
        for who in ("head", "leader", "member"):
            assert self.decide(as_(getattr(bureau, who)), declared).status_code == 404
        own = ResearchReportFactory(department=bureau.other, declared_by=bureau.clerk)
        assert self.decide(as_(bureau.clerk), own).status_code == 404


class TestWithdraw:
    def test_asks_why(self, as_, bureau, declared):
        client = as_(bureau.member)
        assert client.get(f"/research/{declared.pk}/withdraw/").status_code == 200
        assert client.post(f"/research/{declared.pk}/withdraw/", {"reason": " "}).status_code == 400
        assert client.post(f"/research/{declared.pk}/withdraw/", {"reason": "不做了"}).status_code == 302
        html = client.get(f"/research/{declared.pk}/").content.decode()
        assert "已撤回" in html
        assert "不做了" in html
        assert "重新申报" in html
        assert declared.title not in client.get("/research/").content.decode()
        assert client.get(f"/research/{declared.pk}/withdraw/").status_code == 404
