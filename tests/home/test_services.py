"""The first day of a site of one's own."""

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from wagtail.models import Page, Site, Workflow

from cms.core.models import SiteIdentity
from cms.users.roles import ROLES
from home.models import HomePage
from home.services import SiteRefusedError, begin_site
from learning.models import ColumnPage

HOST = "testserver"


@pytest.fixture(autouse=True)
def fresh(db):
    """As `migrate` leaves it: a root, Wagtail's page of welcome, a site on localhost."""
    assert Page.objects.count() == 2


class TestBeginSite:
    def test_makes_a_site_that_answers(self, client):
        begin_site(host=HOST, name="学习平台", bureau="某局", columns=("通知公告", "学习资料"))
        html = client.get("/").content.decode()
        assert "学习平台" in html
        assert "某局" in html
        assert client.get("/tong-zhi-gong-gao/").status_code == 200
        assert [column.title for column in ColumnPage.objects.all()] == ["通知公告", "学习资料"]

    def test_makes_the_groups_and_the_review(self):
        begin_site(host=HOST)
        assert Group.objects.filter(name__in=[role.name for role in ROLES]).count() == len(ROLES)
        assert HomePage.objects.get().get_workflow() == Workflow.objects.get(name="三审三校")

    def test_adds_only_what_is_missing_when_run_again(self):
        begin_site(host=HOST, bureau="某局", columns=("通知公告",))
        SiteIdentity.objects.update(site_name="编辑改过的名称")
        _home, added = begin_site(host="study.example.gov.cn", name="另一个", bureau="另一局", columns=("通知公告", "学习资料"))
        assert [column.title for column in added] == ["学习资料"]
        assert HomePage.objects.count() == 1
        assert SiteIdentity.objects.get().site_name == "编辑改过的名称"
        site = Site.objects.get()
        assert (site.hostname, site.port, site.root_url) == ("study.example.gov.cn", 443, "https://study.example.gov.cn")

    def test_refuses_where_another_home_page_stands(self):
        root = Page.get_first_root_node()
        root.get_children().delete()
        Page.get_first_root_node().add_child(instance=ColumnPage(title="别的", slug="home"))
        with pytest.raises(SiteRefusedError, match="已有别的首页"):
            begin_site(host=HOST)
        assert not HomePage.objects.exists()

    def test_is_a_command(self, capsys):
        call_command("begin_site", HOST, column=["通知公告"])
        assert "新栏目 通知公告" in capsys.readouterr().out

    def test_refuses_a_name_too_long_to_be_one(self):
        with pytest.raises(CommandError, match="域名"):
            call_command("begin_site", "x" * 300)
