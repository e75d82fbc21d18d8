"""The real notice as its readers get it: everything of R1–R11, on a page anybody may open."""

import html
import io
import re

import pytest
from bs4 import BeautifulSoup
from django.core.management import call_command
from django.urls import reverse

from cms.files.services import store_document
from home.sample.loading import NOTICE
from learning.models import ArticleAttachment, NoticePage
from tests.factories.pages import make_column, make_notice, make_site

from .renderings import OUTLINE, PLAN, TITLE

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def written(module_db):
    home = make_site()
    make_column(home, "通知公告", "tongzhigonggao")
    column = make_column(home)
    make_notice(column, "更早的通知", days_ago=4000)
    make_notice(column, "更新的通知", days_ago=1)
    call_command("import_notice", str(NOTICE), "--publish", verbosity=0, stdout=io.StringIO())


@pytest.fixture
def notice(written, db):
    return NoticePage.objects.get(title=TITLE)


@pytest.fixture
def served(client, notice):
    answer = client.get(notice.url)
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def text_of(element) -> str:
    return re.sub(r"\s+", "", element.get_text())


class TestTheNotice:
    def test_stands_under_its_ancestors_each_a_link(self, served, notice):
        breadcrumb = served.find(class_="breadcrumb")
        links = [(link.get_text(strip=True), link["href"]) for link in breadcrumb.find_all("a")]
        assert links == [(ancestor.title, ancestor.url) for ancestor in notice.get_ancestors().filter(depth__gt=1).specific()]
        assert "您当前的位置" in text_of(breadcrumb)

    def test_shows_no_label_without_a_value(self, served):
        head = text_of(served.find("article"))
        for label in ("信息来源", "成文日期", "发文机关", "发文字号", "索引号", "附件", "更新说明", "相关内容", "内容领域"):
            assert f"{label}：" not in head
            assert not served.find(["dt", "h2"], string=label)
        assert served.find(attrs={"data-reading-count": True}).has_attr("hidden")

    def test_shows_its_time_to_the_minute_in_shanghai(self, served):
        shown = served.find(class_="article-meta").find("time")
        assert shown.get_text(strip=True) == "2020-04-17 10:13"
        assert shown["datetime"] == "2020-04-17T10:13:00+08:00"

    def test_is_addressed_as_in_its_source(self, served):
        assert served.find("h1").get_text(strip=True) == TITLE
        assert text_of(served.find(class_="recipients")) == "局机关各,局属各单位："

    def test_keeps_its_damaged_date_where_documents_are_signed(self, served):
        assert text_of(served.find(class_="signature")) == "2020415"

    def test_has_the_outline_of_its_source(self, served):
        body = served.find(class_="document-body")
        assert [(heading.name, heading.get_text(strip=True)) for heading in body.find_all(["h2", "h3", "h4"])] == OUTLINE
        assert PLAN in text_of(body)

    def test_has_a_table_of_contents_that_leads_to_every_heading(self, served):
        body = served.find(class_="document-body")
        entries = served.find(class_=re.compile("contents")).find_all("a")
        assert [entry.get_text(strip=True) for entry in entries] == [text for _level, text in OUTLINE]
        for entry in entries:
            assert body.find(id=entry["href"].removeprefix("#")).get_text(strip=True) == entry.get_text(strip=True)
        assert len({entry["href"] for entry in entries}) == len(OUTLINE)

    def test_has_the_tools_of_a_reader(self, served, notice):
        sizes = [button.get_text(strip=True) for button in served.find_all("button", attrs={"data-size": True})]
        assert sizes == ["大", "中", "小"]
        assert served.find("button", attrs={"data-print": True}).get_text(strip=True) == "我要打印"
        close = served.find("a", attrs={"data-close": True})
        assert (close.get_text(strip=True), close["href"]) == ("关闭", notice.get_parent().url)
        assert notice.full_url in text_of(served.find(class_="print-address"))

    def test_leads_to_its_neighbours_and_its_feed(self, served, client, notice):
        assert "更新的通知" in text_of(served.find("a", rel="prev"))
        assert "更早的通知" in text_of(served.find("a", rel="next"))
        feed = reverse("feed_column", args=[notice.get_parent().pk])
        assert feed in [link["href"] for link in served.find_all("link", type="application/rss+xml")]
        rss = client.get(feed).content.decode()
        assert f"<title>{html.escape(TITLE)}</title>" in rss
        assert "Fri, 17 Apr 2020 02:13:00 +0000" in rss

    def test_says_its_facts_in_the_meta_tags_of_government_sites(self, served):
        tags = {tag["name"]: tag["content"] for tag in served.find_all("meta", attrs={"name": True})}
        assert tags["ArticleTitle"] == TITLE
        assert tags["PubDate"] == "2020-04-17 10:13"
        assert tags["ColumnName"] == "两学一做"
        assert "ContentSource" not in tags
        assert not [name for name, content in tags.items() if not content]

    def test_offers_its_attachments(self, client, notice):
        draft = notice.get_latest_revision_as_object()
        document = store_document(data=NOTICE.read_bytes(), title="实施方案", name="“五有”方案.txt")
        draft.attachments = [ArticleAttachment(document=document, sort_order=0)]
        draft.save_revision().publish()
        served = BeautifulSoup(client.get(notice.url).content, "html.parser")
        link = served.find("a", string=re.compile("实施方案"))
        answer = client.get(link["href"])
        assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E2%80%9C")
        assert b"".join(answer.streaming_content) == NOTICE.read_bytes()

    def test_stands_in_the_list_of_its_column(self, client, notice):
        assert TITLE in client.get(notice.get_parent().url).content.decode()

    def test_is_found_by_its_words(self, client, notice):
        for words in ("心得体会", "机关", "阅读", "五有", "教育局 方案"):
            assert notice.url in client.get(reverse("search"), {"q": words}).content.decode(), words
