import pytest
from django.urls import NoReverseMatch, reverse

from learning.contributions.services.research_work import hand_in_report
from learning.contributions.viewsets.research import ResearchReportViewSet
from learning.models import ResearchReport
from tests.factories.bureau import make_bureau
from tests.factories.pages import make_site, make_user
from tests.factories.programme import at
from tests.factories.research import ResearchJudgingFactory, written_report
from tests.standing import standing

NOW = at(2026, 9, 12, 9)


@standing()
def report():
    make_site()
    bureau = make_bureau()
    report = written_report(department=bureau.office, declared_by=bureau.member, title="后台里的题目")
    facts = {"version": report.version, "secrecy_checked_by": "梁静宜", "secrecy_checked_on": NOW.date()}
    return hand_in_report(report=report, **facts, by=bureau.member.user, now=NOW)


@pytest.fixture
def as_superuser(client, report):
    client.force_login(make_user("root", is_superuser=True))
    return client


def url_of(name, *args):
    return reverse(ResearchReportViewSet().get_url_name(name), args=args)


class TestResearchReportViewSet:
    @pytest.mark.parametrize("name", ["list", "inspect", "history", "usage"])
    def test_looks(self, as_superuser, report, name):
        answer = as_superuser.get(url_of(name, *([] if name == "list" else [report.pk])))
        assert answer.status_code == 200
        assert "后台里的题目" in answer.content.decode()

    def test_changes_nothing_whoever_asks(self, as_superuser, report):
        for name in ("add", "edit", "delete", "revisions_revert"):
            with pytest.raises(NoReverseMatch):
                url_of(name, report.pk)
        bulk = f"{reverse('wagtail_bulk_action', args=['learning', 'researchreport', 'delete'])}?id={report.pk}"
        for ask in (as_superuser.get, as_superuser.post):
            assert ask(bulk).status_code in (302, 403)
        assert ResearchReport.objects.get().title == "后台里的题目"

    def test_hides_from_a_judge_what_is_judged_without_a_name(self, client, report):
        judge = ResearchReport.objects.get().declared_by.user
        judge.is_superuser = True
        judge.save()
        client.force_login(judge)
        judging = ResearchJudgingFactory(state="open", judged_by=[ResearchReport.objects.get().declared_by])
        pages = [("list",), ("inspect", report.pk), ("history", report.pk), ("usage", report.pk)]
        assert not any("后台里的题目" in client.get(url_of(*page)).content.decode() for page in pages)
        assert [client.get(url_of(*page)).status_code for page in pages[1:]] == [404, 404, 404]
        judging.state = "closed"
        judging.save()
        assert [client.get(url_of(*page)).status_code for page in pages[1:]] == [200, 200, 200]

    def test_shows_a_dash_where_nothing_is_known(self, as_superuser, report):
        html = as_superuser.get(url_of("inspect", report.pk)).content.decode()
        assert "—" in html
        assert ">None<" not in html.replace(" ", "").replace("\n", "")

    def test_offers_no_box_for_many_at_once(self, as_superuser):
        html = as_superuser.get(url_of("list_results")).content.decode()
        assert "bulk" not in html

    @pytest.mark.parametrize("query", ["?year=x", "?state=x", "?department=99999999999999999999", "?p=x", "?q=%00"])
    def test_takes_any_address(self, as_superuser, query):
        assert as_superuser.get(url_of("list") + query).status_code in (200, 404)
