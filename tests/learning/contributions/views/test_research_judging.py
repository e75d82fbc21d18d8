import pytest
from django.urls import reverse

from learning.contributions.services.research_judging import close_judging, open_judging
from learning.judging.choices import JudgingState
from learning.models import NoticePage, ResearchBallot, ResearchJudging
from tests.factories.bureau import make_bureau
from tests.factories.organisation import DepartmentFactory, StaffMemberFactory
from tests.factories.pages import make_column, make_site
from tests.factories.programme import at
from tests.factories.research import ResearchJudgingFactory, cast_research, written_report
from tests.standing import standing

NOW = at(2026, 11, 25, 9)
RUBRIC = {
    "rubric-TOTAL_FORMS": "6",
    "rubric-INITIAL_FORMS": "0",
    **{f"rubric-{number}-{name}": "" for number in range(6) for name in ("name", "max_points", "guidance")},
    "rubric-0-name": "内容",
    "rubric-0-max_points": "100",
}
PREPARED = {"judges": "梁静宜、顾长河", "places": "5", "due_on": "2026-12-10", "note": "", **RUBRIC}


@standing(now=NOW)
def bureau():
    make_column(make_site(), title="通知公告", slug="notices")
    return make_bureau()


@pytest.fixture
def as_(client):
    def sign_in(person):
        client.force_login(person.user)
        return client

    return sign_in


@pytest.fixture
def judging(bureau):
    """Open: 1 is of the office, whose head judges together with the leader; 2 to 7 are others'."""
    written_report(
        state="handed_in",
        department=bureau.office,
        declared_by=bureau.member,
        title="办公室的题目",
        body="陶思远和办公室的同志走访了东乡。",
    )
    for _one in range(6):
        written_report(state="handed_in", department=DepartmentFactory(), declared_by=StaffMemberFactory())
    found = ResearchJudgingFactory(judged_by=[bureau.head, bureau.leader])
    return open_judging(judging=found, by=bureau.clerk.user, now=NOW, shuffle=lambda reports: None)


@pytest.fixture
def closed(bureau, judging):
    for entry in judging.entries.all():
        cast_research(entry, bureau.leader, 50 - entry.number, 30, remark=f"评语{entry.number}")
    return close_judging(judging=judging, is_confirmed=True, by=bureau.clerk.user, now=NOW)


def points(judging, *given) -> dict:
    return {f"line_{line.pk}": str(one) for line, one in zip(judging.rubric.all(), given, strict=True)}


class TestPrepare:
    def test_begins_with_a_sample_that_says_so(self, as_, bureau):
        html = as_(bureau.clerk).get("/research/judgings/2026/prepare/").content.decode()
        assert "不是本单位的规定" in html
        assert "选题与调查" in html

    def test_keeps_judges_places_and_lines(self, as_, bureau):
        client = as_(bureau.clerk)
        assert client.post("/research/judgings/2026/prepare/", {**PREPARED, "places": "3"}).status_code == 302
        found = ResearchJudging.objects.get()
        assert ({judge.staff for judge in found.judges.all()}, found.places) == ({bureau.head, bureau.leader}, 3)
        html = client.get("/research/judgings/2026/prepare/").content.decode()
        assert "梁静宜（办公室）" in html
        assert "不是本单位的规定" not in html
        assert "3" in client.get("/research/judgings/2026/").content.decode()

    @pytest.mark.parametrize(
        "facts",
        [
            {"judges": "查无此人"},
            {"judges": ""},
            {"places": "0"},
            {"places": "9" * 20},
            {"places": "x"},
            {"due_on": "2026-01-01"},
            {"due_on": "x"},
            {"rubric-0-max_points": "0"},
            {"rubric-0-name": ""},
        ],
    )
    def test_says_what_is_wrong(self, as_, bureau, facts):
        assert as_(bureau.clerk).post("/research/judgings/2026/prepare/", {**PREPARED, **facts}).status_code == 400
        assert not ResearchJudging.objects.exists()

    def test_is_over_once_it_is_open(self, as_, bureau, judging):
        assert as_(bureau.clerk).post("/research/judgings/2026/prepare/", PREPARED)["Location"] == "/research/judgings/2026/"


class TestJudging:
    @pytest.mark.parametrize(
        "name", ["prepare_research_judging", "research_judging", "open_research_judging", "close_research_judging", "research_results"]
    )
    def test_is_of_no_impossible_year(self, as_, bureau, name):
        for year in (1, 99999, 10**25):
            assert as_(bureau.clerk).get(reverse(name, args=[year])).status_code == 404

    def test_opens_with_a_post_alone(self, as_, bureau):
        written_report(state="handed_in", department=bureau.office)
        ResearchJudgingFactory(judged_by=[bureau.leader])
        client = as_(bureau.clerk)
        assert "1 篇已提交" in client.get("/research/judgings/2026/").content.decode()
        client.get("/research/judgings/2026/open/")
        assert ResearchJudging.objects.get().state == JudgingState.PREPARING
        client.post("/research/judgings/2026/open/")
        assert ResearchJudging.objects.get().state == JudgingState.OPEN

    def test_shows_a_judge_numbers_and_the_clerk_progress(self, as_, bureau, judging):
        html = as_(bureau.head).get("/research/judgings/2026/").content.decode()
        assert "自动回避" in html
        assert "7 号" in html
        assert "办公室的题目" not in html
        html = as_(bureau.clerk).get("/research/judgings/2026/").content.decode()
        assert "梁静宜" in html
        assert "/research/judgings/2026/1/" not in html
        for who in ("member", "other_head"):
            assert as_(getattr(bureau, who)).get("/research/judgings/2026/").status_code == 404

    def test_costs_the_same_however_many_there_are(self, as_, bureau, judging, django_assert_num_queries):
        client = as_(bureau.leader)
        client.get("/research/judgings/2026/")
        with django_assert_num_queries(14):
            client.get("/research/judgings/2026/")
        for entry in judging.entries.all():
            cast_research(entry, bureau.leader, 1, 1)
        with django_assert_num_queries(14):
            client.get("/research/judgings/2026/")


class TestJudgeEntry:
    def test_shows_the_text_without_names(self, as_, bureau, judging):
        html = as_(bureau.leader).get("/research/judgings/2026/1/").content.decode()
        assert "□□□和□□□的同志走访了东乡。" in html
        for name in ("陶思远", "办公室", "题目"):
            assert name not in html

    def test_scores_and_goes_on(self, as_, bureau, judging):
        client = as_(bureau.leader)
        answer = client.post("/research/judgings/2026/1/", {**points(judging, "50.5", 30), "remark": "好"})
        assert answer["Location"] == "/research/judgings/2026/2/"
        assert "已评过这一篇" in client.get("/research/judgings/2026/1/").content.decode()

    @pytest.mark.parametrize("given", ["61", "-1", "1.25", "x", "", "9" * 40])
    def test_says_what_is_wrong(self, as_, bureau, judging, given):
        assert as_(bureau.leader).post("/research/judgings/2026/2/", {**points(judging, given, 30), "remark": "别丢"}).status_code == 400
        assert not ResearchBallot.objects.filter(judge__staff=bureau.leader).exists()

    def test_lets_a_judge_stand_back(self, as_, bureau, judging):
        client = as_(bureau.leader)
        assert client.post("/research/judgings/2026/2/", {"conflict": "1", "reason": " "}).status_code == 400
        assert client.post("/research/judgings/2026/2/", {"conflict": "1", "reason": "亲属"}).status_code == 302
        assert "您已回避：亲属" in client.get("/research/judgings/2026/2/").content.decode()

    def test_is_closed_for_the_own_report(self, as_, bureau, judging):
        client = as_(bureau.head)
        assert "已自动回避，不用评分" in client.get("/research/judgings/2026/1/").content.decode()
        assert client.post("/research/judgings/2026/1/", {**points(judging, 60, 40), "remark": ""}).status_code == 400

    def test_is_there_for_judges_alone(self, as_, bureau, judging):
        for who in ("clerk", "member"):
            assert as_(getattr(bureau, who)).get("/research/judgings/2026/1/").status_code == 404
        for number in (99, 10**25):
            assert as_(bureau.leader).get(f"/research/judgings/2026/{number}/").status_code == 404

    def test_has_no_file(self, as_, bureau, judging):
        for who in ("leader", "clerk"):
            assert as_(getattr(bureau, who)).get("/research/judgings/2026/1/file/").status_code == 404


class TestClose:
    def test_asks_to_confirm_what_is_missing(self, as_, bureau, judging):
        cast_research(judging.entries.get(number=2), bureau.leader, 50, 30)
        client = as_(bureau.clerk)
        client.get("/research/judgings/2026/close/")
        assert client.post("/research/judgings/2026/close/").status_code == 409
        assert client.post("/research/judgings/2026/close/", {"confirmed": "on"})["Location"] == "/research/judgings/2026/results/"
        assert client.get("/research/judgings/2026/")["Location"] == "/research/judgings/2026/results/"

    def test_is_the_clerks(self, as_, bureau, judging):
        for who in ("leader", "head", "member"):
            client = as_(getattr(bureau, who))
            for act in ("prepare", "open", "close"):
                assert client.get(f"/research/judgings/2026/{act}/").status_code == 404
                assert client.post(f"/research/judgings/2026/{act}/", PREPARED).status_code == 404


class TestResults:
    def test_are_the_best_without_points_for_everybody(self, as_, bureau, closed):
        html = as_(bureau.secretary).get("/research/judgings/2026/results/").content.decode()
        assert html.count('class="best-rank"') == 5
        assert "办公室的题目" in html
        assert "79.00" not in html
        assert "名次不并列" in html

    def test_are_all_of_them_for_clerk_and_leader(self, as_, bureau, closed):
        for who in ("clerk", "leader"):
            html = as_(getattr(bureau, who)).get("/research/judgings/2026/results/").content.decode()
            assert "79.00" in html
            assert "73.00" in html

    def test_open_into_ballots_that_add_up(self, as_, bureau, closed):
        html = as_(bureau.clerk).get("/research/judgings/2026/results/1/").content.decode()
        assert "顾长河" in html
        assert "79 ÷ 1" in html

    def test_show_a_team_its_ballots_without_names(self, as_, bureau, closed):
        for who in ("member", "head"):
            client = as_(getattr(bureau, who))
            assert "平均 79.00 分，第 1 名" in client.get("/research/judgings/2026/results/").content.decode()
            html = client.get("/research/judgings/2026/results/1/").content.decode()
            assert "评语1" in html
            assert "评委 1" in html
            assert "顾长河" not in html
            assert client.get("/research/judgings/2026/results/2/").status_code == 404

    def test_wait_for_the_end(self, as_, bureau, judging):
        for who in ("clerk", "member"):
            client = as_(getattr(bureau, who))
            assert client.get("/research/judgings/2026/results/").status_code == 404
            assert client.get("/research/judgings/2026/results/1/").status_code == 404

    def test_make_the_draft_of_the_notice_once(self, as_, bureau, closed):
        client = as_(bureau.clerk)
        for _twice in range(2):
            assert client.post("/research/judgings/2026/results/").status_code == 302
        page = NoticePage.objects.get()
        assert (page.title, page.live) == ("关于表彰2026年度优质调研报告的通报", False)
        assert "表彰通报稿已生成" in client.get("/research/judgings/2026/results/").content.decode()
        assert as_(bureau.leader).post("/research/judgings/2026/results/").status_code == 404

    def test_cost_the_same_however_many_there_are(self, as_, bureau, closed, django_assert_num_queries):
        client = as_(bureau.leader)
        client.get("/research/judgings/2026/results/")
        with django_assert_num_queries(12):
            client.get("/research/judgings/2026/results/")
        for number in range(20, 26):
            closed.entries.create(report=written_report(state="handed_in"), number=number)
        with django_assert_num_queries(12):
            client.get("/research/judgings/2026/results/")
