import pytest
from django.urls import NoReverseMatch, reverse

from learning.contributions.services.research_work import hand_in_report
from learning.contributions.viewsets.research import ResearchReportViewSet
from learning.models import ResearchReport
from tests.factories.bureau import make_bureau
from tests.factories.pages import make_site, make_user
from tests.factories.programme import at
from tests.factories.research import written_report

NOW = at(2026, 9, 12, 9)


@pytest.fixture
def report(db):
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

    def test_offers_no_box_for_many_at_once(self, as_superuser):
        html = as_superuser.get(url_of("list_results")).content.decode()
        assert "bulk" not in html

    @pytest.mark.parametrize("query", ["?year=x", "?state=x", "?department=99999999999999999999", "?p=x", "?q=%00"])
    def test_takes_any_address(self, as_superuser, query):
        assert as_superuser.get(url_of("list") + query).status_code in (200, 404)
